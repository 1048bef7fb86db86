"""Holiday enquiries as children meet them: which days are asked of whom, and what has been answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from attendance import rules
from attendance.models import HolidayEnquiry
from attendance.public_holidays import holiday_on
from attendance.selectors.facts import EnquiryAt, Known, known
from children.models import Department, Preschool
from children.selectors.homes import guardians_of_homes
from children.selectors.people import guardians_of
from children.selectors.placing import Place, overlap, places_in, places_of
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared


def rule_of(row: HolidayEnquiry) -> rules.Enquiry:
    silence = rules.Silence(row.silence)
    return rules.Enquiry(row.pk, row.starts_on, row.ends_on, row.opens_on, row.answer_by, silence)


def enquiries_of(preschool: Preschool) -> QuerySet[HolidayEnquiry]:
    """Return the standing enquiries to the families of a preschool, its area's among them, the next period first."""
    above = Q(preschool=preschool) | Q(area=preschool.area_id, area__isnull=False)
    return HolidayEnquiry.objects.standing().filter(above).order_by("starts_on", "pk")


def departments_asked(row: HolidayEnquiry) -> QuerySet[Department]:
    if row.preschool_id:
        return Department.objects.filter(preschool=row.preschool_id)
    return Department.objects.filter(preschool__area=row.area_id)


@dataclass(frozen=True)
class Asking:
    """One enquiry put to some children. `facts` hold for its period; read for a guardian, for that one's home."""

    row: HolidayEnquiry
    facts: Known

    @cached_property
    def enquiry(self) -> rules.Enquiry:
        return rule_of(self.row)

    @cached_property
    def _scope(self) -> EnquiryAt:
        return EnquiryAt(self.enquiry, self.row.preschool_id, self.row.area_id)

    def is_asked(self, child_id: UUID) -> bool:
        """Tell whether the child's family is asked: it was placed there on a day on which it could answer."""
        return rules.was_asked(self.enquiry, [(place.starts_on, place.ends_on) for place in self._places(child_id)])

    def days_of(self, child_id: UUID, home: UUID | None = None) -> list[date]:
        """Return the days that are asked of a child: when its place is open. Of a child with two homes: of `home`.

        Read for a guardian they are the days of that one's own home, in any case.
        """
        if not self.is_asked(child_id):
            return []
        reader = self.facts.readers.get(child_id)
        own = reader.home if reader else home
        every = days.span(self.enquiry.starts_on, self.enquiry.ends_on)
        return [day for day in every if self._is_open(child_id, day) and self._is_of(child_id, day, own, reader)]

    def answer(self, child_id: UUID, day: date, home: UUID | None = None) -> bool | None:
        """Return whether the child comes, as answered; None where nobody has.

        Of a day of handover as `home` has answered, or the guardian's own for whom it is read. Else the child comes
        where either home says so, and is free where both do.
        """
        found = [
            self.facts.answers_of(child_id, day, whose).get(self.enquiry.id)
            for whose in self.homes_asked(child_id, day, home)
        ]
        return None if None in found and True not in found else any(found)

    def homes_asked(self, child_id: UUID, day: date, home: UUID | None = None) -> set[UUID | None]:
        """Return whose answers count on a day: None is the one home of a child. As `answer`."""
        homes = rules.homes_on(self.facts.livings.get(child_id, ()), day)
        if homes is None:
            return {None}
        reader = self.facts.readers.get(child_id)
        own = reader.home if reader else home
        return {own} if homes.concerns(own) else {homes.morning, homes.evening}

    def unanswered(self, child_id: UUID, home: UUID | None = None) -> list[date]:
        return [day for day in self.days_of(child_id, home) if self.answer(child_id, day, home) is None]

    def closed(self, child_id: UUID, day: date) -> str:
        """Return why the child's place is closed on a day on which it would be open; or nothing."""
        place = self.place(child_id, day)
        if place is None or self.facts.rules_at(place).opening[day.weekday()] is None:
            return ""
        return self.facts.closed_reason(place, day) or ""

    def place(self, child_id: UUID, day: date) -> Place | None:
        """Return where the enquiry finds the child on `day`: its placement there."""
        return next((place for place in self._places(child_id) if place.holds_on(day)), None)

    def _places(self, child_id: UUID) -> list[Place]:
        own = self.facts.places.get(child_id, ())
        return [place for place in own if not place.is_backup and self._scope.is_at(place)]

    def _is_open(self, child_id: UUID, day: date) -> bool:
        place = self.place(child_id, day)
        if place is None or self.facts.rules_at(place).opens_on(day) is None:
            return False
        return self.facts.closed_reason(place, day) is None

    def _is_of(self, child_id: UUID, day: date, home: UUID | None, reader: rules.Reader | None) -> bool:
        homes = rules.homes_on(self.facts.livings.get(child_id, ()), day)
        return homes is None or (home is None and reader is None) or homes.concerns(home)


