"""Who said what of a child's times, and when: plans, single days, absence and answers, newest first.

Staff read who did it, guardians by name and staff by first name. A guardian reads nothing of a home that does not share
its times with the own one: neither what was said there nor that anything was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from attendance import rules
from attendance.models import Absence, EnquiryAnswer, EventAnswer, PlanSave
from attendance.selectors import words
from attendance.selectors.absences import when_words
from attendance.selectors.readers import reader_as, without_unseen_hours
from children.models import Child
from children.selectors.homes import SeenHomes, seen_homes
from children.selectors.people import guardians_ever
from portal.lib import days

AT_ONCE = 20
SAME_PRESS = timedelta(seconds=5)


@dataclass(frozen=True)
class Act:
    """One thing that somebody said of the child's times. `lines` tell more of it: dates with their times."""

    at: datetime
    who: str
    is_by_staff: bool
    what: str
    icon: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class HistoryPage:
    """Some acts, newest first; `more_before` is what the next page begins before, None on the last."""

    acts: tuple[Act, ...]
    more_before: datetime | None


@dataclass(frozen=True)
class _Reading:
    """Whose eyes it is for: a guardian with the homes that it may know of, or the staff (`homes` None)."""

    reader: UUID | None
    homes: SeenHomes | None
    knows_family: bool
    today: date

    def own(self) -> Q:
        """Return the condition for rows of homes that may be read."""
        if self.homes is None:
            return Q()
        return Q(household=None) | Q(household__in=[*self.homes.sees, *([self.homes.own] if self.homes.own else [])])

    def may_know_of(self, person_id: UUID | None) -> bool:
        return self.homes is None or person_id not in self.homes.unseen


def family_history(
    child: Child, today: date, *, reader: UUID | None, knows_family: bool, before: datetime | None = None
) -> HistoryPage:
    """Return what was said, newest first, `AT_ONCE` at a time: four queries, and up to three more.

    `reader` is a guardian; for the staff None. Guardians have no name to whoever may not know the family.
    """
    homes = seen_homes([child.pk], reader).get(child.pk) if reader else None
    reading = _Reading(reader, homes, knows_family, today)
    answers = [*_answers(child, reading, before), *_event_answers(child, reading, before)]
    found = [*_saves(child, reading, before), *_absences(child, reading, before), *answers]
    found.sort(key=lambda act: act.at, reverse=True)
    shown = [act for act in found if len(found) <= AT_ONCE or act.at >= found[AT_ONCE - 1].at]
    return HistoryPage(tuple(shown), shown[-1].at if len(shown) < len(found) else None)


def _who(person: User | None, reading: _Reading, *, is_by_staff: bool) -> str:
    if person is None:
        return _("Personalen") if is_by_staff else _("Någon")
    if reading.reader == person.pk:
        return _("Du")
    if not reading.may_know_of(person.pk):
        return _("Det andra hemmet")
    if is_by_staff:
        return person.given_name
    return person.full_name if reading.knows_family else _("En vårdnadshavare")


# Plans and single days ------------------------------------------------------------------------------------------------


def _saves(child: Child, reading: _Reading, before: datetime | None) -> list[Act]:
    rows = PlanSave.objects.filter(reading.own(), children=child).select_related("made_by", "undone_by")
    if before is not None:
        rows = rows.filter(made_at__lt=before)
    acts: list[Act] = []
    for row in rows.order_by("-made_at", "-pk")[: AT_ONCE + 1]:
        if not reading.may_know_of(row.made_by_id):
            continue
        kept_before, kept_after = (side.get(str(child.pk), {}) for side in (row.before, row.after))
        who = _who(row.made_by, reading, is_by_staff=row.is_by_staff)
        what, lines = _what_was_saved(kept_before, kept_after)
        acts.append(Act(row.made_at, who, row.is_by_staff, what, "calendar", lines))
        if row.undone_at and (before is None or row.undone_at < before):
            undone_by = _who(row.undone_by, reading, is_by_staff=row.is_by_staff)
            undid = _("ångrade det som hade sparats")
            acts.append(Act(row.undone_at, undone_by, row.is_by_staff, undid, "undo-2", (f"{who} {what}",)))
    return acts


