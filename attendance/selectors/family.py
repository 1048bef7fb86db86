"""What staff see who say something for a family: its homes, two weeks day by day, and what is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.http import Http404
from django.utils.translation import gettext as _

from attendance import rules
from attendance.models import CalendarEvent, EventAnswer, HolidayEnquiry
from attendance.selectors import words
from attendance.selectors.facts import ChangedDay, Known, known
from attendance.selectors.guardian import MayCollect, who_may_collect
from attendance.services.telling import Family
from children.access import Action, can, children_for
from children.actors import Actor
from children.models import Child
from children.selectors.homes import agreed_homes
from children.selectors.people import children_of, guardians_of
from children.selectors.placing import Place, departments_of
from portal.lib import days

WEEKS = 2


@dataclass(frozen=True)
class HomeChoice:
    """One of two homes as staff name it: by its guardians, or by a number for whoever may not know the family."""

    family: Family
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class FamilyDay:
    """A day as it is meant: `times` or what stands in their place, and in `notes` what else there is to know."""

    day: date
    times: str
    notes: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True)
class FamilyWeek:
    number: int
    span: str
    days: tuple[FamilyDay, ...]


@dataclass(frozen=True)
class Question:
    """A holiday enquiry that the child's family may be helped to answer."""

    enquiry_id: UUID
    preschool_id: UUID
    title: str
    answer_by: date


@dataclass(frozen=True)
class FamilyDesk:
    """The child, and for whom staff speak: `family` is None until they have said for which of two homes."""

    child: Child
    homes: tuple[HomeChoice, ...]
    family: Family | None
    sees_family: bool

    @property
    def query(self) -> str:
        """The end of an address that keeps the chosen home."""
        return f"?hem={self.family.home}" if self.family and self.family.home else ""


def family_desk(actor: Actor, child: Child, asked: str, now: datetime) -> FamilyDesk:
    """Return for whom staff may speak; `asked` is the home that was chosen. Two queries; three with two homes.

    A home's guardians are named for whoever may know the family. Access to the child is the caller's.
    """
    sees_family = can(actor, Action.SEE_CONTACTS, child)
    homes = _homes(child, asked, days.day_of(now), sees_family=sees_family)
    family = next((home.family for home in homes if home.is_chosen), None if homes else Family())
    return FamilyDesk(child, homes, family, sees_family)


def _homes(child: Child, asked: str, today: date, *, sees_family: bool) -> tuple[HomeChoice, ...]:
    living: dict[UUID, list[tuple[UUID, str]]] = {}
    rows = agreed_homes().filter(child=child).order_by("created_at", "pk")
    for home_id in rows.values_list("pk", flat=True):
        living[home_id] = []
    if not living:
        return ()
    guardians = guardians_of([child.pk], today).filter(guardian__households__in=living)
    for home_id, guardian_id, name in guardians.order_by("created_at", "pk").values_list(
        "guardian__households", "guardian", "guardian__given_name"
    ):
        if home_id in living:
            living[home_id].append((guardian_id, name))
    return tuple(
        HomeChoice(
            family=Family(home_id, people[0][0] if people else None),
            name=_home_name(number, [name for _id, name in people] if sees_family else []),
            is_chosen=asked == str(home_id),
        )
        for number, (home_id, people) in enumerate(living.items(), start=1)
    )


def _home_name(number: int, people: Sequence[str]) -> str:
    if not people:
        return _("Hem {number}").format(number=number)
    return _("Hos {names}").format(names=_(" och ").join(people))


def family_weeks(child: Child, now: datetime, *, has_collectors: bool) -> list[FamilyWeek]:
    """Return what is left of this week, and the next, as they are meant, both homes merged: two queries."""
    here = days.local(now)
    monday = days.monday_of(here.date())
    facts = known([child.pk], monday, monday + timedelta(days=7 * WEEKS - 1), with_stays=False)
    weeks = [
        FamilyWeek(
            number=first.isocalendar().week,
            span=words.week_span(first),
            days=tuple(
                _day(child, facts, day, has_collectors=has_collectors)
                for day in days.week(first)
                if day >= here.date() and (day.weekday() < 5 or facts.planned(child.pk, day).intervals)
            ),
        )
        for first in (monday + timedelta(days=7 * number) for number in range(WEEKS))
    ]
    return [week for week in weeks if week.days]


