"""Whether this session was opened with more than a password."""

from datetime import datetime

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.http import HttpRequest

from accounts import audit
from accounts.models import User

# Everything that a member of staff without a second factor may reach: to set one up, and to leave.
ENROLMENT = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_logout",
        "accounts:language",
        "accounts:awake",
    }
)
# Municipal sign-on counts: its level was checked at the door.
COUNTING = frozenset({"mfa", "socialaccount"})


def is_enrolment(request: HttpRequest) -> bool:
    """Tell whether the address is one of those that set up a second factor."""
    match = request.resolver_match
    return match is not None and match.view_name in ENROLMENT


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether the person proved a second factor in this very session, or set one up in it.

    That one exists is not enough: a session that was opened with the password alone, on another device, stays
    without it. Asks the session only, never the database.
    """
    if not isinstance(request.user, User):
        return False
    return any(record.get("method") in COUNTING for record in get_authentication_records(request, request.user))


def gained(request: HttpRequest, person: User, *, now: datetime) -> None:
    """The person has just set up a factor here: this session has it, and all others end."""
    record_authentication(request, person, "mfa")
    end_other_sessions(request, person)
    audit.did("second_factor.added", person_id=person.id, now=now)


def lost(request: HttpRequest, person: User, *, now: datetime) -> None:
    """The person has just removed a factor: with the last one, this session falls back and all others end."""
    audit.did("second_factor.removed", person_id=person.id, now=now)
    if is_mfa_enabled(person):
        return
    records = get_authentication_records(request, person)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [one for one in records if one.get("method") != "mfa"]
    end_other_sessions(request, person)
