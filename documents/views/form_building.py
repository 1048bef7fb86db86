"""Building a form: begun from a template, gone on with by anybody of its place, looked at as families see it, sent."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin
from documents.answer_forms import AnswerForm
from documents.form_builder import BuilderForm, initial_of, pressed, questions_sent
from documents.form_rules import Question
from documents.models import PaperForm
from documents.selectors.forms import audience_of, children_at, choosable, get_form
from documents.services import forms as services
from documents.services.forms import ChangedMeanwhile, Draft, draft_of
from portal.lib import clock
from portal.lib.http import see_other


@require_POST
@asks_for_pin
def form_new(request: ActorRequest) -> HttpResponse:
    """Begin a form at a place, from a template or from nothing, and go on to write it."""
    try:
        place_id = UUID(request.POST.get("place", ""))
    except ValueError:
        raise Http404 from None
    made = services.begin(
        place_id=place_id, template=request.POST.get("template", ""), actor=request.actor, now=clock.now()
    )
    return redirect("documents:form_build", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_pin
def form_build(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """A draft. Each button saves what is written first, and then does what it says (`do`)."""
    draft = get_form(request.actor, form_id, led=True)
    if not draft.is_draft:
        return see_other(request, reverse("documents:form", args=[draft.pk]))
    if request.method == "POST":
        return _take(request, draft)
    saved = draft_of(draft)
    initial = initial_of(saved, draft.version)
    return _show(request, draft, saved, _builder(request, draft, saved.wording.questions, initial=initial))


def _builder(
    request: ActorRequest, form: PaperForm, questions: tuple[Question, ...], *, initial: dict[str, object] | None = None
) -> BuilderForm:
    everybody = _("Alla barn på {name}").format(name=form.place.name)
    sent = request.POST if initial is None else None
    own = choosable(request.actor, form)
    return BuilderForm(sent, questions=questions, taggable=own, everybody=everybody, initial=initial)


def _take(request: ActorRequest, form: PaperForm) -> HttpResponse:
    do, questions = request.POST.get("do", "save"), questions_sent(request.POST)
    builder = _builder(request, form, questions)
    if not builder.is_valid():
        return _show(request, form, draft_of(form), builder)
    written = builder.draft()
    questions = pressed(written.wording.questions, do, builder.cleaned_data["new_kind"])
    try:
        saved = services.save(
            form_id=form.pk,
            draft=written.asking(questions),
            version=builder.cleaned_data["version"] or 1,
            actor=request.actor,
            now=clock.now(),
        )
        return _go_on(request, saved, do, questions)
    except ChangedMeanwhile as changed:
        theirs = _("En kollega har ändrat blanketten under tiden. Ditt står kvar här. Spara igen för att använda det.")
        builder.add_error(None, theirs)
        return _show(request, changed.form, written, builder)
    except ValidationError as refused:
        builder.say(refused)
        return _show(request, get_form(request.actor, form.pk, led=True), written, builder)


def _go_on(request: ActorRequest, form: PaperForm, do: str, questions: tuple[Question, ...]) -> HttpResponse:
    """Go where the button leads, once the draft is saved."""
    here, (verb, _point, question_id) = reverse("documents:form_build", args=[form.pk]), do.partition(".")
    if verb == "open":
        services.open_form(form_id=form.pk, seen=request.POST.get("seen", ""), actor=request.actor, now=clock.now())
        messages.success(request, _("Blanketten är skickad."))
        return see_other(request, reverse("documents:form", args=[form.pk]))
    if verb == "preview":
        return see_other(request, reverse("documents:form_preview", args=[form.pk]))
    if verb == "keep":
        services.keep_as_template(form_id=form.pk, actor=request.actor, now=clock.now())
        messages.success(request, _("Finns nu bland förskolans mallar."))
    elif verb == "save":
        messages.success(request, _("Utkastet är sparat."))
    if verb in ("save", "keep"):
        return see_other(request, here)
    shown = questions[-1].id if verb == "add" and questions else question_id
    return see_other(request, f"{here}#fragor" if verb == "remove" else f"{here}#fraga-{shown}")


def _show(request: ActorRequest, form: PaperForm, draft: Draft, builder: BuilderForm) -> HttpResponse:
    """Print the draft with those who would be asked, as it is written."""
    actor = request.actor
    children = children_at(form, actor.today) if draft.is_for_all else set(draft.child_ids)
    audit.looked(
        "form_readers", person_id=actor.person_id, tablet_id=actor.tablet_id, children=children, once_an_hour=True
    )
    context = {
        "form": form,
        "builder": builder,
        "audience": audience_of(actor, children),
        "version": form.version if builder.errors else builder["version"].value(),
    }
    return render(request, "documents/forms/build.html", context, status=422 if builder.errors else 200)


@require_safe
@asks_for_pin
def form_preview(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """The form as a family sees it. Nothing can be left here."""
    form = get_form(request.actor, form_id)
    context = {"form": form, "filled": AnswerForm(questions=form.wording.questions)}
    return render(request, "documents/forms/preview.html", context)


@require_POST
@asks_for_pin
def form_throw_away(request: ActorRequest, form_id: UUID) -> HttpResponse:
    """Throw a draft away, a template that the preschool has kept, or a closed form that nobody has answered."""
    try:
        gone = services.throw_away(form_id=form_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return see_other(request, reverse("documents:form", args=[form_id]))
    kinds = PaperForm.State
    words = {kinds.DRAFT: _("Utkastet är borta."), kinds.TEMPLATE: _("Mallen är borta.")}
    messages.success(request, words.get(kinds(gone.state), _("Blanketten är borta.")))
    return see_other(request, reverse("documents:forms"))
