"""The demo's own door: choose who to be. Does not exist anywhere else."""

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from children import tablets
from children.models import Department
from portal.demo import people
from portal.lib import clock


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def chooser(request: HttpRequest) -> HttpResponse:
    """Show the people of the invented municipality; a POST makes the visitor one of them, or a tablet."""
    if not settings.DEMO or settings.PRODUCTION:
        raise Http404
    if request.method == "POST":
        return _become_tablet(request) if request.POST.get("who") == "tablet" else _become_person(request)
    found = {figure.key: User.objects.with_email(figure.email).exists() for figure in people.FIGURES}
    context = {
        "figures": [figure for figure in people.FIGURES if found[figure.key]],
        "department": _department_of_the_demo(),
        "password": people.PASSWORD,
        "pin": people.PIN,
        "with_pin": [figure.given_name for figure in people.WITH_PIN],
    }
    return render(request, "demo/chooser.html", context)


def _become_person(request: HttpRequest) -> HttpResponse:
    figure = people.BY_KEY.get(request.POST.get("who", ""))
    person = User.objects.with_email(figure.email).first() if figure else None
    if person is None:
        raise Http404
    if not person.is_active:
        return redirect("account_inactive")
    logout(request)
    login(request, person, backend="accounts.backends.LoginBackend")
    # What allauth keeps after its own login: settings of the account then ask for no new proof.
    record_authentication(request, person, method="password", email=person.email)
    # And as with a strong login, which nobody can make for invented people: whoever logs in with the password has none.
    record_authentication(request, person, method="mfa")
    answer = redirect("home")
    answer.delete_cookie(tablets.TABLET_COOKIE)
    return answer


def _become_tablet(request: HttpRequest) -> HttpResponse:
    department = _department_of_the_demo()
    principal = User.objects.with_email(people.EVA.email).first()
    if department is None or principal is None:
        raise Http404
    now = clock.now()
    code = tablets.make_pairing_code(
        department=department, tablet_name=_("Plattan i hallen"), actor_person=principal, now=now
    )
    tablet, secret = tablets.pair(code=code, now=now)
    logout(request)
    answer = redirect(reverse("attendance:board", args=[department.id]))
    tablets.remember_tablet(answer, tablet, secret)
    return answer


def _department_of_the_demo() -> Department | None:
    return Department.objects.filter(name=people.DEPARTMENT).select_related("preschool").first()
