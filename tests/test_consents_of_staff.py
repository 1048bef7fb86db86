"""Staff see at a glance who may be shown where, remind, and write down what was signed on paper (G03, DOMAIN 5.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from uuid import UUID

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, Protection, User
from children import tablets
from children.actors import Actor
from children.models import Block, Child, Consent, ConsentRule, Guardianship, Purpose, ShownChange
from children.protection import protect_child
from children.selectors.consents_of import Mark, consent_marks
from children.services import consents as services
from children.services.asking_consents import ask_again, note_what_the_day_changes
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
from tests.cast import Cast, guard, local, person, place, tablet

LogIn = Callable[[User], Client]
OnTablet = Callable[[str], Client]
TODAY = date(2026, 10, 20)
DEPARTMENT = Purpose.DEPARTMENT


@pytest.fixture(autouse=True)
def _a_tuesday_morning() -> Iterator[None]:
    with time_machine.travel(local(TODAY, 9, 10), tick=False):
        yield


def say(person: User, *children: Child, yes: bool = True, purposes: list[Purpose] | None = None) -> None:
    replies = [
        services.Reply(child.pk, purpose, yes, "Ord för ord")
        for child in children
        for purpose in purposes or list(Purpose)
    ]
    services.answer(replies=replies, actor=Actor.of_person(person), now=clock.now())


def text_of(browser: Client, name: str, *args: UUID) -> str:
    answer = browser.get(reverse(f"children:{name}", args=args))
    assert answer.status_code == 200
    return unescape(answer.content.decode()).split("<main", 1)[1]


def badges_of(text: str, name: str) -> list[str]:
    """Return the words in the row of the child with this name."""
    row = text.split(f">{name}<", 1)[1].split("</tr>", 1)[0]
    return [part.split("</svg>")[1].split("<")[0].strip() for part in row.split('class="badge')[1:]]


def test_the_table_says_who_may_be_shown_where(cast: Cast, log_in: LogIn, on_tablet: OnTablet) -> None:
    say(cast.neighbour, cast.noor, purposes=[Purpose.DEPARTMENT, Purpose.FAMILIES])
    say(cast.neighbour, cast.noor, purposes=[Purpose.PUBLIC], yes=False)
    say(cast.amina, cast.elsa, purposes=[Purpose.DEPARTMENT])
    shown = text_of(log_in(cast.maria), "department_consents", cast.blasippan.pk)
    assert badges_of(shown, "Noor Aziz") == ["Ja", "Ja", "Inget svar än", "Nej"]
    assert badges_of(shown, "Elsa Lind") == ["Väntar på en", *["Inget svar än"] * 3]
    assert "För 2 barn saknas svar." in shown
    assert "Påminn" in shown
    assert "Påminn" not in text_of(log_in(cast.vikar), "department_consents", cast.blasippan.pk)
    device, cookie = tablet(cast.blasippan)
    with_pin = on_tablet(cookie)
    with_pin.cookies[tablets.PIN_COOKIE] = signing.dumps([str(device.pk), str(cast.maria.pk)], salt="pin")
    assert badges_of(text_of(with_pin, "department_consents", cast.blasippan.pk), "Noor Aziz")[0] == "Ja"
    with time_machine.travel(local(TODAY + timedelta(days=340), 9), tick=False):
        later = text_of(log_in(cast.maria), "department_consents", cast.blasippan.pk)
        assert badges_of(later, "Noor Aziz")[0] == "Går ut snart"
    assert "2 av" not in shown
    shares = text_of(log_in(cast.eva), "preschool_consents", cast.granliden.pk)
    assert "0 av 2 barn (0 %)" in shares


def test_a_protected_child_stands_there_like_any_no(cast: Cast, log_in: LogIn) -> None:
    say(cast.amina, cast.elsa)
    say(cast.johan, cast.elsa)
    say(cast.neighbour, cast.noor, yes=False)
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=clock.now(), actor_person=cast.administrator)
    alias = Child.objects.get(pk=cast.elsa.pk).full_name
    shown = text_of(log_in(cast.maria), "department_consents", cast.blasippan.pk)
    assert badges_of(shown, alias) == badges_of(shown, "Noor Aziz") == ["Nej"] * 4
    assert "skydd" not in shown.casefold()
    marks = consent_marks(Actor.of_person(cast.maria), [cast.elsa.pk, cast.noor.pk], DEPARTMENT, TODAY)
    assert set(marks.values()) == {Mark(is_allowed=False, word="Visas inte på bild")}


def test_a_chip_says_whether_a_child_may_be_shown(cast: Cast) -> None:
    say(cast.neighbour, cast.noor)
    ids = [cast.noor.pk, cast.elsa.pk, cast.leo.pk]
    marks = consent_marks(Actor.of_person(cast.maria), ids, DEPARTMENT, TODAY)
    assert marks == {
        cast.noor.pk: Mark(is_allowed=True, word="Får visas"),
        cast.elsa.pk: Mark(is_allowed=False, word="Visas inte på bild"),
    }, "Leo is nobody's here"


def test_the_municipality_decides_and_what_it_decided_before_stays(cast: Cast, log_in: LogIn) -> None:
    browser, address = log_in(cast.administrator), reverse("children:consent_rules")
    assert "Inget är ändrat än" in text_of(browser, "consent_rules")
    sent = {f"{purpose}-needs": "both" for purpose in Purpose} | {f"{purpose}-months": "12" for purpose in Purpose}
    sent |= {f"{purpose}-is_asked": "on" for purpose in Purpose if purpose != Purpose.PRINT}
    assert browser.post(address, sent | {"department-needs": "one", "department-months": "61"}).status_code == 422
    assert browser.post(address, sent | {"department-needs": "one", "department-months": "24"}).status_code == 302
    assert set(ConsentRule.objects.values_list("purpose", "needs", "months", "is_asked", "made_by")) == {
        ("department", "one", 24, True, cast.administrator.pk),
        ("print", "both", 12, False, cast.administrator.pk),
    }
    said = text_of(browser, "consent_rules")
    assert "en vårdnadshavare" in said
    assert "24 månader" in said
    assert "Bilder i tryck" not in text_of(log_in(cast.amina), "consents")
    say(cast.amina, cast.elsa, purposes=[DEPARTMENT])
    assert badges_of(text_of(log_in(cast.maria), "department_consents", cast.blasippan.pk), "Elsa Lind")[0] == "Ja"


# On paper -------------------------------------------------------------------------------------------------------------


def write_down(browser: Client, child: Child, giver: User, day: date, **says: str) -> int:
    sent = {"guardian": str(giver.pk), "given_on": f"{day}", **says}
    return browser.post(reverse("children:child_consents", args=[child.pk]), sent).status_code


def test_what_was_signed_on_paper_is_written_down_by_name(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    assert write_down(browser, cast.noor, cast.neighbour, TODAY - timedelta(days=3), department="ja") == 302
    kept = Consent.objects.get()
    assert (kept.given_by, kept.recorded_by, kept.given_on) == (cast.neighbour, cast.maria, date(2026, 10, 17))
    assert kept.expires_on == date(2027, 10, 17)
    said = text_of(browser, "child_consents", cast.noor.pk)
    assert "På papper 17 oktober 2026, inskrivet av Maria Berg 20 oktober 2026." in said
    assert AuditEntry.objects.filter(action="consent.recorded").count() == 1
    assert write_down(log_in(cast.vikar), cast.noor, cast.neighbour, TODAY, department="nej") == 403
    assert write_down(browser, cast.leo, cast.stranger, TODAY, department="ja") == 404


def test_paper_never_writes_over_what_the_guardian_said_later(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    say(cast.neighbour, cast.noor, yes=False, purposes=[DEPARTMENT])
    assert write_down(browser, cast.noor, cast.neighbour, TODAY - timedelta(days=1), department="ja") == 422
    assert write_down(browser, cast.noor, cast.neighbour, TODAY, department="ja") == 422
    assert Consent.objects.get().says_yes is False
    assert write_down(browser, cast.noor, cast.neighbour, TODAY, public="ja") == 302, "of that nothing was said"


def test_nothing_is_written_down_for_whoever_is_kept_away_or_is_no_guardian(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    Block.objects.create(child=cast.elsa, person=cast.johan)
    assert write_down(browser, cast.elsa, cast.johan, TODAY, department="ja") == 422
    assert write_down(browser, cast.elsa, cast.neighbour, TODAY, department="ja") == 422
    assert write_down(browser, cast.elsa, cast.amina, TODAY + timedelta(days=1), department="ja") == 422
    assert write_down(browser, cast.elsa, cast.amina, TODAY - timedelta(days=500), department="ja") == 422
    assert write_down(browser, cast.elsa, cast.amina, TODAY) == 422
    assert not Consent.objects.exists()


# Asking ---------------------------------------------------------------------------------------------------------------


def asked() -> dict[str, int]:
    """Return how often each guardian was asked, in the portal."""
    told = Delivery.objects.filter(kind=Kind.CONSENT_ASKED, way=Way.IN_APP)
    names = list(told.values_list("person__given_name", flat=True))
    return {name: names.count(name) for name in sorted(set(names))}


def test_staff_remind_those_who_have_not_answered_once_a_day(cast: Cast, log_in: LogIn) -> None:
    say(cast.amina, cast.elsa)
    browser, address = log_in(cast.maria), reverse("children:consents_remind", args=[cast.blasippan.pk])
    assert "2 vårdnadshavare har fått frågan." in unescape(browser.post(address, follow=True).content.decode())
    browser.post(address)
    assert asked() == {"Johan": 1, "Yasmin": 1}
    notices = unescape(log_in(cast.johan).get(reverse("notices")).content.decode())
    assert "Svara på vad ni medger för Elsa" in notices
    assert reverse("children:consents") in notices


def test_a_yes_is_asked_for_again_a_month_before_it_ends_and_a_week_before(cast: Cast) -> None:
    """One notice for all the children; who has renewed is left alone."""
    say(cast.amina, cast.elsa, cast.hugo)
    say(cast.johan, cast.elsa, cast.hugo)
    counted: dict[int, dict[str, int]] = {}
    for before in (31, 30, 29, 20, 8, 7, 6, 0):
        with time_machine.travel(local(date(2027, 10, 20) - timedelta(days=before), 9), tick=False):
            ask_again(now=clock.now())
            counted[before] = asked()
            if before == 20:
                say(cast.johan, cast.elsa, cast.hugo)
    assert counted[31] == {}
    assert counted[30] == counted[29] == counted[20] == counted[8] == {"Amina": 1, "Johan": 1}
    assert counted[7] == counted[0] == {"Amina": 2, "Johan": 1}
    about = Delivery.objects.filter(kind=Kind.CONSENT_ASKED, person=cast.amina).first()
    assert about is not None
    assert {about.about["child"], *about.about["siblings"].split()} == {str(cast.elsa.pk), str(cast.hugo.pk)}


@pytest.mark.parametrize("nights", [(20, 21, 22, 23), (20, 23, 24)])  # in the second it did not run for two
def test_what_a_date_alone_changes_is_noted(cast: Cast, nights: tuple[int, ...]) -> None:
    say(cast.neighbour, cast.noor)
    Guardianship.objects.filter(guardian=cast.stranger).update(ends_on=date(2027, 10, 20))
    ShownChange.objects.all().delete()
    for number, day in enumerate(nights):
        with time_machine.travel(local(date(2027, 10, day), 4), tick=False):
            note_what_the_day_changes(now=clock.now())
        noted = set(ShownChange.objects.values_list("child", flat=True))
        assert noted == ({cast.noor.pk, cast.leo.pk} if number == 1 else set())
        ShownChange.objects.all().delete()


def test_the_table_costs_the_same_for_two_children_and_for_twenty(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            text_of(browser, "department_consents", cast.blasippan.pk)
        return len(queries)

    cost()  # the session's own settings are written
    few = cost()
    for number in range(20):
        one = Child.objects.create(given_name=f"Barn {number}")
        place(one, cast.blasippan)
        guard(person(f"Vuxen{number}"), one)
    assert cost() == few <= 15
