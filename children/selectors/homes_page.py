"""Two homes as a page shows them: what holds, what waits for an answer, and whose the coming dates are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from children.home_rules import Living
from children.models import Child, Household, HouseholdWeeks
from children.selectors.homes import living_of
from children.selectors.people import guardians_of
from portal.lib import days
from portal.lib.prepared import Rows, prepared

SHOWN_WEEKS = 4


class Whose(StrEnum):
    """Whose a day is, seen from one of the homes."""

    OURS = "ours"
    THEIRS = "theirs"
    LEAVE = "leave"  # we leave the child at the preschool, they collect it
    COLLECT = "collect"


@dataclass(frozen=True)
class ShownDay:
    day: date
    whose: Whose


@dataclass(frozen=True)
class ShownWeek:
    monday: date
    number: int
    days: tuple[ShownDay, ...]


@dataclass(frozen=True)
class Arrangement:
    """In whose days these siblings are, as one of the homes is told of it.

    `own` and `other` are who lives where; `weeks` the dates to come, none where the homes become one again; `ids` its
    rows. `shares` and `sees` tell whose times are shown to the other home.
    """

    ids: tuple[UUID, ...]
    children: tuple[Child, ...]
    starts_on: date
    ends_on: date | None
    handover: str
    own: str
    other: str
    weeks: tuple[ShownWeek, ...]
    is_proposed: bool
    is_own: bool
    shares: bool
    sees: bool

    @property
    def names(self) -> str:
        return get_text_list([child.given_name for child in self.children], _("och"))

    @property
    def is_ending(self) -> bool:
        return not self.weeks


@dataclass(frozen=True)
class MyHomes:
    """A guardian's page: `family` are the children for whom a proposal can be made, with the guardians of each."""

    family: tuple[Child, ...]
    guardians: Mapping[UUID, tuple[User, ...]]
    arrangements: tuple[Arrangement, ...]

    @property
    def to_answer(self) -> list[Arrangement]:
        return [one for one in self.arrangements if one.is_proposed and not one.is_own]

    @property
    def waiting(self) -> list[Arrangement]:
        return [one for one in self.arrangements if one.is_proposed and one.is_own]

    @property
    def agreed(self) -> list[Arrangement]:
        return [one for one in self.arrangements if not one.is_proposed]


def weeks_ahead(living: Living, own: UUID, first: date) -> tuple[ShownWeek, ...]:
    """Return the four weeks from the one of `first` on, or from the first in which the homes hold."""
    monday = max(days.monday_of(first), living.starts_on)
    return tuple(
        ShownWeek(
            start, start.isocalendar().week, tuple(ShownDay(day, _whose(living, own, day)) for day in days.week(start))
        )
        for start in (monday + timedelta(weeks=number) for number in range(SHOWN_WEEKS))
        if living.holds_on(start)
    )


def my_homes(actor: Actor) -> MyHomes:
    """Return the homes of the guardian's children, as the own home may know them: five queries."""
    found = children_for(actor, Action.PLAN).only("given_name", "family_name", "birth_date")
    family = {child.pk: child for child in found.order_by("birth_date", "given_name", "pk")}
    guardians = guardians_by_child(family, actor.today)
    rows = HouseholdWeeks.objects.on_or_after(actor.today).filter(child__in=list(family))
    told = rows.prefetch_related("first__guardians", "second__guardians").order_by("starts_on", "child__birth_date")
    return MyHomes(
        tuple(child for child in family.values() if len(guardians[child.pk]) > 1),
        guardians,
        tuple(_grouped(told, family, actor)),
    )


@prepared
def _proposed(child_ids: Collection[UUID], person_id: UUID) -> Rows:
    own = Household.objects.filter(Q(pk=OuterRef("first")) | Q(pk=OuterRef("second")), guardians=person_id)
    theirs = Exists(own.filter(guardians=OuterRef("made_by")))
    rows = HouseholdWeeks.objects.filter(Exists(own), ~theirs, child__in=child_ids, is_proposed=True)
    return rows.values_list("child_id")


def children_proposed_for(child_ids: Collection[UUID], person_id: UUID) -> set[UUID]:
    """Return those of these children whose other home has proposed days that the guardian is to answer: one query."""
    return {child_id for (child_id,) in _proposed(child_ids, person_id)} if child_ids else set()


def homes_of_child(child: Child, today: date) -> list[HouseholdWeeks]:
    """Return what holds and what is proposed for a child, for those who work with it."""
    rows = HouseholdWeeks.objects.on_or_after(today).filter(child=child)
    return list(rows.prefetch_related("first__guardians", "second__guardians").order_by("is_proposed", "starts_on"))


def guardians_by_child(child_ids: Iterable[UUID], today: date) -> dict[UUID, tuple[User, ...]]:
    """Return the guardians who may live in a home of each child: confirmed, and not kept from it."""
    ids = list(child_ids)
    found: dict[UUID, tuple[User, ...]] = dict.fromkeys(ids, ())
    for row in guardians_of(ids, today).select_related("guardian").order_by("created_at", "pk"):
        found[row.child_id] += (row.guardian,)
    return found


def people_words(people: Iterable[User]) -> str:
    return get_text_list(sorted(person.given_name for person in people), _("och"))


def _grouped(rows: Iterable[HouseholdWeeks], family: Mapping[UUID, Child], actor: Actor) -> Iterable[Arrangement]:
    """Return siblings that live alike as one; nothing of homes in which the guardian is not."""
    groups: dict[tuple[object, ...], list[HouseholdWeeks]] = {}
    for row in rows:
        if (homes := _sides(row, actor.person_id)) is None:
            continue
        own, other = homes
        alike = (row.is_proposed, str(row.weeks), row.handover, row.starts_on, row.ends_on, own.shares, other.shares)
        letters = own.pk == row.first_id, _ids(own), _ids(other), row.made_by_id
        groups.setdefault((*alike, *letters), []).append(row)
    return [_arrangement(group, family, actor) for group in groups.values()]


def _arrangement(rows: list[HouseholdWeeks], family: Mapping[UUID, Child], actor: Actor) -> Arrangement:
    row = rows[0]
    homes = _sides(row, actor.person_id)
    if homes is None:
        raise ValueError("the guardian is in neither home")
    own, other = homes
    return Arrangement(
        ids=tuple(one.pk for one in rows),
        children=tuple(family[one.child_id] for one in rows),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        handover=row.get_handover_display(),
        own=people_words(own.guardians.all()),
        other=people_words(other.guardians.all()),
        weeks=weeks_ahead(living_of(row), own.pk, actor.today) if row.weeks else (),
        is_proposed=row.is_proposed,
        is_own=row.made_by_id in _ids(own),
        shares=own.shares,
        sees=other.shares,
    )


def _sides(row: HouseholdWeeks, person_id: UUID | None) -> tuple[Household, Household] | None:
    """Return the person's own home and the other one."""
    if person_id in _ids(row.first):
        return row.first, row.second
    return (row.second, row.first) if person_id in _ids(row.second) else None


def _ids(home: Household) -> frozenset[UUID]:
    return frozenset(person.pk for person in home.guardians.all())


def _whose(living: Living, own: UUID, day: date) -> Whose:
    homes = living.homes_on(day)
    if homes.morning == own:
        return Whose.OURS if homes.evening == own else Whose.LEAVE
    return Whose.COLLECT if homes.evening == own else Whose.THEIRS
