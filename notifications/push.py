"""Web Push: one delivery goes to all of a person's devices, and says nothing but that there is something.

A device that is gone is forgotten. One that fails is tried again, and those that have it already are left alone.
"""

from __future__ import annotations

import json
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.models import User
from notifications.device_models import Device, Pushed
from notifications.devices import is_offered, may_be_used
from notifications.models import Delivery
from notifications.outside import reader_of, said
from portal.lib import clock, posting, web_push
from portal.lib.outbox import Hold, Verdict, Way

KEPT_FOR = 86_400  # seconds that the push service keeps it for a device that is off
SIZE = 512  # bytes: all messages are equally long
GONE = frozenset({404, 410})


class NoDevice(Exception):
    """Raised where push reaches nobody: the last device is gone, or this portal does not push any more."""


def send(delivery: Delivery, hold: Hold) -> bool:
    """Push to each device that has not got it yet. Raises what went wrong with the last one that may still get it."""
    reader = reader_of(delivery)
    if not is_offered():
        raise NoDevice("no key")
    devices = Device.objects.in_use().filter(person=reader)
    has_got_it = Exists(Pushed.objects.filter(delivery=delivery, device=OuterRef("pk")))
    fault: Exception | None = None
    for device in devices.exclude(has_got_it).order_by("given_at"):
        try:
            if not _push(delivery, device, reader, hold):
                return False
        except Exception as fault_of_this:  # noqa: BLE001 (the other devices shall have it whatever is wrong with one)
            fault = _forget_if_gone(device, fault_of_this) or fault
    if fault:
        raise fault
    if not delivery.pushed.exists():
        raise NoDevice("no device")
    return True


def _push(delivery: Delivery, device: Device, reader: User, hold: Hold) -> bool:
    if not may_be_used(device.endpoint):  # the list of services has become shorter
        raise posting.Refused(410)
    request = _request(delivery, device, reader, clock.now())
    if not posting.post(request, only_outside=not settings.PUSH_TO_THIS_MACHINE, hold=hold):
        return False
    Pushed.objects.get_or_create(delivery=delivery, device=device)
    Device.objects.filter(pk=device.pk).update(last_success_at=clock.now())
    return True


def _request(delivery: Delivery, device: Device, reader: User, now: datetime) -> posting.Request:
    shown = {"text": said(delivery, "push", reader), "lang": reader.reading_language, "id": delivery.pk.hex}
    return posting.Request(
        device.endpoint,
        {
            "Authorization": web_push.signature(
                device.endpoint, key=settings.VAPID_PRIVATE_KEY, subject=settings.VAPID_SUBJECT, now=now
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_FOR),
            "Urgency": "high" if delivery.is_urgent else "normal",
            # The service keeps one of these at most: what is sent again replaces what a sleeping device has not got.
            "Topic": delivery.pk.hex,
        },
        web_push.sealed(
            json.dumps(shown, ensure_ascii=False).encode(),
            device_key=web_push.from_text(device.public_key),
            secret=web_push.from_text(device.secret),
            size=SIZE,
        ),
    )


def _forget_if_gone(device: Device, fault: Exception) -> Exception | None:
    if isinstance(fault, posting.Refused) and fault.status in GONE:
        Device.objects.filter(pk=device.pk).delete()
        return None
    return fault


def verdict(fault: Exception) -> Verdict:
    """Judge a fault. No device and too long are for good; a refused signature and a busy service are tried again."""
    if isinstance(fault, NoDevice):
        return Verdict(str(fault), is_final=True)
    return posting.verdict(fault, final=frozenset({413}))


BY_PUSH: Way[Delivery] = Way("push", send, verdict)