def asking_family(row: HolidayEnquiry, child_ids: Iterable[UUID], *, reader: UUID | None) -> Asking:
    """Return the enquiry as it is put to these children: three queries, more with two homes. For a guardian `reader`,
    for staff None.
    """
    ids = list(child_ids)
    return _asking(row, places_of(ids, overlap(row.opens_on, row.ends_on)), reader)


def asking_departments(row: HolidayEnquiry, department_ids: Collection[UUID]) -> Asking:
    """Return the enquiry as it is put to all children of these departments: three queries, however many they are."""
    return _asking(row, places_in(department_ids, overlap(row.opens_on, row.ends_on)), None)


def _asking(row: HolidayEnquiry, places: Mapping[UUID, list[Place]], reader: UUID | None) -> Asking:
    facts = known(places, row.starts_on, row.ends_on, with_stays=False, places=dict(places), reader=reader)
    return Asking(row, facts)


# What an enquiry's page and its rules need.
_COLUMNS = ("id", "title", "silence", "area_id", "preschool_id", "starts_on", "ends_on", "opens_on", "answer_by")


def enquiries_to_answer(open_to: Mapping[UUID, Collection[UUID]], reader: UUID) -> list[HolidayEnquiry]:
    """Return the enquiries of which the guardian still has a day to answer, the most urgent first.

    `open_to` are the enquiries that are open, by child. Home asks this every morning: no query where none is open,
    one where all days are answered, and two more for each enquiry that waits.
    """
    asked = {enquiry_id for own in open_to.values() for enquiry_id in own}
    if not asked:
        return []
    found = []
    for answers, *columns in _with_answers(asked, open_to.keys()):
        row = of_row(HolidayEnquiry, _COLUMNS, columns)
        children = [child_id for child_id, own in open_to.items() if row.pk in own]
        if answers < len(children) * _most_days(row) and _lacks_answers(row, children, reader):
            found.append(row)
    return found


def _lacks_answers(row: HolidayEnquiry, child_ids: Collection[UUID], reader: UUID) -> bool:
    asking = asking_family(row, child_ids, reader=reader)
    return any(asking.unanswered(child_id) for child_id in child_ids)


def _most_days(row: HolidayEnquiry) -> int:
    """Return how many days can be asked of at an ordinary preschool: fewer where it is closed on some of them."""
    return sum(day.weekday() < 5 and holiday_on(day) is None for day in days.span(row.starts_on, row.ends_on))


@prepared
def _with_answers(enquiry_ids: Collection[UUID], child_ids: Collection[UUID]) -> Rows:
    counted = Count("answers", filter=Q(answers__child__in=child_ids))
    rows = HolidayEnquiry.objects.standing().filter(pk__in=enquiry_ids).annotate(number=counted)
    return rows.order_by("answer_by", "pk").values_list("number", *_COLUMNS)


def guardians_to_tell(asking: Asking, *, only_unanswered: bool) -> dict[UUID, list[UUID]]:
    """Return whom the enquiry is to be told, by the child that it is told about: each guardian once, for all siblings.

    Those who have a day to answer; with `only_unanswered` a day of which nobody has answered. Of a child with two homes
    only the home that has such a day. Nobody who is kept from the child, and no frozen account. Two queries at most.
    """
    asks = asking.unanswered if only_unanswered else asking.days_of
    children = sorted(child_id for child_id in asking.facts.places if asks(child_id))
    rows = guardians_of(children, asking.facts.today).filter(guardian__frozen_at=None)
    relations = sorted(rows.values_list("child_id", "guardian_id"))
    two_homes = [child_id for child_id in children if asking.facts.livings.get(child_id)]
    living_at = guardians_of_homes(two_homes) if two_homes else {}
    found: dict[UUID, list[UUID]] = {}
    told: set[UUID] = set()
    for child_id, guardian_id in relations:
        homes = _homes(asking.facts, child_id)
        own = next((home for home in homes if guardian_id in living_at.get(home, ())), None)
        if guardian_id in told or (homes and (own is None or not asks(child_id, own))):
            continue
        told.add(guardian_id)
        found.setdefault(child_id, []).append(guardian_id)
    return found


def guardians_of_days(asking: Asking, child_id: UUID, those: Iterable[date]) -> list[UUID]:
    """Return the guardians whom it concerns what holds for a child on these days: of two homes those that have one."""
    rows = guardians_of([child_id], asking.facts.today).filter(guardian__frozen_at=None)
    people = list(rows.values_list("guardian", flat=True))
    if not asking.facts.livings.get(child_id):
        return people
    living_at = guardians_of_homes([child_id])
    found = [homes for day in those if (homes := rules.homes_on(asking.facts.livings[child_id], day))]
    concerned = {
        person for homes in found for home in (homes.morning, homes.evening) for person in living_at.get(home, ())
    }
    return [person for person in people if person in concerned]


def _homes(facts: Known, child_id: UUID) -> set[UUID]:
    """Return a child's two homes, or none for a child that has one."""
    return {home for living in facts.livings.get(child_id, ()) for home in (living.first, living.second)}
