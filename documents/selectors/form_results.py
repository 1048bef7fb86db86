"""What a form has come to, for those who work with the children: who has answered what, and who has not (G06)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child
from children.selectors.people import guardian_ids_of
from children.selectors.placing import departments_of
from documents.form_rules import Question, do_differ, is_done, waits_for
from documents.models import FormAnswer, FormChild, PaperForm
from documents.selectors.form_words import Line, answer_lines, in_file
from documents.selectors.forms import forms_for


@dataclass(frozen=True)
class Answered:
    """What somebody has answered, in words. `how` says by what: login or paper."""

    row: FormAnswer
    lines: list[Line]
    recorded_by: str


@dataclass(frozen=True)
class AskedGuardian:
    """One of a child's guardians of today. Without a name to the reader it is nobody's (DOMAIN 6.1)."""

    person_id: UUID
    name: str
    is_named: bool
    answered: Answered | None
    is_waited_for: bool


@dataclass(frozen=True)
class AskedChild:
    """A child that a form is about, with its guardians of today."""

    child: Child
    department: str
    guardians: list[AskedGuardian]
    is_done: bool
    differs: bool

    @property
    def answers(self) -> list[AskedGuardian]:
        return [one for one in self.guardians if one.answered]


@dataclass(frozen=True)
class Result:
    form: PaperForm
    questions: Sequence[Question]
    children: list[AskedChild]
    unseen: int

    @property
    def done(self) -> list[AskedChild]:
        return [one for one in self.children if one.is_done]

    @property
    def waiting(self) -> list[AskedChild]:
        return [one for one in self.children if not one.is_done]

    @property
    def answered(self) -> list[AskedChild]:
        return [one for one in self.children if one.answers]

    @property
    def child_ids(self) -> list[UUID]:
        return [one.child.pk for one in self.children]


def form_result(actor: Actor, form: PaperForm) -> Result:
    """Return what the form has come to with the children of whom the actor keeps forms: eight queries at most."""
    asked = set(FormChild.objects.filter(form=form).values_list("child", flat=True))
    kept = children_for(actor, Action.KEEP_FORMS).filter(pk__in=asked)
    children = list(kept.order_by("given_name", "family_name", "pk"))
    known = _known(actor, children, FormAnswer.objects.in_force().filter(form=form))
    found = [known.asked(form, child) for child in children]
    return Result(form, form.wording.questions, found, unseen=len(asked) - len(found))


def get_asked(actor: Actor, form: PaperForm, child_id: UUID) -> AskedChild:
    """Return one child of a form. Raises `Http404` unless the actor keeps its forms."""
    asked = FormChild.objects.filter(form=form).values("child")
    child = get_object_or_404(children_for(actor, Action.KEEP_FORMS).filter(pk__in=asked), pk=child_id)
    return _known(actor, [child], FormAnswer.objects.in_force().filter(form=form)).asked(form, child)


@dataclass(frozen=True)
class _Known:
    """What is known of some children: their guardians, where they are, answers by form, and who may be named."""

    guardians: Mapping[UUID, Collection[UUID]]
    departments: Mapping[UUID, str]
    named: Collection[UUID]
    people: Mapping[UUID, User]
    rows: Mapping[tuple[UUID, UUID, UUID], FormAnswer]

    def asked(self, form: PaperForm, child: Child) -> AskedChild:
        own, questions = self.guardians[child.pk], form.wording.questions
        rows = {person: row for person in own if (row := self.rows.get((form.pk, child.pk, person)))}
        waits = waits_for(own, rows.keys(), needs_both=form.needs_both)
        is_named = child.pk in self.named
        guardians = [
            AskedGuardian(
                person,
                self.people[person].full_name if is_named else _("Vårdnadshavare"),
                is_named,
                _answered(rows[person], questions, self.people) if person in rows else None,
                person in waits,
            )
            for person in own
        ]
        return AskedChild(
            child=child,
            department=self.departments.get(child.pk, ""),
            guardians=sorted(guardians, key=lambda one: (one.name, one.person_id)),
            is_done=is_done(own, rows.keys(), needs_both=form.needs_both),
            differs=do_differ(row.said for row in rows.values()),
        )


def _known(actor: Actor, children: Collection[Child], answers: QuerySet[FormAnswer]) -> _Known:
    """Return what is known of the children, and of these answers about them: five queries."""
    ids = [child.pk for child in children]
    guardians = guardian_ids_of(ids, actor.today)
    named = set(children_for(actor, Action.SEE_CONTACTS).filter(pk__in=ids).values_list("pk", flat=True))
    rows = {(row.form_id, row.child_id, row.guardian_id): row for row in answers.filter(child__in=ids)}
    return _Known(
        guardians=guardians,
        departments={child_id: place.department for child_id, place in departments_of(ids, actor.today).items()},
        named=named,
        people=_people({person for child_id in named for person in guardians[child_id]}, rows.values()),
        rows=rows,
    )


def _people(guardians: Collection[UUID], rows: Collection[FormAnswer]) -> Mapping[UUID, User]:
    """Return those whom a page names: guardians whom the reader may know, and who has written paper in."""
    recorded = {row.recorded_by_id for row in rows if row.recorded_by_id}
    return User.objects.sealed().in_bulk({*guardians, *recorded})


def _answered(row: FormAnswer, questions: Sequence[Question], people: Mapping[UUID, User]) -> Answered:
    by = people[row.recorded_by_id].full_name if row.recorded_by_id else ""
    return Answered(row, answer_lines(questions, row.said), by)


def table(result: Result) -> Iterator[list[object]]:
    """Give the rows of the file: one for each answer, and one for each guardian who is waited for.

    A child with protected identity is in no file (DOMAIN 6.1).
    """
    for one in result.children:
        if one.child.is_protected:
            continue
        for guardian in one.guardians:
            answered = guardian.answered
            given = answered.row.said if answered else {}
            said = [in_file(question, given.get(question.id, "")) for question in result.questions]
            when = f"{answered.row.answered_at:%Y-%m-%d}" if answered else ""
            yield [one.child.full_name, one.department, guardian.name, when, how_word(answered), *said]


def how_word(answered: Answered | None) -> str:
    """Return by what somebody has answered."""
    if answered is None:
        return _("Har inte svarat")
    if answered.recorded_by:
        return _("På papper, infört av {name}").format(name=answered.recorded_by)
    return _("Undertecknat med inloggning") if answered.row.is_signed else _("Inloggad")


@dataclass(frozen=True)
class Listed:
    """A form in the list: how many children it asks."""

    form: PaperForm
    children: int


def forms_listed(actor: Actor) -> list[Listed]:
    """Return the forms of the actor's places, newest first: drafts, open ones, then closed."""
    rows = forms_for(actor).exclude(state=PaperForm.State.TEMPLATE).annotate(number=Count("about"))
    return [Listed(form, form.number) for form in rows.order_by("-changed_at", "-pk")[:200]]


