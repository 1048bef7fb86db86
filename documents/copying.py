"""Blurred copies of pictures: made by a worker from the clean sizes, in a process apart, from rows that it claims."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

from documents import apart, kept, rules
from documents.models import BlurredCopy
from documents.selectors.shown import Blurs
from documents.services.files import settle_one
from documents.shown_rules import mark_of
from documents.stores import store
from documents.turns import take_turn

log = logging.getLogger(__name__)


def make_waiting(*, now: datetime, seconds: float = inf) -> int:
    """Make every copy that waits, for a turn of so many seconds; return how many were tried."""
    rows, task = BlurredCopy.objects.select_related("file"), "documents.tasks.make_copies"
    return take_turn(rows, lambda copy, _at: make(copy), now=now, seconds=seconds, task=task)


def make_these(wanted: Mapping[UUID, Blurs], *, now: datetime, told: Callable[[], None]) -> None:
    """Make those of these copies that wait and that no other worker has. `told` is called before each."""
    marks = {(file_id, mark_of(boxes)) for file_id, blurs in wanted.items() for boxes in blurs}
    started, rows = monotonic(), BlurredCopy.objects.select_related("file")
    for copy_id, *mark in rows.waiting().filter(file__in=wanted).values_list("pk", "file_id", "digest"):
        if tuple(mark) in marks:
            told()
            if copy := rows.filter(pk=copy_id).claim(now + timedelta(seconds=monotonic() - started)):
                make(copy)


def make(copy: BlurredCopy) -> None:
    """Make one claimed copy's sizes. What does not succeed is tried again when the claim is over, and never shown.

    After some tries it is given up, also where workers died of it, until the next hour (`copies.try_given_up`).
    """
    if copy.tries % (rules.MOST_TRIES + 1) == 0:
        ours = BlurredCopy.objects.waiting().filter(pk=copy.pk, tries=copy.tries)
        ours.update(state=BlurredCopy.State.DAMAGED, claimed_until=None)
        return
    try:
        with kept.working_folder() as folder:
            apart.run(
                "pictures.blurred",
                file=str(store().near(kept.name_of(copy.file.key, rules.WHOLE), folder)),
                most_pixels=rules.MOST_PIXELS,
                folder=str(folder),
                stem=copy.key.hex,
                widths=rules.WIDTHS,
                boxes=copy.boxes,
            )
            stored = kept.put_sizes(copy.key, folder)
    except (apart.Refused, OSError) as fault:
        log.warning("a blurred copy could not be made (%s): %s", type(fault).__name__, copy.pk)
        return
    ours = BlurredCopy.objects.waiting().filter(pk=copy.pk, tries=copy.tries)
    if ours.update(state=BlurredCopy.State.READY, stored=stored, claimed_until=None):
        kept.settle(copy.key)
    else:  # it was thrown away meanwhile, or another worker has it
        settle_one(copy.key, BlurredCopy.objects.filter(pk=copy.pk).first())
