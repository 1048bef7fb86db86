"""The page of two homes, through the front door: painted without script, sent, answered, shared, ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import AuditEntry, User
from children.home_rules import every_other_week
from children.models import Household, HouseholdWeeks
from tests.cast import Cast, guard, local, person

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
NIGHTS = [f"{n}-{d}" for n, week in enumerate(every_other_week(4)) for d, letter in enumerate(week) if letter == "A"]


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def form(cast: Cast, **other: object) -> dict[str, object]:
    return {
        "children": [cast.elsa.pk, cast.hugo.pk],
        "starts_on": f"{MONDAY}",
        "number": "2",
        "nights": NIGHTS,
        "handover": "there",
        "do": "send",
    } | other


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """Proposed by one, agreed by the other, for both siblings: as real dates on both pages, each from its own side."""
    mother, father = log_in(cast.amina), log_in(cast.johan)
    page = mother.get("/tva-hem/").content.decode()
    assert "Skicka till det andra hemmet" in page
    assert page.count("checked") >= 2 + 7
    assert mother.post("/tva-hem/", form(cast)).status_code == 302
    page = mother.get("/tva-hem/").content.decode()
    assert "Väntar på svar för Elsa och Hugo" in page
    page = father.get("/tva-hem/").content.decode()
    assert "Ett förslag för Elsa och Hugo" in page
    assert "fredag 23 oktober: ni lämnar, andra hemmet hämtar" in page
    ids = list(HouseholdWeeks.objects.values_list("pk", flat=True))
    assert father.post("/tva-hem/svar/", {"id": ids, "do": "agree"}).status_code == 302
    assert not HouseholdWeeks.objects.filter(is_proposed=True).exists()
    page = mother.get("/tva-hem/").content.decode()
    assert "Två hem från 19 oktober 2026" in page
    assert "fredag 23 oktober: andra hemmet lämnar, ni hämtar" in page
    assert AuditEntry.objects.filter(action="child.homes", person_id=cast.amina.pk, is_look=True).exists()


def test_what_is_proposed_is_something_to_do_for_the_other_home(cast: Cast, log_in: LogIn) -> None:
    """Once for the siblings, with the way to it; gone when it is answered. Never for who proposed it."""
    mother, father = log_in(cast.amina), log_in(cast.johan)
    said = "Det andra hemmet har föreslagit dagarna för Elsa och Hugo"
    assert said not in father.get("/").content.decode()
    mother.post("/tva-hem/", form(cast))
    assert father.get("/").content.decode().count(said) == 1
    assert said not in mother.get("/").content.decode()
    assert "Ett förslag om barnens två hem väntar på ditt svar" in father.get("/nytt/").content.decode()
    ids = list(HouseholdWeeks.objects.values_list("pk", flat=True))
    father.post("/tva-hem/svar/", {"id": ids, "do": "drop"})
    assert said not in father.get("/").content.decode()


def test_painting_shows_dates_and_sends_nothing(cast: Cast, log_in: LogIn) -> None:
    """The buttons do it without script; htmx gets the form alone."""
    browser = log_in(cast.amina)
    page = browser.post("/tva-hem/", form(cast, do="fill", weekday="0", nights=[])).content.decode()
    assert "måndag 19 oktober: andra hemmet lämnar, ni hämtar" in page
    assert "<html" in page
    part = browser.post(
        "/tva-hem/", form(cast, do="look", number="1", nights=["0-5"]), headers={"HX-Request": "true"}
    ).content.decode()
    assert "lördag 24 oktober: andra hemmet lämnar, ni hämtar" in part
    assert "<html" not in part
    assert not HouseholdWeeks.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"nights": []}, "Markera minst en natt"),
        ({"children": []}, "Välj minst ett barn."),
        ({"starts_on": "2026-10-20"}, "Välj en måndag."),
        ({"starts_on": "no"}, "Välj en måndag."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_painted_stays(
    wrong: dict[str, object], sentence: str, cast: Cast, log_in: LogIn
) -> None:
    answer = log_in(cast.amina).post("/tva-hem/", form(cast, **wrong))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    if "nights" not in wrong:
        assert all(f'value="{night}"' in page for night in NIGHTS)
    assert not HouseholdWeeks.objects.exists()


def test_nonsense_is_no_fault_of_the_house(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    for sent in ({"number": "99"}, {"number": "x"}, {"nights": ["9-9", "x"]}, {"handover": "x"}, {"children": ["x"]}):
        assert browser.post("/tva-hem/", form(cast, **sent)).status_code == 422
    for address in ("svar/", "dela/", "ett-hem/"):
        assert browser.post(f"/tva-hem/{address}", {"id": "x", "barn": "x"}).status_code == 404


def test_children_of_other_guardians_are_proposed_for_apart(cast: Cast, log_in: LogIn) -> None:
    other = person("Kalle")
    guard(other, cast.hugo)
    answer = log_in(cast.amina).post("/tva-hem/", form(cast))
    assert "inte samma vårdnadshavare" in answer.content.decode()
    assert log_in(cast.amina).post("/tva-hem/", form(cast, children=[cast.elsa.pk])).status_code == 302


def test_sharing_is_a_switch_of_the_own_home(cast: Cast, log_in: LogIn) -> None:
    mother, father = log_in(cast.amina), log_in(cast.johan)
    mother.post("/tva-hem/", form(cast))
    ids = list(HouseholdWeeks.objects.values_list("pk", flat=True))
    father.post("/tva-hem/svar/", {"id": ids, "do": "agree"})
    father.post("/tva-hem/dela/", {"barn": [cast.elsa.pk, cast.hugo.pk], "shares": "on"})
    assert set(Household.objects.filter(shares=True).values_list("guardians", flat=True)) == {cast.johan.pk}
    assert "Det andra hemmet visar sina tider för er." in mother.get("/tva-hem/").content.decode()
    father.post("/tva-hem/dela/", {"barn": [cast.elsa.pk, cast.hugo.pk]})
    assert not Household.objects.filter(shares=True).exists()


def test_one_home_again_is_asked_and_answered(cast: Cast, log_in: LogIn) -> None:
    mother, father = log_in(cast.amina), log_in(cast.johan)
    mother.post("/tva-hem/", form(cast, children=[cast.elsa.pk]))
    father.post("/tva-hem/svar/", {"id": HouseholdWeeks.objects.get().pk, "do": "agree"})
    father.post("/tva-hem/ett-hem/", {"barn": cast.elsa.pk})
    assert "har ett hem igen från måndag 19 oktober" in mother.get("/tva-hem/").content.decode()
    proposal = HouseholdWeeks.objects.get(is_proposed=True)
    mother.post("/tva-hem/svar/", {"id": proposal.pk, "do": "agree"})
    assert not HouseholdWeeks.objects.on_or_after(MONDAY).exists()


def test_the_staff_set_it_from_the_childs_page(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    address = f"/barn/{cast.elsa.pk}/tva-hem/"
    assert address in browser.get(f"/barn/{cast.elsa.pk}/").content.decode()
    assert "Spara för båda hemmen" in browser.get(address).content.decode()
    homes = {f"person-{cast.amina.pk}": "own", f"person-{cast.johan.pk}": "other"}
    assert browser.post(address, form(cast, children=[cast.elsa.pk], **homes)).status_code == 302
    row = HouseholdWeeks.objects.get()
    assert (row.is_proposed, row.child) == (False, cast.elsa)
    assert row.first.guardians.get() == cast.amina
    both = dict.fromkeys(homes, "own")
    answer = browser.post(address, form(cast, children=[cast.elsa.pk], **both))
    assert "minst en i varje" in answer.content.decode()
    assert browser.post(address, {"do": "end"}).status_code == 302
    assert not HouseholdWeeks.objects.on_or_after(MONDAY + timedelta(days=1)).exists()
