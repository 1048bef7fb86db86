"""What is said is handed over to the registry: sealed, and chained to what was sealed before (DOMAIN 4.13)."""

from __future__ import annotations

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
from messaging.models import JournalPackage, JournalPart
from messaging.selectors.journal import open_to_seal, record_of_thread
from portal.lib.crypto import encrypt_bytes

Kind = JournalPackage.Kind
PIECE = 1024 * 1024  # bytes
TRIES = 5  # others who seal at the same moment were faster


def seal_thread(*, thread_id: UUID, actor: Actor, now: datetime) -> JournalPackage:
    """Seal a conversation as it is now. From then on nothing in it can be withdrawn.

    The same conversation may be sealed again when it has gone on. Raises `Http404` as the door does, and
    `ValidationError` where there is nothing to seal or a file is not ready.
    """
    for turn in range(TRIES):
        try:
            with transaction.atomic(), translation.override("sv"):  # the registry's language, whoever seals
                opened = open_to_seal(actor, thread_id, lock=True)
                record = record_of_thread(actor, opened, now)
                if not record.said["messages"]:
                    raise Http404
                return _seal(record, Kind.THREAD, thread_id, actor, now)
        except IntegrityError:
            if turn == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _seal(record: Record, kind: JournalPackage.Kind, about: UUID, actor: Actor, now: datetime) -> JournalPackage:
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
