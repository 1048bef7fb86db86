"""Files are kept and thrown away. No row without its file, and no file without its row (PROMISES 2)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from children.models import Department
from documents import kept, rules
from documents.models import BlurredCopy, StoredFile, is_stuck
from documents.selectors.references import unused
from documents.services import uploads
from documents.services.room import demand_room
from documents.stores import store
from documents.taking import Taken, take
from portal.lib import bell

log = logging.getLogger(__name__)
State = StoredFile.State


@dataclass(frozen=True)
class Arrived:
    """An upload that has been looked at and lies in the store, where no row refers to it yet."""

    key: UUID
    taken: Taken
    upload: File[bytes]


@contextmanager
def arriving(upload: File[bytes]) -> Iterator[Arrived]:
    """Open what a stranger has sent, and lay it in the store: seconds, in which no transaction may be under way.

    Inside, `keep_arrived` keeps it in a transaction that is short. What no row refers to when this is left is removed,
    at the latest within the hour, and an upload in parts that was refused is thrown away.

    Raises `ValidationError` with a sentence for whoever chose the file. An upload in parts is taken once: raises
    `TakenBefore` for the second time.
    """
    key = uuid4()
    try:
        yield _laid(upload, key)
    except uploads.TakenBefore:
        raise
    except ValidationError:
        uploads.refuse(upload)
        raise
    finally:
        with suppress(OSError):  # its note lies, or nothing does
            if not StoredFile.objects.filter(key=key).exists():
                kept.remove(key)


def _laid(upload: File[bytes], key: UUID) -> Arrived:
    uploads.demand_untaken(upload)
    try:
        with kept.working_folder() as folder:
            taken = take(upload, folder / "whole")
            kept.begin(key)
            store().put(kept.name_of(key), folder / "whole")
    except OSError as fault:
        uploads.demand_untaken(upload)  # its parts went meanwhile, with whoever was first
        log.exception("A file could not be kept")
        raise ValidationError(_("Det finns inte plats för filen just nu. Försök igen om en stund.")) from fault
    return Arrived(key, taken, upload)


def keep_arrived(
    arrived: Arrived,
    *,
    by_id: UUID | None,
    now: datetime,
    department_id: UUID | None = None,
    preschool_id: UUID | None = None,
) -> StoredFile:
    """Keep what has arrived, and return its row. A picture waits for the worker to make its sizes.

    It takes room of the preschool, or of the department's; where there is none left it is refused. What the house
    draws itself (`by_id` None) takes its room, too, and is never refused. Goes with the transaction that it is called
    in. A picture of a department's posts (`department_id`) that it has already is not kept again: its row is returned,
    held until that one is over. Nothing else is shared: who is in a picture, and what it is called, is said of the row.

    Raises `ValidationError` with a sentence, and `TakenBefore`.
    """
    with transaction.atomic():
        uploads.take(arrived.upload, now=now)
        if found := _same(arrived.taken, department_id):
            return found
        if department_id:
            preschool_id = Department.objects.values_list("preschool", flat=True).get(pk=department_id)
        if by_id:
            demand_room(preschool_id, arrived.taken.size)
        try:
            made = _row(arrived, department_id=department_id, preschool_id=preschool_id, by_id=by_id, now=now)
        except IntegrityError:  # somebody else has just kept the same
            if found := _same(arrived.taken, department_id):
                return found
            raise
        transaction.on_commit(lambda: _kept(made), robust=True)
    return made


def keep(
    upload: File[bytes],
    *,
    by_id: UUID | None,
    now: datetime,
    department_id: UUID | None = None,
    preschool_id: UUID | None = None,
) -> StoredFile:
    """Keep an upload by itself: `arriving` and `keep_arrived` in one, where nothing else is to be written with it."""
    with arriving(upload) as arrived:
        return keep_arrived(arrived, by_id=by_id, now=now, department_id=department_id, preschool_id=preschool_id)


def _same(taken: Taken, department_id: UUID | None) -> StoredFile | None:
    """Return the same picture of the department's posts, and let nobody throw it away before we refer to it."""
    if department_id is None:
        return None
    same = StoredFile.objects.filter(department=department_id, digest=taken.digest).exclude(state=State.DAMAGED)
    return same.select_for_update(of=("self",)).first()


