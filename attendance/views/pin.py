"""The way in and out with a PIN, beside every page of a department."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from children.actors import Actor


def pin_of(actor: Actor, next_address: str) -> dict[str, str]:
    """Return what the PIN button says and where it leads; nothing for a person with a login of their own."""
    if actor.tablet is None:
        return {}
    if actor.person:
        return {"name": actor.person.given_name, "lock_url": reverse("children:pin_end")}
    return {"open_url": pin_address(next_address)}


def pin_address(next_address: str) -> str:
    return f"{reverse('children:pin')}?{urlencode({'next': next_address})}"
