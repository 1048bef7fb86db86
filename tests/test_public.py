"""Pages for everybody: about, accessibility with its form, privacy, and what machines ask for."""

import io
import json
import logging
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from portal.models import Feedback
from tests.cast import Cast

pytestmark = pytest.mark.django_db

TEXTS = ("about", "accessibility", "privacy")
PAGES = (*TEXTS, "manifest", "service_worker", "offline", "health", "robots", "security_txt")
STATEMENT = "/tillganglighet/"


@pytest.fixture(autouse=True)
def _no_limits_from_before() -> None:
    cache.clear()


@pytest.mark.parametrize("name", PAGES)
def test_it_works(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert "session" not in answer.cookies


@pytest.mark.parametrize("name", PAGES)
def test_nothing_but_reading(client: Client, name: str) -> None:
    expected = 422 if name == "accessibility" else 405
    assert client.post(reverse(name)).status_code == expected


def test_public_pages_say_who_answers_for_them(client: Client, cast: Cast) -> None:
    for name in TEXTS:
        assert cast.municipality.name in client.get(reverse(name)).content.decode()


def test_feedback_reaches_the_administrators(client: Client, cast: Cast, log_in: Callable[[User], Client]) -> None:
    words = {"text": "Jag hittar inte knappen.", "reply_to": "sara@example.org"}
    answer = client.post(STATEMENT, words, follow=True)
    assert "Tack, vi har fått det du skrev" in answer.content.decode()
    page = log_in(cast.administrator).get(reverse("feedback")).content.decode()
    assert words["text"] in page
    assert words["reply_to"] in page


def test_feedback_is_encrypted_and_reaches_nobody_else(
    client: Client, cast: Cast, log_in: Callable[[User], Client]
) -> None:
    client.post(STATEMENT, {"text": "hemligt", "reply_to": ""})
    kept = Feedback.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM portal_feedback")
        assert "hemligt" not in cursor.fetchone()[0]
    assert kept.text == "hemligt"
    for person in (cast.amina, cast.maria, cast.eva, cast.communicator, cast.archivist):
        browser = log_in(person)
        assert browser.get(reverse("feedback")).status_code == 404
        assert browser.post(reverse("feedback"), {"id": kept.id}).status_code == 404


def test_feedback_is_taken_off_the_list_once(client: Client, cast: Cast, log_in: Callable[[User], Client]) -> None:
    client.post(STATEMENT, {"text": "Svårt att läsa."})
    browser, kept = log_in(cast.administrator), Feedback.objects.get()
    for _time in range(2):
        assert browser.post(reverse("feedback"), {"id": kept.id}).status_code == 302
    kept.refresh_from_db()
    assert kept.read_by == cast.administrator


@pytest.mark.parametrize("field", [{"id": "inget id"}, {}, {"id": "0197b2a0-0000-7000-8000-000000000000"}])
def test_feedback_that_is_not_there(cast: Cast, log_in: Callable[[User], Client], field: dict[str, str]) -> None:
    assert log_in(cast.administrator).post(reverse("feedback"), field).status_code == 404


def test_bad_feedback_keeps_what_was_typed(client: Client) -> None:
    answer = client.post(STATEMENT, {"text": "Allt jag skrev", "reply_to": "inte en adress"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Allt jag skrev" in page
    assert "Adressen ser inte ut som en e-postadress" in page
    assert not Feedback.objects.exists()


def test_a_flood_of_feedback_is_stopped_with_the_text_kept(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"feedback": "2/h/ip"}
    for number in range(2):
        assert client.post(STATEMENT, {"text": f"Nummer {number}"}).status_code == 302
    answer = client.post(STATEMENT, {"text": "Den tredje"})
    assert answer.status_code == 429
    assert "Den tredje" in answer.content.decode()
    assert Feedback.objects.count() == 2


def test_the_style_guide_is_for_those_who_build(client: Client, settings: Settings) -> None:
    settings.DEBUG = settings.DEMO = False
    assert client.get("/stilguide/").status_code == 404
    settings.DEMO = True
    assert client.get("/stilguide/").status_code == 200


def test_the_manifest_is_one(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"].startswith("application/manifest+json")
    assert json.loads(answer.content)["start_url"] == "/"


def test_the_offline_page_carries_nothing_personal(cast: Cast, log_in: Callable[[User], Client]) -> None:
    anonymous = Client().get("/offline/").content
    assert log_in(cast.amina).get("/offline/").content == anonymous


def test_health_tells_when_the_database_is_gone(client: Client) -> None:
    with patch("portal.views.health.connection.cursor", side_effect=OperationalError("gone")):
        answer = client.get("/halsa/")
    assert (answer.status_code, answer.content) == (503, b"database\n")


def test_where_to_report_a_weakness(client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = "sakerhet@lovkoping.example"
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:sakerhet@lovkoping.example" in text
    assert "Expires: " in text


def test_what_is_not_there_is_said_kindly(client: Client) -> None:
    answer = client.get("/finns/inte/")
    assert answer.status_code == 404
    assert "Här finns ingenting att visa" in answer.content.decode()


def test_what_broke_is_said_kindly(client: Client) -> None:
    client.raise_request_exception = False
    with patch("portal.views.public.Municipality.current", side_effect=RuntimeError):
        answer = client.get("/om/")
    assert answer.status_code == 500
    assert "Något gick fel hos oss" in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_kindly() -> None:
    answer = Client(enforce_csrf_checks=True).post(STATEMENT, {"text": "x"})
    assert answer.status_code == 403
    assert "Sidan hann bli för gammal" in answer.content.decode()


def test_the_log_says_where_only_for_our_own_faults(cast: Cast, log_in: Callable[[User], Client]) -> None:
    (handler,) = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    written = io.StringIO()
    before = handler.setStream(written)
    try:
        browser = log_in(cast.maria)
        assert browser.post(f"/barn/{cast.elsa.id}/behorighet/").status_code == 403
        assert len(written.getvalue().splitlines()) == 1
        browser.raise_request_exception = False
        with patch("portal.views.public.Municipality.current", side_effect=RuntimeError):
            assert browser.get("/om/").status_code == 500
    finally:
        handler.setStream(before)
    assert "Forbidden (Permission denied)" in written.getvalue()
    assert written.getvalue().count("Traceback") == 1
