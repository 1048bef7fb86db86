"""The documents that a child's family reads, and what it has answered: for the extract that the law gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from children.actors import Actor
from children.models import Child
from documents.enclosing import enclosed
from documents.models import Document, DocumentRead, DocumentVersion, FormAnswer
from documents.models.forms import questions_in
from documents.selectors.form_words import answer_lines
from documents.selectors.reading import own_documents, versions_for
from portal.lib import days
from portal.lib.extracts import Entry, Part, Told


def documents_part(actor: Actor, child: Child) -> Part:
    """Return the documents about the child and its places with the versions that this guardian opens, newest first."""
    about = own_documents(actor, of=child.pk)
    versions: dict[UUID, list[DocumentVersion]] = defaultdict(list)
    for version in versions_for(actor).filter(document__in=about.order_by().values("pk")).select_related("file"):
        versions[version.document_id].append(version)
    reads = DocumentRead.objects.filter(person=actor.person_id, answered_at__isnull=False)
    answered = {one.version.document_id: one.answered_at for one in reads.select_related("version") if one.answered_at}
    entries = [
        Entry(
            heading=_("Dokumentet är återkallat") if document.is_withdrawn else document.title,
            at=document.shared_at,
            by=document.folder.name,
            text=_("Du svarade {day}.").format(day=days.in_words(days.day_of(answered[document.pk]), "j F Y"))
            if document.pk in answered
            else "",
            files=[
                enclosed(version.file, days.day_of(version.created_at), folder="dokument")
                for version in versions[document.pk]
            ],
            of=document.pk,
        )
        for document in about.select_related("folder").order_by("-shared_at", "-pk")
    ]
    return Part("dokument", _("Dokument"), [Told("documents", _("Dokument"), entries, _("Inga dokument än."))])


def are_still_shared(held: Collection[str], since: datetime) -> bool:
    """Tell whether none of the documents with these ids has been withdrawn or removed since then."""
    ended = Q(withdrawn_at__gte=since) | Q(removed_at__gte=since)
    return not Document.objects.filter(ended, pk__in=held).exists()


def forms_parts(actor: Actor, child: Child) -> list[Part]:
    """Return what this guardian has answered about the child, earlier answers too: nobody else's.

    What is read behind the strong login has a page of its own.
    """
    rows = FormAnswer.objects.filter(child=child, guardian=actor.person_id).select_related("form")
    found: dict[bool, list[Entry]] = {False: [], True: []}
    for row in rows.order_by("-answered_at", "-pk"):
        lines = answer_lines(questions_in(row.form.questions), row.said)
        text = "\n".join(f"{line.label}: {line.text}" for line in lines)
        by = [_("Undertecknat med inloggning")] if row.is_signed else []
        if row.ended_at:
            day = days.in_words(row.ended_at, "j F Y")
            by.append(_("Gällde till {day}, då ett nyare svar kom").format(day=day))
        found[row.form.needs_strong].append(Entry(row.form.title, row.answered_at, " · ".join(by), text))
    heading, empty = _("Dina svar"), _("Inga svar än.")
    parts = [Part("blanketter", _("Blanketter"), [Told("forms", heading, found[False], empty)])]
    if found[True]:
        sensitive = Told("forms", heading, found[True])
        parts.append(Part("kansliga-blanketter", _("Känsliga blanketter"), [sensitive], is_sensitive=True))
    return parts
