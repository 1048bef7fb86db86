"""The schedule page and a holiday enquiry: a day that an answer leaves free for good takes no times there (C10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from html import unescape

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance import services
from attendance.drafts import Draft
from attendance.models import DayPlan, EnquiryAnswer, HolidayEnquiry
from attendance.services.telling import Family
from children.actors import Actor
from portal.lib import clock
from tests.cast import Cast, local, plan
from tests.test_planner import WORKDAY, carried, on, press

LogIn = Callable[[User], Client]
ANSWERED, NEXT = date(2026, 12, 1), date(2026, 12, 2)  # a Tuesday and a Wednesday of week 49


@pytest.fixture(autouse=True)
def _after_the_last_day() -> Iterator[None]:
    with time_machine.travel(local(date(2026, 11, 21), 9), tick=False):
        yield


@pytest.fixture
def enquiry(cast: Cast) -> HolidayEnquiry:
    """Return a closed enquiry of week 49, in which Elsa is free on the Tuesday."""
    plan(cast.elsa)
    row = HolidayEnquiry.objects.create(
        preschool=cast.granliden,
        title="Lov",
        starts_on=date(2026, 11, 30),
        ends_on=date(2026, 12, 4),
        opens_on=date(2026, 11, 2),
        answer_by=date(2026, 11, 20),
        made_by=cast.eva,
    )
    EnquiryAnswer.objects.create(enquiry=row, child=cast.elsa, day=ANSWERED, attends=False, answered_at=clock.now())
    return row


def draft(day: date) -> str:
    return f"{WORKDAY}#{day:%Y%m%d}=0900-1000"


def test_a_day_that_is_free_for_good_takes_no_times(cast: Cast, log_in: LogIn, enquiry: HolidayEnquiry) -> None:
    """C10: as the day page says it, and nothing is saved. The day after is asked about, too, and is not free."""
    browser, name = log_in(cast.amina), f"draft-{cast.elsa.id}"
    refused = press(browser, "save", cast.elsa, vecka="2026-11-30", **{name: draft(ANSWERED)})
    assert "Sista dagen att svara var fredag 20 november." in unescape(refused.content.decode())
    assert not DayPlan.objects.exists()
    assert press(browser, "save", cast.elsa, vecka="2026-11-30", **{name: draft(NEXT)}).status_code == 302
    assert on(NEXT) == [("Elsa", [["09:00", "10:00"]])]


def test_it_may_be_changed_as_long_as_it_may_be_answered(cast: Cast, log_in: LogIn, enquiry: HolidayEnquiry) -> None:
    with time_machine.travel(local(enquiry.answer_by, 9), tick=False):
        press(log_in(cast.amina), "save", cast.elsa, vecka="2026-11-30", **{f"draft-{cast.elsa.id}": draft(ANSWERED)})
    assert on(ANSWERED) == [("Elsa", [["09:00", "10:00"]])]


def test_a_copied_week_leaves_it_out_and_says_so(cast: Cast, log_in: LogIn, enquiry: HolidayEnquiry) -> None:
    browser = log_in(cast.amina)
    days = "/".join(f"202611{number}=0900-1000" for number in (23, 24, 25))
    copied = press(
        browser,
        "copy",
        cast.elsa,
        vecka="2026-11-23",
        to_weeks=["2026-11-30"],
        **{f"draft-{cast.elsa.id}": f"{WORKDAY}#{days}"},
    )
    fields = carried(copied)
    assert "20261130=0900-1000" in fields[f"draft-{cast.elsa.id}"]
    assert "20261201" not in fields[f"draft-{cast.elsa.id}"]
    looked = press(browser, "preview", cast.elsa, **fields)
    assert "Lediga enligt lovsvar, och lämnas som de är: tis 1 dec." in unescape(looked.content.decode())
    assert press(browser, "save", cast.elsa, **fields).status_code == 302
    assert (on(ANSWERED), on(NEXT)) == ([], [("Elsa", [["09:00", "10:00"]])])


def test_staff_may_give_it_times(cast: Cast, enquiry: HolidayEnquiry) -> None:
    """DOMAIN 2.9: answers that stand fast are changed by staff."""
    kept = Draft.unpacked(draft(ANSWERED))
    assert kept
    services.save_schedule(
        drafts={cast.elsa.pk: kept},
        starts_on=date(2026, 11, 30),
        actor=Actor.of_person(cast.maria),
        now=clock.now(),
        for_family=Family(),
    )
    assert on(ANSWERED) == [("Elsa", [["09:00", "10:00"]])]
