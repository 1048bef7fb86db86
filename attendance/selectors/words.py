"""The words in which a child's day is said, the same on the board and at home (shared/mock: Words)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import rules
from attendance.rules import Half, Reason, Seam, State
from attendance.selectors.facts import ChangedDay, Known
from attendance.selectors.said import BACK_WITHIN
from portal.lib import days

HOURS_FROM = 120  # minutes late from which hours are said


def clock(moment: datetime | None) -> str:
    """Return the time on the preschool's clock on the wall: "07:34"."""
    return f"{days.local(moment):%H:%M}" if moment else ""


def badge(state: rules.DayState, plan: rules.PlannedDay, *, with_reason: bool) -> str:
    """Return the state's name as the look has it (portal.templatetags.look), where absence has its reason."""
    if state.state == State.ABSENT and with_reason:
        return {Reason.SICK: "sick", Reason.LEAVE: "leave"}.get(state.reason or Reason.OTHER, "absent")
    if state.state == State.EXPECTED and plan.is_unplanned and not plan.is_closed:
        return "unplanned"
    return state.state.value


def badge_text(state: rules.DayState, plan: rules.PlannedDay, *, with_reason: bool) -> str:
    """Return the state in words: "Väntas 08:45", "Sen 17 min", "Här 07:34", "Gick 16:02", "Sjuk"."""
    if state.state == State.LATE:
        if state.minutes_late >= HOURS_FROM:
            return _("Sen {hours} tim").format(hours=state.minutes_late // 60)
        return _("Sen {minutes} min").format(minutes=state.minutes_late)
    if state.state == State.PRESENT:
        return _("Här") if plan.half == Half.EVENING else _("Här {time}").format(time=clock(state.since))
    if state.state == State.LEFT:
        return _("Har gått") if plan.half == Half.MORNING else _("Gick {time}").format(time=clock(state.since))
    if state.state == State.EXPECTED:
        if state.expected_at:
            return _("Väntas {time}").format(time=clock(state.expected_at))
        return _("Inga tider") if plan.is_unplanned else _("Väntas")
    if state.state == State.CLOSED:
        return _("Stängt")
    return reason_word(state.reason) if with_reason else _("Frånvarande")


def reason_word(reason: Reason | None) -> str:
    return {Reason.SICK: _("Sjuk"), Reason.LEAVE: _("Ledig")}.get(reason or Reason.OTHER, _("Frånvarande"))


def tells_reason(state: rules.DayState, today: date) -> bool:
    """Tell whether staff may still be told why: after an absence's last day its reason is gone from lists."""
    return state.until is None or state.until >= today


def until_words(state: rules.DayState, today: date, facts: Known, child_id: UUID) -> str:
    """Return how long an absence lasts: "bara idag", "till och med ons", "åter måndag", "till och med 23 okt".

    Back is the child on the next day on which its place is open.
    """
    if state.until is None or state.until <= today:
        return _("bara idag")
    coming = days.span(state.until + timedelta(days=1), today + BACK_WITHIN)
    back = next((day for day in coming if _is_open(facts, child_id, day)), None)
    if back is None:
        return _("till och med {day}").format(day=days.in_words(state.until, "j M"))
    if state.reason == Reason.SICK:
        return _("till och med {day}").format(day=days.in_words(state.until, "D"))
    return _("åter {day}").format(day=days.in_words(back, "l"))


def _is_open(facts: Known, child_id: UUID, day: date) -> bool:
    place = facts.place(child_id, day)
    return facts.rules_at(place).opens_on(day) is not None and facts.closed_reason(place, day) is None


def times(intervals: Iterable[rules.Interval] | None) -> str:
    """Return a day's times: "07:30–16:00", or several with a comma between."""
    return ", ".join(str(interval) for interval in intervals or ())


def times_of(plan: rules.PlannedDay) -> str:
    """Return a day's times as far as they are the reader's own: of a day of handover one half."""
    if not plan.intervals or plan.half == Half.BOTH:
        return times(plan.intervals)
    handed = plan.attending or plan.intervals  # away for the first hour, the child is brought after it
    if plan.half == Half.MORNING:
        return _("Lämnas {time}").format(time=f"{handed[0].starts:%H:%M}")
    return _("Hämtas {time}").format(time=f"{handed[-1].ends:%H:%M}")


def half_words(half: Half) -> str:
    """Return the sentence of a day of handover: which half is the reader's own home's; or nothing."""
    return {
        Half.MORNING: _("Ni lämnar, det andra hemmet hämtar."),
        Half.EVENING: _("Det andra hemmet lämnar, ni hämtar."),
    }.get(half, "")


def seam_words(seam: Seam) -> str:
    """Return what the staff are to do where two homes' times do not meet, and never whose they are; or nothing."""
    return {
        Seam.GAP: _("Hemmens tider går inte ihop: det är ett glapp mellan dem. Fråga båda."),
        Seam.OVERLAP: _("Hemmens tider går inte ihop: de går över varandra. Fråga båda."),
        Seam.MISSING: _("Ett av hemmen har inte lagt tider för dagen. Fråga båda."),
    }.get(seam, "")


def gaps(state: rules.DayState) -> str:
    return ", ".join(_("Borta {times}").format(times=gap) for gap in state.gaps)


def collector(changed: ChangedDay | None, reader_id: UUID | None = None) -> str:
    """Return who collects, as one word: "Du", a guardian's given name, a contact's relation; or nothing."""
    if changed is None:
        return ""
    if changed.collecting_guardian_id is not None and changed.collecting_guardian_id == reader_id:
        return _("Du")
    return changed.guardian_name or changed.contact_relation or changed.contact_name or ""


def collector_on_board(changed: ChangedDay | None, *, is_protected: bool, knows_family: bool) -> str:
    """Return who collects, for the tile in the hall: a guardian's given name or a contact's relation; or nothing.

    A contact's own name, and anything at all about whom a child with protected identity belongs to, is for those who
    may know the family. To others such a child's tile is as any on which nobody is named.
    """
    if changed is None or (is_protected and not knows_family):
        return ""
    relation = changed.contact_relation or ""
    said = changed.guardian_name or relation[:1].lower() + relation[1:]
    if said or not changed.contact_name:
        return said
    return changed.contact_name if knows_family else _("hämtas av annan")


def hours(minutes: int) -> str:
    """Return a length in hours as the reader's language writes it: "42,5"."""
    length = rules.in_hours(minutes)
    return number_format(length, decimal_pos=0 if length == int(length) else 1, use_l10n=True, force_grouping=True)


def moment_words(moment: datetime) -> str:
    """Return a moment as people say it: "onsdag 7 oktober kl. 18"; midnight is the day that it ends."""
    if moment.time() == time.min:
        return _("efter {day}").format(day=date_format(moment - timedelta(days=1), "l j F"))
    hour = f"{moment:%H}" if moment.minute == 0 else f"{moment:%H.%M}"
    return _("{day} kl. {time}").format(day=date_format(moment, "l j F"), time=hour)


def opening_words(weekday: int, opens: rules.Interval | None) -> str:
    """Return the sentence that names the opening hours of a weekday (Monday is 0)."""
    name = days.weekday_name(weekday)
    if opens is None:
        return _("På {weekday}ar är det stängt.").format(weekday=name)
    return _("På {weekday}ar är det öppet {hours}. Välj tider däremellan.").format(weekday=name, hours=opens)


def hours_words(opens: rules.Interval) -> str:
    """Return the hours of one day: "06:00–18:30", or that they are all of it."""
    return _("dygnet runt") if opens == rules.ALWAYS else str(opens)


def opening_week(opening: rules.Opening) -> str:
    """Return a week's opening hours as short as can be: "Öppet 06:00–18:30", "Öppet mån–tors 06:00–18:00, fre …"."""
    groups: list[tuple[int, int, rules.Interval]] = []
    for number, hours in enumerate(opening):
        if hours is None:
            continue
        if groups and groups[-1][1] == number - 1 and groups[-1][2] == hours:
            groups[-1] = (groups[-1][0], number, hours)
        else:
            groups.append((number, number, hours))
    if [(first, last) for first, last, _hours in groups] == [(0, 4)]:
        return _("Öppet {hours}").format(hours=hours_words(groups[0][2]))
    short = [days.weekday_name(number, "D") for number in range(7)]
    said = [
        f"{short[first]}{f'–{short[last]}' if last > first else ''} {hours_words(hours)}"
        for first, last, hours in groups
    ]
    return _("Öppet {hours}").format(hours=", ".join(said)) if said else ""


def week_span(monday: date, last: date | None = None) -> str:
    """Return the week's Monday to Friday, or to the last of it that is shown: "19–23 okt"."""
    last = last or monday + timedelta(days=4)
    first = days.in_words(monday, "j" if monday.month == last.month else "j M")
    return f"{first}–{days.in_words(last, 'j M')}"


def most_weeks(number: int) -> str:
    """Return the sentence that refuses a plan of more weeks than a place allows."""
    said = ngettext("Här kan ett schema ha högst {weeks} vecka.", "Här kan ett schema ha högst {weeks} veckor.", number)
    return said.format(weeks=number)
