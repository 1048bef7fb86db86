"""Protecting somebody because a person has decided so, before or without the population register."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Protection, User
from children.access import Action, demand
from children.actors import Actor
from children.models import Child, ProtectedIdentity
from children.protection import name_reader, possible_readers, protect_child, protect_person


def find_bearer(actor: Actor, bearer_id: UUID, *, lock: bool = False) -> Child | User:
    """Return the child or the grown-up. Raises `Http404` when there is none, or the actor protects nobody.

    With `lock` the row is held until the transaction ends.
    """
    demand(actor, Action.PROTECT)
    children, people = Child.objects.all(), User.objects.all()
    if lock:
        children, people = children.select_for_update(of=("self",)), people.select_for_update(of=("self",))
    bearer = children.filter(pk=bearer_id).first() or people.filter(pk=bearer_id).first()
    if bearer is None:
        raise Http404
    return bearer


def sealed_of(bearer: Child | User) -> ProtectedIdentity:
    """Return what is sealed of the bearer, or an unsaved row for somebody who is not protected."""
    row = ProtectedIdentity(child=bearer) if isinstance(bearer, Child) else ProtectedIdentity(person=bearer)
    found = ProtectedIdentity.objects.filter(child=row.child, person=row.person)
    return found.first() or row


def protect_by_hand(
    *, actor: Actor, bearer: Child | User, level: Protection, reader_ids: Collection[UUID], now: datetime
) -> ProtectedIdentity:
    """Give the child or the grown-up an alias, seal what is real, and name those who may open it.

    Everything at once or nothing. Who is protected already stays as they are. Raises `Http404` when the actor
    protects nobody, and `ValidationError` for a reader who does not work where the bearer is.
    """
    with transaction.atomic():
        bearer = find_bearer(actor, bearer.pk, lock=True)
        if not bearer.is_protected:
            _protect(bearer, level, actor, now)
            identity = sealed_of(bearer)
            readers = list(possible_readers(identity, actor).filter(pk__in=reader_ids))
            if len(readers) != len(set(reader_ids)):
                raise ValidationError({"readers": _("Välj någon som arbetar där personen är.")}, code="reader")
            for reader in readers:
                name_reader(actor=actor, identity=identity, reader=reader, now=now)
    return sealed_of(bearer)


def _protect(bearer: Child | User, level: Protection, actor: Actor, now: datetime) -> None:
    if isinstance(bearer, Child):
        protect_child(child=bearer, level=level, now=now, actor_person=actor.person)
    else:
        protect_person(person=bearer, level=level, now=now, actor_person=actor.person)
