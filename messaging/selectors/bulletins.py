"""Bulletins as their pages show them: to families, and to those of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from children.actors import Actor
from children.models import Child
from messaging.bulletin_rules import READ_FOR
from messaging.models import Bulletin, BulletinChild, BulletinCopy
from messaging.selectors.bulletin_readers import Audience, OwnChildren, in_the_house
from messaging.selectors.bulletin_writers import Writing
from portal.lib import days
from portal.lib.prepared import Rows, prepared

PLACES = ("department", "preschool", "area")


@dataclass(frozen=True)
class OwnBulletin:
    """A bulletin as a guardian meets it: about which of the own children, and what the guardian has done with it."""

    bulletin: Bulletin
    children: list[Child]
    is_read: bool
    is_confirmed: bool

    @property
    def asks(self) -> bool:
        """Whether the guardian is still to say that it is read."""
        return self.bulletin.must_confirm and not self.is_confirmed and self.bulletin.withdrawn_at is None


@dataclass(frozen=True)
class Figures:
    """How many guardians have a copy, and have read, confirmed, or been spoken to instead."""

    name: str = ""
    preschool: str = ""
    copies: int = 0
    read: int = 0
    confirmed: int = 0
    reached: int = 0

    def plus(self, other: Figures) -> Figures:
        return Figures(
            copies=self.copies + other.copies,
            read=self.read + other.read,
            confirmed=self.confirmed + other.confirmed,
            reached=self.reached + other.reached,
        )

    @property
    def unread(self) -> int:
        return self.copies - self.read

    @property
    def unconfirmed(self) -> int:
        """How many are to be called: neither confirmed nor spoken to."""
        return self.copies - self.confirmed - self.reached


@dataclass(frozen=True)
class SentBulletin:
    """A bulletin in the house's list."""

    bulletin: Bulletin
    to: str
    figures: Figures


def bulletins_for(actor: Actor, now: datetime) -> QuerySet[Bulletin]:
    """Return every bulletin that the actor may open, as a guardian or as one of the house."""
    families = OwnChildren.of(actor).condition()
    fresh = Q(pk__in=Bulletin.objects.fresh(now).filter(families).values("pk"))
    return Bulletin.objects.out(now).filter(fresh | in_the_house(actor))


def get_bulletin(actor: Actor, bulletin_id: UUID, now: datetime) -> tuple[Bulletin, list[Child], bool]:
    """Return the bulletin, for which of the own children the actor reads it, and whether as one of the house.

    Raises `Http404` for whoever is not among its readers today.
    """
    row = Bulletin.objects.out(now).filter(pk=bulletin_id).select_related(*PLACES, "written_by", "sent_by").first()
    if row is None:
        raise Http404
    children = own_children_in(actor, row, now)
    is_house = Bulletin.objects.filter(in_the_house(actor), pk=row.pk).exists()
    if not children and not is_house:
        raise Http404
    return row, children, is_house


def own_children_in(actor: Actor, bulletin: Bulletin, now: datetime) -> list[Child]:
    """Return for the sake of which own children the actor reads it as a guardian."""
    own = OwnChildren.of(actor)
    if not Bulletin.objects.fresh(now).filter(own.condition(), pk=bulletin.pk).exists():
        return []
    return own.concerned(bulletin, _chosen([bulletin])[bulletin.pk])


def own_bulletins(actor: Actor, now: datetime, *, to_confirm: bool = False) -> list[OwnBulletin]:
    """Return what families read: what waits for the guardian first, then what is new to them, then by time.

    With `to_confirm` only what waits for the guardian to say that it is read.
    """
    own = OwnChildren.of(actor)
    if not own.children or actor.person_id is None:
        return []
    rows = Bulletin.objects.fresh(now).filter(own.condition()).select_related(*PLACES).order_by("-leaves_at", "-pk")
    if to_confirm:
        done = BulletinCopy.objects.filter(guardian=actor.person_id).exclude(confirmed_at=None).values("bulletin")
        rows = rows.filter(must_confirm=True, withdrawn_at=None).exclude(pk__in=done)
    found = _own(actor.person_id, own, list(rows[:200]))
    return sorted(found, key=lambda one: (not one.asks, one.is_read or one.bulletin.withdrawn_at is not None))


