"""Whom forms wait for: the same answer for reminders, for a family's list, and for who has not (G06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from children.access import Action, children_for
from children.actors import Actor
from children.prepared_access import prepared_for_actor
from children.selectors.people import guardian_ids_of, guards_child_on
from children.words import joined
from documents.form_rules import waits_for
from documents.models import FormAnswer, FormChild, PaperForm
from documents.selectors.forms import guardians_asked
from portal.lib.prepared import Rows


def answered_of(form_ids: Collection[UUID], child_ids: Collection[UUID]) -> Mapping[tuple[UUID, UUID], set[UUID]]:
    """Return who has answered each form about each child: one query."""
    found: dict[tuple[UUID, UUID], set[UUID]] = defaultdict(set)
    answers = FormAnswer.objects.in_force().filter(form__in=form_ids, child__in=child_ids)
    for form_id, child_id, guardian_id in answers.values_list("form_id", "child_id", "guardian_id"):
        found[form_id, child_id].add(guardian_id)
    return found


def waiting_of(form: PaperForm, today: date) -> dict[UUID, set[UUID]]:
    """Return the guardians whom a form waits for and who can answer it, each with the children that it is about."""
    children = set(FormChild.objects.filter(form=form).values_list("child", flat=True))
    guardians, answered = guardian_ids_of(children, today), answered_of([form.pk], children)
    waits = {
        child_id: waits_for(own, answered[form.pk, child_id], needs_both=form.needs_both)
        for child_id, own in guardians.items()
    }
    found = {
        person: {child_id for child_id in own if person in waits[child_id]}
        for person, own in guardians_asked(children, today).items()
    }
    return {person: own for person, own in found.items() if own}


@dataclass(frozen=True)
class ToAnswer:
    """A form that waits for a guardian: about which of the own children, by name, and until when."""

    form_id: UUID
    title: str
    due_on: date | None
    child_ids: tuple[UUID, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def child_id(self) -> UUID:
        """Return the child to begin with."""
        return self.child_ids[0]

    @property
    def of(self) -> str:
        return joined(self.names)


def forms_to_answer(actor: Actor) -> list[ToAnswer]:
    """Return the open forms that wait for this guardian, those with the nearest last day first: one query."""
    found: dict[UUID, ToAnswer] = {}
    for form_id, title, due_on, child_id, name in _waiting(actor):
        before = found.get(form_id) or ToAnswer(form_id, title, due_on)
        found[form_id] = replace(before, child_ids=(*before.child_ids, child_id), names=(*before.names, name))
    return list(found.values())


@prepared_for_actor
def _waiting(actor: Actor) -> Rows:
    answers = FormAnswer.objects.in_force().filter(form=OuterRef("form"), child=OuterRef("child"))
    of_others = answers.filter(guards_child_on(actor.today))
    waiting = FormChild.objects.filter(
        ~Exists(answers.filter(guardian=actor.person_id)),
        Q(form__needs_both=True) | ~Exists(of_others),
        form__state=PaperForm.State.OPEN,
        child__in=children_for(actor, Action.ANSWER_FORMS).order_by().values("pk"),
    )
    order = (F("form__due_on").asc(nulls_last=True), "form__opened_at", "form", "child__given_name", "child")
    return waiting.order_by(*order).values_list(
        "form_id", "form__title", "form__due_on", "child_id", "child__given_name"
    )
