"""Forms as a guardian reads them: what waits, what was answered, and one form about one child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.http import Http404

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child
from children.selectors.homes import people_of_homes
from children.selectors.people import guardian_ids_of
from documents.form_rules import may_answer, may_read, waits_for
from documents.models import FormAnswer, FormChild, PaperForm
from documents.selectors.form_waiting import ToAnswer, forms_to_answer
from documents.selectors.form_words import Line, answer_lines


@dataclass(frozen=True)
class OwnRow:
    """A form about an own child that does not wait for the reader any more."""

    form_id: UUID
    child_id: UUID
    title: str
    name: str
    has_answered: bool
    is_open: bool


@dataclass(frozen=True)
class OwnForms:
    waiting: list[ToAnswer]
    others: list[OwnRow]


def own_forms(actor: Actor) -> OwnForms:
    """Return the forms about the children whom the actor sees as a guardian: two queries."""
    waiting = forms_to_answer(actor)
    left = {(one.form_id, child_id) for one in waiting for child_id in one.child_ids}
    mine = FormAnswer.objects.in_force().filter(
        form=OuterRef("form"), child=OuterRef("child"), guardian=actor.person_id
    )
    rows = FormChild.objects.filter(
        form__state__in=[PaperForm.State.OPEN, PaperForm.State.CLOSED],
        child__in=children_for(actor, Action.SEE_OWN).order_by().values("pk"),
    ).annotate(mine=Subquery(mine.values("answered_at")[:1]))
    columns = ("form_id", "child_id", "form__title", "child__given_name", "mine", "form__state")
    found = rows.order_by("-form__opened_at", "form", "child__given_name").values_list(*columns)
    return OwnForms(
        waiting,
        [
            OwnRow(form_id, child_id, title, name, answered_at is not None, state == PaperForm.State.OPEN)
            for form_id, child_id, title, name, answered_at, state in found
            if (form_id, child_id) not in left
        ],
    )


@dataclass(frozen=True)
class Given:
    """What one guardian has answered, in words; `name` is empty for the reader's own."""

    name: str
    row: FormAnswer
    lines: list[Line]


@dataclass(frozen=True)
class OwnForm:
    """One form about one child, as one of its guardians may know it.

    `others` are the answers of those whom the reader may read (DOMAIN 4.3), `waits_for` which of these have not
    answered where both must, `siblings` for whom the same answer may be given now.
    """

    form: PaperForm
    child: Child
    own: Given | None
    others: list[Given]
    waits_for: list[str]
    siblings: list[Child]
    may_answer: bool


def own_form(actor: Actor, form_id: UUID, child_id: UUID) -> OwnForm:
    """Return the form. Raises `Http404` unless it is about a child whom the actor sees as a guardian."""
    form = PaperForm.objects.opened().select_related("department", "preschool").filter(pk=form_id).first()
    child = children_for(actor, Action.SEE_OWN).filter(pk=child_id).first()
    if form is None or child is None or actor.person_id is None:
        raise Http404
    answerable = {one.pk: one for one in _answerable(actor, form)}
    if child.pk not in answerable and not FormChild.objects.filter(form=form, child=child).exists():
        raise Http404
    given = {
        (row.child_id, row.guardian_id): row
        for row in FormAnswer.objects.in_force().filter(form=form, child__in={child.pk, *answerable})
    }
    read = _readable(actor.person_id, child, actor.today)
    own = given.get((child.pk, actor.person_id))
    left = waits_for(read, {guardian for one, guardian in given if one == child.pk}, needs_both=form.needs_both)
    is_new = own is None and form.is_same_for_siblings
    others = [
        _given(form, row, read[person]) for (one, person), row in given.items() if one == child.pk and person in read
    ]
    return OwnForm(
        form=form,
        child=child,
        own=_given(form, own, "") if own else None,
        others=[one for one in others if one.row.guardian_id != actor.person_id],
        waits_for=[read[person] for person in sorted(left) if person != actor.person_id] if form.needs_both else [],
        siblings=[
            one for one in answerable.values() if is_new and one != child and (one.pk, actor.person_id) not in given
        ],
        may_answer=form.is_open
        and child.pk in answerable
        and may_answer(has_answered=own is not None, due_on=form.due_on, today=actor.today),
    )


def _answerable(actor: Actor, form: PaperForm) -> list[Child]:
    asked = FormChild.objects.filter(form=form).values("child")
    return list(children_for(actor, Action.ANSWER_FORMS).filter(pk__in=asked).order_by("given_name", "pk"))


def _readable(person_id: UUID, child: Child, today: date) -> Mapping[UUID, str]:
    """Return the child's guardians of today whose answers this one reads, with their names."""
    guardians, homes = guardian_ids_of([child.pk], today)[child.pk], people_of_homes([child.pk]).get(child.pk, [])
    people = User.objects.sealed().in_bulk([one for one in guardians if may_read(person_id, one, homes)])
    return {person.pk: person.full_name for person in people.values()}


def _given(form: PaperForm, row: FormAnswer, name: str) -> Given:
    return Given(name, row, answer_lines(form.wording.questions, row.said))
