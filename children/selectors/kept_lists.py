"""The lists of named readers, as the principal keeps them. Bearers stand under their aliases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import User
from children.actors import Actor
from children.models import Child, Guardianship, NamedReader, ProtectedIdentity
from children.protection import bearer_of, identities_kept_by
from children.rules import is_named
from portal.lib.models import holds_on


@dataclass(frozen=True)
class KeptList:
    """One sealed identity and how many may open it."""

    identity: ProtectedIdentity
    bearer: Child | User
    is_child: bool
    readers: int


def kept_lists(actor: Actor, search: str = "") -> list[KeptList]:
    """Return the sealed identities whose lists the actor keeps: children first, then grown-ups, by alias.

    A search finds aliases; a real name finds nobody.
    """
    today = Q(holds_on(actor.today, "named_readers__"))
    rows = identities_kept_by(actor).select_related("child", "person")
    counted = rows.annotate(readers=Count("named_readers", filter=today))
    found = [
        KeptList(identity=row, bearer=bearer_of(row), is_child=row.child_id is not None, readers=row.readers)
        for row in counted
    ]
    found = [row for row in found if is_named(row.bearer.full_name, search)]
    return sorted(found, key=lambda row: (not row.is_child, row.bearer.full_name.casefold()))


def children_near(identities: Iterable[ProtectedIdentity], day: date) -> set[UUID]:
    """Return the children of whom these identities tell: those who bear one, and those whose guardian does."""
    rows = list(identities)
    guarded = Guardianship.objects.on_or_after(day).filter(
        guardian__in=[row.person_id for row in rows if row.person_id]
    )
    own = {row.child_id for row in rows if row.child_id}
    return own | set(guarded.values_list("child", flat=True))


def readers_of(identity: ProtectedIdentity, day: date) -> list[NamedReader]:
    """Return who may open the identity today."""
    return list(NamedReader.objects.on(day).filter(identity=identity).select_related("reader").order_by("created_at"))
