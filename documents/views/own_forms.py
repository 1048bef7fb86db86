"""Forms for guardians: what waits, filling one in, signing it, and what was answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from children.access import Action, children_for
from children.http import ActorRequest
from documents.answer_forms import AnswerForm, initial_of
from documents.selectors.form_family import OwnForm, own_form, own_forms
from documents.selectors.form_waiting import forms_to_answer
from documents.selectors.form_words import answer_lines
from documents.services.form_answers import answer
from documents.views.strong import asked_for_strong
from portal.lib import clock, days
from portal.lib.http import see_other


@require_safe
def own_list(request: ActorRequest) -> HttpResponse:
    """What waits for the guardian's answer, and what does not."""
    actor = request.actor
    if actor.person is None or actor.tablet or (actor.is_staff and not children_for(actor, Action.SEE_OWN).exists()):
        raise Http404
    found = own_forms(actor)
    seen = {child_id for one in found.waiting for child_id in one.child_ids} | {one.child_id for one in found.others}
    audit.looked("forms", person_id=actor.person_id, children=seen)
    return render(request, "documents/forms/own_list.html", {"found": found, "today": actor.today})


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: ActorRequest, form_id: UUID, child_id: UUID) -> HttpResponse:
    """A form about an own child. It is filled in, looked through, and then left or signed (`do`)."""
    shown = own_form(request.actor, form_id, child_id)
    if asked := _asked_for_strong(request, shown):
        return asked
    audit.looked("form", person_id=request.actor.person_id, children=[child_id])
    if not shown.may_answer and request.method != "POST":  # what comes too late is answered beside what was written
        return see_other(request, reverse("documents:own_answer", args=[form_id, child_id]))
    sent = request.POST if request.method == "POST" else None
    initial = initial_of(shown.own.row.said) if shown.own else {}
    form = AnswerForm(sent, questions=shown.form.wording.questions, siblings=shown.siblings, initial=initial)
    do = request.POST.get("do", "review")
    if sent is None or do == "edit" or not form.is_valid():
        return _fill_in(request, shown, form, is_refused=do != "edit" and form.is_bound)
    return _leave(request, shown, form) if do == "leave" else _look_through(request, shown, form)


def _fill_in(request: ActorRequest, shown: OwnForm, form: AnswerForm, *, is_refused: bool) -> HttpResponse:
    context = {"shown": shown, "form": form, "today": request.actor.today}
    return render(request, "documents/forms/own.html", context, status=422 if is_refused else 200)


def _look_through(request: ActorRequest, shown: OwnForm, form: AnswerForm) -> HttpResponse:
    """Print what is about to be left or signed, by whom and when. The answers go with the page."""
    also = [child for child in shown.siblings if child.pk in form.also()]
    context = {
        "shown": shown,
        "children": [shown.child, *also],
        "lines": answer_lines(form.questions, form.answers()),
        "held": [(name, value) for name in form.fields for value in request.POST.getlist(name)],
        "now": days.local(clock.now()),
    }
    return render(request, "documents/forms/confirm.html", context)


def _leave(request: ActorRequest, shown: OwnForm, form: AnswerForm) -> HttpResponse:
    try:
        answer(
            form_id=shown.form.pk,
            child_ids=[shown.child.pk, *form.also()],
            answers=form.answers(),
            is_signed=shown.form.is_signed,
            actor=request.actor,
            now=clock.now(),
        )
    except ValidationError as refused:
        form.add_error(None, refused)
        return _fill_in(request, shown, form, is_refused=True)
    messages.success(request, _("Tack, svaret är framme hos förskolan."))
    return see_other(request, reverse("documents:own_answer", args=[shown.form.pk, shown.child.pk]))


@require_safe
def own_answer(request: ActorRequest, form_id: UUID, child_id: UUID) -> HttpResponse:
    """What was answered, as a receipt that can be printed; and what the guardian has still to answer."""
    shown = own_form(request.actor, form_id, child_id)
    if asked := _asked_for_strong(request, shown):
        return asked
    audit.looked("form.answer", person_id=request.actor.person_id, children=[child_id])
    left = [one for one in forms_to_answer(request.actor) if one.form_id == form_id]
    return render(request, "documents/forms/own_answer.html", {"shown": shown, "left": left})


def _asked_for_strong(request: ActorRequest, shown: OwnForm) -> HttpResponse | None:
    page = reverse("documents:own", args=[shown.form.pk, shown.child.pk])
    return asked_for_strong(request, shown.form, page, back=reverse("documents:own_list"))
