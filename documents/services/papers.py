"""Documents are renewed, opened, answered, withdrawn and removed. One transaction each."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action
from children.actors import Actor
from children.selectors.reach import Relation, who_may
from documents import paper_rules
from documents.models import Document, DocumentRead, DocumentVersion, StoredFile
from documents.selectors.readers import About
from documents.selectors.reading import get_changed, own_documents
from documents.services import files
from documents.services.sharing import add_version, discard_unused, person_of
from documents.services.uploads import TakenBefore
from notifications.models import Kind
from notifications.reading import read_about
from notifications.services import give_up, notify
from portal.lib import bell


def renew(*, document_id: UUID, upload: File[bytes], note: str, actor: Actor, now: datetime) -> Document:
    """Give a shared document a new version; the families are told of it, and asked again for what it asks.

    The same file as now changes nothing (G09). Raises `ValidationError`, and `Http404` for whoever may not.
    """
    if len(note) > paper_rules.LONGEST_NOTE:
        raise ValidationError(_("Skriv högst {number} tecken.").format(number=paper_rules.LONGEST_NOTE))
    document = get_changed(actor, document_id)
    with suppress(TakenBefore), files.arriving(upload) as arrived, transaction.atomic():
        document = _standing(actor, document_id)
        file = files.keep_arrived(arrived, by_id=actor.person_id, now=now, preschool_id=document.folder.room_of)
        before = document.versions.select_related("file").get(is_current=True)
        if file.digest == before.file.digest:
            discard_unused([file])
            return document
        if file.is_picture and document.child_id is None:
            raise ValidationError(_("Lägg bilder i ett inlägg i stället."))
        add_version(document, file, number=before.number + 1, by_id=person_of(actor), note=note.strip())
        document.told_at = document.reminded_at = None
        document.save(update_fields=["told_at", "reminded_at"])
        _write_down("document.renewed", document, actor, now)
        transaction.on_commit(lambda: bell.ring("documents.tasks.tell_of_documents"), robust=True)
    return document


def _standing(actor: Actor, document_id: UUID) -> Document:
    """Return a shared document that the actor may change, held. Raises `Http404`, `ValidationError`."""
    document = get_changed(actor, document_id, lock=True)
    if document.is_draft:
        raise Http404
    if document.is_withdrawn:
        raise ValidationError(_("Dokumentet är redan återkallat."))
    return document


def _write_down(deed: str, document: Document, actor: Actor, now: datetime) -> None:
    audit.did(
        deed,
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        now=now,
        children=[document.child_id] if document.child_id else [],
        document=document.pk,
    )


def mark_opened(*, version: DocumentVersion, actor: Actor, now: datetime) -> None:
    """Note that a guardian has opened what the document is now, the first time; its notice is read, too."""
    if actor.person_id is None or actor.tablet or not version.is_current:
        return
    if not own_documents(actor).filter(pk=version.document_id).exists():
        return
    with transaction.atomic():
        DocumentRead.objects.get_or_create(version=version, person_id=actor.person_id, defaults={"opened_at": now})
        read_about(person_id=actor.person_id, name="document", thing_id=version.document_id, now=now)


def answer(*, document_id: UUID, version_id: UUID, actor: Actor, now: datetime) -> Document:
    """Confirm that the document is read, or agree to it, as a guardian. A second press changes nothing.

    Raises `ValidationError` where it asks nothing, or where there is a newer version than was seen; `Http404` for
    whoever does not read it as a guardian.
    """
    with transaction.atomic():
        document = own_documents(actor).standing().filter(pk=document_id).first()
        if document is None:
            raise Http404
        if not document.asks:
            raise ValidationError(_("Dokumentet väntar inte på svar."))
        version = document.versions.get(is_current=True)
        if version.pk != version_id:
            raise ValidationError(_("Det har kommit en ny version. Läs den först."))
        read, _made = DocumentRead.objects.get_or_create(
            version=version, person_id=actor.person_id, defaults={"opened_at": now}
        )
        if read.answered_at is None:
            read.answered_at = now
            read.save(update_fields=["answered_at"])
            _write_down("document.answered", document, actor, now)
        read_about(person_id=person_of(actor), name="document", thing_id=document.pk, now=now)
    return document


def can_be_withdrawn(document: Document, now: datetime) -> bool:
    """Tell whether a document that is shared can still be withdrawn."""
    is_early = document.shared_at is not None and paper_rules.can_be_withdrawn(document.shared_at, now)
    return is_early and not document.is_withdrawn


def withdraw(*, document_id: UUID, reason: str, actor: Actor, now: datetime) -> Document:
    """Withdraw within seven days: whoever read it is shown just that, and whoever leads is told (DOMAIN 4.6).

    Raises `ValidationError` without a reason or after seven days, `Http404` for whoever may not.
    """
    with transaction.atomic():
        document = _standing(actor, document_id)
        if not can_be_withdrawn(document, now):
            raise ValidationError(_("Det har gått mer än sju dagar. Du kan ta bort dokumentet i stället."))
        document.reason, document.withdrawn_at, document.ended_by_id = _reason(reason), now, person_of(actor)
        document.save(update_fields=["reason", "withdrawn_at", "ended_by"])
        give_up(concerned=Q(event__in=document.versions.values("pk")), now=now)
        _write_down("document.withdrawn", document, actor, now)
        people = _leaders(document, actor) - {person_of(actor)}
        notify(
            person_ids=people, kind=Kind.MESSAGE_WITHDRAWN, event=document.pk, about={"document": document.pk}, now=now
        )
    return document


def _leaders(document: Document, actor: Actor) -> set[UUID]:
    """Return who leads where the document is read."""
    about = About.of(document)
    if document.child_id:
        reached = who_may(Action.OVERSEE, [document.child_id], actor.today)
        return {one.person_id for one in reached if one.relation == Relation.PRINCIPAL}
    return set(about.roles(Action.OVERSEE, actor.today).values_list("person_id", flat=True))


def remove(*, document_id: UUID, reason: str, actor: Actor, now: datetime) -> Document:
    """Remove a document, a withdrawn one, too: nobody finds it any more, and its files are thrown away.

    The row stays, with who removed it, when and why. Raises `ValidationError`, and `Http404` for whoever may not.
    """
    with transaction.atomic():
        document = get_changed(actor, document_id, lock=True)
        if document.is_draft:
            raise Http404
        document.reason, document.removed_at, document.ended_by_id = _reason(reason), now, person_of(actor)
        document.save(update_fields=["reason", "removed_at", "ended_by"])
        give_up(concerned=Q(event__in=document.versions.values("pk")), now=now)
        held = list(StoredFile.objects.filter(pk__in=document.versions.values("file")))
        document.versions.all().delete()
        discard_unused(held)
        _write_down("document.removed", document, actor, now)
    return document


def _reason(text: str) -> str:
    clean = " ".join(text.split())
    if not clean:
        raise ValidationError({"reason": _("Skriv varför, så att den som undrar kan förstå.")})
    if len(clean) > paper_rules.LONGEST_NOTE:
        raise ValidationError({"reason": _("Skriv högst {number} tecken.").format(number=paper_rules.LONGEST_NOTE)})
    return clean
