"""How the files of the house are, in numbers: for whoever runs the system. Never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from documents.models import BlurredCopy, Document, FileCheck, PdfPreview, SizesRun, StoredFile, Upload, is_stuck
from documents.models.claims import Claimed

WAITING, DAMAGED = Claimed.State.WAITING, Claimed.State.DAMAGED


@dataclass(frozen=True)
class FilesState:
    """The last checks of the store, newest first; the last time that sizes were made anew; and what is not ready."""

    checks: list[FileCheck]
    sizes: SizesRun | None
    pictures_waiting: int
    pictures_stuck: int  # of those
    damaged: dict[str, int]  # by StoredFile.Problem
    copies_waiting: int
    copies_given_up: int
    pages_waiting: int
    uploads: int  # under way
    upload_bytes: int
    drafts: int  # of documents


def files_state(now: datetime) -> FilesState:
    """Return how the files are now: nine queries, each of which counts by an index or few rows."""
    copies = _by_state(BlurredCopy.objects.all())
    waiting = StoredFile.objects.waiting()
    damaged = StoredFile.objects.filter(state=DAMAGED).order_by().values_list("problem").annotate(Count("pk"))
    under_way = Upload.objects.filter(taken_at=None).aggregate(number=Count("pk"), bytes=Sum("received"))
    return FilesState(
        checks=list(FileCheck.objects.order_by("-created_at")[:14]),
        sizes=SizesRun.objects.order_by("-created_at").first(),
        pictures_waiting=waiting.count(),
        pictures_stuck=waiting.filter(is_stuck(now)).count(),
        damaged=dict(damaged),
        copies_waiting=copies.get(WAITING, 0),
        copies_given_up=copies.get(DAMAGED, 0),
        pages_waiting=PdfPreview.objects.waiting().count(),
        uploads=under_way["number"],
        upload_bytes=under_way["bytes"] or 0,
        drafts=Document.objects.drafts().count(),
    )


def _by_state(rows: QuerySet[Any]) -> dict[str, int]:
    unready = rows.filter(state__in=[WAITING, DAMAGED]).order_by()
    return dict(unready.values_list("state").annotate(Count("pk")))
