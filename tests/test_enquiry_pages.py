"""The pages of holiday enquiries: the family's, the principal's and the department's (C10, C11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Protection, User
from attendance import services
from attendance.models import EnquiryAnswer, HolidayEnquiry
from attendance.rules import Silence
from children import protection
from children.actors import Actor
from children.models import Block, Child, StaffRole
from portal.lib import clock
from tests import cast as people
from tests.cast import Cast, local, plan
from tests.test_enquiries import ANSWER_BY, ASKED, FIRST, LAST, MONDAY, OPENS, answer, make, two_homes
from tests.test_query_counts import COUNTS

TUESDAY = date(2026, 10, 27)  # a week after it opened
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def while_it_is_open() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 9), tick=False) as traveller:
        yield traveller


@pytest.fixture
def row(cast: Cast) -> HolidayEnquiry:
    with time_machine.travel(local(OPENS - timedelta(days=5), 9), tick=False):
        return make(cast, silence=Silence.FREE)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def page(browser: Client, address: str, **fields: str | list[str]) -> str:
    response = browser.post(address, fields) if fields else browser.get(address)
    assert response.status_code == 200, response.status_code
    return text_of(response.content.decode())


def fields_for(*children: Child, what: str, those: list[date] | None = None) -> dict[str, str]:
    return {f"{one.pk}.{day:%Y-%m-%d}": what for one in children for day in those or ASKED}


# The family -----------------------------------------------------------------------------------------------------------


def test_it_works(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """C10: two siblings in one gesture, the same in words, saved in one go; the page then says so."""
    phone, address = log_in(cast.amina), f"/lov/{row.pk}/"
    shown = page(phone, address)
    assert "Svara senast fredag 20 november" in shown
    assert "Utan svar räknas barnet som ledigt" in shown
    assert "20 dagar saknar svar" in shown
    filled = page(phone, address, do="alla.ledig")
    assert "Elsa och Hugo : ledig alla 10 dagar" in filled
    assert not EnquiryAnswer.objects.exists()  # nothing is saved yet
    sent = phone.post(address, {"do": "save", **fields_for(cast.elsa, cast.hugo, what="ledig")}, follow=True)
    assert "Tack! Svaren är sparade." in sent.content.decode()
    assert "Alla dagar är besvarade." in text_of(sent.content.decode())
    assert EnquiryAnswer.objects.filter(attends=False).count() == 20


def test_a_week_and_a_child_by_themselves(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    phone, address = log_in(cast.amina), f"/lov/{row.pk}/"
    kept = fields_for(cast.elsa, cast.hugo, what="ledig")
    shown = page(phone, address, do="2027-01-04.kommer", barn=str(cast.elsa.pk), **kept)
    assert "Elsa : ledig 21–30 december, kommer 4–8 januari" in shown
    assert "Hugo : ledig alla 10 dagar" in shown
    kept |= fields_for(cast.hugo, what="kommer", those=[MONDAY])
    shown = page(phone, address, do="look", **kept)
    assert "Hugo : kommer mån, ledig tis–fre" in shown


def test_a_day_can_wait(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    phone, address = log_in(cast.amina), f"/lov/{row.pk}/"
    sent = phone.post(address, {"do": "save", **fields_for(cast.elsa, what="kommer", those=ASKED[:-1])}, follow=True)
    assert "11 dagar saknar svar" in text_of(sent.content.decode())
    refused = phone.post(address, {"do": "save"})
    assert refused.status_code == 422
    assert "Välj kommer eller ledig" in refused.content.decode()


def test_what_is_not_saved_waits_for_whoever_filled_it_in(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """Nothing is lost by going elsewhere; nobody else sees it, and what somebody else saves meanwhile stands."""
    phone, address = log_in(cast.amina), f"/lov/{row.pk}/"
    assert "osparade" not in page(phone, address)
    page(phone, address, do="look", **fields_for(cast.elsa, what="ledig"))
    phone.get("/")
    shown = page(phone, address)
    assert "10 osparade svar" in shown
    assert "Elsa : ledig alla 10 dagar" in shown
    assert "osparade" not in page(log_in(cast.johan), address)
    answer(row, cast.johan, cast.hugo, attends=True)
    shown = page(phone, address)
    assert "10 osparade svar" in shown
    assert "Hugo : kommer alla 10 dagar" in shown
    assert "osparade" not in page(phone, address, do="look", **fields_for(cast.hugo, what="kommer"))


def test_what_is_not_saved_can_be_taken_back_and_saved_it_waits_no_more(
    cast: Cast, row: HolidayEnquiry, log_in: LogIn
) -> None:
    phone, address = log_in(cast.amina), f"/lov/{row.pk}/"
    page(phone, address, do="alla.ledig")
    assert phone.post(address, {"do": "drop"}).status_code == 302
    assert "20 dagar saknar svar" in page(phone, address)
    page(phone, address, do="alla.ledig")
    phone.post(address, {"do": "save", **fields_for(cast.elsa, cast.hugo, what="ledig")})
    shown = page(phone, address)
    assert "Alla dagar är besvarade." in shown
    assert "osparade" not in shown
    assert "unsaved_answers" in phone.session
    assert not phone.session["unsaved_answers"]


def test_of_many_pages_the_last_few_wait(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    desk = log_in(cast.maria)
    session = desk.session
    session["unsaved_answers"] = {f"/{number}/": {"x": "k"} for number in range(8)}
    session.save()
    address = f"/forskola/{cast.granliden.pk}/lov/{row.pk}/barn/{cast.elsa.pk}/"
    assert "10 osparade svar" in page(desk, address, do="alla.kommer")
    assert "10 osparade svar" in page(desk, address)
    assert list(desk.session["unsaved_answers"]) == [*(f"/{number}/" for number in range(1, 8)), address]


def test_closed_days_are_named_and_not_asked(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    shown = page(log_in(cast.amina), f"/lov/{row.pk}/")
    assert "Stängt: Juldagen" in shown
    assert f"{cast.elsa.pk}.2026-12-25" not in log_in(cast.amina).get(f"/lov/{row.pk}/").content.decode()


def test_what_is_not_one_s_own_is_nobody_s_answer(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    sent = {"do": "save", **fields_for(cast.noor, what="ledig"), **fields_for(cast.elsa, what="ledig")}
    log_in(cast.amina).post(f"/lov/{row.pk}/", sent)
    assert set(EnquiryAnswer.objects.values_list("child", flat=True)) == {cast.elsa.pk}


def test_after_the_last_day(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """DOMAIN 2.9: it stands fast, and the page says what to do instead."""
    with time_machine.travel(local(ANSWER_BY + timedelta(days=1), 9), tick=False):
        phone = log_in(cast.amina)
        shown = page(phone, f"/lov/{row.pk}/")
        assert "Sista dagen att svara var fredag 20 november. Skriv eller ring till avdelningen" in shown
        assert "Spara svaren" not in shown
        phone.post(f"/lov/{row.pk}/", {"do": "save", **fields_for(cast.elsa, what="ledig")})
    assert not EnquiryAnswer.objects.exists()


def test_whom_it_does_not_concern(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """C11, and everybody else: not there."""
    for who in (cast.stranger, cast.maria, cast.eva):
        assert log_in(who).get(f"/lov/{row.pk}/").status_code == 404
    late, guardian = people.child("Sen"), people.person("Sanna")
    people.place(late, cast.blasippan, ANSWER_BY + timedelta(days=1))
    people.guard(guardian, late)
    assert log_in(guardian).get(f"/lov/{row.pk}/").status_code == 404
    Block.objects.create(child=cast.noor, person=cast.neighbour, made_by=cast.eva)
    assert log_in(cast.neighbour).get(f"/lov/{row.pk}/").status_code == 404
    with time_machine.travel(local(OPENS - timedelta(days=1), 9), tick=False):
        assert log_in(cast.amina).get(f"/lov/{row.pk}/").status_code == 404


def test_a_withdrawn_question_says_so(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    HolidayEnquiry.objects.update(withdrawn_at=clock.now())
    shown = log_in(cast.amina).get(f"/lov/{row.pk}/", follow=True)
    assert "Frågan är återtagen" in shown.content.decode()


def test_one_home_sees_nothing_of_the_other_s_answers(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """C03 with C10."""
    two_homes(cast, cast.elsa)
    johan, amina = log_in(cast.johan), log_in(cast.amina)
    mine = re.findall(rf'name="{cast.elsa.pk}\.([\d-]+)"', johan.get(f"/lov/{row.pk}/").content.decode())
    others = re.findall(rf'name="{cast.elsa.pk}\.([\d-]+)"', amina.get(f"/lov/{row.pk}/").content.decode())
    assert mine
    assert others
    assert not set(mine) & set(others)
    johan.post(f"/lov/{row.pk}/", {"do": "save"} | {f"{cast.elsa.pk}.{day}": "ledig" for day in mine})
    assert EnquiryAnswer.objects.filter(child=cast.elsa).count() == len(set(mine))
    assert "ledig" not in re.sub(r"Hugo[^.]*", "", page(amina, f"/lov/{row.pk}/").split("Så här svarar ni")[1])


# The preschool --------------------------------------------------------------------------------------------------------


def test_the_principal_asks(cast: Cast, log_in: LogIn) -> None:
    desk, address = log_in(cast.eva), f"/forskola/{cast.granliden.pk}/lov/"
    assert "Inga frågor om lov än" in page(desk, address)
    fields = {
        "title": "Sommarlov 2027",
        "text": "Skriv gärna i god tid.",
        "starts_on": "2027-06-21",
        "ends_on": "2027-08-13",
        "opens_on": "2027-04-12",
        "answer_by": "2027-05-03",
        "silence": "free",
    }
    wrong = desk.post(address, fields | {"answer_by": "2027-07-01"})
    assert wrong.status_code == 422
    assert "före den första dagen ni frågar om" in wrong.content.decode()
    made = desk.post(address, fields, follow=True)
    assert "Frågan ”Sommarlov 2027” är gjord." in made.content.decode()
    row = HolidayEnquiry.objects.get()
    assert row.preschool == cast.granliden
    there = f"{address}{row.pk}/"
    assert "Öppnar 12 apr" in page(desk, there)
    desk.post(f"{there}andra/", fields | {"title": "Sommaren"})
    row.refresh_from_db()
    assert row.title == "Sommaren"
    assert "återtagen" in desk.post(f"{there}aterta/", follow=True).content.decode()
    assert desk.get(there).status_code == 404


def test_the_whole_area_is_asked_by_who_leads_all_of_it(cast: Cast, log_in: LogIn) -> None:
    lead = people.person("Agda")
    people.employ(lead, StaffRole.Kind.PRINCIPAL, area=cast.area)
    address = f"/forskola/{cast.granliden.pk}/lov/"
    assert "Alla förskolor i Rektorsområde Öster" in page(log_in(lead), address)
    assert "Alla förskolor i" not in page(log_in(cast.eva), address)
    fields = {
        "scope": "area",
        "title": "Lov",
        "starts_on": "2027-06-21",
        "ends_on": "2027-06-25",
        "opens_on": f"{TUESDAY}",
        "answer_by": "2027-05-03",
        "silence": "attends",
    }
    log_in(lead).post(address, fields)
    row = HolidayEnquiry.objects.get()
    assert row.area == cast.area
    for who, preschool in ((cast.eva, cast.granliden), (cast.ulf, cast.sjostjarnan)):
        shown = log_in(who).get(f"/forskola/{preschool.pk}/lov/{row.pk}/")
        assert shown.status_code == 200
        assert "Återta frågan" not in shown.content.decode()  # not theirs alone
        assert log_in(who).post(f"/forskola/{preschool.pk}/lov/{row.pk}/aterta/").status_code == 404


def test_who_has_not_answered_and_how_many_come(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """C10: names per department, and figures for each day."""
    answer(row, cast.amina, cast.elsa, attends=False)
    answer(row, cast.amina, cast.hugo, attends=True)
    desk, address = log_in(cast.eva), f"/forskola/{cast.granliden.pk}/lov/{row.pk}/"
    shown = page(desk, address)
    assert "2 av 3 barn har svar" in shown
    assert "1 har inte svarat Noor Aziz Inget svar Svara åt familjen" in shown
    assert "mån 4 jan 1 1 1 1" in shown  # one comes, one is free, one silent: free by that
    rows = desk.get(f"{address}?format=csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "Förskola;Avdelning;Dag;Kommer;Lediga;Inget svar;Räkna med"
    assert "Förskolan Granliden;Blåsippan;2027-01-04;0;1;1;0" in rows
    assert "Förskolan Granliden;Ekorren;2027-01-04;1;0;0;1" in rows


def test_a_late_placed_child_counts_by_its_plan(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """C11."""
    late = people.child("Sen")
    people.place(late, cast.blasippan, ANSWER_BY + timedelta(days=1))
    plan(late)
    shown = page(log_in(cast.eva), f"/forskola/{cast.granliden.pk}/lov/{row.pk}/")
    assert "Sen Lind" not in shown
    assert "mån 4 jan 1 0 3 1" in shown


def test_staff_see_their_own_department(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    staff = log_in(cast.maria)
    shown = page(staff, f"/forskola/{cast.granliden.pk}/lov/{row.pk}/")
    assert "Blåsippan" in shown
    assert "Ekorren" not in shown
    assert "Hugo" not in shown
    assert "Ställ en fråga" not in page(staff, f"/forskola/{cast.granliden.pk}/lov/")
    assert log_in(cast.jonas).get(f"/forskola/{cast.granliden.pk}/lov/{row.pk}/").status_code == 404


def test_staff_answer_for_a_family_after_the_last_day(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    with time_machine.travel(local(ANSWER_BY + timedelta(days=1), 9), tick=False):
        staff = log_in(cast.maria)
        address = f"/forskola/{cast.granliden.pk}/lov/{row.pk}/barn/{cast.elsa.pk}/"
        assert "Svara för Elsa Lind" in page(staff, address)
        sent = staff.post(address, {"do": "save", **fields_for(cast.elsa, what="kommer")}, follow=True)
        assert "Svaren för Elsa är sparade." in sent.content.decode()
    assert set(EnquiryAnswer.objects.values_list("is_by_staff", "answered_by")) == {(True, cast.maria.pk)}


def test_no_real_name_of_a_protected_child(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """B08: the alias is the name that stands in the lists."""
    protection.protect_child(child=cast.noor, level=Protection.CONFIDENTIAL, now=clock.now())
    for who in (cast.eva, cast.maria):
        for address in (f"{row.pk}/", f"{row.pk}/?format=csv"):
            body = log_in(who).get(f"/forskola/{cast.granliden.pk}/lov/{address}").content.decode()
            assert "Noor" not in body
            assert "Aziz" not in body


@pytest.mark.parametrize("number", [2, 40])
def test_queries_do_not_grow_with_the_children(cast: Cast, row: HolidayEnquiry, log_in: LogIn, number: int) -> None:
    children = people.fill(cast.blasippan, number)
    guardian = people.person("Signe")
    people.guard(guardian, *children)
    counts = {}
    for name, browser, address in (
        ("answer", log_in(guardian), f"/lov/{row.pk}/"),
        ("result", log_in(cast.eva), f"/forskola/{cast.granliden.pk}/lov/{row.pk}/"),
    ):
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        counts[name] = len([query for query in captured if '"cache"' not in query["sql"]])
    assert counts == COUNTS["enquiry"]


def test_the_days_are_all_there(row: HolidayEnquiry) -> None:
    assert (row.starts_on, row.ends_on) == (FIRST, LAST)


def test_the_notice_leads_to_the_answers(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    services.tell_of_enquiries(now=clock.now())
    shown = log_in(cast.amina).get("/nytt/").content.decode()
    assert "En fråga om lov: svara senast 20 november" in shown
    assert f'href="/lov/{row.pk}/"' in shown


# Home, the schedule and the board -------------------------------------------------------------------------------------


def test_home_asks_until_it_is_answered(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    """C10: a thing to do, and what it costs: a query while it is open, two more while something waits."""
    plan(cast.elsa, cast.hugo)
    phone = log_in(cast.amina)

    def home() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as captured:
            shown = text_of(phone.get("/").content.decode())
        return shown, len([query for query in captured if '"cache"' not in query["sql"]])

    home()
    shown, waiting = home()
    assert "Jullov Vilka dagar kommer barnen? Svara senast fredag 20 november" in shown
    answer(row, cast.amina, cast.elsa)
    answer(row, cast.johan, cast.hugo, those=ASKED[:-1])
    assert "Vilka dagar kommer barnen?" in home()[0]
    answer(row, cast.johan, cast.hugo)
    shown, answered = home()
    assert "Vilka dagar kommer barnen?" not in shown
    assert waiting == answered + 2
    HolidayEnquiry.objects.update(withdrawn_at=clock.now())
    assert home()[1] == answered - 1


def test_home_asks_nobody_else(cast: Cast, row: HolidayEnquiry, log_in: LogIn) -> None:
    late, guardian = people.child("Sen"), people.person("Sanna")
    people.place(late, cast.blasippan, ANSWER_BY + timedelta(days=1))
    people.guard(guardian, late)
    for who in (guardian, cast.stranger):
        assert "Vilka dagar kommer barnen?" not in log_in(who).get("/").content.decode()
    HolidayEnquiry.objects.update(withdrawn_at=clock.now())
    assert "Vilka dagar kommer barnen?" not in log_in(cast.amina).get("/").content.decode()


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "silent"])
def test_the_free_day_says_why(cast: Cast, row: HolidayEnquiry, log_in: LogIn, *, is_answered: bool) -> None:
    """C10: on the schedule, at home, on the day's page and on the board; and the times come back."""
    plan(cast.elsa)
    if is_answered:
        answer(row, cast.amina, cast.elsa, attends=False)
    with time_machine.travel(local(MONDAY, 7), tick=False):
        phone, staff = log_in(cast.amina), log_in(cast.maria)
        assert "Ledig enligt lovsvar" in phone.get(f"/schema/?vecka={MONDAY}&barn={cast.elsa.pk}").content.decode()
        assert "Ledig enligt lovsvar" in phone.get(f"/barn/{cast.elsa.pk}/dag/{MONDAY}/").content.decode()
        assert "Enligt lovsvar" in phone.get("/").content.decode()
        board = f"/avdelning/{cast.blasippan.pk}/"
        assert "enligt lovsvar" in staff.get(board).content.decode()
        services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.eva), now=clock.now())
        assert "lovsvar" not in staff.get(board).content.decode()
        assert "07:30–16:00" in phone.get("/").content.decode()


def test_the_hall_does_not_read_why(cast: Cast, row: HolidayEnquiry, on_tablet: Callable[[str], Client]) -> None:
    """DOMAIN 3.14."""
    answer(row, cast.amina, cast.elsa, attends=False)
    with time_machine.travel(local(MONDAY, 7), tick=False):
        shown = on_tablet(people.tablet(cast.blasippan)[1]).get(f"/avdelning/{cast.blasippan.pk}/").content.decode()
    assert "Frånvarande" in shown
    assert "lovsvar" not in shown
    assert "Ledig" not in shown
