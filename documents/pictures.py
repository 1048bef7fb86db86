"""The sizes of pictures: made by a worker, in a process apart, from rows that it claims (DOMAIN 5.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction

from documents import apart, files_on_disk, rules
from documents.models import StoredFile
from documents.services.files import settle_one

State, Problem = StoredFile.State, StoredFile.Problem
_WHY = {"memory": Problem.TOO_MUCH, "time": Problem.TOO_MUCH, "pixels": Problem.TOO_MUCH}


def make_waiting(*, now: datetime) -> int:
    """Make the sizes of every picture that waits; return how many were tried. Any number of workers may do this."""
    tried, started = 0, monotonic()
    while file := StoredFile.objects.claim(now + timedelta(seconds=monotonic() - started)):
        make_sizes(file)
        tried += 1
    return tried


def make_sizes(file: StoredFile) -> None:
    """Make one claimed picture's sizes and remove what was uploaded, or mark it as damaged. Never raises for a picture.

    Where the disk is full it waits for its next try.
    """
    if file.tries > rules.MOST_TRIES:  # workers died of it
        _mark(file, {"state": State.DAMAGED, "problem": Problem.TOO_MUCH})
        return
    place = files_on_disk.make_room(file.key)
    if not place.exists():
        _mark(file, {"state": State.DAMAGED, "problem": Problem.GONE})
        return
    files_on_disk.remove_sizes(file.key)  # of a try that did not come to its end
    try:
        answer = apart.run(
            "pictures.sizes",
            file=str(place.resolve()),
            most_pixels=rules.MOST_PIXELS,
            folder=str(place.parent.resolve()),
            stem=file.key.hex,
            widths=rules.WIDTHS,
        )
        files_on_disk.make_lasting(file.key)
    except (apart.Refused, OSError) as fault:
        files_on_disk.remove_sizes(file.key)
        why = fault.why if isinstance(fault, apart.Refused) else "disk"
        if why != "disk":
            _mark(file, {"state": State.DAMAGED, "problem": _WHY.get(why, Problem.UNREADABLE)})
        return
    width, height = answer["sizes"][rules.WHOLE]
    _mark(
        file,
        {
            "state": State.READY,
            "media_type": "image/webp",
            "name": rules.renamed(file.name, "image/webp"),
            "size": files_on_disk.path_of(file.key, rules.WHOLE).stat().st_size,
            "width": width,
            "height": height,
            "placeholder": answer["placeholder"],
        },
    )


def _mark(file: StoredFile, columns: dict[str, object]) -> None:
    """Write what came of it, unless the claim was lost; then let the disk agree."""
    with transaction.atomic():
        ours = StoredFile.objects.waiting().filter(pk=file.pk, tries=file.tries)
        if not ours.update(claimed_until=None, **columns):
            return
    settle_one(file.key, StoredFile.objects.filter(pk=file.pk).first())
