"""Forms are answered: by guardians who are logged in, and on paper, which staff write in. All that was said is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, children_for
from children.actors import Actor
from children.selectors.people import guardian_ids_of
from documents.form_rules import Answers, may_answer
from documents.models import FormAnswer, FormChild, PaperForm
from documents.models.forms import kept_answers
from documents.selectors.forms import get_form, kept_children
from notifications.reading import read_about
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
            raise ValidationError(_("Blanketten är stängd. Skriv eller ring till avdelningen, så hjälper de dig."))
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
    *, form_id: UUID, child_id: UUID, guardian_id: UUID, answers: Answers, actor: Actor, now: datetime
) -> FormAnswer:
    """Write in what a guardian has answered on paper, or has asked to have changed: also when the form is closed.

    Raises `Http404` for a child or a guardian of today that is not the actor's to know.
    """
    with transaction.atomic():
        form = get_form(actor, form_id)
        known = kept_children(actor) & children_for(actor, Action.SEE_CONTACTS)
        guardians = guardian_ids_of([child_id], days.day_of(now))[child_id]
        if form.is_draft or actor.person_id is None or guardian_id not in guardians:
            raise Http404
        if not known.filter(pk=child_id).exists():
            raise Http404
        _hold(form, [child_id])
        kept = _keep(form, child_id, guardian_id, answers, now=now, recorded_by=actor.person_id)
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
) -> FormAnswer:
    before = FormAnswer.objects.in_force().filter(form=form, child=child_id, guardian=guardian_id).first()
    if before and before.said == answers and before.recorded_by_id == recorded_by:
        return before
    if before:
        today = days.day_of(now)
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
        answered_at=now,
        is_signed=is_signed,
        recorded_by_id=recorded_by,
    )
