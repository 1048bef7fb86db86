"""To whom somebody may write bulletins, and which of them the person may change or withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils.translation import gettext as _

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Area, Department, Preschool
from children.prepared_access import DEPARTMENT, PRESCHOOL, prepared_for_actor
from children.selectors.people import kept_away_from
from children.selectors.reach import who_may
from children.selectors.reach_places import roles_in
from messaging.models import Bulletin, BulletinChild
from messaging.selectors.bulletin_readers import Audience
from portal.lib.models import of_row
from portal.lib.prepared import Row, Rows

TO_DEPARTMENT, TO_CHILDREN, TO_PRESCHOOL, TO_AREA, TO_ALL = "avdelning", "barn", "forskola", "omrade", "kommun"


@prepared_for_actor
def _departments(actor: Actor) -> Rows:
    rows = access.departments_for(actor, Action.ANNOUNCE).order_by("preschool__name", "name", "pk")
    return rows.values_list(*DEPARTMENT, "preschool__name")


def _department(row: Row) -> Department:
    department = of_row(Department, DEPARTMENT, row[:-1])
    department.preschool = of_row(Preschool, ("id", "name"), (department.preschool_id, row[-1]))
    return department


@prepared_for_actor
def _preschools(actor: Actor) -> Rows:
    rows = access.preschools_for(actor, Action.OVERSEE).order_by("name", "pk")
    return rows.values_list(*PRESCHOOL)


@prepared_for_actor
def _areas(actor: Actor) -> Rows:
    return access.areas_for(actor).order_by("name", "pk").values_list("id", "name")


@dataclass(frozen=True)
class Writing:
    """What somebody may write to. Never from a tablet: who will read needs a screen of one's own."""

    actor: Actor

    @cached_property
    def departments(self) -> list[Department]:
        return [_department(row) for row in _departments(self.actor)]

    @cached_property
    def preschools(self) -> list[Preschool]:
        return [of_row(Preschool, PRESCHOOL, row) for row in _preschools(self.actor)]

    @cached_property
    def areas(self) -> list[Area]:
        """Those of which the actor leads every preschool."""
        if not any(preschool.area_id for preschool in self.preschools):
            return []
        return [of_row(Area, ("id", "name"), row) for row in _areas(self.actor)]

    @cached_property
    def to_all(self) -> bool:
        return access.can(self.actor, Action.BROADCAST)

    def __bool__(self) -> bool:
        return bool(self.departments or self.preschools or self.to_all)

    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return to whom, in groups, each as what is posted and its name."""
        groups = [
            (_("Avdelningar"), [(f"{TO_DEPARTMENT}:{one.pk}", self._named(one)) for one in self.departments]),
            (_("Förskolor"), [(f"{TO_PRESCHOOL}:{one.pk}", one.name) for one in self.preschools]),
            (_("Områden"), [(f"{TO_AREA}:{one.pk}", Audience(area=one).name) for one in self.areas]),
            (_("Kommunen"), [(TO_ALL, Audience(is_to_all=True).name)] if self.to_all else []),
            (_("Utvalda barn"), [(f"{TO_CHILDREN}:{one.pk}", self._some_of(one)) for one in self.departments]),
        ]
        return [group for group in groups if group[1]]

    @cached_property
    def _is_in_one_house(self) -> bool:
        return len({one.preschool_id for one in self.departments}) == 1

    def _named(self, department: Department) -> str:
        return department.name if self._is_in_one_house else f"{department.name}, {department.preschool.name}"

    def _some_of(self, department: Department) -> str:
        return _("Utvalda barn på {department}").format(department=self._named(department))

    def audience(self, key: str, child_ids: frozenset[UUID] = frozenset()) -> Audience:
        """Return the audience of what was posted. Raises `Http404` for what is not among the choices."""
        kind, _colon, place = key.partition(":")
        rows: dict[str, list[Department] | list[Preschool] | list[Area]] = {
            TO_DEPARTMENT: self.departments,
            TO_PRESCHOOL: self.preschools,
            TO_AREA: self.areas,
        }
        if kind == TO_ALL and self.to_all:
            return Audience(is_to_all=True)
        if kind == TO_CHILDREN:
            return Audience(child_ids=child_ids)
        found = next((one for one in rows.get(kind, []) if str(one.pk) == place), None)
        if isinstance(found, Department):
            return Audience(department=found)
        if isinstance(found, Preschool):
            return Audience(preschool=found)
        if isinstance(found, Area):
            return Audience(area=found)
        raise Http404

    def allows(self, audience: Audience, action: Action = Action.ANNOUNCE) -> bool:
        """Tell whether the actor may write to all of this audience, or do more with what is written to it."""
        if audience.is_to_chosen:
            theirs = access.children_for(self.actor, action).filter(pk__in=audience.child_ids)
            return bool(audience.child_ids) and theirs.count() == len(audience.child_ids)
        if audience.is_to_all:
            return self.to_all
        if audience.area:
            return audience.area.pk in {one.pk for one in self.areas}
        if audience.preschool:
            return audience.preschool.pk in {one.pk for one in self.preschools}
        return audience.department is not None and access.can(self.actor, action, audience.department)

    def condition(self) -> Q:
        """Return the condition of a bulletin to an audience to which the actor may write."""
        chosen = BulletinChild.objects.filter(bulletin=OuterRef("pk"))
        theirs = access.children_for(self.actor, Action.ANNOUNCE).values("pk")
        condition = Q(department__in=[one.pk for one in self.departments])
        condition |= Q(preschool__in=[one.pk for one in self.preschools])
        condition |= Q(area__in=[one.pk for one in self.areas])
        if self.departments:
            condition |= Q(Exists(chosen), ~Exists(chosen.exclude(child__in=theirs)), is_to_chosen=True)
        return condition | Q(is_to_all=True) if self.to_all else condition


def principals_of(audience: Audience, today: date) -> set[UUID]:
    """Return who leads where it goes today; of chosen children nobody from whom one of them must be kept."""
    if audience.is_to_chosen:
        kept_away = kept_away_from(audience.child_ids)
        reached = who_may(Action.OVERSEE, audience.child_ids, today)
        return {reach.person_id for reach in reached if reach.person_id not in kept_away}
    return {*roles_in(Action.OVERSEE, audience.departments(), today).values_list("person_id", flat=True)}


def get_writable(actor: Actor, bulletin_id: UUID) -> Bulletin:
    """Return a bulletin that the actor may change or withdraw; of the drafts the own ones. Raises `Http404`."""
    rows = Bulletin.objects.exclude(leaves_at=None) | Bulletin.objects.drafts_of(actor.person_id)
    rows = rows.select_related("department__preschool", "preschool", "area", "written_by", "sent_by")
    if bulletin := rows.filter(Writing(actor).condition(), pk=bulletin_id).first():
        return bulletin
    raise Http404
