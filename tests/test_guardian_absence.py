"""Sick, away and well again, through the guardian's front door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import AuditEntry, User
from attendance import services
from attendance.models import Absence, Stay, WeekPlan
from attendance.rules import Interval, Reason, State
from attendance.selectors import guardian_home
from attendance.selectors.facts import known
from children.actors import Actor
from children.models import Block, Child
from notifications.models import Delivery, Kind
from portal.lib import days
from portal.lib.ids import uuid7
from tests.cast import Cast, local, plan

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
WORKDAY = ((Interval(time(7, 30), time(16)),),) * 5 + ((), ())

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def state_of(one: Child, at: datetime) -> State:
    return known([one.id], days.day_of(at), days.day_of(at)).state(one.id, at).state


def test_sick_today_with_two_taps(cast: Cast, log_in: LogIn) -> None:
    """D01: one POST without a form page; the department's staff are told."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    for _time in range(2):  # the same form sent twice is one report
        answer = browser.post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"})
        assert answer.status_code == 200
    page = answer.content.decode()
    assert "Sjuk" in page
    assert "Frisk igen" in page
    assert 'hx-swap-oob="innerHTML:#toasts"' in page  # what was said before makes room
    absence = Absence.objects.get()
    assert (absence.starts_on, absence.ends_on, absence.reason, absence.is_by_staff) == (
        TUESDAY,
        TUESDAY,
        "sick",
        False,
    )
    told = set(Delivery.objects.filter(kind=Kind.ABSENCE_REPORTED).values_list("person", flat=True))
    assert told == {cast.maria.id, cast.vikar.id}
    assert state_of(cast.elsa, local(TUESDAY, 8)) == State.ABSENT
    assert AuditEntry.objects.filter(action="absence.reported").count() == 1


