"""Faces in the pictures of drafts (FIND_FACES): looked for by a worker, in a process apart, from claimed rows."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from math import inf
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from documents import apart, kept, rules
from documents.models import FaceSearch, StoredFile
from documents.stores import store
from documents.turns import take_turn
from portal.lib import bell

log = logging.getLogger(__name__)
State = FaceSearch.State


def ask(file: StoredFile) -> None:
    """Let a worker look for faces in a picture of a draft, once its sizes are made. Does nothing without FIND_FACES."""
    if settings.FIND_FACES:
        FaceSearch.objects.get_or_create(file=file, defaults={"state": State.WAITING})
        transaction.on_commit(lambda: bell.ring("documents.tasks.find_faces"), robust=True)


def forget(file_ids: Iterable[UUID]) -> None:
    """Throw away where faces are in these pictures."""
    FaceSearch.objects.filter(file__in=file_ids).delete()


def find_waiting(*, now: datetime, seconds: float = inf) -> int:
    """Look for faces where that waits, for a turn of so many seconds; return in how many pictures."""
    if not settings.FIND_FACES:
        return 0
    rows = FaceSearch.objects.filter(file__state=StoredFile.State.READY).select_related("file")
    task = "documents.tasks.find_faces"
    return take_turn(rows, lambda one, _at: find(one), now=now, seconds=seconds, task=task)


def find(search: FaceSearch) -> None:
    """Look for faces in one claimed picture. What makes the finder crash has no proposals, and holds nobody up."""
    columns: dict[str, Any] = {"state": State.DAMAGED}
    if search.tries <= rules.MOST_TRIES:  # else workers died of it
        try:
            with kept.working_folder() as folder:
                place = store().near(kept.name_of(search.file.key, "medium"), folder)
                columns = {"state": State.READY, "found": apart.run("faces.find", file=str(place))["faces"]}
        except apart.Refused as fault:
            log.warning("Nobody could look for faces (%s): %s", fault.why, search.file_id)
        except OSError:
            log.exception("A picture could not be read")
            return
    FaceSearch.objects.waiting().filter(pk=search.pk, tries=search.tries).update(claimed_until=None, **columns)
