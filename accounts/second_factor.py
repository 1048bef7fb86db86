"""Whether this session was opened with more than a password."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

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


def is_enrolment(request: HttpRequest) -> bool:
    """Tell whether the address is one of those that set up a second factor."""
    match = request.resolver_match
    return match is not None and match.view_name in ENROLMENT


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether the person proved a second factor in this session, or has set one up during it.

    Municipal sign-on counts: its level was checked at the door. Once a factor exists, no session can be opened
    without it, so an older session is the only one that the database has to be asked about.
    """
    methods = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    if any(method.get("method") in ("mfa", "socialaccount") for method in methods):
        return True
    return bool(is_mfa_enabled(request.user))
