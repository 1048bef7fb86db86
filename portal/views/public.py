"""Pages for everybody: what this is, how accessible it is, how personal data are kept."""

from datetime import date

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from children.models import Municipality
from portal import services
from portal.forms import FeedbackForm

# When somebody last went through the accessibility statement.
STATEMENT_REVIEWED_ON = date(2026, 11, 20)


def _owner() -> str:
    return Municipality.current().name


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html", {"municipality": _owner()})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    context = {"municipality": _owner(), "data_protection_email": settings.DATA_PROTECTION_EMAIL}
    return render(request, "public/privacy.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement, with a form that reaches the administrators (at most so many from one address)."""
    form = FeedbackForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif not ratelimit.consume(request, action="feedback", key="everybody"):
            form.add_error(None, _("Det har kommit många synpunkter härifrån på kort tid. Försök igen om en timme."))
            status = 429
        else:
            services.leave_feedback(**form.cleaned_data)
            return redirect(f"{request.path}?tack=1#feedback")
    context = {
        "form": None if "tack" in request.GET else form,
        "is_sent": "tack" in request.GET,
        "municipality": _owner(),
        "contact_email": settings.CONTACT_EMAIL,
        "contact_phone": settings.CONTACT_PHONE,
        "reviewed_on": STATEMENT_REVIEWED_ON,
    }
    return render(request, "public/accessibility.html", context, status=status)


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, while developing and in the demo."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "styleguide.html")
