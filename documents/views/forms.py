"""Forms for those who work with the children: the list, who has answered and who has not, answers, paper."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from children.actors import Actor
from children.http import ActorRequest, asks_for_pin
from children.strong import is_strong
from documents.answer_forms import DateInput, PaperAnswerForm, initial_of
from documents.form_templates import templates
from documents.models import PaperForm
from documents.selectors.form_results import (
    AskedChild,
    AskedGuardian,
    Result,
    form_result,
    forms_listed,
    forms_of_child,
    get_asked,
    history_of,
    table,
)
from documents.selectors.forms import get_form, is_led, led_templates, may_record, own_templates, places_for
from documents.services import forms as services
from documents.services.form_answers import record_paper
from documents.services.form_telling import remind
from documents.views.strong import asked_for_strong
from portal.lib import clock, days
from portal.lib.downloads import csv_answer
from portal.lib.http import is_fragment_wanted, see_other

ON_A_PAGE = 50  # children


@require_safe
@asks_for_pin
def forms(request: ActorRequest) -> HttpResponse:
    """The forms of the places where somebody works, and what others can be begun from."""
    actor = request.actor
    places = places_for(actor)
    if not places:
        raise Http404
    rows = forms_listed(actor)
    own = sorted(own_templates(actor), key=lambda one: one.title.casefold())
    led = set(led_templates(actor).values_list("pk", flat=True)) if own else set()
    context = {
        "places": places,
        "drafts": [one for one in rows if one.form.is_draft],
        "opened": [one for one in rows if one.form.is_open],
        "closed": [one for one in rows if one.form.state == PaperForm.State.CLOSED],
        "templates": templates().values(),
        "own_templates": own,
        "led_templates": [one for one in own if one.pk in led],
    }
    return render(request, "documents/forms/list.html", context)


@require_safe
@asks_for_pin
def form(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """Who has answered a form and who has not; on the screen or as a file."""
    actor = request.actor
    found = get_form(actor, form_id)
    if found.is_draft:
        return see_other(request, reverse("documents:form_build", args=[found.pk]))
    if strong := asked_for_strong(request, found, request.path, back=reverse("documents:forms")):
        return strong
    result = form_result(actor, found)
    if request.GET.get("format") == "csv":
        return _file(request, result)
    audit.looked("form.result", person_id=actor.person_id, tablet_id=actor.tablet_id, children=result.child_ids)
    context = {
        "result": result,
        "waiting": Paginator(result.waiting, ON_A_PAGE).get_page(request.GET.get("vantar")),
        "answered": Paginator(result.answered, ON_A_PAGE).get_page(request.GET.get("sida")),
        "form": found,
        "may_lead": is_led(actor, found),
        "is_answered": found.is_open or found.answers.exists(),
        "today": actor.today,
    }
    return render(request, "documents/forms/result.html", context)


def _file(request: ActorRequest, result: Result) -> HttpResponse:
    """Answer with a file for a spreadsheet. Not on a tablet, where there is nowhere to keep it."""
    actor = request.actor
    if actor.tablet:
        raise Http404
    audit.did(
        "form.downloaded", person_id=actor.person_id, now=clock.now(), children=result.child_ids, form=result.form.pk
    )
    head = [_("Barn"), _("Avdelning"), _("Vårdnadshavare"), _("Svarade"), _("Hur")]
    head += [question.label for question in result.questions]
    return csv_answer(f"blankett-{result.form.opened_at:%Y-%m-%d}.csv", head, table(result))


@require_POST
@asks_for_pin
def form_remind(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """Remind those for whom the form waits."""
    try:
        number = remind(form_id=form_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.info(request, " ".join(refused.messages))
    else:
        words = ngettext("{number} vårdnadshavare påminns.", "{number} vårdnadshavare påminns.", number)
        messages.success(request, words.format(number=number))
    return see_other(request, reverse("documents:form", args=[form_id]))


@require_POST
@asks_for_pin
def form_close(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """Take no more answers, or with `reopen` take them again until `due_on`."""
    actor, now = request.actor, clock.now()
    try:
        if "reopen" in request.POST:
            due_on = DateInput().value_from_datadict(request.POST, request.FILES, "due_on")
            services.reopen(form_id=form_id, due_on=days.read(due_on) if due_on else None, actor=actor, now=now)
            messages.success(request, _("Blanketten är öppen igen."))
        else:
            services.close(form_id=form_id, actor=actor, now=now)
            messages.success(request, _("Blanketten är stängd. Svaren finns kvar."))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    except ValueError:
        messages.error(request, _("Välj en dag."))
    return see_other(request, reverse("documents:form", args=[form_id]))


@require_POST
@asks_for_pin
def form_keep(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """Keep the wording as a template of the preschool."""
    kept = services.keep_as_template(form_id=form_id, actor=request.actor, now=clock.now())
    messages.success(request, _("”{title}” finns nu bland förskolans mallar.").format(title=kept.title))
    return see_other(request, reverse("documents:form", args=[form_id]))


@require_safe
@asks_for_pin
def form_child(request: ActorRequest, form_id: UUID, child_id: UUID) -> HttpResponse:
    """What was answered about one child, by whom, and what was answered before."""
    actor = request.actor
    found = get_form(actor, form_id)
    asked = get_asked(actor, found, child_id)
    if strong := asked_for_strong(request, found, request.path, back=reverse("documents:forms")):
        return strong
    audit.looked("form.child", person_id=actor.person_id, tablet_id=actor.tablet_id, children=[child_id])
    context = {"form": found, "asked": asked, "history": history_of(actor, found, asked)}
    context["may_record"] = may_record(actor, child_id)
    return render(request, "documents/forms/child.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_pin
def form_paper(request: ActorRequest, form_id: UUID, child_id: UUID, person_id: UUID) -> HttpResponse:
    """Write in what a guardian has answered on paper; it says who did."""
    actor = request.actor
    found = get_form(actor, form_id)
    asked = get_asked(actor, found, child_id)
    guardian = _named(asked, person_id)
    if not may_record(actor, child_id):
        raise Http404
    if strong := asked_for_strong(request, found, request.path, back=reverse("documents:forms")):
        return strong
    sent = request.POST if request.method == "POST" else None
    said = initial_of(guardian.answered.row.said) if guardian.answered else {}
    initial = {**said, "given_on": actor.today}
    filled = PaperAnswerForm(sent, questions=found.wording.questions, initial=initial)
    if filled.is_valid() and _is_recorded(found, child_id, person_id, filled, actor):
        messages.success(request, _("Svaret är infört."))
        return redirect("documents:form_child", found.pk, child_id)
    audit.looked("form.paper", person_id=actor.person_id, tablet_id=actor.tablet_id, children=[child_id])
    context = {"form": found, "asked": asked, "guardian": guardian, "filled": filled}
    return render(request, "documents/forms/paper.html", context, status=422 if filled.is_bound else 200)


def _is_recorded(form: PaperForm, child_id: UUID, person_id: UUID, filled: PaperAnswerForm, actor: Actor) -> bool:
    """Write the answer in, and tell whether it could be; the form says why not."""
    try:
        record_paper(
            form_id=form.pk,
            child_id=child_id,
            guardian_id=person_id,
            answers=filled.answers(),
            given_on=filled.cleaned_data["given_on"],
            actor=actor,
            now=clock.now(),
        )
    except ValidationError as refused:
        filled.add_error(None, refused)
        return False
    return True


def _named(asked: AskedChild, person_id: UUID) -> AskedGuardian:
    for guardian in asked.guardians:
        if guardian.person_id == person_id and guardian.is_named:
            return guardian
    raise Http404


@require_safe
@asks_for_pin
def child_forms(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """What guardians have answered about a child: a part of the child's own page, and a page of its own."""
    actor = request.actor
    rows = forms_of_child(actor, child_id)
    audit.looked("child.forms", person_id=actor.person_id, tablet_id=actor.tablet_id, children=[child_id])
    part = "child_part" if is_fragment_wanted(request) else "child_page"
    return render(
        request, f"documents/forms/{part}.html", {"rows": rows, "child_id": child_id, "is_strong": is_strong(request)}
    )