def _day(child: Child, facts: Known, day: date, *, has_collectors: bool) -> FamilyDay:
    plan, changed = facts.planned(child.pk, day), facts.changed_day(child.pk, day)
    notes = [words.seam_words(plan.seam), *(_("Borta {times}").format(times=gap.part) for gap in plan.gaps)]
    if plan.is_changed and plan.intervals is not None:
        notes.append(_("Ändrad dag"))
    if changed and has_collectors and (who := words.collector(changed)):
        notes.append(_("{who} hämtar").format(who=who))
    if changed and changed.note:
        notes.append(changed.note)
    return FamilyDay(
        day=day,
        times=_times(plan),
        notes=tuple(note for note in notes if note),
        is_open=not plan.is_closed,
    )


def _times(plan: rules.PlannedDay) -> str:
    """Return the day's times, or what stands in their place."""
    if plan.is_closed:
        return plan.closed or _("Stängt")
    if plan.absence:
        return words.reason_word(plan.absence.reason)
    if plan.is_free:
        return _("Ledig enligt lovsvar")
    if plan.is_unplanned:
        return _("Inga tider")
    return words.times(plan.intervals) or _("Ledig")


def place_today(child: Child, today: date) -> Place | None:
    """Return where the child is placed today: one query."""
    return departments_of([child.pk], today).get(child.pk)


def events_asked(place: Place | None, today: date) -> list[CalendarEvent]:
    """Return what happens there, and asks whether the family comes, soonest first: one query."""
    if place is None:
        return []
    here = (
        Q(department=place.department_id) | Q(preschool=place.preschool_id) | Q(area__isnull=False, area=place.area_id)
    )
    return list(CalendarEvent.objects.standing().filter(here, asks=True, day__gte=today).order_by("day", "pk"))


def event_asked(child: Child, event_id: UUID, today: date) -> CalendarEvent:
    """Return one of what the child's family is asked about. Raises `Http404`."""
    for event in events_asked(place_today(child, today), today):
        if event.pk == event_id:
            return event
    raise Http404


def answered(event: CalendarEvent, desk: FamilyDesk) -> EventAnswer | None:
    """Return what the family, or its home, has answered: one query."""
    homes = Q(household=None) | Q(household=desk.family.home) if desk.family and desk.family.home else Q(household=None)
    rows = EventAnswer.objects.filter(homes, event=event, child=desk.child)
    return rows.order_by(F("household").desc(nulls_last=True)).first()


def questions(place: Place | None, today: date) -> list[Question]:
    """Return the holiday enquiries that are asked there and not over, soonest first: one query."""
    if place is None:
        return []
    here = Q(preschool=place.preschool_id) | Q(area__isnull=False, area=place.area_id)
    rows = HolidayEnquiry.objects.standing().filter(here, opens_on__lte=today, ends_on__gte=today)
    return [Question(row.pk, place.preschool_id, row.title, row.answer_by) for row in rows.order_by("starts_on", "pk")]


def siblings(actor: Actor, desk: FamilyDesk) -> list[Child]:
    """Return the child's siblings for whom the actor may do the same, by name; none where the family is not known."""
    if not desk.sees_family:
        return []
    theirs = children_of(guardians_of([desk.child.pk], actor.today), actor.today)
    both = children_for(actor, Action.PLAN_FOR).filter(pk__in=children_for(actor, Action.SEE_CONTACTS).values("pk"))
    found = both.filter(pk__in=theirs).exclude(pk=desk.child.pk).only("given_name", "family_name")
    return list(found.order_by("given_name", "pk"))


def collectors(actor: Actor, desk: FamilyDesk) -> list[MayCollect]:
    """Return who may be said to collect: nobody for whoever may not know the family."""
    return who_may_collect(actor, desk.child) if desk.sees_family else []


def changed_day(desk: FamilyDesk, day: date) -> ChangedDay:
    """Return what the family has said of the one day: two queries."""
    facts = known([desk.child.pk], day, day, with_stays=False, reader=desk.family.reader if desk.family else None)
    return facts.changed_day(desk.child.pk, day) or ChangedDay(None)
