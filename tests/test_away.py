"""Out of office: shown before writing, said by those whom it concerns (DOMAIN 4.14)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from messaging.models import Addressee, Away
from messaging.selectors.away import away_notices
from portal.lib import clock, days
from tests.cast import Cast, tablet
from tests.test_threads import begin

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
PAGE = "/samtal/borta/"


def filled(whose: object, **more: str) -> dict[str, str]:
    today = days.today()
    return {
        "whose": str(whose),
        "starts_on": f"{today}",
        "ends_on": f"{today + timedelta(days=3)}",
        "words": "Vi planerar.",
        "instead": "Ring Ekorren.",
        **more,
    }


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """A department says it; whoever writes about a child there is told before, about another child not."""
    desk = log_in(cast.maria)
    answer = desk.post(PAGE, filled(cast.blasippan.pk), follow=True)
    assert "Ring Ekorren." in answer.content.decode()
    (notice,) = away_notices([cast.elsa.pk, cast.noor.pk], Addressee.DEPARTMENT, days.today())
    assert (notice.whose, notice.words) == ("Blåsippan", "Vi planerar.")
    assert away_notices([cast.hugo.pk], Addressee.DEPARTMENT, days.today()) == []
    assert away_notices([cast.elsa.pk], Addressee.PRINCIPAL, days.today()) == []
    assert away_notices([cast.elsa.pk], Addressee.DEPARTMENT, notice.ends_on + timedelta(days=1)) == []


def test_families_read_it_before_they_write_and_the_house_does_not(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.14: where a conversation begins, once the child is chosen, and in one that there is."""
    (message,) = begin(cast.maria, cast.elsa, now=clock.now() - timedelta(hours=1))
    log_in(cast.maria).post(PAGE, filled(cast.blasippan.pk))
    phone = log_in(cast.amina)
    chosen = {"barn": [str(cast.elsa.pk)], "till": "department", "do": "look"}
    for html in (
        phone.post("/samtal/nytt/", chosen).content.decode(),
        phone.get(f"/samtal/{message.thread_id}/").content.decode(),
    ):
        assert "Inget svar från Blåsippan till och med" in text_of(html)
        assert "Ring Ekorren." in html
    assert "svarar inte" not in phone.post("/samtal/nytt/", chosen | {"barn": [str(cast.hugo.pk)]}).content.decode()
    assert "svarar inte" not in log_in(cast.vikar).get(f"/samtal/{message.thread_id}/").content.decode()


def test_whoever_leads_says_it_of_the_own_person(cast: Cast, log_in: LogIn) -> None:
    log_in(cast.eva).post(PAGE, filled("jag"))
    (notice,) = away_notices([cast.elsa.pk], Addressee.PRINCIPAL, days.today())
    assert notice.whose == cast.eva.full_name
    assert away_notices([cast.leo.pk], Addressee.PRINCIPAL, days.today()) == []


def test_nobody_says_it_for_others(cast: Cast, log_in: LogIn) -> None:
    """Another department's staff, substitutes, families, and staff in a principal's place."""
    for other in (cast.amina, cast.vikar, cast.administrator, cast.specialist):
        assert log_in(other).get(PAGE).status_code == 404
        assert log_in(other).post(PAGE, filled(cast.blasippan.pk)).status_code == 404
    assert log_in(cast.jonas).post(PAGE, filled(cast.blasippan.pk)).status_code == 422
    assert log_in(cast.maria).post(PAGE, filled("jag")).status_code == 422
    assert not Away.objects.exists()


def test_it_is_taken_back_by_the_department_and_by_nobody_else(cast: Cast, log_in: LogIn) -> None:
    log_in(cast.maria).post(PAGE, filled(cast.blasippan.pk))
    address = f"{PAGE}{Away.objects.get().pk}/ta-tillbaka/"
    for other in (cast.jonas, cast.amina, cast.vikar, cast.ulf):
        assert log_in(other).post(address).status_code == 404
    assert log_in(cast.eva).post(address).status_code == 302
    assert not Away.objects.exists()


def test_what_a_principal_says_of_the_own_person_is_not_a_colleague_s(cast: Cast, log_in: LogIn) -> None:
    log_in(cast.eva).post(PAGE, filled("jag"))
    address = f"{PAGE}{Away.objects.get().pk}/ta-tillbaka/"
    assert log_in(cast.maria).post(address).status_code == 404
    assert cast.eva.full_name not in log_in(cast.maria).get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, -1), (-5, -2), (3, 2)],
)
def test_days_that_are_over_or_the_wrong_way_round_are_refused(
    cast: Cast, log_in: LogIn, first: int, last: int
) -> None:
    today = days.today()
    days_of_it = {"starts_on": f"{today + timedelta(days=first)}", "ends_on": f"{today + timedelta(days=last)}"}
    answer = log_in(cast.maria).post(PAGE, filled(cast.blasippan.pk, **days_of_it))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Välj en dag som inte är före den första" in html
    assert "Vi planerar." in html  # nothing typed is lost
    assert not Away.objects.exists()


def test_it_is_not_said_on_a_tablet(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    assert on_tablet(tablet(cast.blasippan)[1]).get(PAGE).status_code == 404