def _what_was_saved(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return what a save changed, in words: a plan from a day, or single days with their times."""
    plans = [plan for plan in after.get("plans", ()) if plan not in before.get("plans", ())]
    was = {day["day"]: day for day in before.get("days", ())}
    now = {day["day"]: day for day in after.get("days", ())}
    dates = sorted(day for day in was.keys() | now.keys() if was.get(day) != now.get(day))
    lines = [_day_line(day, was.get(day), now.get(day)) for day in dates]
    laid = [plan for plan in plans if plan["ends_on"] is None] or plans
    if laid:
        starts_on = date.fromisoformat(laid[-1]["starts_on"])
        said = ngettext(
            "lade ett schema från {day}", "lade ett schema över {weeks} veckor från {day}", len(laid[-1]["weeks"])
        )
        return said.format(day=_long(starts_on), weeks=len(laid[-1]["weeks"])), (*_plan_lines(laid[-1]), *lines)
    if len(dates) == 1:
        return _("ändrade {day}").format(day=_long(date.fromisoformat(dates[0]))), tuple(lines)
    if dates:
        return ngettext("ändrade {number} dag", "ändrade {number} dagar", len(dates)).format(number=len(dates)), tuple(
            lines
        )
    return _("tog bort ett schema"), ()


def _plan_lines(plan: Mapping[str, Any]) -> list[str]:
    """Return a plan's weeks in short: "Vecka 1: mån–fre 07:30–16:00"."""
    weeks = plan["weeks"]
    said = [_week_line(week) for week in weeks]
    if len(weeks) == 1:
        return said
    return [_("Vecka {number}: {times}").format(number=number, times=line) for number, line in enumerate(said, 1)]


def _week_line(week: Sequence[Sequence[Sequence[str]]]) -> str:
    """Return the days of a week, those that follow each other with the same times together."""
    groups: list[tuple[int, int, str]] = []
    for number, day in enumerate(week):
        text = _stored_times(day)
        if groups and groups[-1][1] == number - 1 and groups[-1][2] == text:
            groups[-1] = (groups[-1][0], number, text)
        else:
            groups.append((number, number, text))
    names = [days.weekday_name(number, "D") for number in range(7)]
    said = [f"{names[first]}{f'–{names[last]}' if last > first else ''} {text}" for first, last, text in groups if text]
    return ", ".join(said) or _("ledig alla dagar")


def _day_line(day: str, was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    said = [_day_times(one) for one in (was, now)]
    name = days.in_words(date.fromisoformat(day), "D j M")
    if said[0] == said[1]:
        return _("{day}: vem som hämtar, eller lappen till personalen").format(day=name)
    return _("{day}: {was} → {now}").format(day=name, was=said[0], now=said[1])


def _day_times(kept: Mapping[str, Any] | None) -> str:
    if kept is None or kept["intervals"] is None:
        return _("som schemat")
    return _stored_times(kept["intervals"]) or _("ledig")


def _stored_times(pairs: Iterable[Sequence[str]]) -> str:
    return ", ".join(f"{starts}–{ends}" for starts, ends in pairs)


# Absence --------------------------------------------------------------------------------------------------------------


def _absences(child: Child, reading: _Reading, before: datetime | None) -> list[Act]:
    """Return what was reported, what was changed and what was ended; what grew into a longer absence was not ended."""
    rows = Absence.objects.filter(child=child).select_related("reported_by", "ended_by", "withdrawn_by")
    found = list(rows.defer("words").order_by("created_at", "pk"))  # the words are encrypted, and not told here
    guardians = guardians_ever(child.pk) if any(row.ended_at or row.withdrawn_at for row in found) else set()
    acts: list[Act] = []
    seen = without_unseen_hours(found, {child.pk: reader_as(reading.homes)}) if reading.homes else found
    grown = {row.pk for row in seen if any(_grew(row, other) for other in found)}
    for together in _by_press(seen):
        first = together[0]
        who = _who(first.reported_by, reading, is_by_staff=first.is_by_staff)
        said = _("anmälde {name} {absence}")
        if any(_grew(other, first) for other in seen):
            said = _("ändrade {name}s frånvaro: {absence}")
        said = said.format(name=child.given_name, absence=_absence_words(together, reading))
        lines = _what_became(together, grown)
        acts.append(Act(first.created_at, who, first.is_by_staff, said, "calendar-off", lines))
    for row in seen:
        for at, person, what in (
            (row.ended_at, row.ended_by, _("avslutade frånvaron i förtid: {absence}")),
            (row.withdrawn_at, row.withdrawn_by, _("tog bort frånvaron: {absence}")),
        ):
            if at is None or (row.pk in grown and at == row.withdrawn_at):
                continue
            by_staff = person is None or person.pk not in guardians
            what_ended = what.format(absence=_absence_words([row], reading))
            acts.append(Act(at, _who(person, reading, is_by_staff=by_staff), by_staff, what_ended, "circle-check"))
    return [act for act in acts if before is None or act.at < before]


def _what_became(together: Sequence[Absence], grown: Set[UUID]) -> tuple[str, ...]:
    """Return what became of a report later, or nothing where it stands as it was made."""
    row = together[0]
    if row.pk in grown:
        return (_("Ändrades senare."),)
    if all(one.withdrawn_at for one in together):
        return (_("Togs bort senare."),)
    if row.ended_at:
        return (_("Avslutades i förtid, sista dagen blev {day}.").format(day=_long(row.ends_on)),)
    return ()


def _by_press(rows: Iterable[Absence]) -> list[list[Absence]]:
    """Return the absences by what was reported at once: several parts of one day."""
    presses: list[list[Absence]] = []
    for row in rows:
        last = presses[-1][-1] if presses else None
        if (
            last
            and row.is_part_of_day
            and last.is_part_of_day
            and (row.starts_on, row.reason, row.reported_by_id) == (last.starts_on, last.reason, last.reported_by_id)
            and row.created_at - last.created_at < SAME_PRESS
        ):
            presses[-1].append(row)
        else:
            presses.append([row])
    return presses


def _grew(row: Absence, other: Absence) -> bool:
    """Tell whether the row was withdrawn because the other, which takes it in, was written in its place."""
    return (
        row.withdrawn_at is not None
        and row.created_at < other.created_at
        and abs(other.created_at - row.withdrawn_at) < SAME_PRESS
        and (row.reason, row.is_by_staff, row.from_time) == (other.reason, other.is_by_staff, other.from_time)
        and other.starts_on <= row.starts_on
        and row.ends_on <= other.ends_on
    )


def _absence_words(together: Sequence[Absence], reading: _Reading) -> str:
    """Return what was reported. Staff read the reason until its last day; a guardian may always know it."""
    row = together[0]
    tells_why = reading.reader is not None or row.ends_on >= reading.today
    why = words.reason_word(rules.Reason(row.reason) if tells_why else None).lower()
    parts = sorted(rules.Interval(one.from_time, one.to_time) for one in together if one.from_time and one.to_time)
    return f"{why} {when_words(row.starts_on, row.reported_until or row.ends_on, parts)}"


# Answers to enquiries -------------------------------------------------------------------------------------------------


def _answers(child: Child, reading: _Reading, before: datetime | None) -> list[Act]:
    """Return who answered which enquiry: one act for all the days that were answered at once."""
    rows = EnquiryAnswer.objects.filter(child=child).select_related("answered_by", "enquiry")
    if before is not None:
        rows = rows.filter(answered_at__lt=before)
    at_once: dict[tuple[datetime, UUID], list[EnquiryAnswer]] = defaultdict(list)
    for row in rows.order_by("-answered_at", "day")[:400]:
        if reading.may_know_of(row.answered_by_id) or row.is_by_staff:
            at_once[row.answered_at, row.enquiry_id].append(row)
    return [
        Act(
            at,
            _who(given[0].answered_by, reading, is_by_staff=given[0].is_by_staff),
            given[0].is_by_staff,
            _("svarade på ”{title}”").format(title=given[0].enquiry.title),
            "circle-check",
            () if reading.homes and reading.homes.unseen else (_answer_line(given),),  # of its days none of the other
        )
        for (at, _enquiry), given in at_once.items()
    ]


def _event_answers(child: Child, reading: _Reading, before: datetime | None) -> list[Act]:
    """Return who has answered, last, whether the child comes to something that happens."""
    rows = EventAnswer.objects.filter(reading.own(), child=child).select_related("answered_by", "event")
    if before is not None:
        rows = rows.filter(answered_at__lt=before)
    return [
        Act(
            row.answered_at,
            _who(row.answered_by, reading, is_by_staff=row.is_by_staff),
            row.is_by_staff,
            _("svarade på ”{title}”").format(title=row.event.title),
            "circle-check",
            (_("Kommer") if row.is_coming else _("Kommer inte"),),
        )
        for row in rows.order_by("-answered_at", "pk")[: AT_ONCE + 1]
        if row.is_by_staff or reading.may_know_of(row.answered_by_id)
    ]


def _answer_line(given: Sequence[EnquiryAnswer]) -> str:
    comes, free = (len({one.day for one in given if one.attends is attends}) for attends in (True, False))
    said = [ngettext("kommer {n} dag", "kommer {n} dagar", comes).format(n=comes)] if comes else []
    said += [ngettext("ledig {n} dag", "ledig {n} dagar", free).format(n=free)] if free else []
    return ", ".join(said)


def _long(day: date) -> str:
    return date_format(day, "l j F")
