"""What is asked of the server, by whom, and the figures that come of it."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.selectors.expected import expected_per_hour
from portal.bench import families, subjects, talking
from portal.bench.serving import CSRF, Ask, Asked, Browser, latencies, per_second
from portal.bench.subjects import Hall, Parent
from portal.bench.talking import Talking
from portal.lib import days, live
from portal.lib.ids import uuid7


@dataclass(frozen=True)
class Figures:
    """One measured thing. Times in milliseconds; `ratio` is the median over the median of its floor, in one run."""

    name: str
    floor: str
    ratio: float
    budget: float | None
    median_ms: float
    p95_ms: float
    rps_16: float
    queries: int
    bytes: int


@dataclass(frozen=True)
class Measured:
    """What to measure: the words of PROMISES, its floor, its budget, how to ask, and how to make it new again.

    What has no budget is promised nowhere, and measured so that somebody sees it.
    """

    name: str
    floor: str
    budget: float | None
    ask: Ask
    renew: Callable[[], None] = lambda: None
    most: int = 1_000_000  # how often it can be asked before it must be made new again


def measure(port: int, rounds: int, only: str = "") -> tuple[dict[str, float], list[Figures]]:
    """Measure every promise, or those with `only` in their words; return the floors in milliseconds and their rows.

    Floors are measured again beside each row, and the ratio is taken against those, so that a machine that becomes
    slower in the middle makes both slower.
    """
    hall, halls = subjects.hall_of(20), subjects.halls(60)
    parents = subjects.parents_of(2, 120)
    floors = _floors(parents[0].browser)
    for ask in floors.values():
        latencies(port, ask, 100)
    every: dict[str, list[float]] = {"F1": [], "F2": []}
    promises = [one for one in _promises(hall, halls, parents) if only in one.name]
    rows = [_measure(port, one, floors, every, rounds) for one in promises]
    return {f"{name}_ms": round(1000 * statistics.median(taken), 3) for name, taken in every.items() if taken}, rows


def next_workday() -> date:
    """Return the first day from Monday to Friday after today."""
    today = days.today()
    return today + timedelta(days=7 - today.weekday() if today.weekday() > 3 else 1)


def expected_ms(day: date, rounds: int = 9) -> float:
    """Return how long it takes to count the children whom the municipality expects each hour of a day."""
    taken = []
    for _round in range(rounds):
        before = time.perf_counter()
        expected_per_hour(day)
        taken.append(time.perf_counter() - before)
    return round(1000 * statistics.median(taken), 1)


def _floors(browser: Browser) -> dict[str, Ask]:
    return {
        "F1": lambda _number: (browser, Asked("GET", "/matning/lasa/")),
        "F2": lambda _number: (browser, Asked("POST", "/matning/skriva/", urlencode({"a": 1}))),
    }


def _measure(port: int, one: Measured, floors: dict[str, Ask], every: dict[str, list[float]], rounds: int) -> Figures:
    """Measure in ten turns with the floor: floor, page, floor, page."""
    taken: list[float] = []
    beside: list[float] = []
    sizes: list[int] = []
    turn = min(max(rounds // 10, 1), one.most)
    one.renew()
    latencies(port, one.ask, min(turn, one.most))
    for _turn in range(max(rounds // turn, 1)):
        one.renew()
        beside += latencies(port, floors[one.floor], turn)[0]
        seconds, size = latencies(port, one.ask, turn)
        taken += seconds
        sizes.append(size)
    every[one.floor] += beside
    one.renew()
    rate = per_second(port, one.ask, clients=16, times=min(rounds, one.most))
    one.renew()
    queries, size = _looked_at(*one.ask(0))
    one.renew()
    return Figures(
        name=one.name,
        floor=one.floor,
        ratio=round(statistics.median(taken) / statistics.median(beside), 2),
        budget=one.budget,
        median_ms=round(1000 * statistics.median(taken), 2),
        p95_ms=round(1000 * statistics.quantiles(taken, n=20)[-1], 2),
        rps_16=round(rate, 1),
        queries=queries,
        bytes=size,
    )


def _looked_at(browser: Browser, asked: Asked) -> tuple[int, int]:
    """Ask once in this process: return the number of queries and the bytes of the body as they travel."""
    client = Client(enforce_csrf_checks=False, HTTP_HOST="localhost")
    for name, value in browser.cookies.items():
        client.cookies[name] = value
    with CaptureQueriesContext(connection) as queries:
        answer = client.generic(
            asked.method,
            asked.path,
            asked.body,
            content_type=asked.kind,
            headers={"hx-request": "true" if asked.is_fragment else "false", "x-csrftoken": CSRF},
        )
    if answer.status_code != asked.expects:
        raise RuntimeError(f"{asked.path} answered {answer.status_code}")
    own = [query for query in queries.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    return len(own), len(gzip.compress(answer.content, 6)) if answer.content else 0


def _promises(hall: Hall, halls: list[Hall], parents: list[Parent]) -> list[Measured]:
    children = [(one, child_id) for one in halls for child_id in one.child_ids]
    everybody = [child_id for _hall, child_id in children]
    colleague = subjects.colleague_of(hall)
    computer = subjects.logged_in(colleague)
    planning = families.Planning(parents[:60])
    ill = [(parent, child_id) for parent in parents for child_id in parent.child_ids[:1]]
    return [
        Measured("board of 20 children, whole page", "F1", 2.0, lambda _number: (hall.tablet, _board(hall))),
        Measured(
            "the same, with somebody's PIN",
            "F1",
            None,
            lambda _number: (subjects.with_pin(hall, colleague), _board(hall)),
        ),
        Measured("the same, staff on a computer", "F1", None, lambda _number: (computer, _board(hall))),
        Measured("board, nothing new", "F1", 0.6, lambda _number: (hall.tablet, _nothing_new(hall))),
        Measured(
            "tap (event, stay, audit, stamp, deliveries)",
            "F2",
            2.5,
            lambda number: _tap(*children[number % len(children)]),
            renew=lambda: subjects.forget_today(everybody),
            most=len(children),
        ),
        Measured("guardian's home with two children", "F1", 2.5, lambda number: _home(parents[number % len(parents)])),
        Measured(
            "report sick",
            "F2",
            2.5,
            lambda number: (
                ill[number % len(ill)][0].browser,
                Asked("POST", reverse("attendance:sick", args=[ill[number % len(ill)][1]]), urlencode({"a": 1})),
            ),
            renew=lambda: subjects.forget_today(child_id for _parent, child_id in ill),
            most=len(ill),
        ),
        Measured(
            "schedule with two children",
            "F1",
            2.5,
            lambda number: families.schedule(parents[number % len(parents)]),
        ),
        Measured(
            "half a year for two siblings, two-week rotation",
            "F2",
            10.0,
            planning.save,
            renew=planning.renew,
            most=len(planning.parents),
        ),
        Measured(
            "a department's week, on the tablet with a PIN",
            "F1",
            3.0,
            lambda _number: (subjects.with_pin(hall, colleague), _week(hall)),
        ),
        Measured("the same, staff on a computer", "F1", 3.0, lambda _number: (computer, _week(hall))),
        Measured(
            "twenty children let in by one POST",
            "F2",
            4.0,
            lambda _number: _let_in_all(hall),
            renew=lambda: subjects.forget_today(hall.child_ids),
            most=1,
        ),
        *_of_what_is_said(talking.talk(hall, colleague)),
    ]


def _of_what_is_said(said: Talking) -> list[Measured]:
    thread = Asked("GET", reverse("messaging:thread", args=[said.thread_id]), is_fragment=False)
    inbox = Asked("GET", reverse("messaging:threads"), is_fragment=False)
    feed = Asked("GET", reverse("messaging:posts"), is_fragment=False)
    unread = Asked("GET", reverse("messaging:unread"))
    return [
        Measured("said: thread of 30 messages, the family", "F1", 3.0, lambda _number: (said.family, thread)),
        Measured("said: the same thread, staff on a computer", "F1", 3.0, lambda _number: (said.staff, thread)),
        Measured("said: inbox of 50 conversations", "F1", 3.0, lambda _number: (said.staff, inbox)),
        Measured("said: feed page of 10 posts and 60 pictures", "F1", 3.0, lambda _number: (said.family, feed)),
        Measured(
            f"said: bulletin sent to {said.sending.guardians} guardians",
            "F2",
            5.0,
            lambda _number: said.sending.send(),
            renew=talking.forget_bulletins,
        ),
        Measured("said: unread count, the family", "F1", 1.0, lambda _number: (said.family, unread)),
        Measured("said: the same count, staff on a computer", "F1", 1.0, lambda _number: (said.staff, unread)),
    ]


def _board(hall: Hall) -> Asked:
    return Asked("GET", reverse("attendance:board", args=[hall.department_id]), is_fragment=False)


def _week(hall: Hall) -> Asked:
    return Asked("GET", reverse("attendance:department_week", args=[hall.department_id]), is_fragment=False)


def _nothing_new(hall: Hall) -> Asked:
    """Ask with the newest stamp. It holds the minute: in a minute's last half second it would be old on arrival."""
    if (left := 60 - time.time() % 60) < 0.5:
        time.sleep(left)
    stamp = f"{live.stamp(hall.department_id)}."
    return Asked("GET", reverse("attendance:board_fresh", args=[hall.department_id]) + f"?sedan={stamp}", expects=204)


def _tap(hall: Hall, child_id: object) -> tuple[Browser, Asked]:
    body = urlencode({"arrived": f"{child_id}.expected", "event": str(uuid7())})
    return hall.tablet, Asked("POST", reverse("attendance:board_tap", args=[hall.department_id]), body)


def _home(parent: Parent) -> tuple[Browser, Asked]:
    return parent.browser, Asked("GET", reverse("home"), is_fragment=False)


def _let_in_all(hall: Hall) -> tuple[Browser, Asked]:
    subjects.forget_today(hall.child_ids)
    tiles = [("barn", f"{child_id}.expected") for child_id in hall.child_ids]
    events = [("event", str(uuid7())) for _child_id in hall.child_ids]
    body = urlencode([("do", "arrived"), *tiles, *events])
    return hall.tablet, Asked("POST", reverse("attendance:board_many", args=[hall.department_id]), body)
