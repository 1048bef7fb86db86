"""The sizes of pictures: made by a worker, in a process apart, from rows that it claims (DOMAIN 5.1)."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime
from math import inf
from pathlib import Path

from django.db import transaction

from documents import apart, kept, rules, taking
from documents.models import StoredFile
from documents.services.files import settle_one
from documents.stores import store
from documents.turns import take_turn

log = logging.getLogger(__name__)
State, Problem = StoredFile.State, StoredFile.Problem
_WHY = {"memory": Problem.TOO_MUCH, "time": Problem.TOO_MUCH, "pixels": Problem.TOO_MUCH}


def make_waiting(*, now: datetime, seconds: float = inf) -> int:
    """Make the sizes of every picture that waits, for a turn of so many seconds; return how many were tried."""
    rows, task = StoredFile.objects.all(), "documents.tasks.make_sizes"
    return take_turn(rows, lambda file, _at: make_sizes(file), now=now, seconds=seconds, task=task)


def make_sizes(file: StoredFile) -> None:
    """Make one claimed picture's sizes and remove what was uploaded, or mark it as damaged. Never raises for a picture.

    Where the disk is full, or the store does not answer, it waits for its next try.
    """
    if file.tries > rules.MOST_TRIES:  # workers died of it
        _mark(file, {"state": State.DAMAGED, "problem": Problem.TOO_MUCH})
        return
    try:
        with kept.working_folder() as folder:
            columns = _made(file, folder)
    except FileNotFoundError:
        columns = {"state": State.DAMAGED, "problem": Problem.GONE}
    except (apart.Refused, OSError) as fault:
        why = fault.why if isinstance(fault, apart.Refused) else "disk"
        if why == "disk":
            log.exception("The sizes of a picture could not be kept")
            return
        columns = {"state": State.DAMAGED, "problem": problem_of(why)}
    _mark(file, columns)


def _made(file: StoredFile, folder: Path) -> dict[str, object]:
    """Make the sizes and put them into the store; return what its row says then.

    Raises `apart.Refused`, and `OSError` where the store does not take them.
    """
    place = store().near(kept.name_of(file.key), folder)
    answer = taking.make_sizes(place, folder, file.key.hex)
    whole = (folder / f"{file.key.hex}.{rules.WHOLE}.webp").stat().st_size
    stored = kept.put_sizes(file.key, folder)
    width, height = answer["sizes"][rules.WHOLE]
    return {
        "state": State.READY,
        "media_type": "image/webp",
        "name": rules.renamed(file.name, "image/webp"),
        "size": whole,
        "stored": stored,
        "width": width,
        "height": height,
        "placeholder": answer["placeholder"],
    }


def make_again(file: StoredFile) -> None:
    """Make a ready picture's other sizes anew from its whole, which stays as it is.

    Raises `apart.Refused`, and `OSError` where the whole is gone or the store does not take what was made.
    """
    with kept.working_folder() as folder:
        whole = store().near(kept.name_of(file.key, rules.WHOLE), folder)
        made = folder / "made"
        made.mkdir()
        taking.make_sizes(whole, made, file.key.hex)
        shutil.copyfile(whole, made / f"{file.key.hex}.{rules.WHOLE}.webp")
        stored = kept.put_sizes(file.key, made)
    StoredFile.objects.filter(pk=file.pk, key=file.key).update(stored=stored)
    settle_one(file.key, StoredFile.objects.filter(key=file.key).first())


def problem_of(why: str) -> StoredFile.Problem:
    """Return what is said of a picture whose sizes could not be made; `why` is a word of `apart.Refused`."""
    return _WHY.get(why, Problem.UNREADABLE)


def _mark(file: StoredFile, columns: dict[str, object]) -> None:
    """Write what came of it, unless the claim was lost; then let the store agree."""
    with transaction.atomic():
        ours = StoredFile.objects.waiting().filter(pk=file.pk, tries=file.tries)
        if not ours.update(claimed_until=None, **columns):
            return
    settle_one(file.key, StoredFile.objects.filter(pk=file.pk).first())
