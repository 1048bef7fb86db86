"""Usual times, for those who plan by them: what may be proposed to a family, and how many a principal may expect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance import rules
from attendance.models import DeclinedProposal, UsualTime
from attendance.selectors.facts import Known
from attendance.usual_rules import Usual, proposed
from children.models import Child
from portal.lib import days
from portal.lib.prepared import Rows, prepared

MOST = 2  # of one page: what is asked every day is answered never

ByHome = Mapping[tuple[UUID, UUID | None, int], Usual]
"""By child, home (None: all days) and weekday."""


@dataclass(frozen=True)
class Proposal:
    """A day on which the child usually comes or is collected at another time than planned.

    `question` says so in words; `url` is the day's page with the usual times filled in. Nothing is changed by it.
    """

    child_id: UUID
    name: str
    day: date
    question: str
    url: str
    minutes: int


def usual_times(child_ids: Collection[UUID], asked: UUID, today: date) -> dict[tuple[UUID, UUID | None, int], Usual]:
    """Return all usual times of these children but those of which `asked` wants to hear no more: one query."""
    return {
        (child_id, home_id, weekday): Usual(*figures)
        for child_id, home_id, weekday, *figures in _usual(child_ids, asked, today)
    }


@prepared
def _usual(child_ids: Collection[UUID], asked: UUID, today: date) -> Rows:
    declined = DeclinedProposal.objects.filter(child=OuterRef("child"), person=asked, until__gt=today)
    return UsualTime.objects.filter(~Exists(declined), child__in=child_ids).values_list(
        "child_id", "household_id", "weekday", "arrives", "leaves", "arrives_spread", "leaves_spread", "counted"
    )


def usual_on(child_ids: Collection[UUID], weekday: int) -> dict[UUID, Usual]:
    """Return the usual times of one weekday by all days, whoever's they were: one query."""
    rows = UsualTime.objects.filter(child__in=child_ids, weekday=weekday, household=None)
    return {
        child_id: Usual(*figures)
        for child_id, *figures in rows.values_list(
            "child_id", "arrives", "leaves", "arrives_spread", "leaves_spread", "counted"
        )
    }


def proposals(
    children: Sequence[Child], facts: Known, coming: Iterable[date], usual: ByHome, now: datetime
) -> list[Proposal]:
    """Return what to ask about these days, as far as they can still be changed: what is farthest apart, a few at most.

    Of each weekday its first day that is planned otherwise than usual. A day of which the family has said something of
    its own is as the family wants it.
    `facts` are as the guardian reads them: of a child with two homes only the own home's days are known, and are
    compared with the own home's usual times. No query.
    """
    here = days.local(now)
    with_homes = {child_id for child_id, home, _weekday in usual if home}
    first: dict[tuple[UUID, int], Proposal] = {}
    for child in children:
        for day in coming:
            if child.pk in with_homes and facts.planned(child.pk, day).homes is None:
                continue  # what is usual by all days is of both the homes that it had until now
            if day > here.date() and (one := _proposal(child, facts, day, usual, here)):
                first.setdefault((child.pk, day.weekday()), one)
    found = sorted(first.values(), key=lambda one: (-one.minutes, one.day))
    return sorted(found[:MOST], key=lambda one: (one.day, -one.minutes))


def _proposal(child: Child, facts: Known, day: date, usual: ByHome, here: datetime) -> Proposal | None:
    plan = facts.planned(child.pk, day)
    whose = plan.homes.morning if plan.homes else None
    known = usual.get((child.pk, whose, day.weekday()))
    if known is None or not plan.attending or plan.is_changed:
        return None
    if plan.is_elsewhere or (plan.homes and plan.homes.is_handover):
        return None
    reader = facts.readers.get(child.pk)
    if plan.homes and (reader is None or reader.home != whose):
        return None
    if plan.gaps or not rules.may_change(day, here, facts.rules_at(facts.place(child.pk, day)).cut_off):
        return None
    starts, ends = _minute(plan.attending[0].starts), _minute(plan.attending[-1].ends) or rules.MINUTES_OF_A_DAY
    comes = proposed(known.arrives, known.arrives_spread, starts)
    goes = proposed(known.leaves, known.leaves_spread, ends)
    if comes is None and goes is None:
        return None
    if (comes if comes is not None else starts) >= (goes if goes is not None else ends):
        return None
    asked = {"lamnas": comes, "hamtas": goes}
    query = urlencode({name: _clock(minute) for name, minute in asked.items() if minute is not None})
    return Proposal(
        child.pk,
        child.given_name,
        day,
        _question(child, day, (comes, starts), (goes, ends)),
        f"{reverse('attendance:day', args=[child.pk, day])}?{query}",
        max(abs(minute - other) for minute, other in ((comes, starts), (goes, ends)) if minute is not None),
    )


def _question(child: Child, day: date, comes: tuple[int | None, int], goes: tuple[int | None, int]) -> str:
    said = {
        "name": child.given_name,
        "day": days.in_words(day, "l"),
        "comes": _clock(comes[0]) if comes[0] is not None else "",
        "goes": _clock(goes[0]) if goes[0] is not None else "",
        "planned_comes": _clock(comes[1]),
        "planned_goes": _clock(goes[1]),
    }
    if comes[0] is None:
        return _("På {day} brukar {name} hämtas {goes}, planerat {planned_goes}.").format(**said)
    if goes[0] is None:
        return _("På {day} brukar {name} komma {comes}, planerat {planned_comes}.").format(**said)
    return _("På {day} brukar {name} vara här {comes}–{goes}, planerat {planned_comes}–{planned_goes}.").format(**said)


def filled_in(initial: Mapping[str, Any], comes: str, goes: str) -> dict[str, Any]:
    """Return what the day's form holds at first, with these times as the first arrival and the last collection.

    What is no time changes nothing, nor does anything on a day without times.
    """
    filled = dict(initial)
    if filled.get("what") == "off" or not filled.get("starts"):
        return filled
    last = next((name for name in ("third_ends", "again_ends") if filled.get(name)), "ends")
    for name, text in (("starts", comes), (last, goes)):
        try:
            filled[name] = time.fromisoformat(text)
        except ValueError:
            continue
    return filled if filled == initial else filled | {"what": "times"}


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
