"""What notices lead to: conversations, bulletins and posts, as far as the reader may open them today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from children.actors import Actor
from messaging.selectors.readers import threads_for


@dataclass(frozen=True)
class Said:
    """Something that a notice is about: what it is called, and its page as a name of an address and an id."""

    title: str
    page: str
    id: UUID


def said(actor: Actor, ids: Mapping[str, Collection[UUID]]) -> dict[UUID, Said]:
    """Return those that the actor may open, by id; `ids` by what they are: "thread". No query where none is asked."""
    found: dict[UUID, Said] = {}
    if threads := ids.get("thread"):
        for thread in threads_for(actor).filter(pk__in=threads):
            title = _("ett känsligt meddelande") if thread.is_sensitive else thread.subject
            found[thread.pk] = Said(title, "messaging:thread", thread.pk)
    return found
