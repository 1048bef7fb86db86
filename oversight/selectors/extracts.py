"""The extract about a child that somebody has asked for, and what belongs into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attendance.selectors.extract import days_part
from children.actors import Actor
from children.models import Child
from children.selectors.extract import child_part
from children.selectors.unknown_families import is_anybody_protected_since
from documents.selectors.extract import are_still_shared, documents_part, forms_parts
from messaging.selectors.album import Album
from messaging.selectors.extract import is_still_so, said_parts
from oversight.models import Extract
from oversight.selectors.about_data import about_part
from portal.lib.extracts import Part


def parts_of(actor: Actor, child: Child, now: datetime, album: Album) -> Iterator[Part]:
    """Go through all that the actor may see of the child as its guardian today. Each room gives what is its own.

    Each part is asked for when it is its turn: whoever waits for them knows how far it is.
    """
    yield child_part(actor, child)
    yield days_part(actor, child)
    yield from said_parts(actor, child, now, album)
    yield documents_part(actor, child)
    yield from forms_parts(actor, child)
    yield about_part(actor, child, now)


def extract_of(actor: Actor, child: Child) -> Extract | None:
    """Return what the actor has asked for of this child. Access is the caller's."""
    return Extract.objects.select_related("file").filter(child=child, person=actor.person_id).first()


def is_current(actor: Actor, extract: Extract) -> bool:
    """Tell whether a ready extract may be handed out: its pictures may be shown so, nothing in it was withdrawn, and
    nobody has come to be protected, whose real name it may have: it is not looked for, another is made.
    """
    since, held = extract.begun_at, extract.held
    if since is None or held is None or is_anybody_protected_since(since):
        return False
    return are_still_shared(held, since) and is_still_so(actor, extract.child, extract.marks, held, since)
