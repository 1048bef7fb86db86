"""Blurred copies are asked for and thrown away; and all sizes get new names when who may see them has changed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction

from children.models import Purpose
from documents import kept, rules, shown_rules
from documents.models import BlurredCopy, StoredFile
from documents.selectors.shown import Blurs, wanted_copies
from documents.services.files import discard_rows
from portal.lib import bell

log = logging.getLogger(__name__)


def ask(wanted: Mapping[UUID, Blurs]) -> None:
    """Ask for the copies of these files that are not there yet: a worker makes them."""
    rows = [
        BlurredCopy(
            file_id=file_id,
            boxes=sorted(box.as_list for box in boxes),
            digest=shown_rules.mark_of(boxes),
            state=BlurredCopy.State.WAITING,
        )
        for file_id, blurs in wanted.items()
        for boxes in blurs
    ]
    known = set(BlurredCopy.objects.filter(file__in=wanted.keys()).values_list("file_id", "digest")) if rows else set()
    new = [row for row in rows if (row.file_id, row.digest) not in known]
    if new:
        BlurredCopy.objects.bulk_create(new, ignore_conflicts=True)
        transaction.on_commit(lambda: bell.ring("documents.tasks.make_copies"), robust=True)


def try_given_up() -> int:
    """Let copies that were given up be tried again, for a day at most; return how many. Run every hour."""
    most = rules.MOST_ROUNDS * (rules.MOST_TRIES + 1)
    given_up = BlurredCopy.objects.filter(state=BlurredCopy.State.DAMAGED, tries__lt=most)
    if number := given_up.update(state=BlurredCopy.State.WAITING):
        transaction.on_commit(lambda: bell.ring("documents.tasks.make_copies"), robust=True)
    return number


def throw_away_unwanted(wanted: Mapping[UUID, Blurs]) -> None:
    """Throw away the copies of these files that nobody needs any more."""
    marks = {(file_id, shown_rules.mark_of(boxes)) for file_id, blurs in wanted.items() for boxes in blurs}
    copies = BlurredCopy.objects.filter(file__in=wanted.keys())
    gone = [copy.pk for copy in copies if (copy.file_id, copy.digest) not in marks]
    discard_rows(BlurredCopy.objects.filter(pk__in=gone))


def rename(picture: StoredFile | BlurredCopy) -> None:
    """Give a picture's clean sizes, or a copy's, a new random name: from then on nothing lies where it did.

    Both names are there until the row says the new one, and what a fault leaves of either is found by its note.
    One that has lost a size keeps its name: `manage.py make_sizes` mends it, and nobody's tags wait for that.
    """
    old, new = picture.key, uuid4()
    kept.begin(old)
    try:
        kept.link(old, new)
    except FileNotFoundError:
        log.exception("A picture lacks a size: %s", picture.pk)
        return
    with transaction.atomic():
        rows = type(picture)._default_manager.filter(pk=picture.pk, key=old, state=StoredFile.State.READY)
        if rows.update(key=new):
            transaction.on_commit(lambda: _renamed(old, new), robust=True)


def _renamed(old: UUID, new: UUID) -> None:
    kept.settle(new)
    kept.remove(old)


def renew(file_ids: Collection[UUID], purpose: Purpose, today: date) -> None:
    """Let nothing of these pictures lie where it did, and nothing be there that nobody may see any more.

    What viewers need now is asked for. What one of them gets was decided anew at the very change: this is about the
    files (PROMISES 3.4). May be done any number of times.
    """
    wanted = wanted_copies(file_ids, purpose, today)
    throw_away_unwanted(wanted)
    ask(wanted)
    clean = StoredFile.objects.filter(pk__in=file_ids, state=StoredFile.State.READY)
    copies = BlurredCopy.objects.filter(file__in=file_ids, state=BlurredCopy.State.READY)
    pictures: list[StoredFile | BlurredCopy] = [*clean, *copies]
    for picture in pictures:
        rename(picture)
