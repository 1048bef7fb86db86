"""The extract about a child that somebody has asked for, and what belongs into it."""

from __future__ import annotations

from datetime import datetime

from attendance.selectors.extract import days_part
from children.actors import Actor
from children.models import Child
from children.selectors.extract import child_part
from children.selectors.unknown_families import is_anybody_protected_since
from documents.selectors.extract import are_still_shared, documents_part, forms_parts
from messaging.selectors.extract import is_still_so, said_parts
from oversight.models import Extract
from oversight.selectors.about_data import about_part
from portal.lib.extracts import Part


def parts_of(actor: Actor, child: Child, now: datetime) -> list[Part]:
    """Return all that the actor may see of the child as its guardian today. Each room gives what is its own."""
    said = said_parts(actor, child, now)
    papers = [documents_part(actor, child), *forms_parts(actor, child)]
    return [child_part(actor, child), days_part(actor, child), *said, *papers, about_part(actor, child, now)]


def extract_of(actor: Actor, child: Child) -> Extract | None:
    """Return what the actor has asked for of this child. Access is the caller's."""
    return Extract.objects.select_related("file").filter(child=child, person=actor.person_id).first()


def is_current(actor: Actor, extract: Extract) -> bool:
    """Tell whether a ready extract may be handed out: its pictures are shown just so, nothing in it was withdrawn, and
    nobody has come to be protected, whose real name it may have: it is not looked for, another is made.
    """
    since, child = extract.begun_at, extract.child
    if since is None or is_anybody_protected_since(since):
        return False
    return is_still_so(actor, child, extract.marks, since) and are_still_shared(actor, child, since)
