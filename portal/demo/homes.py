"""Alma and Nils, who have two homes: every other week from Friday to Friday, as both guardians have agreed."""

from __future__ import annotations

from datetime import datetime, time

from accounts.models import User
from attendance.rules import Interval, Week
from attendance.services import save_week_plan
from children.actors import Actor
from children.home_rules import Handover, every_other_week
from children.services.homes import Pattern, agree_homes, propose_homes
from portal.demo.cast import Cast
from portal.demo.people import MIKAEL, SARA
from portal.demo.register import TWO_HOMES

FRIDAY = 4
LONG, LATER = Interval(time(7, 30), time(16)), Interval(time(8), time(16, 30))
# On the Friday on which Mikael collects, he has said only the hours that are his: the staff see an hour between.
SHORT, LEAVES, COLLECTS = Interval(time(7, 30), time(13)), Interval(time(8), time(12, 30)), Interval(time(14), time(16))


def live_in_two(cast: Cast, now: datetime) -> None:
    """Let one home propose the weeks and the other agree, and each lay the plan of its own days. On a Monday."""
    children = [child.id for child in cast.children.values() if child.family_name == TWO_HOMES]
    sara, mikael = (User.objects.with_email(figure.email).get() for figure in (SARA, MIKAEL))
    made = propose_homes(
        child_ids=children,
        own=[sara.id],
        other=[mikael.id],
        pattern=Pattern(cast.today, every_other_week(FRIDAY), Handover.THERE),
        actor=Actor.of_person(sara, cast.today),
        now=now,
    )
    agree_homes(proposal_ids=[row.id for row in made], actor=Actor.of_person(mikael, cast.today), now=now)
    plans: list[tuple[User, list[Week]]] = [
        (sara, [_week(LONG, SHORT)]),
        (mikael, [_week(LATER, LEAVES), _week(LATER, COLLECTS)]),
    ]
    for person, weeks in plans:
        actor = Actor.of_person(person, cast.today)
        save_week_plan(child_ids=children, starts_on=cast.today, weeks=weeks, actor=actor, now=now)


def _week(usual: Interval, friday: Interval) -> Week:
    return ((usual,),) * 4 + ((friday,), (), ())
