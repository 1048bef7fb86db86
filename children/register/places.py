"""Areas, preschools and departments out of the register's organisations and groups. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from children.register.gathering import Gathered
from children.register.report import Fault, Report
from children.register.rows import Entity, Group, Organisation


@dataclass(frozen=True, slots=True)
class Known:
    """Ids that earlier runs have brought in: what a list may point to that was not sent this time."""

    areas: frozenset[str] = frozenset()
    preschools: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()


@dataclass(slots=True)
class Places:
    """What the portal is to hold of places, and what may be pointed to."""

    areas: list[Organisation] = field(default_factory=list)
    preschools: list[tuple[Organisation, str]] = field(default_factory=list)
    """Each with the id of its area, or an empty one."""
    departments: list[tuple[Group, str]] = field(default_factory=list)
    """Each with the id of its preschool."""
    area_ids: set[str] = field(default_factory=set)
    preschool_ids: set[str] = field(default_factory=set)
    department_ids: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    other_ids: set[str] = field(default_factory=set)
    """Organisations and groups of the register that are not the preschool's."""
    units: dict[str, str] = field(default_factory=dict)
    """From a school (Skola) to its only unit (Skolenhet)."""

    def unit_of(self, organisation_id: str) -> str:
        """Return the preschool that an organisation stands for."""
        return self.units.get(organisation_id, organisation_id)

    def concerns_preschool(self, organisation_id: str, group_ids: Iterable[str]) -> bool:
        """Tell whether a duty is the preschool's: false only for a known workplace of another kind."""
        ids = {self.unit_of(organisation_id), *group_ids}
        return not ids <= self.other_ids

    def fault_of_department(self, name: str, group_id: str) -> Fault | None:
        """Return what is wrong with a reference to a department; None when it can be used."""
        if group_id in self.department_ids:
            return None
        if group_id in self.left_out:
            problem, advice = _("Avdelningen %s lästes inte in."), _("Rätta först felet på avdelningens egen rad.")
        elif group_id in self.other_ids:
            problem, advice = _("Gruppen %s är inte en avdelning."), _("Välj en grupp av typen Avdelning.")
        else:
            problem = _("Avdelningen %s finns inte bland registrets grupper.")
            advice = _("Lägg till avdelningen i registersystemet, eller rätta hänvisningen.")
        return Fault(name, problem % group_id, advice)

    def fault_of_workplace(self, name: str, organisation_id: str) -> Fault | None:
        """Return what is wrong with a reference to an area or a preschool; None when it can be used."""
        unit_id = self.unit_of(organisation_id)
        if unit_id in self.area_ids or unit_id in self.preschool_ids:
            return None
        if unit_id in self.left_out:
            problem, advice = _("Enheten %s lästes inte in."), _("Rätta först felet på enhetens egen rad.")
        elif unit_id in self.other_ids:
            problem = _("Enheten %s är varken rektorsområde eller förskola.")
            advice = _("Rätta tjänstgöringsplatsen i registersystemet.")
        else:
            problem = _("Enheten %s finns inte bland registrets organisationer.")
            advice = _("Lägg till enheten i registersystemet, eller rätta hänvisningen.")
        return Fault(name, problem % organisation_id, advice)


def settle_places(gathered: Gathered, known: Known, report: Report) -> Places:
    """Return areas, preschools and departments; report departments that hang in the air."""
    places = Places(left_out=gathered.bad[Entity.ORGANISATIONS] | gathered.bad[Entity.GROUPS])
    organisations = gathered.organisations
    departments = [group for group in gathered.groups.values() if group.is_department]
    with_departments = {group.organisation_id for group in departments}
    _find_units(organisations, places)
    for row in organisations.values():
        if row.kind == "Rektorsområde":
            places.areas.append(row)
            places.area_ids.add(row.id)
        elif _is_preschool(row, with_departments, places):
            places.preschools.append((row, _area_of(row, organisations, report)))
            places.preschool_ids.add(row.id)
        else:
            places.other_ids.add(row.id)
    if Entity.ORGANISATIONS not in gathered.whole:
        places.area_ids |= known.areas
        places.preschool_ids |= known.preschools
    for group in departments:
        _settle_department(group, places, gathered, report)
    if Entity.GROUPS not in gathered.whole:
        places.department_ids |= known.departments
    places.other_ids |= {group.id for group in gathered.groups.values() if not group.is_department}
    return places


def _find_units(organisations: dict[str, Organisation], places: Places) -> None:
    """A school with one unit below it stands for that unit; one without units is a unit itself."""
    below: dict[str, list[str]] = {}
    for row in organisations.values():
        if row.kind == "Skolenhet":
            below.setdefault(row.parent_id, []).append(row.id)
    for row in organisations.values():
        if row.kind == "Skola" and len(below.get(row.id, ())) == 1:
            places.units[row.id] = below[row.id][0]


def _is_preschool(row: Organisation, with_departments: set[str], places: Places) -> bool:
    if row.id in places.units or row.is_preschool is False:
        return False
    if row.kind in ("Skolenhet", "Skola"):
        return bool(row.is_preschool) or row.id in with_departments
    return bool(row.is_preschool) and row.id in with_departments


def _area_of(row: Organisation, organisations: dict[str, Organisation], report: Report) -> str:
    seen = {row.id}
    parent_id = row.parent_id
    while parent_id and parent_id not in seen:
        seen.add(parent_id)
        parent = organisations.get(parent_id)
        if parent is None:
            break
        if parent.kind == "Rektorsområde":
            return parent.id
        parent_id = parent.parent_id
    report.note(_("Förskolor utan rektorsområde ovanför sig: %(count)s. Rektorn ser dem inte förrän det är rättat."))
    return ""


def _settle_department(group: Group, places: Places, gathered: Gathered, report: Report) -> None:
    preschool_id = places.unit_of(group.organisation_id)
    if preschool_id in places.preschool_ids:
        places.departments.append((group, preschool_id))
        places.department_ids.add(group.id)
        return
    places.left_out.add(group.id)
    gathered.bad[Entity.GROUPS].add(group.id)
    fault = places.fault_of_workplace("organisation", group.organisation_id)
    if fault is None:  # an area has no departments of its own
        problem = _("Enheten %s är ingen förskola.") % group.organisation_id
        fault = Fault("organisation", problem, _("Rätta avdelningens enhet i registersystemet."))
    report.skip(Entity.GROUPS, group.id, fault)
