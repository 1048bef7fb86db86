"""Children with protected identity, as those who work with them may know their families."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Protection
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child, Guardianship, ProtectedIdentity
from portal.lib.prepared import Rows, prepared


@dataclass(frozen=True)
class Protected:
    """Of some children those with protected identity: of whose family the actor knows, and of whose it must not."""

    known: frozenset[UUID] = frozenset()
    unknown: frozenset[UUID] = frozenset()


def protected_among(actor: Actor, child_ids: Collection[UUID] | QuerySet[Any, Any]) -> Protected:
    """Return which of these children have protected identity: one query, two more where there is one.

    Their families are known to the families themselves and to the named readers, and to nobody else. The children may
    be a query for ids, for whoever asks of many.
    """
    found = _protected(child_ids) if isinstance(child_ids, QuerySet) else _protected_of([*child_ids])
    ids = {child_id for (child_id,) in found}
    if not ids:
        return Protected()
    known = {
        child_id
        for action in (Action.SEE_CONTACTS, Action.SEE_OWN)
        for child_id in children_for(actor, action).filter(pk__in=ids).values_list("pk", flat=True)
    }
    return Protected(frozenset(known), frozenset(ids - known))


def protected_of(child_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these children have protected identity: to decide by, and to be shown to nobody."""
    return {child_id for (child_id,) in _protected_of([*child_ids])}


@prepared
def _protected_of(child_ids: Collection[UUID]) -> Rows:
    return _protected(child_ids)


def _protected(child_ids: Collection[UUID] | QuerySet[Any, Any]) -> Rows:
    return Child.objects.filter(pk__in=child_ids).exclude(protection=Protection.NONE).order_by().values_list("pk")


def guardians_of_protected() -> set[UUID]:
    """Return who is, was or is to be a guardian of any child with protected identity."""
    return set(Guardianship.objects.exclude(child__protection=Protection.NONE).values_list("guardian", flat=True))


def is_anybody_protected_since(moment: datetime) -> bool:
    """Tell whether somebody has come to be protected since then: what was written before may have a real name."""
    return ProtectedIdentity.objects.filter(created_at__gte=moment).exists()
