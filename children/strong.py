"""The strong login, for what is sensitive: whether this session has it, and the way there and back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.urls import reverse

from accounts.second_factor import has_second_factor
from children.http import ActorRequest

BACK_TO = "strong_for"
"""Where the person wanted to read: kept in the session until a second factor has been shown or set up."""


def is_strong(request: ActorRequest) -> bool:
    """Tell whether what is sensitive may be read in this session. Asks the session only; never on a tablet."""
    return request.actor.tablet is None and has_second_factor(request)


def is_back(request: ActorRequest, page: str) -> None:
    """Note that the person is where it wanted to be."""
    if request.session.get(BACK_TO) == page:
        del request.session[BACK_TO]


def way_to_strong(request: ActorRequest, page: str) -> dict[str, Any]:
    """Return the way to the second factor that the person has, or to setting one up, and from there back to `page`."""
    request.session[BACK_TO] = page
    has_one = is_mfa_enabled(request.user)
    shown = reverse("mfa_reauthenticate") + "?" + urlencode({"next": page}) if has_one else reverse("mfa_index")
    return {"has_one": has_one, "strong_url": shown}
