"""From a letter to an account: the code, who it is, how to log in (A01, A02).

The code leaves the address at once. Its digest rests in the session; a GET never looks it up, so that neither a mail
scanner nor a guess learns anything from one.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
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
from accounts.models import Invitation
from portal.lib import clock

# How long a code rests in the session, and how long a confirmed person may take to choose a password.
RESTS_FOR = 60 * 60
DIGEST, CONFIRMED, WRONG = "invitation", "invitation_confirmed", "invitation_wrong"


def _keep(request: HttpRequest, code: str) -> None:
    digest = services.digest_of(code)
    if request.session.get(DIGEST) != digest:
        request.session[WRONG] = 0
    request.session[DIGEST] = digest
    request.session.pop(CONFIRMED, None)
    if not request.user.is_authenticated:
        request.session.set_expiry(RESTS_FOR)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Where the code of a letter is typed. What no code looks like is said here; whether it exists is not."""
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
    """Who it is, by the last four figures. One answer for a wrong code, wrong figures and a closed invitation.

    Who has both right of a letter that is used up is told so: that is its owner.
    """
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
            last_four, now = form.cleaned_data["last_four"], clock.now()
            answer = services.confirm_identity(digest=digest, last_four=last_four, now=now)
            if answer is services.Answer.CONFIRMED:
                request.session[CONFIRMED] = digest
                return redirect("accounts:invitation_account")
            if answer is services.Answer.HAS_ACCOUNT:
                return _show_the_way_in(request)
            form.add_error(None, _refusal(request))
    return render(request, "accounts/invitation_confirm.html", {"form": form}, status=status)


def _refusal(request: HttpRequest) -> str:
    """Count a wrong answer, and say what to do. The session counts, so that a code that never was answers alike."""
    wrong = request.session[WRONG] = request.session.get(WRONG, 0) + 1
    if wrong >= Invitation.MOST_WRONG_ANSWERS:
        return _(
            "Det har blivit fel fem gånger, och koden går inte att använda längre. Be den som gav dig brevet om ett "
            "nytt. Koden i det fungerar genast."
        )
    return _(
        "Det stämmer inte. Kontrollera koden i brevet och de fyra siffrorna. Efter fem fel stängs "
        "inbjudan. Be då avdelningen om ett nytt brev."
    )


def _show_the_way_in(request: HttpRequest) -> HttpResponse:
    """Lead whoever has used the own letter already to where they log in."""
    for name in (DIGEST, CONFIRMED, WRONG):
        request.session.pop(name, None)
    messages.info(
        request,
        _(
            "Brevet är redan använt: du har ett konto. Logga in med din e-postadress och ditt lösenord, eller välj ett "
            "nytt lösenord."
        ),
    )
    return redirect("account_login")


@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Address, password, language; then the person is logged in. Uses the invitation up."""
    digest = request.session.get(DIGEST)
    confirmed = digest is not None and request.session.get(CONFIRMED) == digest
    invitation = services.find_invitation(digest=digest, now=clock.now()) if digest and confirmed else None
    if invitation is None:
        if digest and confirmed and services.is_used(digest=digest):
            return _show_the_way_in(request)
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
