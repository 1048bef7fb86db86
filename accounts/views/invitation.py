"""From a letter to an account: the code, who it is, how to log in (A01, A02).

The code leaves the address at once. Its digest rests in the session; a GET never looks it up, so that neither a mail
scanner nor a guess learns anything from one.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import InvitationCodeForm, LastFourForm, NewAccountForm
from portal.lib import clock

# How long a code rests in the session, and how long a confirmed person may take to choose a password.
RESTS_FOR = 60 * 60
DIGEST, CONFIRMED = "invitation", "invitation_confirmed"


def _keep(request: HttpRequest, code: str) -> None:
    request.session[DIGEST] = services.digest_of(code)
    request.session.pop(CONFIRMED, None)
    if not request.user.is_authenticated:
        request.session.set_expiry(RESTS_FOR)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Where the code of a letter is typed. Whether it exists is not said here."""
    form = InvitationCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _keep(request, form.cleaned_data["code"])
        return redirect("accounts:invitation_confirm")
    return render(request, "accounts/invitation_code.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_safe
def link(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code's address: the code goes into the session and out of the address."""
    _keep(request, code)
    return redirect("accounts:invitation_confirm")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Who it is, by the last four figures. One answer for a wrong code, wrong figures and a closed invitation."""
    digest = request.session.get(DIGEST)
    if not digest:
        return redirect("accounts:invitation_code")
    form = LastFourForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if not ratelimit.consume(request, action="invitation"):
            form.add_error(None, _("Det har kommit många försök härifrån. Vänta en minut och försök igen."))
            status = 429
        elif form.is_valid():
            if services.confirm_identity(digest=digest, last_four=form.cleaned_data["last_four"], now=clock.now()):
                request.session[CONFIRMED] = digest
                return redirect("accounts:invitation_account")
            form.add_error(
                None,
                _(
                    "Det stämmer inte. Kontrollera koden i brevet och de fyra siffrorna. Efter fem fel stängs "
                    "inbjudan. Be då avdelningen om ett nytt brev."
                ),
            )
    return render(request, "accounts/invitation_confirm.html", {"form": form}, status=status)


@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Address, password, language; then the person is logged in. Uses the invitation up."""
    digest = request.session.get(DIGEST)
    confirmed = digest is not None and request.session.get(CONFIRMED) == digest
    invitation = services.find_invitation(digest=digest, now=clock.now()) if digest and confirmed else None
    if invitation is None:
        return redirect("accounts:invitation_code")
    form = NewAccountForm(
        request.POST or None,
        person=invitation.person,
        initial={"email": invitation.person.email, "language": get_language() or settings.LANGUAGE_CODE},
    )
    if request.method == "POST" and form.is_valid():
        try:
            person = services.accept_invitation(invitation=invitation, now=clock.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            # Whoever else was logged in here, on a shared computer, is not any more.
            logout(request)
            record_authentication(request, person, "password")
            response: HttpResponse = perform_login(request, person, redirect_url=reverse("accounts:welcome"))
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
            return response
    return render(request, "accounts/invitation_account.html", {"form": form}, status=422 if form.errors else 200)
