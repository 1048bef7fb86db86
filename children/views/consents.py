"""Consents: a guardian answers for all the own children on one page, and changes an answer in two taps."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from children.access import Action
from children.consent_forms import ConsentsForm
from children.http import ActorRequest
from children.prepared_access import Asked, child_rows
from children.selectors.consents_page import MyConsents, answers_ever, my_consents
from children.services import consents as services
from portal.lib import clock

FIRST = "forst"


@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: ActorRequest) -> HttpResponse:
    """Show what waits for an answer and what was answered, and take answers. With ?forst it is on the way home."""
    actor = request.actor
    if actor.person is None or actor.tablet is not None:
        raise Http404
    page = my_consents(actor)
    is_first = FIRST in request.GET
    if is_first and not page.number_due:
        return redirect("home")
    if not page.child_ids and actor.is_staff:
        raise Http404
    form = ConsentsForm(request.POST if request.method == "POST" else None, page=page)
    if form.is_bound and form.is_valid():
        services.answer(replies=form.replies, actor=actor, now=clock.now())
        left = my_consents(actor).number_due
        messages.success(request, _done(form, page))
        return redirect("home") if is_first and not left else redirect(request.get_full_path())
    audit.looked("consents", person_id=actor.person_id, children=page.child_ids)
    context = {"page": page, "form": form, "is_first": is_first}
    return render(request, "children/consents.html", context, status=422 if form.errors else 200)


def _done(form: ConsentsForm, page: MyConsents) -> str:
    """Return what happened, in the words of whoever said no to what was shown."""
    said_no = {(reply.child_id, reply.purpose) for reply in form.replies if not reply.says_yes}
    here = [question for topic in page.topics if not topic.is_by_hand for question in topic.questions]
    hidden = {one.name for one in here if one.is_shown and (one.child_id, one.purpose) in said_no}
    if hidden:
        names = get_text_list(sorted(hidden), _("och"))
        return _("Sparat. Bilder på %(names)s är dolda från och med nu.") % {"names": names}
    return _("Tack. Det du har svarat gäller från och med nu.")


@require_safe
def history(request: ActorRequest) -> HttpResponse:
    """Show a guardian all that they have answered, with the very words."""
    actor = request.actor
    if actor.person is None or actor.tablet is not None:
        raise Http404
    ids = [child_id for (child_id,) in child_rows(actor, Action.ANSWER_CONSENTS, Asked(("id",)))]
    if not ids and actor.is_staff:
        raise Http404
    audit.looked("consents.history", person_id=actor.person_id, children=ids)
    rows = answers_ever(ids, actor.today, given_by=actor.person_id)
    return render(request, "children/consents_history.html", {"rows": rows})
