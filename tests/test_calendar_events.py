"""What happens at the preschool: announced, answered for one's own children, called off; and the calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from attendance.models import CalendarEvent, ClosedDay, EventAnswer
from attendance.selectors.calendar import Entry, family_calendar, runs
from attendance.selectors.guardian import own_children
from attendance.selectors.scopes import Scope
from attendance.services.closing import close_days
from attendance.services.events import Happening, announce_event, answer_event, call_off_event
from children.actors import Actor
from children.models import Block, StaffRole
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
from tests import cast as people
from tests.cast import Cast, employ, guard, local, place, plan

TUESDAY = date(2026, 10, 13)
FEAST = date(2026, 11, 12)
LogIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8), tick=True):
        yield


def announce(scope: Scope, actor: Any, **columns: Any) -> CalendarEvent:
    given: dict[str, Any] = {
        "title": "Höstfest",
        "day": FEAST,
        "from_time": time(14),
        "to_time": time(16),
        "asks": True,
    } | columns
    return announce_event(scope=scope, happening=Happening(**given), actor=Actor.of_person(actor), now=clock.now())


@pytest.fixture
def feast(cast: Cast) -> CalendarEvent:
    return announce(Scope(preschool=cast.granliden), cast.eva, answer_by=date(2026, 11, 6))


def told(kind: Kind) -> list[str]:
    rows = Delivery.objects.filter(kind=kind, way=Way.IN_APP)
    return sorted(rows.values_list("person__given_name", flat=True))


def answers(event: CalendarEvent) -> dict[str, tuple[bool, int]]:
    rows = EventAnswer.objects.filter(event=event)
    return {row.child.given_name: (row.is_coming, row.how_many) for row in rows.select_related("child")}


def answer(event: CalendarEvent, person: Any, people: int = 1, **coming: Any) -> None:
    given = {getattr(person.cast, name).pk: comes for name, comes in coming.items()}
    answer_event(event_id=event.pk, coming=given, people=people, actor=Actor.of_person(person.who), now=clock.now())


class As:
    """Somebody of the cast who answers."""

    def __init__(self, cast: Cast, who: Any) -> None:
        self.cast, self.who = cast, who


# Announced and called off ---------------------------------------------------------------------------------------------


def test_families_are_told_once(cast: Cast, feast: CalendarEvent) -> None:
    assert told(Kind.EVENT_ANNOUNCED) == ["Amina", "Johan", "Yasmin"]
    again = announce(Scope(preschool=cast.granliden), cast.eva, answer_by=date(2026, 11, 6))
    assert again == feast
    assert told(Kind.EVENT_ANNOUNCED) == ["Amina", "Johan", "Yasmin"]
    for _twice in range(2):
        call_off_event(event_id=feast.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    assert told(Kind.EVENT_CANCELLED) == ["Amina", "Johan", "Yasmin"]


def test_staff_announce_for_their_own_department(cast: Cast) -> None:
    announce(Scope(department=cast.blasippan), cast.maria)
    assert told(Kind.EVENT_ANNOUNCED) == ["Amina", "Johan", "Yasmin"]
    with pytest.raises(Http404):
        announce(Scope(department=cast.ekorren), cast.maria)
    with pytest.raises(Http404):
        announce(Scope(preschool=cast.granliden), cast.maria)
    with pytest.raises(PermissionDenied):  # a substitute sees the department
        announce(Scope(department=cast.blasippan), cast.vikar)
    with pytest.raises(Http404):
        announce(Scope(area=cast.area), cast.eva)
    head = people.person("Helga", "Björk")
    employ(head, StaffRole.Kind.PRINCIPAL, area=cast.area)
    announce(Scope(area=cast.area), head, title="Öppet hus")
    assert told(Kind.EVENT_ANNOUNCED).count("Sara") == 1


def test_staff_call_off_their_own_and_not_the_principal_s(cast: Cast, feast: CalendarEvent) -> None:
    own = announce(Scope(department=cast.blasippan), cast.maria, title="Utflykt")
    maria = Actor.of_person(cast.maria)
    call_off_event(event_id=own.pk, actor=maria, now=clock.now())
    with pytest.raises(Http404):
        call_off_event(event_id=feast.pk, actor=maria, now=clock.now())
    feast.refresh_from_db()
    assert feast.cancelled_at is None


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"day": TUESDAY - timedelta(days=1)}, "day"),
        ({"day": TUESDAY + timedelta(days=801)}, "day"),
        ({"to_time": time(13)}, "to_time"),
        ({"from_time": None}, "to_time"),
        ({"answer_by": FEAST + timedelta(days=1)}, "answer_by"),
        ({"answer_by": TUESDAY - timedelta(days=1)}, "answer_by"),
    ],
)
def test_what_cannot_be_announced(cast: Cast, columns: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        announce(Scope(preschool=cast.granliden), cast.eva, **columns)
    assert list(refused.value.message_dict) == [field]
    assert not CalendarEvent.objects.exists()


# Answered -------------------------------------------------------------------------------------------------------------


def test_siblings_are_answered_in_one_go_and_the_family_is_counted_once(cast: Cast, feast: CalendarEvent) -> None:
    amina = As(cast, cast.amina)
    answer(feast, amina, 4, elsa=True, hugo=True)
    assert answers(feast) == {"Elsa": (True, 3), "Hugo": (True, 1)} or answers(feast) == {
        "Elsa": (True, 1),
        "Hugo": (True, 3),
    }
    assert sum(number for _comes, number in answers(feast).values()) == 4
    answer(feast, amina, 2, elsa=True, hugo=False)
    assert answers(feast) == {"Elsa": (True, 2), "Hugo": (False, 0)}
    answer(feast, As(cast, cast.johan), 0, elsa=False, hugo=False)  # the last answer holds
    assert answers(feast) == {"Elsa": (False, 0), "Hugo": (False, 0)}


@pytest.mark.parametrize("who", ["neighbour", "stranger", "maria", "eva", "administrator"])
def test_nobody_answers_for_other_people_s_children(cast: Cast, feast: CalendarEvent, who: str) -> None:
    with pytest.raises((Http404, PermissionDenied)):
        answer(feast, As(cast, getattr(cast, who)), 1, elsa=True)
    assert answers(feast) == {}


def test_who_is_kept_out_neither_answers_nor_is_told(cast: Cast) -> None:
    """B04"""
    for child in (cast.elsa, cast.hugo):
        Block.objects.create(child=child, person=cast.johan, made_by=cast.eva)
    feast = announce(Scope(preschool=cast.granliden), cast.eva)
    assert told(Kind.EVENT_ANNOUNCED) == ["Amina", "Yasmin"]
    with pytest.raises(Http404):
        answer(feast, As(cast, cast.johan), 1, elsa=True)


def test_only_children_whom_it_concerns(cast: Cast) -> None:
    """An event of a department, and a child that has moved on by then (B05)."""
    own = announce(Scope(department=cast.blasippan), cast.maria)
    amina = As(cast, cast.amina)
    with pytest.raises(Http404):
        answer(own, amina, 2, elsa=True, hugo=True)
    answer(own, amina, 1, elsa=True)
    cast.elsa.placements.update(ends_on=FEAST - timedelta(days=1))
    place(cast.elsa, cast.ekorren, FEAST)
    with pytest.raises(Http404):
        answer(own, amina, 1, elsa=False)


def test_after_the_last_day_the_answer_stands(cast: Cast, feast: CalendarEvent) -> None:
    amina = As(cast, cast.amina)
    with time_machine.travel(local(date(2026, 11, 6), 23, 50)):
        answer(feast, amina, 2, elsa=True)
    with time_machine.travel(local(date(2026, 11, 7), 0, 10)), pytest.raises(ValidationError) as refused:
        answer(feast, amina, 0, elsa=False)
    assert "fredag 6 november" in refused.value.messages[0]
    assert answers(feast) == {"Elsa": (True, 2)}


@pytest.mark.parametrize("number", [1, 21])
def test_a_number_that_cannot_be(cast: Cast, feast: CalendarEvent, number: int) -> None:
    with pytest.raises(ValidationError) as refused:
        answer(feast, As(cast, cast.amina), number, elsa=True, hugo=True)
    assert list(refused.value.message_dict) == ["people"]


def test_what_asks_nothing_or_is_off_takes_no_answer(cast: Cast, feast: CalendarEvent) -> None:
    plain = announce(Scope(preschool=cast.granliden), cast.eva, title="Fotografering", asks=False)
    call_off_event(event_id=feast.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    for event in (plain, feast):
        with pytest.raises(ValidationError):
            answer(event, As(cast, cast.amina), 1, elsa=True)


# The family's calendar ------------------------------------------------------------------------------------------------


def calendar_of(cast: Cast, who: Any, month: date = TUESDAY) -> list[Entry]:
    family = own_children(Actor.of_person(who))
    found = family_calendar(family, month, today=TUESDAY, reader=who.pk)
    return [entry for _month, entries in found.months for entry in entries]


def test_red_and_blue_for_all_the_children_at_once(cast: Cast, feast: CalendarEvent) -> None:
    """C09: spans over weekends are one, siblings are merged, and what concerns one of them says whom."""
    eva, now = Actor.of_person(cast.eva), clock.now()
    days: dict[str, Any] = {"first": date(2026, 10, 22), "last": date(2026, 10, 27), "actor": eva, "now": now}
    close_days(scope=Scope(preschool=cast.granliden), reason="Höststängt", **days)
    days |= {"first": date(2026, 11, 20), "last": date(2026, 11, 20)}
    close_days(scope=Scope(department=cast.ekorren), reason="Utbildning", **days)
    found = calendar_of(cast, cast.amina)
    assert [(one.kind, one.span, one.title, one.names) for one in found] == [
        ("closed", "22–27 oktober", "Höststängt", ""),
        ("event", "torsdag 12 november", "Höstfest", ""),
        ("closed", "fredag 20 november", "Utbildning", "Hugo"),
        ("eve", "torsdag 24 december", "Julafton", ""),
        ("holiday", "fredag 25 december", "Juldagen", ""),
        ("eve", "torsdag 31 december", "Nyårsafton", ""),
        ("holiday", "fredag 1 januari", "Nyårsdagen", ""),
        ("holiday", "onsdag 6 januari", "Trettondedag jul", ""),
    ]
    assert [one.title for one in calendar_of(cast, cast.stranger) if one.kind not in ("holiday", "eve")] == []


def test_days_with_a_weekend_or_a_holiday_between_are_one_span() -> None:
    christmas = [date(2026, 12, n) for n in (21, 22, 23, 28)]
    assert runs(christmas) == [(christmas[0], christmas[-1])]
    assert runs([date(2026, 10, 19), date(2026, 10, 21)]) == [
        (date(2026, 10, 19), date(2026, 10, 19)),
        (date(2026, 10, 21), date(2026, 10, 21)),
    ]
    assert runs([]) == []


def test_a_family_answers_on_its_page(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    page = phone.get("/kalender/").content.decode()
    assert "Väntar på svar" in page
    assert "Höstfest" in page
    address = f"/kalender/handelse/{feast.pk}/"
    both = [str(cast.elsa.pk), str(cast.hugo.pk)]
    sent = phone.post(address, {"do": "kommer", "coming": both, "people": "4"}, follow=True)
    assert "Elsa och Hugo kommer, ni är 4" in sent.content.decode()
    assert "Väntar på svar" not in sent.content.decode()
    phone.post(address, {"do": "kommer-inte", "coming": both, "people": "4"})
    assert answers(feast) == {"Elsa": (False, 0), "Hugo": (False, 0)}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"do": "kommer", "people": "3"}, "Välj minst ett barn"),
        ({"do": "kommer", "people": "1"}, "Skriv hur många ni är"),
        ({"do": "kommer", "people": "många"}, "Skriv ett antal, 1 till 20."),
        ({}, "Välj vad som gäller."),
    ],
)
def test_an_answer_that_is_refused_says_why(
    cast: Cast, feast: CalendarEvent, log_in: LogIn, form: dict[str, Any], sentence: str
) -> None:
    both = [str(cast.elsa.pk), str(cast.hugo.pk)]
    given = form | ({} if form.get("people") == "3" else {"coming": both})
    refused = log_in(cast.amina).post(f"/kalender/handelse/{feast.pk}/", given)
    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert answers(feast) == {}


def test_the_calendar_costs_the_same_for_one_child_and_for_many(
    cast: Cast, feast: CalendarEvent, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    family = people.fill(cast.blasippan, 40)
    guard(cast.stranger, *family)
    for children in ([cast.elsa], family):
        with django_assert_num_queries(4):
            family_calendar(children, TUESDAY, today=TUESDAY, reader=cast.stranger.pk)


# The preschool's calendar ---------------------------------------------------------------------------------------------


def test_a_principal_sees_what_closing_does_before_it_is_done(cast: Cast, log_in: LogIn) -> None:
    """C09"""
    plan(cast.elsa, cast.noor)
    browser, address = log_in(cast.eva), f"/forskola/{cast.granliden.pk}/kalender/stang/"
    form = {"where": cast.granliden.pk, "first": "2026-10-23", "last": "2026-10-26", "reason": "Planering"}
    page = browser.post(address, form | {"do": "look"}).content.decode()
    assert "2 dagar stängs." in page
    assert "2 barn har planerade tider då." in page
    assert "3 vårdnadshavare får veta det." in page
    assert not ClosedDay.objects.exists()
    browser.post(address, form | {"do": "save"})
    assert ClosedDay.objects.filter(preschool=cast.granliden, cancelled_at=None).count() == 2
    page = browser.get(f"/forskola/{cast.granliden.pk}/kalender/").content.decode()
    assert "23–26 oktober" in page
    closed = ClosedDay.objects.order_by("day").first()
    assert closed
    opening = f"/forskola/{cast.granliden.pk}/kalender/oppna/{closed.pk}/"
    page = browser.get(opening).content.decode()
    assert "2 barn får tillbaka sina planerade tider." in page
    browser.post(opening, {"dag": closed.pk})
    assert list(ClosedDay.objects.standing().values_list("day", flat=True)) == [date(2026, 10, 26)]


def test_the_typed_is_kept_when_closing_is_refused(cast: Cast, log_in: LogIn) -> None:
    address = f"/forskola/{cast.granliden.pk}/kalender/stang/"
    refused = log_in(cast.eva).post(address, {"first": "2026-10-24", "reason": "Vilodag", "do": "save"})
    assert refused.status_code == 422
    form = {"where": cast.blasippan.pk, "first": "2026-10-24", "reason": "Vilodag", "do": "save"}
    refused = log_in(cast.eva).post(address, form)
    assert "helg eller röd dag" in refused.content.decode()
    assert "Vilodag" in refused.content.decode()


def test_who_comes_by_department_and_as_a_file(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    answer(feast, As(cast, cast.amina), 3, elsa=True, hugo=False)
    address = f"/forskola/{cast.granliden.pk}/kalender/handelse/{feast.pk}/"
    page = log_in(cast.eva).get(address).content.decode()
    assert "Elsa Lind" in page
    assert "Noor Aziz" in page
    assert "1 barn, 3 personer" in page
    file = log_in(cast.eva).get(f"{address}?format=csv").content.decode("utf-8-sig").splitlines()
    assert file == [
        "Avdelning;Barn;Svar;Antal",
        "Blåsippan;Elsa Lind;Kommer;3",
        "Blåsippan;Noor Aziz;Har inte svarat;0",
        "Ekorren;Hugo Lind;Kommer inte;0",
    ]
    for_staff = log_in(cast.maria).get(address).content.decode()
    assert "Elsa Lind" in for_staff
    assert "Hugo Lind" not in for_staff  # another department's
    assert "Ställ in" not in for_staff


def test_staff_write_into_the_calendar_of_their_department(cast: Cast, log_in: LogIn) -> None:
    browser, address = log_in(cast.maria), f"/forskola/{cast.granliden.pk}/kalender/handelse/"
    form = {"title": "Utflykt", "day": "2026-11-12", "from_time": "9", "to_time": "11.30", "text": "Ta med matsäck."}
    assert browser.post(address, form | {"where": cast.granliden.pk}).status_code == 422
    assert browser.post(address, form | {"where": cast.blasippan.pk}).status_code == 302
    event = CalendarEvent.objects.get()
    assert (event.from_time, event.to_time, event.asks, event.answer_by) == (time(9), time(11, 30), False, None)
    assert browser.get(f"/forskola/{cast.granliden.pk}/kalender/stang/").status_code == 404


def test_the_schedule_shows_what_happens_in_its_week(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    that_week = phone.get("/schema/?vecka=2026-11-09").content.decode()
    assert "Höstfest" in that_week
    assert "Väntar på svar" in that_week
    assert "Höstfest" not in phone.get("/schema/?vecka=2026-11-16").content.decode()
    assert "Höstfest" not in log_in(cast.stranger).get("/schema/?vecka=2026-11-09").content.decode()
