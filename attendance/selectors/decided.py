"""What is decided for a place, in words and as next week would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import rules
from attendance.models import PlanningRule
from attendance.public_holidays import holiday_on
from attendance.selectors.said import DECIDED
from attendance.selectors.words import hours_words, moment_words, opening_week
from children.models import Area, Municipality, Preschool
from portal.lib import days


@dataclass(frozen=True)
class ExampleDay:
    """A day of next week under some rules: opening hours, and until when its times may be changed, in words.

    `holiday` names the public holiday for which it is closed.
    """

    day: date
    opens: str
    holiday: str
    locks: str
    is_locked: bool
    asks_to_talk: bool


@dataclass(frozen=True)
class Decided:
    """What holds at a place: `rules`, and from how many days before its first day a child is seen there."""

    rules: rules.PlaceRules
    visible_before_days: int


def stored_for(*, area: Area | None = None, preschool: Preschool | None = None) -> dict[str, Any]:
    """Return the place's own settings as they are stored; what it has not decided is None, or not there at all.

    Neither is the municipality, which always says from when a child is seen.
    """
    found = PlanningRule.objects.filter(area=area, preschool=preschool).values(*DECIDED).first() or {}
    place = preschool or area or Municipality.current()
    return {**found, "visible_before_days": place.visible_before_days}


def layers_above(*, area: Area | None = None, preschool: Preschool | None = None) -> list[dict[str, Any]]:
    """Return the settings above the place's own: none, the municipality's, the municipality's and the area's."""
    above = [stored_for()] if area is not None or preschool is not None else []
    if preschool is not None and preschool.area is not None:
        above.append(stored_for(area=preschool.area))
    return above


def decided(layers: Iterable[Mapping[str, Any]]) -> Decided:
    """Return what holds: each layer over those before it, and the house's own below them all."""
    known = list(layers)
    numbers = [number for layer in known if (number := layer.get("visible_before_days")) is not None]
    merged = rules.merged_rules(rules.from_stored(layer) for layer in known)
    return Decided(merged, [Municipality().visible_before_days, *numbers][-1])


def example(merged: rules.PlaceRules, now: datetime) -> list[ExampleDay]:
    """Return next week's days on which the place is open, and its weekdays."""
    here = days.local(now)
    monday = days.monday_of(here.date()) + timedelta(days=7)
    return [
        ExampleDay(
            day=day,
            opens=hours_words(opens) if opens else "",
            holiday=holiday or "",
            locks=moment_words(rules.locks_at(day, merged.cut_off, here.tzinfo)) if merged.cut_off.locks else "",
            is_locked=not rules.may_change(day, here, merged.cut_off),
            asks_to_talk=rules.asks_to_talk(day, here, merged.cut_off),
        )
        for day in days.week(monday)
        for holiday in (None if merged.opens_on_holidays else holiday_on(day),)
        if (opens := None if holiday else merged.opens_on(day)) or day.weekday() < 5
    ]


def opens_again_words(cut_off: rules.CutOff, now: datetime) -> str:
    """Return from which day on times may be changed right now, or nothing where no day is locked."""
    if not cut_off.locks:
        return ""
    first = rules.opens_again(days.local(now), cut_off)
    return _("Just nu kan tider ändras från och med {day}.").format(day=days.in_words(first, "l j F"))


def in_words(found: Decided) -> list[str]:
    """Return the rules as sentences that a guardian would understand."""
    decided = found.rules
    said = [cut_off_words(decided.cut_off), opening_week(decided.opening) + "."]
    said.append(
        ngettext(
            "Ett schema upprepas högst varje vecka.",
            "Ett schema upprepas högst var {weeks}:e vecka.",
            decided.most_weeks,
        ).format(weeks=decided.most_weeks)
    )
    said.append(_("Ett schema får börja högst {weeks} veckor framåt.").format(weeks=decided.horizon_weeks))
    said.append(_("Ett barn är sent {minutes} minuter efter sin tid.").format(minutes=decided.late_after_minutes))
    if decided.opens_on_holidays:
        said.append(_("Röda dagar och helgaftnar är öppna som andra dagar."))
    else:
        said.append(_("Röda dagar och helgaftnar är stängda."))
    if decided.reminds_on is None:
        said.append(_("Familjer som saknar tider för nästa vecka påminns inte."))
    else:
        weekday = days.weekday_name(decided.reminds_on)
        said.append(_("Familjer som saknar tider för nästa vecka påminns på {weekday}.").format(weekday=weekday))
    if decided.takes_absence_words:
        said.append(_("Den som anmäler frånvaro väljer varför, och kan skriva några egna ord."))
    else:
        said.append(_("Den som anmäler frånvaro väljer varför, utan egna ord."))
    if decided.warns_over_hours:
        said.append(_("Familjen får veta när en vecka har fler timmar än barnet har rätt till. Schemat sparas ändå."))
    said.append(
        ngettext(
            "Ett nytt barn syns för familjen från en dag före sin första dag, och kan planeras från då.",
            "Ett nytt barn syns för familjen från {days} dagar före sin första dag, och kan planeras från då.",
            found.visible_before_days,
        ).format(days=found.visible_before_days)
    )
    return said


def cut_off_words(cut_off: rules.CutOff) -> str:
    if cut_off.form == rules.CutOffForm.NONE:
        return _("Tider kan ändras så länge dagen varar.")
    if cut_off.form == rules.CutOffForm.DAYS_BEFORE:
        return ngettext(
            "Tider kan ändras till och med dagen före.",
            "Tider kan ändras till och med {days} dagar före.",
            cut_off.days,
        ).format(days=cut_off.days)
    if cut_off.form == rules.CutOffForm.WARN:
        return ngettext(
            "Tider låses inte. Den som ändrar mindre än en vardag före ombeds också prata med avdelningen.",
            "Tider låses inte. Den som ändrar mindre än {days} vardagar före ombeds också prata med avdelningen.",
            cut_off.days,
        ).format(days=cut_off.days)
    weekday = days.weekday_name(cut_off.weekday)
    moment = f"{cut_off.minute // 60:02}:{cut_off.minute % 60:02}"
    if cut_off.weeks == 1:
        return _("En veckas tider låses {weekday} kl. {time} veckan före.").format(weekday=weekday, time=moment)
    return _("En veckas tider låses {weekday} kl. {time} två veckor före.").format(weekday=weekday, time=moment)
