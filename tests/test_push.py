"""Web Push to a service on this machine: what a device opens, what the service is told, and what it may answer."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import jwt
import pytest
import time_machine
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import services as accounts_services
from accounts.models import User
from notifications import devices, ways
from notifications.device_models import Device, Pushed
from notifications.digests import send_digests
from notifications.endpoint_rules import PUSH_SERVICES, may_be_pushed_to
from notifications.models import Delivery, Kind, Way
from notifications.selectors import reached_by_push
from notifications.services import choose, notify, send_waiting
from portal.faults.sinks import HttpSink
from portal.lib import clock, outbox, posting, web_push
from tests.cast import Cast
from tests.sinks import Phone

KEY = web_push.to_text(bytes(range(1, 33)))
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _at_ten_in_the_morning() -> Iterator[None]:
    """On a Tuesday: nobody's quiet hours, whenever the test runs."""
    with time_machine.travel(datetime(2026, 11, 17, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def service(settings: Settings) -> Iterator[HttpSink]:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = KEY, "mailto:drift@kommun.example"
    settings.PUSH_TO_THIS_MACHINE = True
    with HttpSink() as sink:
        yield sink


def tell(person: User, kind: Kind = Kind.MESSAGE_RECEIVED, **more: Any) -> Delivery:
    return Delivery.objects.create(person=person, kind=kind, way=Way.PUSH, event=uuid4(), try_after=clock.now(), **more)


def sweep(after: timedelta = timedelta(0)) -> int:
    return ways.send_waiting(Way.PUSH, now=clock.now() + after)


# What is sent ------------------------------------------------------------------------------------------------------


def test_a_message_is_sealed_as_the_standard_seals_its_own_example() -> None:
    """RFC 8291, section 5 and appendix A."""
    own = web_push.private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    body = web_push.sealed(
        b"When I grow up, I want to be a watermelon",
        device_key=web_push.from_text(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        secret=web_push.from_text("BTBZMqHH6r4Tts7J_aSIgg"),
        own=own,
        salt=web_push.from_text("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert web_push.to_text(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
        "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_what_is_pushed_says_nothing_but_that_there_is_something(cast: Cast, service: HttpSink) -> None:
    """F13, DOMAIN 4.10: the body is opened with the device's keys, and holds a sentence, its language and an id."""
    phone = Phone(service.url)
    device = phone.given_to(cast.amina)
    delivery = tell(cast.amina, about={"child": str(cast.elsa.pk)})
    sweep()
    (taken,) = service.taken
    assert phone.opened(taken) == {"text": "Du har något nytt", "lang": "sv", "id": delivery.pk.hex}
    assert taken.path == phone.path
    assert len(taken.body) == 86 + 512 + 16, "the same for every text"
    assert (taken.headers["TTL"], taken.headers["Urgency"]) == ("86400", "normal")
    assert taken.headers["Topic"] == delivery.pk.hex
    assert Delivery.objects.get().sent_at
    device.refresh_from_db()
    assert device.last_success_at


def test_another_device_cannot_open_it(cast: Cast, service: HttpSink) -> None:
    Phone(service.url).given_to(cast.amina)
    tell(cast.amina)
    sweep()
    with pytest.raises(InvalidTag):
        Phone(service.url).opened(service.taken[0])


def test_it_is_in_the_readers_language_and_urgent_where_it_is(cast: Cast, service: HttpSink) -> None:
    User.objects.filter(pk=cast.amina.pk).update(reads_in="so")
    phone = Phone(service.url)
    phone.given_to(cast.amina)
    tell(cast.amina, is_urgent=True)
    sweep()
    assert service.taken[0].headers["Urgency"] == "high"
    assert phone.opened(service.taken[0])["lang"] == "so"


def test_the_service_can_tell_who_sends(cast: Cast, service: HttpSink) -> None:
    """RFC 8292: signed with the key that the browser was given, for this service alone, for less than a day."""
    Phone(service.url).given_to(cast.amina)
    tell(cast.amina)
    sweep()
    scheme, _space, rest = service.taken[0].headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), web_push.from_text(parts["k"]))
    claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=service.url)
    assert (scheme, parts["k"], claims["sub"]) == ("vapid", web_push.public_key(KEY), "mailto:drift@kommun.example")
    assert claims["exp"] - clock.now().timestamp() < 86_400


# To all devices, each once ------------------------------------------------------------------------------------------


def test_all_devices_of_the_person_and_nobody_elses(cast: Cast, service: HttpSink) -> None:
    phones = [Phone(service.url) for _number in range(3)]
    for phone, owner in zip(phones, (cast.amina, cast.amina, cast.johan), strict=True):
        phone.given_to(owner)
    tell(cast.amina)
    assert sweep() == 1
    assert {taken.path for taken in service.taken} == {phones[0].path, phones[1].path}


def test_a_device_that_has_it_is_left_alone_when_another_is_tried_again(cast: Cast, service: HttpSink) -> None:
    first, second = Phone(service.url), Phone(service.url)
    first.given_to(cast.amina)
    second.given_to(cast.amina)
    service.answers = [201, 503]
    tell(cast.amina)
    sweep()
    waiting = Delivery.objects.get()
    assert (waiting.sent_at, waiting.problem, waiting.pushed.count()) == (None, "503", 1)
    sweep(timedelta(seconds=31))
    assert [taken.path for taken in service.taken] == [first.path, second.path]
    assert Delivery.objects.get().sent_at


def test_a_worker_that_died_after_the_service_took_it_sends_it_under_the_same_id(cast: Cast, service: HttpSink) -> None:
    """The service replaces what it still keeps, and the device knows what it shows already."""
    phone = Phone(service.url)
    phone.given_to(cast.amina)
    delivery = tell(cast.amina)
    sweep()
    Pushed.objects.all().delete()
    Delivery.objects.update(sent_at=None, claimed_until=clock.now())
    sweep(outbox.CLAIM_HOLDS)
    assert [phone.opened(taken)["id"] for taken in service.taken] == [delivery.pk.hex] * 2
    assert {taken.headers["Topic"] for taken in service.taken} == {delivery.pk.hex}


@pytest.mark.parametrize("answer", [404, 410])
def test_a_device_that_is_gone_is_forgotten(cast: Cast, service: HttpSink, answer: int) -> None:
    gone, here = Phone(service.url), Phone(service.url)
    gone.given_to(cast.amina)
    here.given_to(cast.amina)
    service.answers = [answer]
    tell(cast.amina)
    sweep()
    assert [device.endpoint for device in Device.objects.all()] == [here.endpoint]
    assert Delivery.objects.get().sent_at


def test_with_no_device_left_it_is_given_up(cast: Cast, service: HttpSink) -> None:
    Phone(service.url).given_to(cast.amina)
    service.answers = [410]
    tell(cast.amina)
    sweep()
    given_up = Delivery.objects.get()
    assert (given_up.sent_at, given_up.problem) == (None, "no device")
    assert given_up.given_up_at


def test_with_no_device_left_the_evenings_notice_is_mailed_once(cast: Cast, service: HttpSink) -> None:
    """F12"""
    Phone(service.url).given_to(cast.amina)
    service.answers = [410]
    notify(person_ids=[cast.amina.pk], kind=Kind.ENQUIRY_OPENED, event=uuid4(), about={}, now=clock.now())
    for hours, made in ((8, 1), (32, 0)):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            assert send_digests(now=clock.now()) == made
            for _sweep in range(2):
                send_waiting(now=clock.now())
    assert [letter.to for letter in mail.outbox] == [[cast.amina.email]]


def test_with_no_device_left_staff_have_mail_and_families_the_digest(cast: Cast, service: HttpSink) -> None:
    choose(person=cast.amina, kind=Kind.MESSAGE_RECEIVED, way=Way.PUSH, is_wanted=True)
    ids = [Phone(service.url).given_to(one).person_id for one in (cast.amina, cast.maria)]
    service.answers = [410, 410]
    notify(person_ids=ids, kind=Kind.MESSAGE_RECEIVED, event=uuid4(), about={}, now=clock.now())
    for _sweep in range(2):
        send_waiting(now=clock.now())
    assert [letter.to for letter in mail.outbox] == [[cast.maria.email]]
    assert [row.person for row in Delivery.objects.for_digest()] == [cast.amina]


@pytest.mark.parametrize("answer", [503, 413])
def test_what_push_gave_up_is_told_another_way(cast: Cast, service: HttpSink, answer: int) -> None:
    """I05: gone for half a day, or refused for good: staff have mail, and families the evening's notice."""
    choose(person=cast.amina, kind=Kind.MESSAGE_RECEIVED, way=Way.PUSH, is_wanted=True)
    ids = [Phone(service.url).given_to(one).person_id for one in (cast.amina, cast.maria)]
    service.answers = [answer, answer]
    notify(person_ids=ids, kind=Kind.MESSAGE_RECEIVED, event=uuid4(), about={}, now=clock.now())
    Delivery.objects.filter(way=Way.PUSH).update(tries=outbox.MOST_TRIES - 1)
    for _sweep in range(2):
        ways.send_waiting(Way.PUSH, now=clock.now())
        ways.send_waiting(Way.EMAIL, now=clock.now())
    assert [letter.to for letter in mail.outbox] == [[cast.maria.email]]
    assert [row.person for row in Delivery.objects.for_digest()] == [cast.amina]


@pytest.mark.parametrize("who", ["maria", "amina"])
def test_what_one_of_two_devices_has_got_is_told_no_other_way(cast: Cast, service: HttpSink, who: str) -> None:
    """I05: neither by mail, nor in a family's evening."""
    reader: User = getattr(cast, who)
    choose(person=reader, kind=Kind.MESSAGE_RECEIVED, way=Way.PUSH, is_wanted=True)
    for _number in range(2):
        Phone(service.url).given_to(reader)
    service.answers = [201, 413]
    notify(person_ids=[reader.pk], kind=Kind.MESSAGE_RECEIVED, event=uuid4(), about={}, now=clock.now())
    for _sweep in range(2):
        ways.send_waiting(Way.PUSH, now=clock.now())
        ways.send_waiting(Way.EMAIL, now=clock.now())
    assert Pushed.objects.count() == 1
    assert [row.problem for row in Delivery.objects.outside()] == ["413"]
    assert not Delivery.objects.for_digest().exists()


def test_what_mail_gave_up_is_pushed_and_what_push_did_not_get_out_either_ends(
    cast: Cast, service: HttpSink, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody answers there
    choose(person=cast.maria, kind=Kind.MESSAGE_RECEIVED, way=Way.EMAIL, is_wanted=True)
    Phone(service.url).given_to(cast.maria)
    service.answers = [413]
    notify(person_ids=[cast.maria.pk], kind=Kind.MESSAGE_RECEIVED, event=uuid4(), about={}, now=clock.now())
    Delivery.objects.filter(way=Way.EMAIL).update(tries=outbox.MOST_TRIES - 1)
    for _sweep in range(3):
        ways.send_waiting(Way.EMAIL, now=clock.now())
        ways.send_waiting(Way.PUSH, now=clock.now())
    outside = Delivery.objects.outside().order_by("way").values_list("way", "problem")
    assert list(outside) == [("email", "ConnectionRefusedError"), ("push", "413")]
    assert not Delivery.objects.outside().unfinished().exists()


@pytest.mark.parametrize("answer", [401, 403, 429, 500, 503])
def test_what_may_pass_is_tried_later(cast: Cast, service: HttpSink, answer: int) -> None:
    Phone(service.url).given_to(cast.amina)
    service.answers = [answer]
    tell(cast.amina)
    sweep()
    assert (Delivery.objects.get().given_up_at, Delivery.objects.get().problem) == (None, str(answer))
    sweep(timedelta(seconds=31))
    assert len(service.taken) == 1


def test_a_service_that_asks_for_a_rest_has_it(cast: Cast, service: HttpSink) -> None:
    Phone(service.url).given_to(cast.amina)
    service.answers, service.headers = [429], {"Retry-After": "600"}
    tell(cast.amina)
    sweep()
    sweep(timedelta(minutes=9))
    assert service.taken == []
    sweep(timedelta(minutes=11))
    assert len(service.taken) == 1


def test_a_service_that_never_answers_is_hung_up_on(
    cast: Cast, service: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LONGEST", 0.2)
    service.pause = 3
    Phone(service.url).given_to(cast.amina)
    tell(cast.amina)
    started = monotonic()
    sweep()
    assert monotonic() - started < 2
    assert Delivery.objects.get().problem in ("RemoteDisconnected", "ConnectionResetError")


def test_a_service_that_is_gone_does_not_hold_the_others_up(cast: Cast, service: HttpSink) -> None:
    """Two faults in a row, and the way rests: what waits behind keeps its tries, and e-mail goes on."""
    Phone("http://127.0.0.1:1").given_to(cast.amina)
    for _number in range(5):
        tell(cast.amina)
    assert sweep() == outbox.MOST_FAULTS
    assert sweep(timedelta(seconds=10)) == 0
    assert Delivery.objects.filter(tries=0).count() == 5 - outbox.MOST_FAULTS
    Delivery.objects.filter(tries=0).update(way=Way.EMAIL)
    assert ways.send_waiting(Way.EMAIL, now=clock.now()) == 5 - outbox.MOST_FAULTS
    assert sweep(outbox.RESTS_FOR + timedelta(seconds=1)) == outbox.MOST_FAULTS


# Whose it is --------------------------------------------------------------------------------------------------------


def test_a_frozen_account_is_pushed_nothing_on_any_device_nor_later(cast: Cast, service: HttpSink) -> None:
    Phone(service.url).given_to(cast.amina)
    tell(cast.amina)
    accounts_services.freeze(person=cast.amina, now=clock.now())
    sweep()
    accounts_services.unfreeze(person=cast.amina, actor_person=cast.administrator, now=clock.now())
    tell(cast.amina)
    sweep()
    assert service.asked == []
    assert reached_by_push([cast.amina.pk]) == set()
    devices.forget_unused()
    assert not Device.objects.exists()


def test_whoever_turns_notices_on_in_the_same_browser_takes_it_over(cast: Cast, service: HttpSink) -> None:
    phone = Phone(service.url)
    phone.given_to(cast.amina)
    phone.given_to(cast.johan)
    assert reached_by_push([cast.amina.pk, cast.johan.pk]) == {cast.johan.pk}


def test_nobody_has_more_devices_than_a_person_has(cast: Cast, service: HttpSink) -> None:
    phones = [Phone(service.url) for _number in range(Device.MOST + 2)]
    for phone in phones:
        phone.given_to(cast.amina)
    kept = {device.endpoint for device in devices.devices_of(cast.amina)}
    assert kept == {phone.endpoint for phone in phones[2:]}


def test_nothing_of_a_device_can_be_read_from_the_disk(cast: Cast, service: HttpSink) -> None:
    phone = Phone(service.url)
    phone.given_to(cast.amina)
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint || public_key || secret || agent FROM notifications_device")
        (sealed,) = cursor.fetchone()
    for secret in (phone.path, *phone.form.values(), "Firefox"):
        assert secret not in sealed


# Where it may go ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def-_",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QGk",
        "https://db5p.notify.windows.com:443/w/?token=BQY%3d",
    ],
)
def test_the_services_of_the_browsers_that_people_have_are_known(url: str) -> None:
    assert may_be_pushed_to(url, PUSH_SERVICES.split(","))


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://user:word@fcm.googleapis.com/x",
        "https://evil.example\\@fcm.googleapis.com/x",
        "https://evil.example/https://fcm.googleapis.com/",
        "https://push.apple.com/x",
        "https://evil.example#.push.apple.com/x",
        "https://x.push.apple.com\t.evil.example/x",
        "https://\u0131.push.apple.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://fcm.googleapis.com:x/",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "",
        "https://fcm.googleapis.com/" + "x" * 3000,
    ],
)
def test_nobody_makes_us_ask_another_machine(cast: Cast, service: HttpSink, settings: Settings, url: str) -> None:
    """The address comes from a browser, and so from anybody: our own network is behind us (SSRF)."""
    assert not may_be_pushed_to(url, PUSH_SERVICES.split(","))
    settings.PUSH_TO_THIS_MACHINE = False
    phone = Phone(service.url)
    with pytest.raises(ValidationError):
        devices.keep_device(person=cast.amina, agent="", now=clock.now(), **(phone.form | {"endpoint": url}))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
)
def test_a_name_that_stands_for_one_of_our_own_machines_is_not_spoken_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Whatever the name server says, and whenever: the address that was looked at is the one that is spoken to."""
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(kind, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_more: pytest.fail("spoken to"))
    request = posting.Request("https://fcm.googleapis.com/x", {}, b"")
    with pytest.raises(posting.NotOutside):
        posting.post(request, only_outside=True, hold=lambda: True)


def test_a_redirect_is_not_followed(cast: Cast, service: HttpSink) -> None:
    Phone(service.url).given_to(cast.amina)
    service.answers, service.headers = [307], {"Location": f"{service.url}/inside"}
    tell(cast.amina)
    sweep()
    assert len(service.asked) == 1
    assert Delivery.objects.get().problem == "307"


def test_a_service_that_is_no_longer_known_is_not_spoken_to(cast: Cast, service: HttpSink, settings: Settings) -> None:
    Phone(service.url).given_to(cast.amina)
    settings.PUSH_TO_THIS_MACHINE = False
    tell(cast.amina)
    sweep()
    assert service.asked == []
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "change", [{"public_key": "AAAA"}, {"public_key": "B" * 87}, {"secret": "AAAA"}, {"secret": "å"}]
)
def test_what_is_no_key_is_refused(cast: Cast, service: HttpSink, change: dict[str, str]) -> None:
    phone = Phone(service.url)
    with pytest.raises(ValidationError):
        devices.keep_device(person=cast.amina, agent="", now=clock.now(), **(phone.form | change))
