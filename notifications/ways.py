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
from portal.lib import outbox
from portal.lib.mailing import by_mail
from portal.lib.outbox import NotToBeSent


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


CARRIED: Mapping[Way, outbox.Way[Delivery]] = {
    way: replace(carried, gave_up=instead.tell_another_way)
    for way, carried in ((Way.EMAIL, by_mail(message)), (Way.PUSH, push.BY_PUSH), (Way.SMS, sms.BY_SMS))
}


def offered() -> tuple[Way, ...]:
    """Return the ways outside that this portal has."""
    has = {Way.EMAIL: True, Way.PUSH: devices.is_offered(), Way.SMS: sms.is_offered()}
    return tuple(way for way in CARRIED if has[way])


def send_waiting(way: Way, *, now: datetime) -> int:
    """Send what waits to leave by this way; return how much was tried. Other ways do not wait for it."""
    return outbox.send_waiting(Delivery.objects.filter(way=way), respectful(CARRIED[way]), now=now)
