"""Absence names whom and when: as it is reported, before more than today is taken back, and after (UI.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from accounts.models import User
from attendance.models import Absence
from attendance.rules import Interval, Reason
from attendance.selectors.absences import reported_words
from tests.cast import Cast, local, plan

MONDAY = date(2026, 11, 23)
LATER = date(2026, 12, 7)
MORNING = Interval(time(10), time(12))

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(MONDAY, 7), tick=False) as traveller:
        yield traveller


def text_at(browser: Client, address: str) -> str:
    return " ".join(unescape(browser.get(address).content.decode()).split())


@pytest.mark.parametrize(
    ("names", "reason", "days", "parts", "swedish", "english"),
    [
        (
            ["Elsa"],
            "sick",
            (23, 25),
            [],
            "Elsa är anmäld sjuk måndag–onsdag 23–25 november.",
            "Elsa is reported sick Monday–Wednesday 23–25 November.",
        ),
        (
            ["Elsa", "Hugo"],
            "sick",
            (23, 23),
            [],
            "Elsa och Hugo är anmälda sjuka måndag 23 november.",
            "Elsa and Hugo are reported sick Monday 23 November.",
        ),
        (
            ["Elsa", "Hugo", "Noor"],
            "leave",
            (16, 29),
            [],
            "Elsa, Hugo och Noor är anmälda lediga 16–29 november.",
            "Elsa, Hugo and Noor are reported on leave 16–29 November.",
        ),
        (
            ["Elsa"],
            "other",
            (23, 23),
            [MORNING, Interval(time(14), time(15))],
            "Elsa är anmäld frånvarande måndag 23 november 10:00–12:00, 14:00–15:00.",
            "Elsa is reported absent Monday 23 November 10:00–12:00, 14:00–15:00.",
        ),
    ],
)
def test_what_was_reported(
    names: list[str], reason: str, days: tuple[int, int], parts: list[Interval], swedish: str, english: str
) -> None:
    first, last = (date(2026, 11, day) for day in days)
    for language, sentence in (("sv", swedish), ("en", english)):
        with translation.override(language):
            assert reported_words(names, reason=Reason(reason), starts_on=first, ends_on=last, parts=parts) == sentence


def test_the_form_says_whom_and_when(cast: Cast, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    form = {
        "children": [cast.elsa.id, cast.hugo.id],
        "reason": "leave",
        "starts_on": "2026-12-07",
        "ends_on": "2026-12-18",
    }
    phone.post(f"/barn/{cast.elsa.id}/franvaro/", form)
    assert "Elsa och Hugo är anmälda lediga 7–18 december." in text_at(phone, "/")


def test_staff_who_report_are_told_whom_and_when(cast: Cast, log_in: LogIn) -> None:
    desk = log_in(cast.maria)
    form = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-11-23", "ends_on": "2026-11-25"}
    desk.post(f"/barn/{cast.elsa.id}/for-familjen/franvaro/", form)
    said = "Elsa är anmäld sjuk måndag–onsdag 23–25 november. Vårdnadshavarna får veta det."
    assert said in text_at(desk, f"/barn/{cast.elsa.id}/for-familjen/")


def test_a_long_leave_is_named_before_it_is_taken_back(cast: Cast, log_in: LogIn) -> None:
    """UI.md: destructive acts name what they destroy; for the family and for the staff."""
    plan(cast.elsa)
    leave = Absence.objects.create(
        child=cast.elsa, starts_on=LATER, ends_on=date(2026, 12, 18), reason="leave", reported_by=cast.amina
    )
    phone, desk = log_in(cast.amina), log_in(cast.maria)
    named = "Elsas frånvaro 7–18 december tas bort. Tiderna gäller igen."
    for browser, address in (
        (phone, f"/barn/{cast.elsa.id}/franvaro/"),
        (desk, f"/barn/{cast.elsa.id}/for-familjen/"),
    ):
        assert named in text_at(browser, address)
    phone.post(f"/franvaro/{leave.id}/frisk/", {"next": "/"})
    assert "Elsas frånvaro 7–18 december är borttagen. Tiderna gäller igen." in text_at(phone, "/")


def test_a_leave_that_has_begun_says_that_it_ends_today(
    cast: Cast, log_in: LogIn, clock: time_machine.Traveller
) -> None:
    Absence.objects.create(child=cast.elsa, starts_on=MONDAY, ends_on=date(2026, 12, 4), reason="leave")
    phone = log_in(cast.amina)
    assert "Elsas frånvaro 23 november–4 december tas bort. Tiderna gäller igen." in text_at(phone, "/")
    clock.move_to(local(date(2026, 11, 24), 7))
    phone = log_in(cast.amina)
    said = "Elsas frånvaro till och med fredag 4 december slutar idag. Från imorgon gäller tiderna igen."
    assert said in text_at(phone, "/")


@pytest.mark.parametrize(("reason", "last"), [("sick", date(2026, 11, 25)), ("leave", MONDAY)])
def test_well_again_and_what_is_only_today_is_one_tap(reason: str, last: date, cast: Cast, log_in: LogIn) -> None:
    """D02"""
    Absence.objects.create(child=cast.elsa, starts_on=MONDAY, ends_on=last, reason=reason)
    page = text_at(log_in(cast.amina), "/")
    assert ("Frisk igen" if reason == "sick" else "Kommer ändå") in page
    assert "tas bort" not in page
