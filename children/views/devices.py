"""The device's side: being paired, and a PIN for whoever stands at it."""

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from children import tablets
from children.forms import CodeForm, PinForm
from children.http import ActorRequest
from children.models import Tablet
from portal.lib import clock
from portal.lib.http import safe_next


def _board(tablet: Tablet) -> str:
    return reverse("attendance:board", args=[tablet.department_id])


@login_not_required
@require_GET
def tablet(request: HttpRequest) -> HttpResponse:
    """Go to the board of a paired tablet; ask any other device for a code."""
    if paired := tablets.tablet_of(request):
        return redirect(_board(paired))
    return _ask_for_code(request, CodeForm())


@login_not_required
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """Turn this device into a department's tablet. Whoever was logged in on it is logged out."""
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return _ask_for_code(request, form)
    try:
        address = get_adapter(request).get_client_ip(request)
        paired, secret = tablets.pair(code=form.cleaned_data["code"], address=address, now=clock.now())
    except ValidationError as refusal:
        form.add_error("code", refusal)
        return _ask_for_code(request, form)
    logout(request)
    answer = redirect(_board(paired))
    tablets.remember_tablet(answer, paired, secret)
    tablets.forget_pin(answer)
    return answer


def _ask_for_code(request: HttpRequest, form: CodeForm) -> HttpResponse:
    context = {"form": form, "is_logged_in": request.user.is_authenticated}
    return render(request, "children/pair.html", context, status=422 if form.errors else 200)


def _tablet_of(request: ActorRequest) -> Tablet:
    """Return the tablet that asks. There is no such page for a person's own login."""
    if request.actor.tablet is None:
        raise Http404
    return request.actor.tablet


@require_http_methods(["GET", "POST"])
def pin(request: ActorRequest) -> HttpResponse:
    """Ask who stands at the tablet; the right PIN opens what the hall may not read, for two minutes of rest."""
    asking = _tablet_of(request)
    people = tablets.people_at(asking, request.actor.today)
    form = PinForm(request.POST or None, people=[(one.pk, one.full_name) for one in people])
    target = safe_next(request, _board(asking))
    if request.method == "POST" and form.is_valid():
        person = next(one for one in people if one.pk == form.cleaned_data["person"])
        if tablets.accept_pin(tablet=asking, person=person, code=form.cleaned_data["pin"], now=clock.now()):
            answer = redirect(target)
            tablets.remember_pin(answer, asking, person.id)
            return answer
        form.add_error(
            "pin",
            _(
                "Namnet och PIN-koden stämmer inte ihop. Om de borde göra det: välj en ny PIN-kod i din egen "
                "inloggning, under Inställningar, eller be rektor om hjälp."
            ),
        )
    context = {"tablet": asking, "people": people, "form": form, "next": target, "board": _board(asking)}
    return render(request, "children/pin.html", context, status=422 if form.errors else 200)


@require_POST
def pin_end(request: ActorRequest) -> HttpResponse:
    """Lock the tablet again at once."""
    asking = _tablet_of(request)
    tablets.lock(asking)
    answer = redirect(_board(asking))
    tablets.forget_pin(answer)
    return answer