def _row(
    arrived: Arrived, *, department_id: UUID | None, preschool_id: UUID | None, by_id: UUID | None, now: datetime
) -> StoredFile:
    taken = arrived.taken
    with transaction.atomic():
        made = StoredFile.objects.create(
            key=arrived.key,
            name=taken.name,
            kind=taken.kind,
            media_type=taken.media_type,
            size=taken.size,
            stored=taken.size,
            digest=taken.digest,
            state=State.WAITING if taken.kind == StoredFile.Kind.PICTURE else State.READY,
            department_id=department_id,
            preschool_id=preschool_id,
            uploaded_by_id=by_id,
        )
        audit.did("file.kept", person_id=by_id, now=now, file=made.pk)
        return made


def _kept(file: StoredFile) -> None:
    if file.is_picture:  # its note lies until the sizes are made and what was uploaded is gone
        bell.ring("documents.tasks.make_sizes")
    else:
        kept.settle(file.key)


def try_again(files: Iterable[StoredFile], *, now: datetime) -> None:
    """Let workers make the sizes anew of those of these pictures that are stuck, and give them as long as at first."""
    stuck = StoredFile.objects.filter(is_stuck(now), pk__in=[file.pk for file in files])
    if stuck.update(claimed_until=now, tries=0):
        transaction.on_commit(lambda: bell.ring("documents.tasks.make_sizes"), robust=True)


def discard(files: Iterable[StoredFile]) -> Counter[str]:
    """Throw files and their copies away: the rows with the transaction, what lies in the store after it.

    What something else refers to stays. Returns how many rows of each kind are gone.
    """
    with transaction.atomic():
        # Held before it is asked whether they are used: another post may be about to have the same picture.
        held = StoredFile.objects.select_for_update(of=("self",)).in_bulk([file.pk for file in files])
        gone = list(unused().filter(pk__in=held).values_list("pk", flat=True))
        copies = discard_rows(BlurredCopy.objects.filter(file__in=gone))
        return copies + discard_rows(StoredFile.objects.filter(pk__in=gone))


def discard_rows(rows: QuerySet[StoredFile] | QuerySet[BlurredCopy]) -> Counter[str]:
    """Delete these rows, and what lies in the store for them when the transaction is over.

    Returns how many rows of each kind are gone, those that belong to them among them.
    """
    keys = list(rows.values_list("key", flat=True))
    for key in keys:
        kept.begin(key)
    gone = Counter(rows.delete()[1])
    for key in keys:
        transaction.on_commit(lambda key=key: kept.remove(key), robust=True)  # type: ignore[misc]  # the default is typed
    return gone


def tidy(*, now: datetime) -> int:
    """Bring to an end what was interrupted between the store and the database; return how many files it was."""
    kept.sweep_working(now, for_longer_than=rules.UNSETTLED_FOR)
    keys = list(kept.unsettled(now, for_longer_than=rules.UNSETTLED_FOR))
    rows: dict[UUID, StoredFile | BlurredCopy] = {file.key: file for file in StoredFile.objects.filter(key__in=keys)}
    rows |= {copy.key: copy for copy in BlurredCopy.objects.filter(key__in=keys)}
    for key in keys:
        settle_one(key, rows.get(key))
    return len(keys)


def settle_one(key: UUID, file: StoredFile | BlurredCopy | None) -> None:
    """Leave in the store what the row stands for, and nothing else; of what a check has missed, what there is."""
    if isinstance(file, StoredFile) and file.problem == StoredFile.Problem.GONE:
        kept.settle(key)
    elif file is None or file.state == State.DAMAGED:
        kept.remove(key)
    elif file.is_picture and file.is_ready:
        kept.remove(key, keep_sizes=True)
    elif file.is_ready:
        kept.settle(key)
