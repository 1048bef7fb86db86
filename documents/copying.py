"""Blurred copies of pictures: made by a worker from the clean sizes, in a process apart, from rows that it claims."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic

from documents import apart, files_on_disk, rules
from documents.models import BlurredCopy
from documents.services.files import settle_one

log = logging.getLogger(__name__)


def make_waiting(*, now: datetime) -> int:
    """Make every copy that waits; return how many were tried. Any number of workers may do this at once."""
    tried, started = 0, monotonic()
    while copy := BlurredCopy.objects.select_related("file").claim(now + timedelta(seconds=monotonic() - started)):
        make(copy)
        tried += 1
    return tried


def make(copy: BlurredCopy) -> None:
    """Make one claimed copy's sizes. What does not succeed is tried again when the claim is over, and never shown."""
    place = files_on_disk.make_room(copy.key)
    files_on_disk.remove_sizes(copy.key)  # of a try that did not come to its end
    try:
        apart.run(
            "pictures.blurred",
            file=str(files_on_disk.path_of(copy.file.key, rules.WHOLE).resolve()),
            most_pixels=rules.MOST_PIXELS,
            folder=str(place.parent.resolve()),
            stem=copy.key.hex,
            widths=rules.WIDTHS,
            boxes=copy.boxes,
        )
        files_on_disk.make_lasting(copy.key)
    except (apart.Refused, OSError) as fault:
        files_on_disk.remove_sizes(copy.key)
        log.warning("a blurred copy could not be made (%s): %s", type(fault).__name__, copy.pk)
        return
    ours = BlurredCopy.objects.waiting().filter(pk=copy.pk, tries=copy.tries)
    if ours.update(state=BlurredCopy.State.READY, claimed_until=None):
        files_on_disk.settle(copy.key)
    else:  # it was thrown away meanwhile, or another worker has it
        settle_one(copy.key, BlurredCopy.objects.filter(pk=copy.pk).first())
