"""What is written and not sent: kept on the server, per person and page, and the session with it (F16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from children.tablets import PIN_COOKIE
from messaging.models import Draft, Message
from messaging.services import drafts
from portal.lib import clock
from tests.cast import Cast, local, tablet
from tests.test_thread_pages import begin

LogIn = Callable[[User], Client]
PAGE = "/samtal/nytt/"


@pytest.fixture(autouse=True)
def at_one() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(date(2026, 10, 13), 13, 4), tick=False) as traveller:
        yield traveller


def keep(browser: Client, body: str = "Elsa vill ha med sig sin kanin", **more: object) -> str:
    answer = browser.post("/samtal/utkast/", {"page": PAGE, "body": body} | more)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_it_is_kept_and_said_so(cast: Cast, log_in: LogIn) -> None:
    assert "Utkast sparat 13:04" in keep(log_in(cast.amina), barn=str(cast.elsa.pk), subject="Kanin")
    html = log_in(cast.amina).get(PAGE).content.decode()
    assert "Elsa vill ha med sig sin kanin</textarea>" in html
    assert 'value="Kanin"' in html
    assert "checked" in html


def test_it_is_nobody_elses_and_of_no_other_page(cast: Cast, log_in: LogIn) -> None:
    keep(log_in(cast.amina))
    assert "kanin" not in log_in(cast.johan).get(PAGE).content.decode()
    assert "kanin" not in log_in(cast.amina).get(f"{PAGE}?barn={cast.hugo.pk}").content.decode()


def test_what_comes_late_is_no_draft_of_what_was_sent(cast: Cast, log_in: LogIn) -> None:
    """What a page says when it is left may be overtaken by the sending; other words are kept."""
    amina = log_in(cast.amina)
    begin(amina, cast.elsa)
    sending, words = str(Message.objects.get().sending), Message.objects.get().body
    assert "Utkast" not in keep(amina, body=f"{words}\r\n", sending=sending)
    assert not Draft.objects.exists()
    keep(amina, body="Och en sak till", sending=sending)
    assert Draft.objects.exists()
    keep(log_in(cast.johan), body=words, sending=sending)
    assert Draft.objects.filter(person=cast.johan).exists()


def test_what_is_begun_stands_in_the_inbox(cast: Cast, log_in: LogIn) -> None:
    """F16: found again without writing anew; of what is sensitive only that it is there."""
    amina = log_in(cast.amina)
    keep(amina, subject="Kaninen")
    html = " ".join(amina.get("/samtal/").content.decode().split())
    assert f'href="{PAGE}"' in html
    assert "Utkast: Kaninen" in html
    assert "Utkast" not in log_in(cast.johan).get("/samtal/").content.decode()
    keep(amina, subject="Kaninen", is_sensitive="on")
    html = amina.get("/samtal/").content.decode()
    assert "Utkast" in html
    assert "Kaninen" not in html


def test_it_lies_enciphered(cast: Cast, log_in: LogIn) -> None:
    keep(log_in(cast.amina))
    assert "kanin" not in str(Draft.objects.extra(select={"raw": "fields"}).values_list("raw", flat=True)[0])


def test_what_is_emptied_or_put_away_is_gone(cast: Cast, log_in: LogIn) -> None:
    amina = log_in(cast.amina)
    keep(amina)
    assert "Utkast" not in keep(amina, body=" ")
    assert not Draft.objects.exists()
    keep(amina)
    assert amina.post("/samtal/utkast/", {"page": PAGE, "do": "drop"}).headers["Location"] == PAGE
    assert not Draft.objects.exists()


def test_what_is_sent_is_no_draft_any_more(cast: Cast, log_in: LogIn) -> None:
    amina = log_in(cast.amina)
    keep(amina)
    begin(amina, cast.elsa, page=PAGE)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("page", ["", "https://example.org/", "//example.org/", "/" + "x" * 200, "javascript:alert(1)"])
def test_only_pages_of_ours(cast: Cast, log_in: LogIn, page: str) -> None:
    assert log_in(cast.amina).post("/samtal/utkast/", {"page": page, "body": "x"}).status_code == 404


def test_old_ones_go_after_thirty_days(cast: Cast, at_one: time_machine.Traveller) -> None:
    person_id = cast.amina.pk
    drafts.save_draft(person_id=person_id, address="/a/", fields={"body": ["a"]}, now=clock.now())
    at_one.shift(timedelta(days=30))
    drafts.save_draft(person_id=person_id, address="/b/", fields={"body": ["b"]}, now=clock.now())
    assert Draft.objects.count() == 2
    at_one.shift(timedelta(seconds=1))
    drafts.save_draft(person_id=person_id, address="/b/", fields={"body": ["c"]}, now=clock.now())
    assert list(Draft.objects.values_list("address", flat=True)) == ["/b/"]
    assert drafts.draft_of(person_id, "/b/") == {"body": ["c"]}


def test_nobody_fills_the_house_with_drafts(cast: Cast) -> None:
    for number in range(drafts.MOST_KEPT + 3):
        drafts.save_draft(person_id=cast.amina.pk, address=f"/{number}/", fields={"body": ["x"]}, now=clock.now())
    assert Draft.objects.count() == drafts.MOST_KEPT
    with pytest.raises(ValidationError):
        drafts.save_draft(person_id=cast.amina.pk, address="/x/", fields={"body": ["x" * 60_001]}, now=clock.now())


def test_the_session_lives_while_somebody_types(cast: Cast, log_in: LogIn, at_one: time_machine.Traveller) -> None:
    """F16: two hours of typing, with a draft saved every twenty minutes; half an hour of rest ends it as ever."""
    maria = log_in(cast.maria)
    maria.get(PAGE)
    for _turn in range(6):
        at_one.shift(timedelta(minutes=20))
        keep(maria)
    assert maria.get(PAGE).status_code == 200
    at_one.shift(timedelta(minutes=31))
    assert maria.post("/samtal/utkast/", {"page": PAGE, "body": "x"}).status_code == 302
    assert "kanin" in log_in(cast.maria).get(PAGE).content.decode()


def test_so_does_a_pin_on_a_tablet(
    cast: Cast, on_tablet: Callable[[str], Client], at_one: time_machine.Traveller
) -> None:
    made, cookie = tablet(cast.blasippan)
    hall = on_tablet(cookie)
    hall.cookies[PIN_COOKIE] = signing.dumps([str(made.pk), str(cast.maria.pk)], salt="pin")
    for _turn in range(3):
        at_one.shift(timedelta(seconds=90))
        keep(hall)
    at_one.shift(timedelta(seconds=121))
    assert "pin" in hall.post("/samtal/utkast/", {"page": PAGE, "body": "x"}).headers["Location"]
