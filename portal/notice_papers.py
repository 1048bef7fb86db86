"""What notices of documents, forms and removal are about, as far as the reader may open it today."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from children.actors import Actor
from children.prepared_access import prepared_for_actor
from documents.selectors.form_waiting import forms_to_answer
from documents.selectors.reading import documents_for
from messaging.selectors.said import Said
from oversight.selectors.removal import countdowns
from portal.lib import days
from portal.lib.prepared import Rows


def papers(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Said]:
    """Return those of these documents that the actor may open, by id. No query where none is asked."""
    return {
        document_id: Said(
            _("ett återkallat dokument") if withdrawn_at else title,
            "documents:document",
            document_id,
            is_withdrawn=withdrawn_at is not None,
        )
        for document_id, withdrawn_at, title in (_papers(actor, ids) if ids else ())
    }


@prepared_for_actor
def _papers(actor: Actor, ids: Collection[UUID]) -> Rows:
    return documents_for(actor).filter(pk__in=ids).order_by().values_list("pk", "withdrawn_at", "title")


def forms_waiting(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Said]:
    """Return the forms among these that wait for the actor: whoever has answered is told no more. No query for none."""
    waiting = forms_to_answer(actor) if ids else []
    return {one.form_id: Said(one.title, "documents:own_list", None) for one in waiting if one.form_id in ids}


def removals(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Said]:
    """Return the countdowns among these that go on, of the actor's own children. No query where none is asked."""
    return {
        one.id: Said(
            _("Bilder och dokument om {name} tas bort {day}. Hämta dem innan dess").format(
                name=one.name, day=days.in_words(one.day, "j F")
            ),
            "oversight:extract",
            one.child_id,
        )
        for one in (countdowns(actor) if ids else [])
        if one.id in ids
    }
