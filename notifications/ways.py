"""By which ways notices leave, and who carries them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage

from notifications import devices, instead, push, sms
from notifications.models import Delivery, Way
from notifications.outside import reader_of, said
from notifications.respect import respectful
from portal.lib import clock, outbox
from portal.lib.mailing import by_mail
from portal.lib.outbox import Hold, NotToBeSent


def message(delivery: Delivery, _now: datetime) -> EmailMessage:
    """Return the one text that is mailed: that there is something new, and where."""
    reader = reader_of(delivery)
    if not reader.email:
        raise NotToBeSent("no address")
    return EmailMessage(
        subject=said(delivery, "subject", reader),
        body=said(delivery, "body", reader, address=settings.BASE_URL + "/"),
        to=[reader.email],
    )


def by_push(delivery: Delivery, hold: Hold) -> bool:
    """Push it; where no device is left, see that it is told by another way."""
    try:
        return push.send(delivery, hold)
    except push.NoDevice:
        instead.tell_without_device(delivery, clock.now())
        raise


CARRIED: Mapping[Way, outbox.Way[Delivery]] = {
    Way.EMAIL: by_mail(message),
    Way.PUSH: replace(push.BY_PUSH, send=by_push),
    Way.SMS: sms.BY_SMS,
}


def offered() -> tuple[Way, ...]:
    """Return the ways outside that this portal has."""
    has = {Way.EMAIL: True, Way.PUSH: devices.is_offered(), Way.SMS: sms.is_offered()}
    return tuple(way for way in CARRIED if has[way])


def send_waiting(way: Way, *, now: datetime) -> int:
    """Send what waits to leave by this way; return how much was tried. Other ways do not wait for it."""
    return outbox.send_waiting(Delivery.objects.filter(way=way), respectful(CARRIED[way]), now=now)
