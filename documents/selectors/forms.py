"""Forms as those who work with children keep them: which may be read and written, whom each would ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from children.access import Action, children_for, departments_for, preschools_for
from children.actors import Actor
from children.models import Child, Department, Preschool
from children.reader_rules import print_of
from children.selectors.family_rows import Families, families
from children.selectors.reach import Relation, who_may
from children.selectors.reach_places import families_in
from documents.models import FormChild, PaperForm

State = PaperForm.State


def _led(actor: Actor) -> Q:
    """Return the condition of a form that the actor may write, open and close."""
    departments = departments_for(actor, Action.KEEP_FORMS).order_by().values("pk")
    preschools = preschools_for(actor, Action.KEEP_FORMS).order_by().values("pk")
    return Q(department__in=departments) | Q(preschool__in=preschools)


def forms_for(actor: Actor) -> QuerySet[PaperForm]:
    """Return the forms that the actor may read as staff: of the own places, and what a whole preschool was asked."""
    preschools = departments_for(actor, Action.KEEP_FORMS).order_by().values("preschool")
    asked_of_all = Q(department=None, state__in=[State.OPEN, State.CLOSED], preschool__in=preschools)
    return PaperForm.objects.filter(_led(actor) | asked_of_all).select_related("department", "preschool")


def get_form(actor: Actor, form_id: UUID, *, led: bool = False, lock: bool = False) -> PaperForm:
    """Return a form that is no template; `led` only one that the actor may write. Raises `Http404` otherwise."""
    forms = forms_for(actor).exclude(state=State.TEMPLATE)
    if led:
        forms = forms.filter(_led(actor))
    if lock:
        forms = forms.select_for_update(of=("self",))
    if form := forms.filter(pk=form_id).first():
        return form
    raise Http404


def is_led(actor: Actor, form: PaperForm) -> bool:
    """Tell whether the actor may write, open, close and remind, and not only read."""
    return PaperForm.objects.filter(_led(actor), pk=form.pk).exists()


def own_templates(actor: Actor) -> QuerySet[PaperForm]:
    """Return the wordings that have been kept at the preschools where the actor works or leads."""
    at = Q(preschool__in=departments_for(actor, Action.KEEP_FORMS).order_by().values("preschool"))
    at |= Q(preschool__in=preschools_for(actor, Action.KEEP_FORMS).order_by().values("pk"))
    return PaperForm.objects.filter(at, state=State.TEMPLATE)


def led_templates(actor: Actor) -> QuerySet[PaperForm]:
    """Return those of them that the actor may throw away: kept at a place where it writes forms."""
    return own_templates(actor).filter(_led(actor))


@dataclass(frozen=True)
class Place:
    """Where a form may be made."""

    id: UUID
    name: str
    is_preschool: bool


def places_for(actor: Actor) -> list[Place]:
    """Return where the actor may make a form: departments, and preschools that are led. Two queries."""
    departments = departments_for(actor, Action.KEEP_FORMS).order_by("name", "pk")
    preschools = preschools_for(actor, Action.KEEP_FORMS).order_by("name", "pk")
    return [
        *(Place(one.pk, one.name, is_preschool=False) for one in departments),
        *(Place(one.pk, one.name, is_preschool=True) for one in preschools),
    ]


def get_place(actor: Actor, place_id: UUID) -> tuple[Preschool, Department | None]:
    """Return the preschool, and the department if it is one. Raises `Http404` where the actor may make no form."""
    departments = departments_for(actor, Action.KEEP_FORMS).select_related("preschool")
    if department := departments.filter(pk=place_id).first():
        return department.preschool, department
    if preschool := preschools_for(actor, Action.KEEP_FORMS).filter(pk=place_id).first():
        return preschool, None
    raise Http404


# Whom a form asks ----------------------------------------------------------------------------------------------------


def children_at(form: PaperForm, today: date) -> set[UUID]:
    """Return the children whose families count themselves to the form's place today: one query."""
    at = Q(pk=form.department_id) if form.department_id else Q(preschool=form.preschool_id)
    return {row["child"] for row in families_in(Department.objects.filter(at), today)}


def choosable(actor: Actor, form: PaperForm) -> list[Child]:
    """Return the children that may be chosen for the form, by name."""
    at = children_at(form, actor.today)
    return list(children_for(actor, Action.KEEP_FORMS).filter(pk__in=at).order_by("given_name", "family_name", "pk"))


def may_record(actor: Actor, child_id: UUID) -> bool:
    """Tell whether the actor may write in what a guardian of this child has answered on paper."""
    return children_for(actor, Action.RECORD_FORMS).filter(pk=child_id).exists()


def chosen_for(form: PaperForm) -> set[UUID]:
    return set(FormChild.objects.filter(form=form).values_list("child", flat=True))


def children_of(form: PaperForm, today: date) -> set[UUID]:
    """Return which children a form is about: chosen, or while it is a draft for all those at its place."""
    return children_at(form, today) if form.is_for_all and form.is_draft else chosen_for(form)


Askers = Mapping[UUID, frozenset[UUID]]
"""The guardians who are asked, each with the children that they are asked about."""


def guardians_asked(child_ids: Collection[UUID], today: date) -> Askers:
    """Return who may answer for these children today: what the door asks, from the children's side."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in who_may(Action.ANSWER_FORMS, child_ids, today) if child_ids else []:
        found[reach.person_id].add(reach.child_id)
    return {person: frozenset(own) for person, own in found.items()}


@dataclass(frozen=True)
class Audience:
    """Who would be asked, as the actor may know them; `print` is posted back when it opens."""

    guardians: int
    children: int
    alone: int
    families: Families
    print: str


def audience_of(actor: Actor, child_ids: Collection[UUID]) -> Audience:
    """Return who would be asked about these children. `alone` are those for whom there is nobody to ask."""
    asked = guardians_asked(child_ids, actor.today)
    reached = {child_id for own in asked.values() for child_id in own}
    return Audience(
        guardians=len(asked),
        children=len(reached),
        alone=len(set(child_ids) - reached),
        families=families(actor, asked),
        print=mark_of(asked),
    )


def mark_of(asked: Askers) -> str:
    """Return a short mark of exactly these people and children. Another list has another mark."""
    return print_of((person, Relation.GUARDIAN, own) for person, own in asked.items())
