"""Forms are answered: by guardians who are logged in, and on paper, which staff write in. All that was said is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, children_for
from children.actors import Actor
from children.selectors.people import guardian_ids_of
from documents.form_rules import Answers, may_answer, paper_may_replace
from documents.models import FormAnswer, FormChild, PaperForm
from documents.models.forms import kept_answers
from documents.selectors.forms import get_form, may_record
from notifications.models import Kind
from notifications.reading import read_about
from notifications.services import notify
from portal.lib import days


def answer(
    *, form_id: UUID, child_ids: Collection[UUID], answers: Answers, is_signed: bool, actor: Actor, now: datetime
) -> list[FormAnswer]:
    """Keep a guardian's answer about each of these children, all of them or none.

    The same answer again changes nothing; another one ends the one before. Raises `Http404` for a form or a child that
    is not the actor's to answer, and `ValidationError` where it is not signed, is closed, or may not be changed.
    """
    with transaction.atomic():
        form = PaperForm.objects.opened().filter(pk=form_id).first()
        own = children_for(actor, Action.ANSWER_FORMS).filter(pk__in=child_ids).order_by().values("pk")
        if form is None or actor.person_id is None or not child_ids or own.count() < len(set(child_ids)):
            raise Http404
        _hold(form, child_ids)
        if not form.is_open:
            raise ValidationError(
                _("Blanketten har stängts, och svaret är inte sparat. Skriv eller ring till avdelningen.")
            )
        if form.is_signed and not is_signed:
            raise ValidationError(_("Svaret behöver undertecknas."))
        kept = [
            _keep(form, child_id, actor.person_id, answers, now=now, is_signed=form.is_signed)
            for child_id in sorted(child_ids)
        ]
        read_about(person_id=actor.person_id, name="form", thing_id=form.pk, now=now)
        audit.did("form.answered", person_id=actor.person_id, now=now, children=sorted(child_ids), form=form.pk)
    return kept


def record_paper(
    *, form_id: UUID, child_id: UUID, guardian_id: UUID, answers: Answers, given_on: date, actor: Actor, now: datetime
) -> FormAnswer:
    """Write in what a guardian has answered on paper that day, or has asked to have changed: of a closed form, too.

    The guardian is told. Raises `Http404` for a child or a guardian of today that is not the actor's to know, and
    `ValidationError` for a day that is to come or was before the form came, and where there is an answer that this may
    not take the place of.
    """
    if given_on > days.day_of(now):
        raise ValidationError({"given_on": _("Dagen ska vara idag eller tidigare.")})
    with transaction.atomic():
        form = get_form(actor, form_id)
        guardians = guardian_ids_of([child_id], days.day_of(now))[child_id]
        if form.is_draft or actor.person_id is None or guardian_id not in guardians:
            raise Http404
        if not may_record(actor, child_id):
            raise Http404
        if form.opened_at and given_on < days.day_of(form.opened_at):
            early = _("Blanketten skickades {day}. Dagen på pappret kan inte vara tidigare.")
            raise ValidationError({"given_on": early.format(day=days.in_words(form.opened_at, "j F Y"))})
        _hold(form, [child_id])
        kept = _keep(form, child_id, guardian_id, answers, now=now, recorded_by=actor.person_id, given_on=given_on)
        about = {"child": child_id, "recorded": form.pk}
        notify(person_ids=[guardian_id], kind=Kind.FORM_RECORDED, event=kept.pk, about=about, now=now)
        audit.did(
            "form.recorded",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            children=[child_id],
            form=form.pk,
            guardian=guardian_id,
        )
    return kept


def _later(day: date) -> str:
    said = _("Det finns redan ett svar från {day}. Det gäller. Be vårdnadshavaren ändra det själv.")
    return said.format(day=days.in_words(day, "j F Y"))


def _hold(form: PaperForm, child_ids: Collection[UUID]) -> None:
    """Hold the rows that say that the children are asked, so that one answer is kept at a time."""
    rows = FormChild.objects.select_for_update(of=("self",)).filter(form=form, child__in=child_ids).order_by("child")
    if len(rows) < len(set(child_ids)):
        raise Http404


def _keep(
    form: PaperForm,
    child_id: UUID,
    guardian_id: UUID,
    answers: Answers,
    *,
    now: datetime,
    is_signed: bool = False,
    recorded_by: UUID | None = None,
    given_on: date | None = None,
) -> FormAnswer:
    before = FormAnswer.objects.in_force().filter(form=form, child=child_id, guardian=guardian_id).first()
    if before and before.said == answers and before.recorded_by_id == recorded_by:
        return before
    today = days.day_of(now)
    if before:
        old_day, is_own = days.day_of(before.answered_at), before.recorded_by_id is None
        if given_on and not paper_may_replace(old_day=old_day, is_own=is_own, given_on=given_on):
            raise ValidationError({"given_on": _later(old_day)})
        if not recorded_by and not may_answer(has_answered=True, due_on=form.due_on, today=today):
            raise ValidationError(
                _("Sista dagen har varit. Skriv eller ring till avdelningen, så ändrar de svaret åt er.")
            )
        before.ended_at = now
        before.save(update_fields=["ended_at"])
    return FormAnswer.objects.create(
        form=form,
        child_id=child_id,
        guardian_id=guardian_id,
        answers=kept_answers(answers),
        answered_at=days.at(given_on, time(12)) if given_on and given_on != today else now,
        is_signed=is_signed,
        recorded_by_id=recorded_by,
    )
