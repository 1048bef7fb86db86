"""Files that come in parts, and go on where the connection broke: begun, continued, taken once, forgotten (tus 1.0)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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

MOST_UNDER_WAY = 60  # of one person
MOST_BYTES = 400 * 1024 * 1024  # of one person, under way
MOST_PARTS = 400  # of one file: nobody sends it byte by byte
KEPT_FOR = timedelta(days=1)
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
    *, upload_id: UUID, name: str, size: int, by_id: UUID, now: datetime, preschool_id: UUID | None = None
) -> Upload:
    """Let somebody send a file, and return it; asked twice for the same, it goes on.

    Raises `ValidationError` for what is too large, too much at once, or more than the preschool that it is to be for
    has room for; `Http404` for an id that is another's.
    """
    if not 0 < size <= rules.LARGEST:
        raise ValidationError(_("Filen är för stor. Den får vara högst 20 MB.") if size else _("Filen är tom."))
    under_way = Upload.objects.filter(person=by_id, taken_at=None, created_at__gt=now - KEPT_FOR).exclude(pk=upload_id)
    bytes_under_way = under_way.aggregate(sum=Sum("size"))["sum"] or 0
    if under_way.count() >= MOST_UNDER_WAY or bytes_under_way + size > MOST_BYTES:
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

    Raises `Elsewhere`, and `OSError` where there is no room.
    """
    with kept.working_folder() as folder:
        length = _written(body, folder / "part", upload.size - begins)
        with transaction.atomic():
            held = Upload.objects.select_for_update().get(pk=upload.pk)
            if held.received != begins or held.taken_at:
                raise Elsewhere
            if length:
                store().put(_part(held.pk, begins), folder / "part")
                held.parts = [*held.parts, begins]
                held.received += length
                held.save(update_fields=["parts", "received"])
    return held


def _written(body: Readable, place: Path, most: int) -> int:
    """Write what comes, and return how much did before it ended or broke off."""
    written = 0
    with place.open("xb") as out:
        try:
            while written < most and (chunk := body.read(min(_CHUNK, most - written))):
                out.write(chunk)
                written += len(chunk)
        except OSError:  # the connection; a full disk says so again when the part is put in its place
            out.flush()
    return written


def finished(upload_ids: Collection[UUID], by_id: UUID | None) -> list[Finished]:
    """Return those that this person has sent and that have come whole, in that order. Others are left out."""
    found = Upload.objects.filter(person=by_id).in_bulk(list(upload_ids))
    whole = [found[upload_id] for upload_id in upload_ids if upload_id in found]
    return [Finished(upload) for upload in whole if upload.received == upload.size]


def take(file: Finished, *, now: datetime) -> None:
    """Note that it is taken, with the transaction that this is called in; its parts go after it.

    Raises `TakenBefore` for the second who does: what it was taken for goes with the first.
    """
    if not Upload.objects.filter(pk=file.upload.pk, taken_at=None).update(taken_at=now):
        raise TakenBefore(_("Filen är redan uppladdad."))
    transaction.on_commit(lambda: store().remove(_parts(file.upload)), robust=True)


def throw_away(upload: Upload) -> None:
    """Throw away what somebody does not want to send after all."""
    lying = _parts(upload)
    upload.delete()
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