def _own(person_id: UUID, own: OwnChildren, rows: Sequence[Bulletin]) -> list[OwnBulletin]:
    copies = {copy.bulletin_id: copy for copy in BulletinCopy.objects.filter(guardian=person_id, bulletin__in=rows)}
    chosen = _chosen(rows)
    return [
        OwnBulletin(
            row,
            own.concerned(row, chosen[row.pk]),
            is_read=(copy := copies.get(row.pk)) is not None and copy.read_at is not None,
            is_confirmed=copy is not None and copy.confirmed_at is not None,
        )
        for row in rows
    ]


def bulletins_to_confirm(actor: Actor, now: datetime) -> list[OwnBulletin]:
    """Return what the guardian was sent and is to say is read, newest first: one small query where it is none."""
    waits = actor.person_id and _waits_for(actor.person_id, actor.today)
    return own_bulletins(actor, now, to_confirm=True) if waits else []


@prepared
def _waits_for(person_id: UUID, today: date) -> Rows:
    """Ask by the day, which others share: what is read no longer is left out when it is read."""
    sent = BulletinCopy.objects.filter(guardian=person_id, confirmed_at=None, bulletin__must_confirm=True)
    first, _end = days.day_bounds(today - READ_FOR)
    return sent.filter(bulletin__withdrawn_at=None, bulletin__leaves_at__gte=first).order_by().values_list("pk")[:1]


def _chosen(rows: Iterable[Bulletin]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if ids := [row.pk for row in rows if row.is_to_chosen]:
        for bulletin_id, child_id in BulletinChild.objects.filter(bulletin__in=ids).values_list("bulletin", "child"):
            found[bulletin_id].add(child_id)
    return found


# The house ------------------------------------------------------------------------------------------------------------


def sent_bulletins(actor: Actor, now: datetime) -> QuerySet[Bulletin]:
    """Return what the house has said where the actor works, newest first."""
    rows = Bulletin.objects.out(now).filter(in_the_house(actor)).select_related(*PLACES)
    return rows.order_by("-leaves_at", "-pk")


def unsent_bulletins(actor: Actor, writing: Writing, now: datetime) -> list[SentBulletin]:
    """Return what is to go out where the actor may write, and the actor's own drafts: what goes first, first."""
    unsent = Bulletin.objects.waiting(now) | Bulletin.objects.drafts_of(actor.person_id)
    rows = unsent.filter(writing.condition()).select_related(*PLACES).order_by("leaves_at", "-created_at")
    return listed(list(rows))


def listed(rows: Collection[Bulletin]) -> list[SentBulletin]:
    """Return bulletins as the house's lists print them: two queries, however many."""
    chosen = _chosen(rows)
    figures = {
        bulletin_id: Figures(copies=copies, read=read, confirmed=confirmed, reached=reached)
        for bulletin_id, copies, read, confirmed, reached in _counted(
            BulletinCopy.objects.filter(bulletin__in=[row.pk for row in rows]), "bulletin"
        )
    }
    return [
        SentBulletin(
            row,
            Audience(row.department, row.preschool, row.area, row.is_to_all, frozenset(chosen[row.pk])).name,
            figures.get(row.pk, Figures()),
        )
        for row in rows
    ]


def figures_of(bulletin: Bulletin, actor: Actor) -> list[Figures]:
    """Return how far it has been read, by department; to all by preschool. Only those who still read it count."""
    still = Audience.of(bulletin).families(actor.today).order_by().values("guardian")
    copies = BulletinCopy.objects.filter(bulletin=bulletin, guardian__in=still)
    by = ("department__preschool__name",) if bulletin.is_to_all else ("department__name", "department__preschool__name")
    return [
        Figures(
            name=name or "",
            preschool=preschool[0] or "" if preschool else "",
            copies=copies,
            read=read,
            confirmed=confirmed,
            reached=reached,
        )
        for name, *preschool, copies, read, confirmed, reached in _counted(copies, *by)
    ]


def _counted(copies: QuerySet[BulletinCopy], *by: str) -> Iterable[tuple[Any, ...]]:
    only_reached = Q(confirmed_at=None, reached_at__isnull=False)
    counts = {
        "all": Count("pk"),
        "read": Count("read_at"),
        "confirmed": Count("confirmed_at"),
        "reached": Count("pk", filter=only_reached),
    }
    return list(copies.order_by(*reversed(by)).values(*by).annotate(**counts).values_list(*by, *counts))
