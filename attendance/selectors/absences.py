"""What pages about absence show: who takes own words, what stands, and in which words absence is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import rules
from attendance.models import Absence
from attendance.rules import Reason
from attendance.selectors import words
from attendance.selectors.facts import absence_of, rules_for
from attendance.selectors.readers import readers_of, without_unseen_hours
from children.models import Child
from children.selectors.placing import departments_of
from portal.lib import days


@dataclass(frozen=True)
class StandingAbsence:
    """An absence that is not over, as a row: `when` is its days and, of a part of one, its hours.

    `back` is the word that takes it back, and `takes_back` what is said before that, nothing where one tap is enough.
    `words` are the family's own, for whoever may read them here.
    """

    id: UUID
    name: str
    reason: str
    when: str
    words: str
    is_by_staff: bool
    reported_by: UUID | None
    back: str
    takes_back: str


def takes_words(children: Sequence[Child], today: date) -> bool:
    """Tell whether all of these children's places take a family's own words about absence: one query, and per place.

    What the municipality has decided, for children who are placed nowhere yet.
    """
    placed = departments_of([child.pk for child in children], today)
    places = {place.preschool_id: place for place in placed.values()}
    decided = [rules_for(place) for place in places.values()] or [rules_for(None)]
    return all(one.takes_absence_words for one in decided)


def standing_absences(family: Sequence[Child], *, reader: UUID | None = None) -> list[StandingAbsence]:
    """Return the family's absences that are not over, soonest first; without hours that are another home's."""
    today = days.today()
    rows = Absence.objects.standing().on_or_after(today).filter(child__in=family)
    found = list(rows.select_related("child").order_by("starts_on", "child__given_name"))
    if reader is not None and any(absence.is_part_of_day for absence in found):
        found = without_unseen_hours(found, readers_of([child.pk for child in family], reader))
    return [_standing(row, today, may_read_words=reader in (None, row.reported_by_id)) for row in found]


def _standing(row: Absence, today: date, *, may_read_words: bool) -> StandingAbsence:
    absence, name = absence_of(row), row.child.given_name
    return StandingAbsence(
        id=row.pk,
        name=name,
        reason=row.get_reason_display(),
        when=_when(absence),
        words=row.words if may_read_words else "",
        is_by_staff=row.is_by_staff,
        reported_by=row.reported_by_id,
        back=back_word(absence, today),
        takes_back=takes_back(absence, name, today),
    )


# Words ----------------------------------------------------------------------------------------------------------------


def when_words(first: date, last: date, parts: Iterable[rules.Interval] = ()) -> str:
    """Return "måndag 23 november 10:00–12:00", "måndag–onsdag 23–25 november", over a week "7–18 december"."""
    said = days.span_in_words(first, last)
    if first < last and (last - first).days < 7:
        said = f"{days.weekday_name(first.weekday())}–{days.weekday_name(last.weekday())} {said}"
    return " ".join(filter(None, [said, words.times(parts)]))


def reported_words(
    names: Sequence[str], *, reason: Reason, starts_on: date, ends_on: date, parts: Iterable[rules.Interval] = ()
) -> str:
    """Return what was reported, in a sentence: whom, why and when."""
    number = len(names)
    said = {
        Reason.SICK: ngettext("{names} är anmäld sjuk {when}.", "{names} är anmälda sjuka {when}.", number),
        Reason.LEAVE: ngettext("{names} är anmäld ledig {when}.", "{names} är anmälda lediga {when}.", number),
        Reason.OTHER: ngettext(
            "{names} är anmäld frånvarande {when}.", "{names} är anmälda frånvarande {when}.", number
        ),
    }[reason]
    return said.format(names=get_text_list([*names], _("och")), when=when_words(starts_on, ends_on, parts))


def back_word(absence: rules.DayAbsence, today: date) -> str:
    """Return the word that takes an absence back: a sick child is well again, another comes after all."""
    if absence.starts_on > today:
        return _("Ta bort")
    return _("Frisk igen") if absence.reason == Reason.SICK else _("Kommer ändå")


def takes_back(absence: rules.DayAbsence, name: str, today: date) -> str:
    """Return what is said before an absence is taken back, or nothing where one tap is enough.

    It is for what concerns no day after today, and for a child that is well again (D02).
    """
    is_well = absence.reason == Reason.SICK and absence.starts_on <= today
    if is_well or absence.ends_on <= today:
        return ""
    if absence.starts_on < today:
        said = _("{name}s frånvaro till och med {last} slutar idag. Från imorgon gäller tiderna igen.")
        return said.format(name=name, last=days.in_words(absence.ends_on, "l j F"))
    said = _("{name}s frånvaro {when} tas bort. Tiderna gäller igen.")
    return said.format(name=name, when=_when(absence))


def taken_back_words(absence: Absence, name: str) -> str:
    """Return what became of an absence that was taken back or ended early."""
    if not absence.withdrawn_at:
        return _("Från imorgon gäller {name}s tider igen.").format(name=name)
    said = _("{name}s frånvaro {when} är borttagen. Tiderna gäller igen.")
    return said.format(name=name, when=_when(absence_of(absence)))


def _when(absence: rules.DayAbsence) -> str:
    return when_words(absence.starts_on, absence.ends_on, (absence.part,) if absence.part else ())
