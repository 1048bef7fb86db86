"""For which of a child's two homes somebody says when it comes (DOMAIN 2.8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from attendance import rules
from attendance.services.telling import Family
from children.actors import Actor
from children.models import Child
from children.selectors.homes import livings_of, seen_homes

Homes = Mapping[UUID, UUID | None]


def homes_to_plan_for(children: Sequence[Child], day: date, actor: Actor, for_family: Family | None) -> Homes:
    """Return whose the weeks from `day` on are to be, by child: None where it has one home, else the guardian's own.

    Staff have said for which home they speak. One query; one more where a child has two homes. Raises
    `ValidationError` for a guardian who lives in neither, and for staff who have not said it.
    """
    livings = livings_of([child.pk for child in children], day, day)
    homes: dict[UUID, UUID | None] = {child.pk: None for child in children}
    if livings:
        own = _own(livings, actor, for_family)
        for child in children:
            if there := livings.get(child.pk):
                homes[child.pk] = _one_of(there[0], own.get(child.pk), child, for_family)
    return homes


def home_of_day(child: Child, day: date, actor: Actor, for_family: Family | None) -> tuple[UUID | None, bool]:
    """Return for which home the actor speaks of this day, and whether that home collects the child on it.

    As `homes_to_plan_for`; and raises `ValidationError` on the day's times where it is wholly the other home's.
    """
    livings = livings_of([child.pk], day, day)
    homes = rules.homes_on(livings.get(child.pk, ()), day)
    if homes is None:
        return None, True
    home = _one_of(livings[child.pk][0], _own(livings, actor, for_family).get(child.pk), child, for_family)
    if not homes.concerns(home):
        said = _("Den dagen är {name} hos det andra hemmet, som lägger tiderna.")
        raise ValidationError({"intervals": said.format(name=child.given_name)})
    return home, homes.evening == home


def of_homes(homes: Homes) -> Q:
    """Return the condition for rows of these children that are the homes' own."""
    condition = Q(child__in=[child_id for child_id, home in homes.items() if home is None], household=None)
    for child_id, home in homes.items():
        if home is not None:
            condition |= Q(child=child_id, household=home)
    return condition


def _own(child_ids: Collection[UUID], actor: Actor, for_family: Family | None) -> dict[UUID, UUID | None]:
    if for_family is not None:
        return dict.fromkeys(child_ids, for_family.home)
    if actor.person_id is None:
        return {}
    return {child_id: homes.own for child_id, homes in seen_homes(child_ids, actor.person_id).items()}


def _one_of(living: rules.Living, home: UUID | None, child: Child, for_family: Family | None) -> UUID:
    if home in (living.first, living.second):
        return home
    if for_family is not None:
        raise ValidationError(_("{name} har två hem. Välj vilket det gäller.").format(name=child.given_name))
    raise ValidationError({"starts_on": _("{name} har två hem, och tiderna läggs där.").format(name=child.given_name)})
