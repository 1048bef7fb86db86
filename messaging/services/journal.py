"""What is said is handed over to the registry: sealed, and chained to what was sealed before (DOMAIN 4.13)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from messaging.journal_package import Record, packed
from messaging.models import Bulletin, JournalPackage, JournalPart
from messaging.selectors.journal import open_bulletin_to_seal, open_to_seal, record_of_bulletin, record_of_thread
from portal.lib.crypto import encrypt_bytes

Kind = JournalPackage.Kind
PIECE = 1024 * 1024  # bytes
TRIES = 5  # others who seal at the same moment were faster


def seal_thread(*, thread_id: UUID, actor: Actor, now: datetime) -> JournalPackage:
    """Seal a conversation as it is now. From then on nothing in it can be withdrawn.

    The same conversation may be sealed again when it has gone on. Raises `Http404` as the door does, and
    `ValidationError` where a file is not ready.
    """

    def gather() -> Record:
        record = record_of_thread(actor, open_to_seal(actor, thread_id, lock=True), now)
        if not record.said["messages"]:
            raise Http404
        return record

    return _in_turn(gather, Kind.THREAD, thread_id, actor, now)


def seal_bulletin(*, bulletin_id: UUID, actor: Actor, now: datetime) -> JournalPackage:
    """Seal a bulletin as it is now, with who has read it. From then on it cannot be withdrawn.

    Raises `Http404` as the door does.
    """

    def gather() -> Record:
        Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id).first()
        return record_of_bulletin(open_bulletin_to_seal(actor, bulletin_id, now), actor)

    return _in_turn(gather, Kind.BULLETIN, bulletin_id, actor, now)


def _in_turn(
    gather: Callable[[], Record], kind: JournalPackage.Kind, about: UUID, actor: Actor, now: datetime
) -> JournalPackage:
    """Seal what is gathered; once more where somebody else was faster and the chain has gone on."""
    for _turn in range(TRIES - 1):
        with suppress(IntegrityError):
            return _seal(gather, kind, about, actor, now)
    return _seal(gather, kind, about, actor, now)


@transaction.atomic
def _seal(
    gather: Callable[[], Record], kind: JournalPackage.Kind, about: UUID, actor: Actor, now: datetime
) -> JournalPackage:
    with translation.override("sv"):  # the registry's language, whoever seals
        return _write(gather(), kind, about, actor, now)


def _write(record: Record, kind: JournalPackage.Kind, about: UUID, actor: Actor, now: datetime) -> JournalPackage:
    # The library that draws is loaded where something is drawn.
    from messaging.journal_paper import print_record

    if actor.person_id is None:
        raise Http404
    _check_files(record)
    last = JournalPackage.objects.order_by("-number").first()
    number, before = (last.number + 1, last.digest) if last else (1, "")
    try:
        paper = print_record(record.said, number=number, sealed_at=now)
        with packed(record, paper, number=number, before=before, sealed_at=now) as (file, digest):
            pieces = [encrypt_bytes(piece) for piece in iter(lambda: file.read(PIECE), b"")]
            size = file.tell()
    except FileNotFoundError:
        raise ValidationError(_("En bifogad fil finns inte kvar. Prata med den som sköter systemet.")) from None
    package = JournalPackage.objects.create(
        number=number,
        kind=kind,
        about=about,
        title=record.title,
        children=sorted(str(one) for one in record.children),
        people=sorted(str(one) for one in record.people),
        aliased=sorted(str(one) for one in record.aliased),
        sealed_at=now,
        sealed_by=actor.person_id,
        before=before,
        digest=digest,
        size=size,
    )
    JournalPart.objects.bulk_create(
        [JournalPart(package=package, position=position, data=data) for position, data in enumerate(pieces)]
    )
    audit.did(
        "journal.sealed",
        person_id=actor.person_id,
        now=now,
        children=record.children,
        package=package.pk,
        number=number,
        digest=digest,
    )
    return package


def _check_files(record: Record) -> None:
    """Refuse while a picture is being made. A damaged one is left out: there is nothing of it to keep."""
    if any(not file.is_ready for file in record.files.values()):
        raise ValidationError(_("En bild görs fortfarande i ordning. Vänta en stund och försök igen."))
