"""The pages of PDFs as pictures: drawn by a worker, in a process apart, from rows that it claims."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import datetime
from math import inf
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from documents import apart, kept, paper_rules, rules
from documents.models import PdfPage, PdfPreview, StoredFile
from documents.services import files
from documents.stores import store
from documents.turns import take_turn

log = logging.getLogger(__name__)
State = PdfPreview.State


def draw_waiting(*, now: datetime, seconds: float = inf) -> int:
    """Draw every PDF that waits, for a turn of so many seconds; return how many were tried."""
    rows, task = PdfPreview.objects.select_related("file"), "documents.tasks.draw_pages"
    return take_turn(rows, lambda preview, at: draw(preview, now=at), now=now, seconds=seconds, task=task)


def draw(preview: PdfPreview, *, now: datetime) -> None:
    """Draw one claimed PDF's first pages, each a picture as any other. One that cannot be drawn has none; that is all.

    Where the disk is full, or the store does not answer, it waits for its next try.
    """
    if preview.tries <= rules.MOST_TRIES:  # else workers died of it
        try:
            with kept.working_folder() as folder:
                _draw_in(folder, preview, now)
            return
        except OSError:
            log.exception("The pages of a PDF could not be kept")
            return
        except (apart.Refused, ValidationError) as fault:
            if isinstance(fault.__cause__, OSError | apart.Busy):  # no room, or no time
                return
            log.warning("The pages of a PDF could not be drawn (%s): %s", fault, preview.file_id)
    _mark(preview, 0, [])


def _draw_in(folder: Path, preview: PdfPreview, now: datetime) -> None:
    answer = apart.run(
        "pages.draw",
        file=str(store().near(kept.name_of(preview.file.key), folder)),
        folder=str(folder),
        most=paper_rules.MOST_PAGES,
        width=paper_rules.WIDTH_OF_PAGE,
    )
    with ExitStack() as under_way:
        pages = [_arriving(folder / f"{page}.png", page, under_way) for page in range(1, answer["drawn"] + 1)]
        # All of them or none: a page that no preview names would outlive its PDF.
        with transaction.atomic():
            at = preview.file.preschool_id
            drawn = [files.keep_arrived(page, by_id=None, now=now, preschool_id=at) for page in pages]
            _mark(preview, answer["pages"], drawn)


def _arriving(page: Path, number: int, under_way: ExitStack) -> files.Arrived:
    name = _("Sida {number}").format(number=number) + ".png"
    opened = under_way.enter_context(page.open("rb"))
    return under_way.enter_context(files.arriving(File(opened, name=name)))


def _mark(preview: PdfPreview, pages: int, drawn: list[StoredFile]) -> None:
    """Write what came of it, unless the claim was lost or the PDF is gone."""
    with transaction.atomic():
        ours = PdfPreview.objects.waiting().filter(pk=preview.pk, tries=preview.tries)
        state = State.READY if drawn else State.DAMAGED
        if ours.update(state=state, pages=min(pages, 32_767), claimed_until=None):
            PdfPage.objects.bulk_create(
                PdfPage(preview=preview, number=number, picture=picture) for number, picture in enumerate(drawn, 1)
            )
        else:
            files.discard(drawn)
