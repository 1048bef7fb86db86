"""What a person settles about the own account."""

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.conf import settings as house
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import addresses, services
from accounts.forms import EmailForm, PinForm
from accounts.models import Pin, PinTries, User
from accounts.views.session import forget_pages
from portal.lib import clock, languages


def _person(request: HttpRequest) -> User:
    """Return who is logged in. A tablet has nothing to settle here: for it these pages do not exist."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _address(name: str) -> str:
    """Return the address of another room's page, or nothing in an installation without it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Everything that a person can settle, on one page."""
    person = _person(request)
    context = {
        "person": person,
        "has_second_factor": is_mfa_enabled(person),
        "has_pin": Pin.objects.filter(person=person).exists(),
        "is_pin_locked": PinTries.objects.locked().filter(person=person).exists(),
        "has_password": person.has_usable_password(),
        "languages": house.LANGUAGES,
        "reading_languages": languages.NAMES.items(),
        "theme": request.COOKIES.get("theme", ""),
        "notices_url": _address("notice_settings"),
    }
    return render(request, "accounts/settings.html", context)


@require_POST
def reading_language(request: HttpRequest) -> HttpResponse:
    """Choose in which language set phrases, and what leaves the house, are read."""
    person, chosen = _person(request), request.POST.get("language", "")
    if chosen in {"", *languages.NAMES}:
        services.choose_reading_language(person=person, language=chosen)
        messages.success(request, _("Sparat. Så läser du färdiga fraser och besked utanför Kapprummet."))
    return redirect("accounts:settings")


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """After the first login: offers a passkey, which can wait, and leads to what families are asked first."""
    onward = f"{address}?forst" if (address := _address("children:consents")) else "/"
    request.session["onward"] = onward  # where the way by a passkey ends, too
    return render(request, "accounts/welcome.html", {"person": _person(request), "onward": onward})


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth is untyped
def email(request: HttpRequest) -> HttpResponse:
    """Ask for another address to log in with. The answer is the same whoever has it."""
    person = _person(request)
    form = EmailForm(request.POST or None, person=person)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if ratelimit.consume(request, action="email_change", key=str(person.pk)):
            addresses.ask_for_address(person=person, email=form.cleaned_data["email"], now=clock.now())
            messages.success(
                request, _("En länk är på väg till den nya adressen. Tills du har öppnat den loggar du in som förut.")
            )
            return redirect("accounts:settings")
        form.add_error(None, _("Du har bytt många gånger på kort tid. Vänta en timme och försök igen."))
        status = 429
    return render(request, "accounts/email.html", {"form": form, "person": person}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, key: str) -> HttpResponse:
    """The link in the letter to the new address. Opening it changes nothing yet: mail scanners open links too."""
    person, now = _person(request), clock.now()
    change = addresses.find_change(key=key, person=person, now=now)
    if change and request.method == "POST":
        try:
            addresses.change_address(change=change, now=now)
        except ValidationError:
            change = None
        else:
            messages.success(request, _("Din e-postadress är ändrad. Logga in med den nya från och med nu."))
            return redirect("accounts:settings")
    return render(request, "accounts/email_confirm.html", {"change": change}, status=200 if change else 404)


@sensitive_post_parameters("pin", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """A PIN for the department's tablet. Anybody may have one; it opens nothing but what the person may see."""
    person = _person(request)
    form = PinForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        services.choose_pin(person=person, code=form.cleaned_data["pin"], now=clock.now())
        messages.success(request, _("Din PIN-kod är sparad. Den gäller på plattorna där du arbetar."))
        return redirect("accounts:settings")
    context = {
        "form": form,
        "has_pin": Pin.objects.filter(person=person).exists(),
        "is_locked": PinTries.objects.locked().filter(person=person).exists(),
    }
    return render(request, "accounts/pin.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: HttpRequest) -> HttpResponse:
    """Close the own account at once, everywhere (A09)."""
    person = _person(request)
    if request.method == "POST":
        services.freeze(person=person, now=clock.now())
        end_other_sessions(request, person)
        logout(request)
        return forget_pages(request, redirect("account_inactive"))
    return render(request, "accounts/freeze.html", {"person": person})
