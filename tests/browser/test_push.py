"""Notices on a device, from the press that turns them on to the press on what is shown (F13, DOMAIN 4.10).

A headless browser has no push service, and tests never leave this machine: `PushManager` alone is ours, with keys that
the browser makes and an address on this machine. Permission, worker, sealing, posting and showing are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Page, Worker, expect
from pytest_django.fixtures import Settings

from children.actors import Actor
from messaging.models import Addressee
from messaging.rules import UNDO
from messaging.services import threads
from messaging.services.threads import Words
from notifications.device_models import Device
from notifications.models import Delivery, Kind, Way
from notifications.services import choose, send_waiting
from portal.faults.sinks import HttpSink
from portal.lib import clock, web_push
from tests.browser.conftest import PHONE, Visit
from tests.cast import Cast
from tests.sinks import Phone

KEY = web_push.to_text(bytes(range(1, 33)))
PATIENCE = 30.0
SUBSCRIBES = """(endpoint) => {
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
  PushManager.prototype.getSubscription = async () => {
    const kept = JSON.parse(localStorage.getItem("subscription"));
    const unsubscribe = async () => { localStorage.removeItem("subscription"); return true; };
    return kept && { endpoint, toJSON: () => kept, unsubscribe };
  };
  PushManager.prototype.subscribe = async function ({ applicationServerKey, userVisibleOnly }) {
    const made = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const p256dh = text(await crypto.subtle.exportKey("raw", made.publicKey));
    const own = (await crypto.subtle.exportKey("jwk", made.privateKey)).d;
    const keys = { p256dh, auth: text(crypto.getRandomValues(new Uint8Array(16))) };
    const asked = { key: text(applicationServerKey), userVisibleOnly };
    localStorage.setItem("subscription", JSON.stringify({ endpoint, keys, own, asked }));
    return this.getSubscription();
  };
}"""
SHOWN = """async () => {
  const { registration } = self;
  return (await registration.getNotifications()).map(({ title, body, lang, data }) => ({ title, body, lang, data }));
}"""


@pytest.fixture
def service(settings: Settings) -> Iterator[HttpSink]:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = KEY, "mailto:drift@kommun.example"
    settings.PUSH_TO_THIS_MACHINE = True
    with HttpSink() as sink:
        yield sink


def device_page(visit: Visit, cast: Cast, service: HttpSink) -> Page:
    page = visit(cast.amina, size=PHONE)
    page.add_init_script(f"({SUBSCRIBES})({json.dumps(service.url + '/push/this')})")
    page.goto("/nytt/enheter/")
    return page


def turn_on(page: Page) -> None:
    page.context.grant_permissions(["notifications"])
    page.get_by_role("button", name="Få notiser på den här enheten").click()
    expect(page.get_by_text("Du får notiser på den här enheten.")).to_be_visible()


def until(page: Page, ask: Callable[[], Any]) -> Any:
    """Wait for what happens outside of the page."""
    ends = monotonic() + PATIENCE
    while not (found := ask()):
        assert monotonic() < ends, "it never came"
        page.wait_for_timeout(50)
    return found


def deliver(page: Page, bodies: list[dict[str, Any]]) -> Worker:
    """Hand the browser what its push service would, opened; return its worker."""
    worker: Worker = until(page, lambda: next(iter(page.context.service_workers), None))
    found: list[str] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(one["registrationId"] for one in said["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    until(page, lambda: found)
    for body in bodies:
        to = {"origin": page.evaluate("location.origin"), "registrationId": found[-1]}
        devtools.send("ServiceWorker.deliverPushMessage", {**to, "data": json.dumps(body)})
        until(page, partial(is_shown, worker, body["id"]))
    return worker


def is_shown(worker: Worker, notice: str) -> bool:
    return notice in {one["data"]["id"] for one in worker.evaluate(SHOWN)}


def tell(cast: Cast, subject: str) -> Delivery:
    """Let staff write to the family of two, and a worker push that there is something."""
    choose(person=cast.amina, kind=Kind.MESSAGE_RECEIVED, way=Way.PUSH, is_wanted=True)
    now = clock.now()
    threads.start_threads(
        child_ids=[cast.elsa.pk],
        addressee=Addressee.DEPARTMENT,
        words=Words(subject, "Vantarna är kvar.", "sv"),
        actor=Actor.of_person(cast.maria),
        now=now - UNDO,
    )
    threads.release_due(now=now)
    send_waiting(now=now)
    return Delivery.objects.get(way=Way.PUSH, person=cast.amina)


@pytest.mark.usefixtures("tuesday")
def test_a_notice_comes_to_the_device_says_nothing_and_opens_the_portal(
    cast: Cast, visit: Visit, service: HttpSink
) -> None:
    """F13"""
    page = device_page(visit, cast, service)
    turn_on(page)
    kept = json.loads(page.evaluate("localStorage.getItem('subscription')"))
    assert kept["asked"] == {"key": web_push.public_key(KEY), "userVisibleOnly": True}
    device = Device.objects.get()
    assert (device.person_id, device.endpoint) == (cast.amina.pk, service.url + "/push/this")
    delivery = tell(cast, "Om Elsas vantar")
    (taken,) = service.taken
    assert taken.path == "/push/this"
    own = web_push.private_key(kept["own"])
    body = Phone(service.url, own, web_push.from_text(kept["keys"]["auth"])).opened(taken)
    assert body == {"text": "Du har något nytt", "lang": "sv", "id": delivery.pk.hex}
    worker = deliver(page, [body])
    (shown,) = worker.evaluate(SHOWN)
    assert shown == {"title": "Kapprummet", "body": "Du har något nytt", "lang": "sv", "data": {"id": delivery.pk.hex}}
    # Only somebody's own press may bring a window to the front: the browser asks nobody else, so that alone is ours.
    worker.evaluate(
        """async () => {
          WindowClient.prototype.focus = async function () { return this; };
          const [notification] = await self.registration.getNotifications();
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
        }"""
    )
    page.wait_for_url("**/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert worker.evaluate(SHOWN) == []
    page.goto("/nytt/")
    page.get_by_role("link", name="Nytt meddelande: Om Elsas vantar").click()
    expect(page.get_by_text("Vantarna är kvar.")).to_be_visible()


def test_however_much_is_new_it_is_one_sign(cast: Cast, visit: Visit, service: HttpSink) -> None:
    """F13: also where a worker that died sends the same notice again."""
    page = device_page(visit, cast, service)
    turn_on(page)
    worker = deliver(page, [{"text": "Du har något nytt", "lang": "sv", "id": one} for one in ("1", "1", "2")])
    assert [one["data"]["id"] for one in worker.evaluate(SHOWN)] == ["2"]


def test_a_press_turns_them_off_again(cast: Cast, visit: Visit, service: HttpSink) -> None:
    page = device_page(visit, cast, service)
    turn_on(page)
    row = page.locator("[data-device]").filter(has_text="Den här enheten")
    expect(page.get_by_role("button", name="Få notiser på den här enheten")).to_be_hidden()
    row.get_by_role("button", name="Ta bort").click()
    expect(page.get_by_text("Enheten får inga notiser längre.")).to_be_visible()
    assert not Device.objects.exists()
    assert page.evaluate("localStorage.getItem('subscription')") is None


def test_a_browser_that_refuses_says_where_to_change_that(cast: Cast, visit: Visit, service: HttpSink) -> None:
    page = device_page(visit, cast, service)
    page.context.clear_permissions()
    page.evaluate("Notification.requestPermission = async () => 'denied'")
    page.get_by_role("button", name="Få notiser på den här enheten").click()
    expect(page.get_by_text("Webbläsaren har stängt av notiser")).to_be_visible()
    assert not Device.objects.exists()
