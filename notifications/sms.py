"""Text messages: one sentence and the address, by whatever HTTP gateway the settings name; on the console without one.

The number is in the body of the request alone: never in an address, a log or a row.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from notifications.models import Delivery
from notifications.outside import reader_of, said
from notifications.phone_rules import international
from portal.lib import posting
from portal.lib.outbox import Hold, NotToBeSent, Verdict, Way

_HOLE = re.compile(r"\{(to|text|id)\}")
REFUSED_FOR_GOOD = frozenset({400, 413, 422})  # about this message; 401, 403 and 404 are about us


def is_offered() -> bool:
    """Tell whether anybody can be sent text messages. The console is for whoever develops."""
    return bool(settings.SMS_URL) or not settings.PRODUCTION


def send(delivery: Delivery, hold: Hold) -> bool:
    """Send one text message. The gateway is given the delivery's id, so that it can tell what it has already."""
    reader = reader_of(delivery)
    number = international(reader.phone, settings.COUNTRY)
    if number is None:
        raise NotToBeSent("no number")
    text = said(delivery, "sms", reader, address=settings.BASE_URL + "/")
    if settings.SMS_URL:
        return posting.post(_request(number, text, delivery.pk.hex), only_outside=False, hold=hold)
    if not settings.PRODUCTION and hold():
        sys.stdout.write(f"sms: {text}\n")
        return True
    raise NotToBeSent("no gateway")


def _request(number: str, text: str, own_id: str) -> posting.Request:
    headers = {"Content-Type": "application/json", "Idempotency-Key": own_id}
    if settings.SMS_AUTHORIZATION:
        headers["Authorization"] = settings.SMS_AUTHORIZATION
    filled = {"to": number, "text": text, "id": own_id}
    if settings.SMS_BODY.lstrip().startswith("{"):
        body = json.dumps(_filled(json.loads(settings.SMS_BODY), filled), ensure_ascii=False).encode()
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        fields = parse_qsl(settings.SMS_BODY, keep_blank_values=True)
        body = urlencode([(name, _filled(value, filled)) for name, value in fields]).encode()
    return posting.Request(settings.SMS_URL, headers, body, settings.SMS_METHOD)


def _filled(part: object, values: Mapping[str, str]) -> object:
    """Return a part of the template with {to}, {text} and {id} in its strings filled in, whatever stands in them."""
    if isinstance(part, str):
        return _HOLE.sub(lambda hole: values[hole[1]], part)
    if isinstance(part, list):
        return [_filled(one, values) for one in part]
    return {name: _filled(one, values) for name, one in part.items()} if isinstance(part, dict) else part


def verdict(fault: Exception) -> Verdict:
    """Judge a fault: a number that the gateway does not take is final, our credentials and its faults are not."""
    return posting.verdict(fault, final=REFUSED_FOR_GOOD)


BY_SMS: Way[Delivery] = Way("sms", send, verdict)
