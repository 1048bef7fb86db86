"""Those without an account who may be called about a child, or may collect it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, get_child
from children.actors import Actor
from children.models import Child, Contact
from children.services.relations import touch_boards

MOST_CONTACTS = 12


def add_contact(
    *, actor: Actor, child: Child, name: str, relation: str, phone: str, may_collect: bool, now: datetime
) -> Contact:
    """Add somebody to the child; the department's board shows it at once.

    Raises what the door raises, and `ValidationError` when the child has more contacts than anybody can overlook.
    """
    with transaction.atomic():
        child = get_child(actor, Action.MANAGE_CONTACTS, child.pk, lock=True)
        current = list(Contact.objects.current().filter(child=child))
        for contact in current:
            if (contact.name, contact.relation, contact.phone) == (name, relation, phone):
                return contact  # the same form sent twice is one contact
        if len(current) >= MOST_CONTACTS:
            raise ValidationError(
                _("Det finns redan %(most)d kontakter. Ta bort någon som inte längre behövs först.")
                % {"most": MOST_CONTACTS},
                code="most",
            )
        contact = Contact.objects.create(
            child=child, name=name, relation=relation, phone=phone, may_collect=may_collect, added_by=actor.person
        )
        audit.did("contact.added", person_id=actor.person_id, now=now, children=[child.id], contact=contact.id)
        touch_boards(child, actor)
    return contact


def remove_contact(*, actor: Actor, child: Child, contact_id: UUID, now: datetime) -> None:
    """Take somebody away from the child. The row is kept: it says who collected on past days."""
    with transaction.atomic():
        child = get_child(actor, Action.MANAGE_CONTACTS, child.pk)
        if Contact.objects.current().filter(child=child, pk=contact_id).update(removed_at=now):
            audit.did("contact.removed", person_id=actor.person_id, now=now, children=[child.id], contact=contact_id)
            touch_boards(child, actor)
