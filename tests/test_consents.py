"""Guardians say who may see pictures of their children, and change their minds (DOMAIN 5.3; G03, G04)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Protection, User
from children.actors import Actor
from children.consent_rules import Said, Standing, last_day, may_write_over, standing
from children.models import (
    Block,
    Child,
    Consent,
    ConsentRule,
    Guardianship,
    Household,
    HouseholdWeeks,
    ProtectedIdentity,
    Purpose,
    ShownChange,
)
from children.protection import lift_protection, protect_child
from children.selectors.consents import allowing
from children.selectors.consents_page import my_consents
from children.services import consents as services
from children.services.relations import block, confirm_guardianships, lift_block
from portal.lib import clock, days
from tests.cast import Cast, guard, local, person

LogIn = Callable[[User], Client]
TODAY = date(2026, 10, 20)
DEPARTMENT, PUBLIC = Purpose.DEPARTMENT, Purpose.PUBLIC


@pytest.fixture(autouse=True)
def _a_tuesday_morning() -> Iterator[None]:
    with time_machine.travel(local(TODAY, 6, 10), tick=False):
        yield


def page() -> str:
    return reverse("children:consents")


def field(child: Child, purpose: Purpose = DEPARTMENT) -> str:
    return f"{purpose}-{child.pk}"


def send(browser: Client, person: User, answers: dict[str, str], address: str = "") -> Any:
    """Answer as the page does: with the sign of the words that it shows now."""
    return browser.post(address or page(), {"lydelse": my_consents(Actor.of_person(person)).sign, **answers})


def say(person: User, child: Child, purpose: Purpose = DEPARTMENT, *, yes: bool = True) -> None:
    reply = services.Reply(child.pk, purpose, yes, "Ord för ord")
    services.answer(replies=[reply], actor=Actor.of_person(person), now=clock.now())


def shown(*children: Child, purpose: Purpose = DEPARTMENT) -> set[Child]:
    ids = allowing([child.pk for child in children], purpose, days.today())
    return {child for child in children if child.pk in ids}


def test_it_works_for_siblings_together(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    first = unescape(browser.get(page()).content.decode())
    assert "Elsa" in first
    assert "Hugo" in first
    assert "Alla familjer på Blåsippan ser dem" in first
    assert "checked" not in first
    answer = send(browser, cast.amina, {"department": "ja", "public": "nej", field(cast.hugo): "nej"})
    assert answer.status_code == 302
    said = set(Consent.objects.values_list("child__given_name", "purpose", "says_yes", "expires_on"))
    assert said == {
        ("Elsa", "department", True, date(2027, 10, 20)),
        ("Hugo", "department", False, None),
        ("Elsa", "public", False, None),
        ("Hugo", "public", False, None),
    }
    kept = Consent.objects.get(child=cast.elsa, purpose=DEPARTMENT)
    assert kept.given_by == cast.amina
    assert kept.recorded_by is None
    assert "Alla familjer på Blåsippan ser dem" in kept.wording
    assert shown(cast.elsa) == set(), "the other guardian has not answered"
    say(cast.johan, cast.elsa)
    assert shown(cast.elsa, cast.hugo) == {cast.elsa}


def test_a_rule_of_all_purposes_is_said_once(cast: Cast, log_in: LogIn) -> None:
    amina = log_in(cast.amina)
    assert amina.get(page()).content.decode().count("Ett ja gäller i 12 månader") == 1
    ConsentRule.objects.create(purpose=PUBLIC, needs="one", months=6, made_by=cast.administrator)
    said = amina.get(page()).content.decode()
    assert said.count("Ett ja gäller i 12 månader") == 3
    assert said.count("säger ja och ingen säger nej.") == said.count("Ett ja gäller i 6 månader") == 1


def test_what_the_house_uses_by_hand_is_not_said_to_be_shown_here(cast: Cast, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    for guardian in (cast.amina, cast.johan):
        say(guardian, cast.elsa, Purpose.PRINT)
    said = phone.get(page()).text
    assert "Bilder får användas." in said
    assert "läser dem innan en bild används" in said
    assert "Bilder visas." not in said
    assert "dolda" not in phone.post(page(), {field(cast.elsa, Purpose.PRINT): "nej"}, follow=True).text
    assert shown(cast.elsa, purpose=Purpose.PRINT) == set()


def test_a_guardian_changes_the_answer_in_two_taps_and_it_counts_at_once(cast: Cast, log_in: LogIn) -> None:
    """G04: the yes is over in the moment in which somebody says no; the row stays, and says when and why."""
    say(cast.amina, cast.elsa)
    say(cast.johan, cast.elsa)
    assert shown(cast.elsa) == {cast.elsa}
    ShownChange.objects.all().delete()
    browser = log_in(cast.johan)
    before = unescape(browser.get(page()).content.decode())
    assert "Bilder på Elsa döljs för andra familjer direkt." in before
    after = browser.post(page(), {field(cast.elsa): "nej"}, follow=True).content.decode()
    assert "Bilder på Elsa är dolda från och med nu." in unescape(after)
    assert shown(cast.elsa) == set()
    assert [row.child_id for row in ShownChange.objects.all()] == [cast.elsa.pk]
    old = Consent.objects.get(given_by=cast.johan, says_yes=True)
    assert (old.ended_why, old.ended_at) == (Consent.Ended.WITHDRAWN, clock.now())
    say(cast.johan, cast.elsa)
    assert shown(cast.elsa) == {cast.elsa}


def test_words_that_changed_are_read_again_and_nothing_chosen_is_lost(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    answer = browser.post(page(), {"lydelse": "gamla ord", field(cast.elsa): "ja", field(cast.hugo): "nej"})
    assert answer.status_code == 422
    assert "Texten har ändrats" in answer.content.decode()
    assert answer.content.decode().count("checked") == 2
    assert not Consent.objects.exists()
    assert send(browser, cast.amina, {}).status_code == 422
    assert browser.post(page(), {"lydelse": "gamla ord", field(cast.elsa): "nej"}).status_code == 302


def test_a_double_tap_is_one_answer_and_a_later_yes_is_a_renewal(cast: Cast) -> None:
    say(cast.amina, cast.elsa)
    say(cast.amina, cast.elsa)
    assert Consent.objects.count() == 1
    with time_machine.travel(local(TODAY + timedelta(days=340), 6), tick=False):
        assert my_consents(Actor.of_person(cast.amina)).number_due == 8, "25 days before the end, it is asked again"
        say(cast.amina, cast.elsa)
        assert Consent.objects.get(ended_at=None).expires_on == date(2028, 9, 25)
        assert Consent.objects.exclude(ended_at=None).get().ended_why == Consent.Ended.RENEWED


def test_another_familys_child_is_not_there(cast: Cast, log_in: LogIn) -> None:
    assert log_in(cast.neighbour).post(page(), {field(cast.elsa): "ja"}).status_code == 422
    assert not Consent.objects.exists()
    with pytest.raises(Http404):
        say(cast.neighbour, cast.elsa)


def test_whoever_is_kept_away_has_no_say(cast: Cast, log_in: LogIn) -> None:
    say(cast.amina, cast.elsa)
    Block.objects.create(child=cast.elsa, person=cast.johan)
    assert shown(cast.elsa) == {cast.elsa}
    assert "Elsa" not in log_in(cast.johan).get(page()).content.decode()
    with pytest.raises(Http404):
        say(cast.johan, cast.elsa, yes=False)


def test_the_first_login_ends_in_answering_which_can_be_put_off(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    onward = f"{page()}?forst"
    assert f'href="{onward}"' in browser.get(reverse("accounts:welcome")).content.decode()
    assert "Svara senare" in browser.get(onward).content.decode()
    assert "8 frågor väntar på dig" in unescape(browser.get(reverse("home")).content.decode())
    answers = dict.fromkeys(Purpose.values, "ja")
    assert send(browser, cast.amina, answers, onward).headers["Location"] == reverse("home")
    assert "väntar på dig" not in unescape(browser.get(reverse("home")).content.decode())
    assert browser.get(onward).headers["Location"] == reverse("home")
    assert log_in(cast.maria).get(onward).headers["Location"] == reverse("home"), "staff are asked nothing"


def test_two_homes_that_do_not_show_each_other_learn_the_outcome_alone(cast: Cast, log_in: LogIn) -> None:
    """C03's spirit: who of the other home has answered is not told; whether the child is shown is."""
    say(cast.amina, cast.elsa)
    waits = "alla vårdnadshavare har inte svarat"
    assert waits in unescape(log_in(cast.amina).get(page()).content.decode())
    homes = [Household.objects.create(child=cast.elsa) for _number in range(2)]
    homes[0].guardians.set([cast.amina])
    homes[1].guardians.set([cast.johan])
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=homes[0],
        second=homes[1],
        starts_on=TODAY - timedelta(days=8),
        weeks=["AAAAAAA", "BBBBBBB"],
        is_proposed=False,
    )
    before = log_in(cast.amina).get(page()).content.decode()
    assert waits not in unescape(before)
    say(cast.johan, cast.elsa, yes=False)
    after = log_in(cast.amina).get(page()).content.decode()
    assert "visas inte för andra familjer" in unescape(after)
    assert "Johan" not in after


