"""Turning notices on and off for a device, and who has one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from notifications.device_models import Device
from notifications.endpoint_rules import may_be_pushed_to
from portal.lib import web_push

LONGEST_AGENT = 300
_TESTED = re.compile(r"^http://127\.0\.0\.1:\d+/[!-~]*$")


def is_offered() -> bool:
    """Tell whether this portal can push at all: it has a key to sign with."""
    return bool(settings.VAPID_PRIVATE_KEY)


def may_be_used(endpoint: str) -> bool:
    """Tell whether we speak to this address; settings name the push services, and tests one of their own."""
    is_tested = settings.PUSH_TO_THIS_MACHINE and _TESTED.match(endpoint) is not None
    return is_tested or may_be_pushed_to(endpoint, settings.PUSH_HOSTS)


def devices_of(person: User) -> Sequence[Device]:
    """Return the devices that the person gets notices on, the newest first: one query."""
    return list(Device.objects.in_use().filter(person=person).order_by("-given_at", "-id"))


@transaction.atomic
def keep_device(*, person: User, endpoint: str, public_key: str, secret: str, agent: str, now: datetime) -> Device:
    """Push the person's notices to this browser from now on; whoever had it before gets none there any more.

    Raises `ValidationError` for what is no subscription at a push service that we know.
    """
    if not is_offered() or not may_be_used(endpoint) or not _are_keys(public_key, secret):
        raise ValidationError(_("Den här webbläsaren kan inte få notiser från Kapprummet."), code="unknown")
    index = _index_of(endpoint)
    Device.objects.filter(endpoint_index=index).exclude(person=person).delete()
    device, is_new = Device.objects.update_or_create(
        endpoint_index=index,
        defaults={
            "person": person,
            "endpoint": endpoint,
            "public_key": public_key,
            "secret": secret,
            "agent": agent[:LONGEST_AGENT],
            "given_at": now,
        },
    )
    if is_new:
        audit.did("device.given", person_id=person.id, now=now, device=device.id)
    kept = Device.objects.filter(person=person).order_by("-given_at", "-id").values_list("pk", flat=True)[: Device.MOST]
    Device.objects.filter(person=person).exclude(pk__in=list(kept)).delete()
    return device


@transaction.atomic
def remove_device(*, person: User, device_id: UUID, now: datetime) -> bool:
    """Push nothing to this device of the person's any more; tell whether it was one."""
    found, _which = Device.objects.filter(person=person, pk=device_id).delete()
    if found:
        audit.did("device.removed", person_id=person.id, now=now, device=device_id)
    return bool(found)


def forget_unused() -> int:
    """Remove the devices of frozen accounts, and from before all sessions were ended; return how many."""
    return Device.objects.exclude(pk__in=Device.objects.in_use().values("pk")).delete()[0]


def _index_of(endpoint: str) -> str | None:
    return Device._meta.get_field("endpoint_index").index_of(endpoint)


def _are_keys(public_key: str, secret: str) -> bool:
    try:
        return web_push.is_point(web_push.from_text(public_key)) and len(web_push.from_text(secret)) == 16
    except ValueError:
        return False