@dataclass(frozen=True)
class ChildForm:
    """A form about a child on the child's own page, with the answers of its guardians of today."""

    form: PaperForm
    asked: AskedChild


def forms_of_child(actor: Actor, child_id: UUID, *, most: int = 20) -> list[ChildForm]:
    """Return the newest forms with answers about a child, none to its own guardians: they read theirs elsewhere.

    Raises `Http404` unless the actor keeps its forms.
    """
    child = get_object_or_404(children_for(actor, Action.KEEP_FORMS), pk=child_id)
    answers = FormAnswer.objects.in_force().filter(child=child_id)
    opened = forms_for(actor).filter(pk__in=answers.values("form")).exclude(opened_at=None)
    forms = list(opened.order_by("-opened_at", "-pk")[:most])
    known = _known(actor, [child], answers.filter(form__in=forms))
    return [ChildForm(form, known.asked(form, child)) for form in forms]


def history_of(actor: Actor, form: PaperForm, asked: AskedChild) -> list[tuple[str, Answered]]:
    """Return what was answered before and counts no more, the newest first, with the names that the actor may know."""
    in_force = {one.answered.row.pk for one in asked.guardians if one.answered}
    before = FormAnswer.objects.filter(form=form, child=asked.child).exclude(pk__in=in_force)
    rows = list(before.order_by("-answered_at", "-pk"))
    is_named = children_for(actor, Action.SEE_CONTACTS).filter(pk=asked.child.pk).exists()
    people = _people({row.guardian_id for row in rows} if is_named else (), rows)
    return [
        (
            people[row.guardian_id].full_name if is_named else _("Vårdnadshavare"),
            _answered(row, form.wording.questions, people),
        )
        for row in rows
    ]
