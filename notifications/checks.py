"""What `check --deploy` says about ways out of the house that are half set up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Doubt

from notifications.phone_rules import COUNTRIES
from portal.lib import web_push


def check_ways(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:  # noqa: ARG001 (Django's)
    """Say what would keep notices from leaving, without a key or a password in it."""
    return [*_push(), *_sms()]


def _push() -> Iterator[CheckMessage]:
    if not settings.VAPID_PRIVATE_KEY:
        return
    try:
        web_push.private_key(settings.VAPID_PRIVATE_KEY)
    except ValueError as fault:
        yield Error(f"VAPID_PRIVATE_KEY: {fault}", id="notifications.E001")
    if not re.match(r"mailto:[^@\s]+@[^@\s]+\Z|https://", settings.VAPID_SUBJECT):
        yield Error(
            "VAPID_SUBJECT must be mailto: or https://: push services write there when something is wrong",
            id="notifications.E002",
        )
    if not settings.PUSH_HOSTS:
        yield Doubt("VAPID_PRIVATE_KEY is set and PUSH_HOSTS is empty: nothing is pushed", id="notifications.W001")


def _sms() -> Iterator[CheckMessage]:
    if not settings.SMS_URL:
        if settings.SMS_AUTHORIZATION:
            yield Doubt("SMS_AUTHORIZATION is set and SMS_URL is not: no SMS is sent", id="notifications.W002")
        return
    if urlsplit(settings.SMS_URL).scheme not in ("http", "https") or not urlsplit(settings.SMS_URL).hostname:
        yield Error("SMS_URL must be an address of https", id="notifications.E003")
    elif not settings.SMS_URL.startswith("https:"):
        yield Doubt("SMS_URL is not https: numbers can be read on the way", id="notifications.W003")
    if settings.SMS_METHOD not in ("POST", "PUT"):
        yield Error("SMS_METHOD must be POST or PUT: a number in an address ends up in logs", id="notifications.E004")
    if "{to}" not in settings.SMS_BODY or "{text}" not in settings.SMS_BODY:
        yield Error("SMS_BODY must hold {to} and {text}", id="notifications.E005")
    elif settings.SMS_BODY.lstrip().startswith("{") and not _is_json(settings.SMS_BODY):
        yield Error("SMS_BODY begins as JSON and is none", id="notifications.E006")
    if settings.COUNTRY not in COUNTRIES:
        yield Doubt("COUNTRY: only numbers that begin with + are sent an SMS", id="notifications.W004")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
