"""Forms are begun, gone on with, opened, closed and kept as templates. One transaction each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from documents.form_rules import WITH_CHOICES, Question, Wording
from documents.form_templates import templates
from documents.models import FormChild, PaperForm
from documents.selectors.forms import (
    children_of,
    choosable,
    chosen_for,
    get_form,
    get_place,
    guardians_asked,
    led_templates,
    mark_of,
    own_templates,
)
from documents.services.form_telling import ask
from notifications.services import give_up
from portal.lib import days

State = PaperForm.State


class ChangedMeanwhile(Exception):
    """A colleague has saved the draft since it was read. Nothing of what was sent is saved."""

    def __init__(self, form: PaperForm) -> None:
        super().__init__(str(form.pk))
        self.form = form


@dataclass(frozen=True)
class Draft:
    """What a draft says, whom it is for, and until when it is to be answered."""

    wording: Wording
    is_for_all: bool = True
    child_ids: frozenset[UUID] = field(default_factory=frozenset)
    asks_new: bool = False
    due_on: date | None = None

    def asking(self, questions: tuple[Question, ...]) -> Draft:
        """Return the same with other questions."""
        return replace(self, wording=replace(self.wording, questions=questions))


def draft_of(form: PaperForm) -> Draft:
    """Return what is saved of a draft: one query where children are chosen."""
    chosen = frozenset() if form.is_for_all else frozenset(chosen_for(form))
    return Draft(form.wording, form.is_for_all, chosen, form.asks_new, form.due_on)


def begin(*, place_id: UUID, template: str, actor: Actor, now: datetime) -> PaperForm:
    """Begin a form at a department or a preschool: from a template, the house's (a key) or the preschool's (an id).

    An empty `template` begins with nothing. Pressed twice it is one: a draft of which nobody has changed anything is
    given back. Raises `Http404` for a place that is not the actor's, and for a template that there is not.
    """
    with transaction.atomic():
        preschool, department = get_place(actor, place_id)
        wording = _template(actor, template)
        begun = PaperForm.objects.filter(preschool=preschool, department=department, state=State.DRAFT, version=1)
        for form in begun.filter(made_by=actor.person_id):
            if form.wording == wording:
                return form
        form = PaperForm(
            preschool=preschool,
            department=department,
            made_by_id=_person(actor),
            changed_by_id=_person(actor),
            changed_at=now,
        )
        form.say(wording)
        form.save()
        _did("form.begun", form, actor, now)
    return form


def _template(actor: Actor, name: str) -> Wording:
    if not name:
        return Wording()
    if house := templates().get(name):
        return house.wording
    try:
        own = own_templates(actor).filter(pk=UUID(name)).first()
    except ValueError:
        own = None
    if own is None:
        raise Http404
    return own.wording


def save(*, form_id: UUID, draft: Draft, version: int, actor: Actor, now: datetime) -> PaperForm:
    """Save the draft as it was written upon its `version`; one that says the same is left as it is.

    Raises `ChangedMeanwhile` where a colleague has saved something else since, `ValidationError` by field for a child
    that cannot be chosen, and `Http404` for whoever may not write it.
    """
    with transaction.atomic():
        form = _held_draft(actor, form_id)
        before = draft_of(form)
        if draft == before:
            return form
        if form.version != version and form.changed_by_id != actor.person_id:
            raise ChangedMeanwhile(form)
        if new := draft.child_ids - before.child_ids:
            _demand_choosable(actor, form, new)
        form.say(draft.wording)
        form.is_for_all, form.asks_new, form.due_on = draft.is_for_all, draft.asks_new, draft.due_on
        form.version, form.changed_at, form.changed_by_id = form.version + 1, now, _person(actor)
        form.save()
        _put_children(form, () if draft.is_for_all else draft.child_ids)
    return form


def _demand_choosable(actor: Actor, form: PaperForm, child_ids: Collection[UUID]) -> None:
    if set(child_ids) - {child.pk for child in choosable(actor, form)}:
        raise ValidationError({"children": [_("Ett av barnen finns inte här längre. Välj igen.")]})


def _put_children(form: PaperForm, child_ids: Collection[UUID]) -> None:
    form.about.exclude(child__in=child_ids).delete()
    rows = [FormChild(form=form, child_id=child_id) for child_id in sorted(child_ids)]
    FormChild.objects.bulk_create(rows, ignore_conflicts=True)


def open_form(*, form_id: UUID, seen: str, actor: Actor, now: datetime) -> PaperForm:
    """Ask the families: from now on nobody changes the wording.

    `seen` is the mark of those who were shown to be asked: where they have changed meanwhile they are shown anew.
    Raises `ValidationError` by field for what it lacks, and `Http404` for whoever may not.
    """
    with transaction.atomic():
        form = _held_draft(actor, form_id)
        today = days.day_of(now)
        _check_whole(form, today)
        children = children_of(form, today)
        if not form.is_for_all:
            _demand_choosable(actor, form, children)
        asked = guardians_asked(children, today)
        if seen != mark_of(asked):
            raise ValidationError(_("Vilka som får blanketten har ändrats sedan du såg listan. Titta på den igen."))
        if not asked:
            raise ValidationError(_("Ingen vårdnadshavare skulle få blanketten."))
        _put_children(form, children)
        form.state, form.opened_at, form.opened_by_id = State.OPEN, now, _person(actor)
        form.save(update_fields=["state", "opened_at", "opened_by"])
        _did("form.opened", form, actor, now, children=sorted(children))
        ask(form, now=now)
    return form


def _check_whole(form: PaperForm, today: date) -> None:
    problems: dict[str, str] = {}
    wording = form.wording
    if not wording.title:
        problems["title"] = _("Skriv vad blanketten gäller.")
    if not wording.questions:
        problems["questions"] = _("Lägg till minst en fråga.")
    for question in wording.questions:
        if lack := _lack(question):
            problems[f"label-{question.id}"] = lack
    if form.is_late(today):
        problems["due_on"] = _("Dagen har varit. Välj idag eller en dag framåt.")
    if not form.is_for_all and not form.about.exists():
        problems["children"] = _("Välj vilka barn det gäller, eller att alla får blanketten.")
    if problems:
        raise ValidationError({name: [words] for name, words in problems.items()})


def _lack(question: Question) -> str:
    if not question.label:
        return _("Skriv frågan, eller ta bort den.")
    if question.kind in WITH_CHOICES and len(question.choices) < 2:
        return _("Skriv minst två svar att välja mellan, ett på varje rad.")
    return ""


def close(*, form_id: UUID, actor: Actor, now: datetime) -> PaperForm:
    """Take no more answers; what was answered stays. Does nothing to a form that is closed."""
    with transaction.atomic():
        form = get_form(actor, form_id, led=True, lock=True)
        if form.is_open:
            form.state, form.closed_at = State.CLOSED, now
            form.save(update_fields=["state", "closed_at"])
            _did("form.closed", form, actor, now)
    return form


def reopen(*, form_id: UUID, due_on: date | None, actor: Actor, now: datetime) -> PaperForm:
    """Take answers again, until another last day. Raises `ValidationError` for one that has been."""
    with transaction.atomic():
        form = get_form(actor, form_id, led=True, lock=True)
        if form.state == State.CLOSED:
            form.state, form.closed_at, form.due_on = State.OPEN, None, due_on
            if form.is_late(days.day_of(now)):
                raise ValidationError(_("Dagen har varit. Välj idag eller en dag framåt."))
            form.save(update_fields=["state", "closed_at", "due_on"])
            _did("form.reopened", form, actor, now)
    return form


def throw_away(*, form_id: UUID, actor: Actor, now: datetime) -> PaperForm:
    """Throw away a draft, a template of one's own place, or a closed form that nobody has answered: one for the wrong
    families, who find it no more. Nothing that anybody has said is lost.

    Raises `ValidationError` for one that is open or was answered, and `Http404` for whoever may not.
    """
    with transaction.atomic():
        form = led_templates(actor).select_for_update(of=("self",)).filter(pk=form_id).first()
        form = form or get_form(actor, form_id, led=True, lock=True)
        if form.is_open:
            raise ValidationError(_("Stäng blanketten först."))
        if form.answers.exists():
            raise ValidationError(_("Någon har svarat, så blanketten finns kvar med sina svar."))
        give_up(concerned=Q(event=form.pk), now=now)
        _did("form.thrown_away", form, actor, now)
        form.delete()
    return form


def keep_as_template(*, form_id: UUID, actor: Actor, now: datetime) -> PaperForm:
    """Keep a form's wording for the preschool, to begin others from. Pressed twice it is one."""
    with transaction.atomic():
        form = get_form(actor, form_id, lock=True)
        if not form.title:
            raise ValidationError(_("Skriv vad blanketten gäller."))
        for own in PaperForm.objects.filter(preschool=form.preschool_id, state=State.TEMPLATE):
            if own.wording == form.wording:
                return own
        kept = PaperForm(
            preschool_id=form.preschool_id,
            department_id=form.department_id,
            state=State.TEMPLATE,
            made_by_id=_person(actor),
            changed_by_id=_person(actor),
            changed_at=now,
        )
        kept.say(form.wording)
        kept.save()
        _did("form.kept", kept, actor, now)
    return kept


def _held_draft(actor: Actor, form_id: UUID) -> PaperForm:
    form = get_form(actor, form_id, led=True, lock=True)
    if not form.is_draft:
        raise ValidationError(_("Blanketten är redan skickad. Den går inte att ändra."))
    return form


def _did(what: str, form: PaperForm, actor: Actor, now: datetime, children: Collection[UUID] = ()) -> None:
    audit.did(what, person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, children=children, form=form.pk)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Http404
    return actor.person_id