def test_a_protected_child_is_never_shown_and_the_word_is_not_on_the_page(cast: Cast, log_in: LogIn) -> None:
    say(cast.amina, cast.elsa)
    say(cast.johan, cast.elsa)
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=clock.now(), actor_person=cast.administrator)
    assert shown(cast.elsa) == set()
    assert "skydd" not in log_in(cast.amina).get(page()).content.decode().split("<main", 1)[1].casefold()


# What changes to whom a child is shown is noted -----------------------------------------------------------------------


def noted() -> set[object]:
    found = {row.child_id for row in ShownChange.objects.all()}
    ShownChange.objects.all().delete()
    return set(found)


def test_blocks_guardians_and_protection_are_noted(cast: Cast) -> None:
    principal, now = Actor.of_person(cast.eva), clock.now()
    made = block(actor=principal, child=cast.elsa, person_id=cast.johan.pk, reason="", now=now)
    assert noted() == {cast.elsa.pk}
    lift_block(actor=principal, block=made, now=now)
    assert noted() == {cast.elsa.pk}
    guard(person("Ny"), cast.hugo, confirmed=False)
    pending = Guardianship.objects.get(confirmed_at=None)
    confirm_guardianships(actor=principal, guardianship_ids=[pending.pk], now=now)
    assert noted() == {cast.hugo.pk}
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=now, actor_person=cast.administrator)
    assert noted() == {cast.elsa.pk}
    lift_protection(actor=principal, identity=ProtectedIdentity.objects.get(), now=now)
    assert noted() == {cast.elsa.pk}


