"""Families are told of documents, and reminded of those that wait for their answer. A worker does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from children.actors import Actor
from documents import paper_rules
from documents.models import Document, DocumentRead, DocumentVersion
from documents.selectors.readers import About, guardians_of
from documents.selectors.reading import get_changed
from notifications.models import Kind
from notifications.selectors import told_of
from notifications.services import Told, notify, notify_of_all
from portal.lib import days
from portal.lib.alone import each_alone

AT_ONCE = 500  # guardians in one transaction: a municipality has tens of thousands


def tell_waiting(*, now: datetime) -> int:
    """Tell families of every document that was shared or renewed; return how many it was.

    Any number of workers may do this at once: what is told again adds nothing. The same paper about two siblings is
    one notice to whoever reads both.
    """
    waiting = Document.objects.untold().order_by("shared_at", "pk")[:200]
    papers: dict[tuple[UUID, datetime | None], list[UUID]] = defaultdict(list)
    rows = DocumentVersion.objects.filter(document__in=[one.pk for one in waiting], is_current=True)
    for document_id, file_id, shared_at in rows.values_list("document", "file", "document__shared_at").order_by("pk"):
        papers[file_id, shared_at].append(document_id)
    return each_alone(
        papers.values(), lambda document_ids: _tell(document_ids, now), fault="Families could not be told of a document"
    )


def _tell(document_ids: Collection[UUID], now: datetime) -> int:
    """Tell the families of one paper in portions, each kept by itself; one that is withdrawn meanwhile stops."""
    untold = Document.objects.untold().filter(pk__in=document_ids)
    known: set[UUID] = set()
    for document in untold.select_related("department", "preschool").order_by("pk"):
        version_id = document.versions.values_list("pk", flat=True).get(is_current=True)
        readers = guardians_of(About.of(document), days.day_of(now)).keys() - known
        readers -= set(DocumentRead.objects.filter(version=version_id).values_list("person", flat=True))
        known |= readers
        left = sorted(readers - told_of(Kind.DOCUMENT_SHARED, version_id))
        for first in range(0, len(left), AT_ONCE):
            with transaction.atomic():
                if not untold.filter(pk=document.pk).select_for_update(of=("self",)).first():
                    break
                told = Told(version_id, left[first : first + AT_ONCE], {"document": document.pk})
                notify_of_all(told=[told], kind=Kind.DOCUMENT_SHARED, now=now)
    return untold.update(told_at=now)


def waited_for(document: Document, guardians: paper_rules.Guardians) -> set[UUID]:
    """Return which of its guardians are still to answer, or to open what asks for no answer."""
    reads = DocumentRead.objects.filter(version__document=document, version__is_current=True)
    if not document.asks:
        return guardians.keys() - set(reads.values_list("person", flat=True))
    answered = set(reads.exclude(answered_at=None).values_list("person", flat=True))
    return paper_rules.missing(guardians, answered, each=document.asks_each)


def remind_by_hand(*, document_id: UUID, actor: Actor, now: datetime) -> int:
    """Remind those who are waited for, once; return how many. Raises `ValidationError` the second time."""
    with transaction.atomic():
        document = get_changed(actor, document_id, lock=True)
        if document.is_draft or document.is_withdrawn or document.reminded_at:
            raise ValidationError(_("En påminnelse har redan gått ut."))
        document.reminded_at = now
        document.save(update_fields=["reminded_at"])
        return _remind(document, "asked", now)


def remind_due(*, now: datetime) -> int:
    """Remind those whose answer is missing, seven and two days before the last one; return how many were told."""
    today = days.day_of(now)
    asking = Document.objects.standing().exclude(asks="").filter(due_on__gte=today)

    def remind(document: Document) -> int:
        assert document.shared_at  # noqa: S101 (for the type checker)
        assert document.due_on  # noqa: S101 (for the type checker)
        before = paper_rules.reminder_due(days.day_of(document.shared_at), document.due_on, today)
        if before is None:
            return 0
        with transaction.atomic():
            return _remind(document, f"{document.due_on} {before}", now)

    nearest = asking.filter(due_on__lte=today + timedelta(days=max(paper_rules.REMINDS_BEFORE)))
    return each_alone(nearest.select_related("department", "preschool"), remind, fault="A document reminded nobody")


def _remind(document: Document, which: str, now: datetime) -> int:
    people = waited_for(document, guardians_of(About.of(document), days.day_of(now)))
    version_id = document.versions.values_list("pk", flat=True).get(is_current=True)
    told = notify(
        person_ids=people,
        kind=Kind.FORM_UNANSWERED if document.asks else Kind.DOCUMENT_SHARED,
        event=uuid5(version_id, which),
        about={"document": document.pk},
        now=now,
    )
    return len({row.person_id for row in told})
