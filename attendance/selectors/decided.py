"""What is decided for a place, in words and as next week would be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import rules
from attendance.models import PlanningRule
from attendance.selectors.said import DECIDED
from attendance.selectors.words import hours_words, moment_words
from children.models import Area, Preschool
from portal.lib import days


@dataclass(frozen=True)
class ExampleDay:
    """A day of next week under some rules: opening hours, and until when its times may be changed, in words."""

    day: date
    opens: str
    locks: str
    is_locked: bool
    asks_to_talk: bool


def stored_for(*, area: Area | None = None, preschool: Preschool | None = None) -> dict[str, Any] | None:
    """Return the place's own settings as they are stored, or None where it has none. Neither is the municipality."""
    found: dict[str, Any] | None = PlanningRule.objects.filter(area=area, preschool=preschool).values(*DECIDED).first()
    return found


def decided_with(
    own: Mapping[str, Any] | None, *, area: Area | None = None, preschool: Preschool | None = None
) -> rules.PlaceRules:
    """Return what would hold at the place if these were its own settings."""
    above: list[Mapping[str, Any] | None] = []
    if area is not None or preschool is not None:
        above.append(stored_for())
    if preschool is not None and preschool.area is not None:
        above.append(stored_for(area=preschool.area))
    return rules.merged_rules(rules.from_stored(layer) for layer in (*above, own) if layer)


def example(decided: rules.PlaceRules, now: datetime) -> list[ExampleDay]:
    """Return next week's days on which the place is open, and its weekdays."""
    here = days.local(now)
    monday = days.monday_of(here.date()) + timedelta(days=7)
    return [
        ExampleDay(
            day=day,
            opens=hours_words(opens) if opens else "",
            locks=moment_words(rules.locks_at(day, decided.cut_off, here.tzinfo)) if decided.cut_off.locks else "",
            is_locked=not rules.may_change(day, here, decided.cut_off),
            asks_to_talk=rules.asks_to_talk(day, here, decided.cut_off),
        )
        for day in days.week(monday)
        if (opens := decided.opens_on(day)) or day.weekday() < 5
    ]


def in_words(decided: rules.PlaceRules) -> list[str]:
    """Return the rules as sentences that a guardian would understand."""
    said = [_cut_off_words(decided.cut_off)]
    said.append(
        ngettext(
            "Ett schema upprepas högst varje vecka.",
            "Ett schema upprepas högst var {weeks}:e vecka.",
            decided.most_weeks,
        ).format(weeks=decided.most_weeks)
    )
    said.append(_("Ett schema får börja högst {weeks} veckor framåt.").format(weeks=decided.horizon_weeks))
    said.append(_("Ett barn är sent {minutes} minuter efter sin tid.").format(minutes=decided.late_after_minutes))
    said.append(_("Röda dagar är öppna som andra dagar.") if decided.opens_on_holidays else _("Röda dagar är stängda."))
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
    return said


def _cut_off_words(cut_off: rules.CutOff) -> str:
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