def test_another_decision_of_the_municipality_is_noted_for_those_who_have_answered(cast: Cast) -> None:
    say(cast.amina, cast.elsa)
    noted()
    administrator = Actor.of_person(cast.administrator)

    def decide(needs: str, months: int) -> None:
        services.decide(
            purpose=DEPARTMENT, needs=needs, months=months, is_asked=True, actor=administrator, now=clock.now()
        )

    decide("both", 12)
    assert not ConsentRule.objects.exists(), "the same again is no decision"
    decide("both", 6)
    assert noted() == set()
    assert shown(cast.elsa) == set()
    with time_machine.travel(local(TODAY, 7), tick=False):
        decide("one", 6)
    assert noted() == {cast.elsa.pk}
    assert shown(cast.elsa) == {cast.elsa}
    say(cast.amina, cast.hugo)
    assert Consent.objects.get(child=cast.hugo).expires_on == date(2027, 4, 20)
    assert AuditEntry.objects.filter(action="consent.decided").count() == 2


# Pure rules -----------------------------------------------------------------------------------------------------------

YES, NO, ENDS = Said(True, date(2027, 10, 20)), Said(False, None), Said(True, TODAY + timedelta(days=30))


@pytest.mark.parametrize(
    ("said", "needs_all", "stands"),
    [
        ([YES, YES], True, Standing.YES),
        ([YES, ENDS], True, Standing.ENDS_SOON),
        ([YES, ENDS], False, Standing.YES),
        ([YES, None], True, Standing.WAITS_FOR_ONE),
        ([YES, None], False, Standing.YES),
        ([YES, NO], False, Standing.NO),
        ([None, NO], True, Standing.NO),
        ([None, None], True, Standing.UNANSWERED),
        ([], True, Standing.UNANSWERED),
    ],
)
def test_how_a_child_stands(said: list[Said | None], *, needs_all: bool, stands: Standing) -> None:
    assert standing(said, needs_all=needs_all, today=TODAY) == stands


def test_a_yes_lasts_to_the_same_day_of_the_month_or_to_its_end() -> None:
    assert last_day(date(2026, 10, 20), 12) == date(2027, 10, 20)
    assert last_day(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert last_day(date(2026, 12, 1), 1) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("days_later", "was_yes", "is_own", "is_yes", "may"),
    [
        (1, False, True, True, True),
        (-1, True, True, False, False),
        (-1, True, False, True, False),
        (0, False, True, True, False),
        (0, True, True, False, True),
        (0, False, False, True, True),
    ],
)
def test_paper_takes_the_place_of_what_was_said_before_it(
    *, days_later: int, was_yes: bool, is_own: bool, is_yes: bool, may: bool
) -> None:
    new_day = TODAY + timedelta(days=days_later)
    assert may_write_over(old_day=TODAY, was_yes=was_yes, is_own=is_own, new_day=new_day, is_yes=is_yes) == may
