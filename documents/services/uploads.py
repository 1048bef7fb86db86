"""Files that come in parts, and go on where the connection broke: begun, continued, taken once, forgotten (tus 1.0)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum
from django.http import Http404
from django.utils.translation import gettext as _

from documents import kept, rules
from documents.models import Upload
from documents.services.room import demand_room
from documents.stores import store


@dataclass(frozen=True)
class Most:
    """How much one person may have under way: it takes nobody's room yet."""

    files: int
    bytes: int


OF_STAFF = Most(files=60, bytes=400 * 1024 * 1024)
OF_FAMILY = Most(files=10, bytes=100 * 1024 * 1024)
"""Whoever works nowhere sends files with messages only: five at a time."""
MOST_PARTS = 400  # of one file: nobody sends it byte by byte
KEPT_FOR = timedelta(days=1)
FOR_GOOD = "for good"
_CHUNK = 1 << 16


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Elsewhere(Exception):
    """The part begins where the file does not go on: whoever sends it asks anew how far it has come."""


class TakenBefore(ValidationError):
    """The same upload has been taken already: it was handed over twice."""


class Finished(File):  # type: ignore[type-arg]  # Django's has no parameters while it runs
    """An upload that has come whole, as every other uploaded file is read."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(None, name=upload.name)  # its parts are opened one after the other
        self.upload, self.size = upload, upload.size

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for part in _parts(self.upload):
            with store().open(part) as opened:
                while chunk := opened.read(chunk_size or _CHUNK):
                    yield chunk


def begin(
    *, upload_id: UUID, name: str, size: int, by_id: UUID, most: Most, now: datetime, preschool_id: UUID | None = None
) -> Upload:
    """Let somebody send a file, and return it; asked twice for the same, it goes on.

    Raises `ValidationError` for what is empty or too large (code FOR_GOOD), too much at once, or more than the
    preschool that it is to be for has room for; `Http404` for an id that is another's.
    """
    if not 0 < size <= rules.LARGEST:
        words = _("Filen är för stor. Den får vara högst 20 MB.") if size else _("Filen är tom.")
        raise ValidationError(words, code=FOR_GOOD)
    under_way = Upload.objects.filter(person=by_id, taken_at=None, created_at__gt=now - KEPT_FOR).exclude(pk=upload_id)
    bytes_under_way = under_way.aggregate(sum=Sum("size"))["sum"] or 0
    if under_way.count() >= most.files or bytes_under_way + size > most.bytes:
        raise ValidationError(_("Det är för många filer på väg på en gång. Vänta tills några är klara."))
    demand_room(preschool_id, size)
    made, _is_new = Upload.objects.get_or_create(
        pk=upload_id, defaults={"person_id": by_id, "name": name[:255], "size": size}
    )
    if made.person_id != by_id or made.size != size:
        raise Http404
    return made


def get_upload(upload_id: UUID, by_id: UUID | None) -> Upload:
    """Return what this person is sending. Raises `Http404` for all else."""
    found = Upload.objects.filter(pk=upload_id, person=by_id).first()
    if found is None:
        raise Http404
    return found


def append(upload: Upload, *, begins: int, body: Readable) -> Upload:
    """Keep what comes of it from that byte on, also where the connection breaks in the middle; return how far it is.

    Raises `Elsewhere`, `Http404` where it was thrown away meanwhile, and `OSError` where there is no room.
    """
    with kept.working_folder() as folder:
        length = _written(body, folder / "part", upload.size - begins)
        with transaction.atomic():
            held = Upload.objects.select_for_update().filter(pk=upload.pk).first()
            if held is None:
                raise Http404
            if held.received != begins or held.taken_at:
                raise Elsewhere
            if length:
                store().put(_part(held.pk, begins), folder / "part")
                held.parts = [*held.parts, begins]
                held.received += length
                held.save(update_fields=["parts", "received"])
    return held


def _written(body: Readable, place: Path, most: int) -> int:
    """Write what comes, and return how much lies there when it ends or breaks off. Raises `OSError` without room."""
    left = most
    with place.open("xb") as out:
        while left > 0:
            try:
                chunk = body.read(min(_CHUNK, left))
            except OSError:  # the connection; a disk that is full says so when it is written to, or closed
                break
            if not chunk:
                break
            out.write(chunk)
            left -= len(chunk)
    return place.stat().st_size


def finished(upload_ids: Collection[UUID], by_id: UUID | None) -> list[Finished]:
    """Return those that this person has sent and that have come whole, in that order. Others are left out."""
    found = Upload.objects.filter(person=by_id).in_bulk(list(upload_ids))
    whole = [found[upload_id] for upload_id in upload_ids if upload_id in found]
    return [Finished(upload) for upload in whole if upload.received == upload.size]


def demand_untaken(file: File[bytes]) -> None:
    """Raise `TakenBefore` for an upload that has been taken, or thrown away."""
    if isinstance(file, Finished) and not Upload.objects.filter(pk=file.upload.pk, taken_at=None).exists():
        raise TakenBefore(_("Filen är redan uppladdad."))


def take(file: File[bytes], *, now: datetime) -> None:
    """Note that an upload is taken, with the transaction that this is called in; its parts go after it.

    Raises `TakenBefore` for the second who does: what it was taken for goes with the first.
    """
    if not isinstance(file, Finished):
        return
    if not Upload.objects.filter(pk=file.upload.pk, taken_at=None).update(taken_at=now):
        raise TakenBefore(_("Filen är redan uppladdad."))
    transaction.on_commit(lambda: store().remove(_parts(file.upload)), robust=True)


def refuse(file: File[bytes]) -> None:
    """Throw an upload away that is not taken: it would stand in the way of its sender's next ones."""
    if isinstance(file, Finished):
        throw_away(file.upload)


def throw_away(upload: Upload) -> None:
    """Throw away what somebody does not want to send after all. What has been taken stays noted, so that it is once."""
    with transaction.atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk, taken_at=None).first()
        if held is None:
            return
        lying = _parts(held)  # without a row there is no id
        held.delete()
        transaction.on_commit(lambda: store().remove(lying), robust=True)


def forget_old(*, now: datetime) -> int:
    """Throw away what was begun more than a day ago; return how much it was."""
    old = list(Upload.objects.filter(created_at__lt=now - KEPT_FOR)[:500])
    for upload in old:
        store().remove(_parts(upload))
    Upload.objects.filter(pk__in=[upload.pk for upload in old]).delete()
    return len(old)


def _parts(upload: Upload) -> list[str]:
    return [_part(upload.pk, begins) for begins in upload.parts]


def _part(upload_id: UUID, begins: int) -> str:
    return f"parts/{upload_id.hex}.{begins}"
