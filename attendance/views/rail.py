"""What stands beside every page of a department: the places of its rail, and the way in and out with a PIN."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from children.actors import Actor


class NavPlace(NamedTuple):
    """One place of the rail (components/places.html)."""

    url: str
    icon: str
    label: str
    active: bool = False
    last: bool = False


def rail_of(actor: Actor, department_id: UUID, *, is_week: bool = False) -> tuple[NavPlace, ...]:
    """Return the places of the rail: the board and its week; for a person also the way home."""
    board = reverse("attendance:board", args=[department_id])
    places = (
        NavPlace(board, "layout-grid", _("Avdelning"), active=not is_week),
        NavPlace(f"{board}vecka/", "calendar", _("Veckan"), active=is_week),
    )
    return places if actor.tablet else (*places, NavPlace(reverse("home"), "house", _("Hem"), last=True))


def pin_of(actor: Actor, next_address: str) -> dict[str, str]:
    """Return what the PIN button says and where it leads; nothing for a person with a login of their own."""
    if actor.tablet is None:
        return {}
    if actor.person:
        return {"name": actor.person.given_name, "lock_url": reverse("children:pin_end")}
    return {"open_url": pin_address(next_address)}


def pin_address(next_address: str) -> str:
    return f"{reverse('children:pin')}?{urlencode({'next': next_address})}"
