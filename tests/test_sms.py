"""Text messages by a gateway on this machine: what it is told, what it may answer, and what nobody else learns."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from accounts.models import User
from notifications import ways
from notifications.models import Delivery, Kind, Way
from notifications.phone_rules import international
from portal.faults.sinks import HttpSink
from portal.lib import clock
from tests.cast import Cast

NUMBER = "070-174 06 05"


@pytest.fixture
def gateway(cast: Cast, settings: Settings) -> Iterator[HttpSink]:
    cast.amina.phone = NUMBER
    cast.amina.save(update_fields=["phone"])
    with HttpSink() as sink:
        settings.SMS_URL, settings.SMS_AUTHORIZATION = f"{sink.url}/sms", "Bearer of-the-gateway"
        yield sink


def tell(person: User, **more: Any) -> Delivery:
    return Delivery.objects.create(
        person=person,
        kind=Kind.MESSAGE_RECEIVED,
        way=Way.SMS,
        event=uuid4(),
        try_after=clock.now(),
        is_urgent=True,
        **more,
    )


def sweep(after: timedelta = timedelta(0)) -> int:
    return ways.send_waiting(Way.SMS, now=clock.now() + after)


def test_an_sms_says_that_there_is_something_and_where(cast: Cast, gateway: HttpSink) -> None:
    """F13, DOMAIN 4.10: neither a child, a unit, a sender nor content."""
    delivery = tell(cast.amina, about={"child": str(cast.elsa.pk)})
    sweep()
    (taken,) = gateway.taken
    assert json.loads(taken.body) == {
        "to": "+46701740605",
        "message": "Ett viktigt besked väntar på dig i Kapprummet: http://localhost:8000/",
    }
    assert (taken.method, taken.path, taken.headers["Authorization"]) == ("POST", "/sms", "Bearer of-the-gateway")
    assert taken.headers["Idempotency-Key"] == delivery.pk.hex
    assert Delivery.objects.get().sent_at


def test_a_gateway_with_a_form_and_other_names(cast: Cast, gateway: HttpSink, settings: Settings) -> None:
    settings.SMS_METHOD = "PUT"
    settings.SMS_BODY = "from=Kapprummet&dest={to}&body={text}&ref={id}"
    delivery = tell(cast.amina)
    sweep()
    (taken,) = gateway.taken
    fields = parse_qs(taken.body.decode())
    assert (taken.method, taken.headers["Content-Type"]) == ("PUT", "application/x-www-form-urlencoded")
    assert (fields["from"], fields["dest"], fields["ref"]) == (["Kapprummet"], ["+46701740605"], [delivery.pk.hex])


def test_a_template_inside_others_is_filled_and_nothing_in_a_text_is(
    cast: Cast, gateway: HttpSink, settings: Settings
) -> None:
    """A text with a quote or a brace in it stays a text."""
    settings.BASE_URL = 'http://x/"{to}'
    settings.SMS_BODY = '{"messages": [{"recipient": "tel:{to}", "content": {"text": "{text}"}, "flash": false}]}'
    tell(cast.amina)
    sweep()
    (message,) = json.loads(gateway.taken[0].body)["messages"]
    assert (message["recipient"], message["flash"]) == ("tel:+46701740605", False)
    assert message["content"]["text"].endswith('http://x/"{to}/')


@pytest.mark.parametrize("answer", [400, 422])
def test_a_number_that_the_gateway_does_not_take_is_given_up(cast: Cast, gateway: HttpSink, answer: int) -> None:
    gateway.answers = [answer]
    tell(cast.amina)
    sweep()
    assert Delivery.objects.get().given_up_at
    assert Delivery.objects.get().problem == str(answer)
    sweep(timedelta(days=1))
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("answer", [302, 401, 403, 404, 429, 500, 503])
def test_what_may_pass_is_tried_later(cast: Cast, gateway: HttpSink, answer: int) -> None:
    gateway.answers = [answer]
    tell(cast.amina)
    sweep()
    assert (Delivery.objects.get().given_up_at, Delivery.objects.get().problem) == (None, str(answer))
    sweep(timedelta(seconds=31))
    assert len(gateway.taken) == 1
    assert Delivery.objects.get().sent_at


def test_a_gateway_that_took_it_and_is_asked_again_can_tell(cast: Cast, gateway: HttpSink) -> None:
    """A worker that died before it marked the row: the same id, so that a gateway sends it once."""
    tell(cast.amina)
    sweep()
    Delivery.objects.update(sent_at=None)
    sweep()
    assert len({taken.headers["Idempotency-Key"] for taken in gateway.taken}) == 1
    assert len(gateway.taken) == 2


@pytest.mark.parametrize("phone", ["", "reception", "112"])
def test_without_a_number_it_is_given_up(cast: Cast, gateway: HttpSink, phone: str) -> None:
    cast.amina.phone = phone
    cast.amina.save(update_fields=["phone"])
    tell(cast.amina)
    sweep()
    assert gateway.asked == []
    assert Delivery.objects.get().problem == "no number"


def test_a_frozen_account_is_sent_nothing(cast: Cast, gateway: HttpSink) -> None:
    User.objects.filter(pk=cast.amina.pk).update(frozen_at=clock.now())
    tell(cast.amina)
    sweep()
    assert gateway.asked == []
    assert Delivery.objects.get().given_up_at


def test_no_number_and_no_key_is_in_a_log_or_a_row(
    cast: Cast, gateway: HttpSink, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.answers = [500, 422]
    tell(cast.amina)
    tell(cast.amina)
    sweep()
    seen = caplog.text + "".join(capsys.readouterr()) + str(list(Delivery.objects.values()))
    for secret in ("701740605", "740 06", "of-the-gateway"):
        assert secret not in seen


def test_without_a_gateway_it_is_on_the_console_and_in_production_nowhere(
    cast: Cast, gateway: HttpSink, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SMS_URL = ""
    tell(cast.amina)
    sweep()
    shown = capsys.readouterr().out
    assert "viktigt besked" in shown
    assert "740" not in shown
    settings.PRODUCTION = True
    tell(cast.amina)
    sweep()
    assert Delivery.objects.filter(problem="no gateway").count() == 1
    assert Way.SMS not in ways.offered()


@pytest.mark.parametrize(
    ("written", "country", "dialled"),
    [
        ("070-174 06 05", "SE", "+46701740605"),
        ("0701740605", "SE", "+46701740605"),
        ("+46 70 174 06 05", "SE", "+46701740605"),
        ("+46 (0)70 174 06 05", "SE", "+46701740605"),
        ("0046701740605", "SE", "+46701740605"),
        ("+4790012345", "SE", "+4790012345"),
        ("900 12 345", "NO", "+4790012345"),
        ("040 123 4567", "FI", "+358401234567"),
        ("701740605", "SE", None),
        ("070", "SE", None),
        ("+46", "SE", None),
        ("+0701740605", "SE", None),
        ("070-174O6O5", "SE", None),
        ("+46701740605\r\nX: y", "SE", None),
        ("0701740605", "FR", None),
        ("+33612345678", "FR", "+33612345678"),
        ("", "SE", None),
    ],
)
def test_a_number_as_machines_dial_it(written: str, country: str, dialled: str | None) -> None:
    assert international(written, country) == dialled


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"VAPID_PRIVATE_KEY": "short"}, "notifications.E001"),
        ({"VAPID_PRIVATE_KEY": "A" * 42 + "E", "VAPID_SUBJECT": "http://localhost:8000"}, "notifications.E002"),
        ({"VAPID_PRIVATE_KEY": "A" * 42 + "E", "PUSH_HOSTS": []}, "notifications.W001"),
        ({"SMS_AUTHORIZATION": "Bearer x", "SMS_URL": ""}, "notifications.W002"),
        ({"SMS_URL": "gateway.example"}, "notifications.E003"),
        ({"SMS_URL": "http://gateway.example/"}, "notifications.W003"),
        ({"SMS_METHOD": "GET"}, "notifications.E004"),
        ({"SMS_BODY": '{"to": "{to}"}'}, "notifications.E005"),
        ({"SMS_BODY": '{"to": "{to}", "text": "{text}"'}, "notifications.E006"),
        ({"COUNTRY": "FR"}, "notifications.W004"),
        ({}, ""),
        ({"SMS_URL": ""}, ""),
    ],
)
def test_a_way_that_is_half_set_up_is_said_before_anybody_waits_for_it(
    settings: Settings, changes: dict[str, Any], said: str
) -> None:
    given = {"VAPID_SUBJECT": "mailto:drift@kommun.example", "VAPID_PRIVATE_KEY": "", "COUNTRY": "SE"}
    for name, value in (given | {"SMS_URL": "https://gateway.example/"} | changes).items():
        setattr(settings, name, value)
    found = [message for message in run_checks(include_deployment_checks=True) if "notifications." in str(message.id)]
    assert [message.id for message in found] == ([said] if said else [])
    assert not any(str(changes.get("VAPID_PRIVATE_KEY", "-")) in message.msg for message in found)
