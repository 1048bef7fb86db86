"""What waits to leave the house, what did not get out, and why: in numbers, for whoever runs the system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models, transaction
from django.db.models import Case, Count, Max, Min, Q, Value, When
from django.db.models.functions import Coalesce

from accounts import audit
from accounts.models import User
from notifications.models import Delivery, Way
from notifications.telling import QUIET

SHOWN_FOR = timedelta(days=30)
STILL_NEWS = timedelta(days=7)
"""What was given up longer ago is not tried again: it says "something new"."""

# A code of the other side, or the name of a fault. Words are decisions of ours ("withdrawn"), and stay as they are.
FAULT = re.compile(r"^(\d{3}|tries|[A-Z]\w*)$")


class State(StrEnum):
    SOON = "soon"
    LATER = "later"
    FAULTY = "faulty"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Waiting:
    """So many notices that wait, or were given up, in one way for one reason (`problem`, "" for none).

    `since` is when the oldest was made; `until` the next try, or when the last was given up.
    """

    way: Way
    state: State
    problem: str
    number: int
    since: datetime
    until: datetime
    can_be_tried_again: bool


def what_waits(now: datetime) -> Sequence[Waiting]:
    """Return what waits and what was given up in the last thirty days, by way, state and reason: one query."""
    state = Case(
        When(~Q(given_up_at=None), then=Value(State.GIVEN_UP.value)),
        When(Q(problem=QUIET) | Q(tries=0, try_after__gt=now), then=Value(State.LATER.value)),
        When(tries__gt=0, then=Value(State.FAULTY.value)),
        default=Value(State.SOON.value),
        output_field=models.CharField(),
    )
    unsent = Delivery.objects.outside().filter(sent_at=None)
    shown = unsent.filter(Q(given_up_at=None) | Q(given_up_at__gte=now - SHOWN_FOR))
    groups = (
        shown.order_by()
        .annotate(state=state)
        .values("way", "state", "problem")
        .annotate(
            number=Count("pk"),
            since=Min("created_at"),
            until=Coalesce(Max("given_up_at"), Min("try_after")),
        )
    )
    found = [
        Waiting(
            way=Way(group["way"]),
            state=State(group["state"]),
            problem=group["problem"],
            number=group["number"],
            since=group["since"],
            until=group["until"],
            can_be_tried_again=group["state"] == State.GIVEN_UP and _is_fault(group["problem"]),
        )
        for group in groups
    ]
    return sorted(found, key=lambda one: (list(Way).index(one.way), list(State).index(one.state), one.problem))


@transaction.atomic
def try_again(*, way: Way, problem: str, actor_person: User, now: datetime) -> int:
    """Let what was given up for this fault in the last week be tried anew; return how many notices it is.

    What we decided not to send, and what was withdrawn from somebody, is never sent by this.
    """
    if not _is_fault(problem):
        return 0
    recent = Delivery.objects.filter(way=way, created_at__gte=now - STILL_NEWS)
    number = recent.try_again(now, problem)
    audit.did("notices.tried_again", person_id=actor_person.id, now=now, way=way.value, problem=problem, number=number)
    return number


def _is_fault(problem: str) -> bool:
    return FAULT.match(problem) is not None
