"""After how many days without a post the departments of a preschool are reminded: its principal decides."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from children.access import Action, get_preschool
from children.http import ActorRequest
from messaging.selectors.freshness import rhythms_of
from messaging.services.freshness import set_rhythm
from portal.lib import clock
from portal.lib.http import see_other

CHOICES = (0, 5, 7, 10, 14, 21, 30)


@require_http_methods(["GET", "HEAD", "POST"])
def post_reminders(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """The departments of a preschool, each with its days and its last post."""
    preschool = get_preschool(request.actor, Action.OVERSEE, preschool_id)
    departments = list(preschool.departments.open_on(request.actor.today))
    if request.method == "POST":
        sent = {one.pk: request.POST.get(f"days-{one.pk}", "") for one in departments}
        chosen = {department_id: int(text) for department_id, text in sent.items() if text.isascii() and text.isdigit()}
        try:
            set_rhythm(preschool_id=preschool.pk, chosen=chosen, actor=request.actor, now=clock.now())
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, _("Sparat."))
        return see_other(request, request.path)
    rows = [(one, sorted({*CHOICES, one.days})) for one in rhythms_of(departments)]
    return render(request, "messaging/posts/reminders.html", {"preschool": preschool, "rows": rows})