def test_sick_today_without_script_goes_home(cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/sjuk/", {"next": "/schema/"})
    assert (answer.status_code, answer["Location"]) == (302, "/schema/")


def test_blocked_staff_are_not_told(cast: Cast, log_in: LogIn) -> None:
    Block.objects.create(child=cast.elsa, person=cast.vikar)
    log_in(cast.amina).post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"})
    assert [told.person for told in Delivery.objects.all()] == [cast.maria]


def test_sick_for_days_and_well_again(cast: Cast, log_in: LogIn) -> None:
    """D02: Monday to Wednesday in one go; on Tuesday evening Wednesday gets its times back."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    form = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-10-19", "ends_on": "2026-10-21"}
    assert browser.post(f"/barn/{cast.elsa.id}/franvaro/", form).status_code == 302
    absence = Absence.objects.get()
    with time_machine.travel(local(date(2026, 10, 20), 19), tick=False):
        browser = log_in(cast.amina)
        answer = browser.post(f"/franvaro/{absence.id}/frisk/", headers={"HX-Request": "true"})
        assert "Från imorgon gäller Elsas tider igen." in answer.content.decode()
    assert state_of(cast.elsa, local(date(2026, 10, 20), 8)) == State.ABSENT
    assert state_of(cast.elsa, local(date(2026, 10, 21), 7)) == State.EXPECTED


def test_absence_begins_on_the_day_from_which_it_was_asked_for(cast: Cast, log_in: LogIn) -> None:
    """A hurried tap reports the day that was looked at, and not today."""
    browser, address = log_in(cast.amina), f"/barn/{cast.elsa.id}/franvaro/"
    for day in (MONDAY, TUESDAY):
        page = browser.get(f"/barn/{cast.elsa.id}/dag/{day}/").content.decode()
        assert page.count(f'href="{address}?fran={day}"') == page.count(f'"{address}') == 1
        (field,) = re.findall(
            r'<input[^>]* name="starts_on"[^>]*>', browser.get(f"{address}?fran={day}").content.decode()
        )
        assert f'value="{day}"' in field
    for nonsense in ("2026-10-12", "2026-10-99", "igår", "9999-12-31", ""):
        (field,) = re.findall(
            r'<input[^>]* name="starts_on"[^>]*>', browser.get(f"{address}?fran={nonsense}").content.decode()
        )
        assert f'value="{TUESDAY}"' in field, nonsense


def test_well_again_the_same_morning(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    browser = log_in(cast.amina)
    browser.post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"})
    browser.post(f"/franvaro/{Absence.objects.get().id}/frisk/", headers={"HX-Request": "true"})
    assert Absence.objects.standing().count() == 0
    assert state_of(cast.elsa, local(TUESDAY, 7)) == State.EXPECTED


def test_away_for_two_hours(cast: Cast, log_in: LogIn) -> None:
    """D03: expected, and the gap is shown."""
    plan(cast.elsa)
    form = {
        "children": [cast.elsa.id],
        "reason": "other",
        "starts_on": "2026-10-13",
        "is_part": "on",
        "from_time": "10:00",
        "to_time": "12:00",
    }
    assert log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form).status_code == 302
    (card, _hugo), _have_left = guardian_home(Actor.of_person(cast.amina), local(TUESDAY, 7))
    assert (card.state, card.times, card.note) == ("expected", "07:30–16:00", "Borta 10:00–12:00")


def test_a_child_that_is_here_is_not_reported_absent(cast: Cast, log_in: LogIn) -> None:
    """D04: refused, with what to do instead, and nothing is changed."""
    Stay.objects.create(id=uuid7(), child=cast.elsa, department=cast.blasippan, arrived_at=local(TUESDAY, 6, 5))
    browser = log_in(cast.amina)
    form = {"children": [cast.elsa.id, cast.hugo.id], "reason": "sick", "starts_on": "2026-10-13"}
    answer = browser.post(f"/barn/{cast.elsa.id}/franvaro/", form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Elsa är här sedan 06:05." in page
    assert "ändra hämtningstiden" in page
    assert 'value="2026-10-13"' in page
    assert (
        "Elsa är här sedan 06:05."
        in browser.post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"}).content.decode()
    )
    assert not Absence.objects.exists()


def sick_today(one: Child, by: User, now: datetime, part: tuple[time, time] | tuple[None, None] = (None, None)) -> bool:
    """Report the child sick on the day of `now`; tell whether an absence was made of it."""
    today = days.day_of(now)
    report = services.report_absence(
        child_ids=[one.id],
        starts_on=today,
        ends_on=today,
        reason=Reason.SICK,
        actor=Actor.of_person(by),
        now=now,
        parts=(Interval(*part),) if part[0] else (),
    )
    return bool(report.absences)


def test_a_child_that_has_been_here_is_not_reported_away(cast: Cast) -> None:
    """DOMAIN 3.6: the part of the day that is left can be."""
    stay = {"child": cast.elsa, "department": cast.blasippan, "arrived_at": local(TUESDAY, 6, 5)}
    Stay.objects.create(id=uuid7(), left_at=local(TUESDAY, 9), **stay)
    with pytest.raises(ValidationError, match="Elsa har varit här idag och gick 09:00"):
        sick_today(cast.elsa, cast.amina, local(TUESDAY, 10))
    assert sick_today(cast.elsa, cast.amina, local(TUESDAY, 10), (time(12), time(16)))


def test_a_child_that_is_here_since_the_night_is_not_reported_absent(cast: Cast) -> None:
    """DOMAIN 3.6: night care is presence; what was forgotten on an ordinary day is not."""
    arrived_at = local(TUESDAY - timedelta(days=1), 20)
    Stay.objects.create(id=uuid7(), child=cast.elsa, department=cast.blasippan, arrived_at=arrived_at)
    nights = [[[["00:00", "07:00"], ["20:00", "00:00"]]] * 7]
    night_care = WeekPlan.objects.create(child=cast.elsa, starts_on=date(2026, 10, 5), weeks=nights)
    with pytest.raises(ValidationError, match="Elsa är här sedan 20:00"):
        sick_today(cast.elsa, cast.amina, local(TUESDAY, 5))
    night_care.delete()
    assert sick_today(cast.elsa, cast.amina, local(TUESDAY, 5))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"starts_on": "2026-10-12"}, "Dagen har varit"),
        ({"starts_on": "igår"}, "Välj en dag."),
        ({"starts_on": ""}, "Välj en dag."),
        ({"ends_on": "2026-10-12"}, "Sista dagen kan inte vara före den första"),
        ({"ends_on": "2028-10-12"}, "högst ett år"),
        ({"reason": "grön"}, "field-error"),
        ({"children": []}, "Välj minst ett barn."),
        ({"is_part": "on", "from_time": "12:00", "to_time": "10:00"}, "Tiden måste sluta efter"),
        ({"is_part": "on", "from_time": "nio", "to_time": "10:00"}, "Skriv en tid"),
        ({"is_part": "on", "from_time": "09:00", "to_time": "10:00", "ends_on": "2026-10-15"}, "en dag i taget"),
    ],
)
def test_bad_absence_is_said_on_the_field(changed: dict[str, object], sentence: str, cast: Cast, log_in: LogIn) -> None:
    form: dict[str, object] = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-10-13"}
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form | changed)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Absence.objects.exists()


def test_an_absence_for_somebody_elses_child_is_not_slipped_in(cast: Cast, log_in: LogIn) -> None:
    form = {"children": [cast.elsa.id, cast.noor.id], "reason": "sick", "starts_on": "2026-10-13"}
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form)
    assert answer.status_code == 200
    assert not Absence.objects.exists()


def test_overlapping_absence(cast: Cast) -> None:
    """The same reason becomes one absence; another reason is refused by name and dates."""
    amina = Actor.of_person(cast.amina)
    now = local(TUESDAY, 6, 10)

    def report(first: int, last: int, reason: str) -> None:
        services.report_absence(
            child_ids=[cast.elsa.id],
            starts_on=date(2026, 10, first),
            ends_on=date(2026, 10, last),
            reason=Reason(reason),
            actor=amina,
            now=now,
        )

    report(13, 15, "sick")
    report(15, 16, "sick")
    (absence,) = Absence.objects.standing()
    assert (absence.starts_on.day, absence.ends_on.day) == (13, 16)
    with pytest.raises(Exception, match="Elsa är redan anmäld frånvarande 13–16 oktober"):
        report(16, 18, "leave")
    assert Absence.objects.standing().count() == 1


@pytest.mark.parametrize(
    "address", ["/barn/{}/sjuk/", "/barn/{}/franvaro/", "/barn/{}/dag/2026-10-14/", "/barn/{}/tider/"]
)
def test_somebody_elses_child_is_not_there(address: str, cast: Cast, log_in: LogIn) -> None:
    for reader in (cast.stranger, cast.neighbour):
        browser = log_in(reader)
        for target in (cast.elsa.id, uuid7()):
            method = browser.post if "sjuk" in address else browser.get
            assert method(address.format(target)).status_code == 404


def test_somebody_elses_absence_is_not_there(cast: Cast, log_in: LogIn) -> None:
    absence = Absence.objects.create(child=cast.elsa, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    assert log_in(cast.stranger).post(f"/franvaro/{absence.id}/frisk/").status_code == 404
    assert log_in(cast.stranger).post(f"/franvaro/{uuid7()}/frisk/").status_code == 404
    assert Absence.objects.standing().count() == 1
