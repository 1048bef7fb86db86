"""What the register's rows say together: who is a child, who is whose guardian, and which rows hang in the air.

Pure. A row is left out when what it needs is missing or was itself left out; the report names each, with the reason.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from children.register.gathering import Gathered
from children.register.places import Known, Places, settle_places
from children.register.report import Fault, Report
from children.register.rows import (
    Assignment,
    Duty,
    Entity,
    Marking,
    Person,
    Placement,
    Relation,
    Responsible,
    Role,
)

PRESCHOOL_YEARS = 7
GROWN_UP_YEARS = 10


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role that a duty gives: at exactly one of area, preschool and department."""

    id: str
    duty_id: str
    person_id: str
    role: Role
    area_id: str
    preschool_id: str
    department_id: str
    starts_on: date
    ends_on: date | None


@dataclass(slots=True)
class Plan:
    """What the register wants the portal to hold. Ids are the register's."""

    places: Places
    children: dict[str, Person] = field(default_factory=dict)
    adults: dict[str, Person] = field(default_factory=dict)
    guardians: dict[str, tuple[str, ...]] = field(default_factory=dict)
    guardians_are_open: set[str] = field(default_factory=set)
    """Children whose row did not name all guardians readably: nobody of theirs is taken away."""
    placements: dict[str, list[Placement]] = field(default_factory=dict)
    roles: dict[str, list[RoleRow]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    markings: dict[str, Marking] = field(default_factory=dict)


def settle(gathered: Gathered, known: Known, today: date, report: Report) -> Plan:
    """Return what is to be written, and report each row that cannot be."""
    places = settle_places(gathered, known, report)
    plan = Plan(places, markings=gathered.markings)
    _leave_out_wrong_numbers(gathered, report)
    plan.dead = {person.id for person in gathered.persons.values() if person.is_dead}
    if plan.dead:
        report.note(_("Avlidna personer, som räknas som borta ur registret: %(count)s."), len(plan.dead))
    _Settling(gathered, known, today, report, plan).settle()
    return plan


def _leave_out_wrong_numbers(gathered: Gathered, report: Report) -> None:
    """Leave out rows whose number is not theirs: it contradicts the date of birth, or another row has it first."""
    holders: dict[str, list[Person]] = defaultdict(list)
    for person in gathered.persons.values():
        if person.number:
            holders[person.number].append(person)
    for sharing in holders.values():
        sharing.sort(key=_contradicts_itself)  # stable: of equals, the first row in the file keeps the number
        for place, person in enumerate(sharing):
            if place or _contradicts_itself(person):
                problem = _("Personnumret stämmer inte med födelsedatumet.")
                if place:
                    problem = _("Samma personnummer står på person %s.") % sharing[0].id
                fault = Fault("civicNo", problem, _("Rätta personnumret i registersystemet och läs in igen."))
                report.skip(Entity.PERSONS, person.id, fault)
                del gathered.persons[person.id]
                gathered.bad[Entity.PERSONS].add(person.id)


def _contradicts_itself(person: Person) -> bool:
    return bool(person.number_says_born and person.number_says_born != person.birth_date)


class _Settling:
    def __init__(self, gathered: Gathered, known: Known, today: date, report: Report, plan: Plan):
        self.gathered, self.known, self.today, self.report, self.plan = gathered, known, today, report, plan
        self.placements = self._all_placements()

    def settle(self) -> None:
        self._find_children()
        self._settle_guardians()
        self._settle_placements()
        self._settle_duties()

    # Persons ------------------------------------------------------------------------------------------------------

    def _age(self, person: Person) -> int | None:
        return None if person.birth_date is None else self.today.year - person.birth_date.year

    def _find_children(self) -> None:
        placed = self._placed()
        for person in self.gathered.persons.values():
            age = self._age(person)
            is_child = person.id in placed or person.id in self.known.children
            if not is_child and age is not None and age < PRESCHOOL_YEARS:
                is_child = any(one.relation is Relation.GUARDIAN for one in person.responsibles)
            if is_child and not person.is_dead and (age is None or age < GROWN_UP_YEARS):
                self.plan.children[person.id] = person

    def _placed(self) -> set[str]:
        return {row.child_id for row in self.placements} | self.gathered.bad_placement_children

    def _adult(self, person_id: str) -> bool:
        """Take a grown-up in; False when the person is not among the good rows."""
        person = self.gathered.persons.get(person_id)
        if person is None or person.is_dead or person_id in self.plan.children:
            return False
        self.plan.adults[person_id] = person
        return True

    def _fault_of_person(self, field: str, person_id: str) -> Fault | None:
        """Return what is wrong with a reference to a person; None when it can be used."""
        if person_id in self.gathered.persons:
            return None
        if person_id in self.gathered.bad[Entity.PERSONS]:
            return _left_out(field, person_id)
        if Entity.PERSONS not in self.gathered.whole and person_id in self.known.persons | self.known.children:
            return None
        return _unknown(field, person_id)

    def _settle_guardians(self) -> None:
        for person in self.gathered.persons.values():
            good = self._good_responsibles(person)
            if len(good) < len(person.responsibles) or not person.has_all_responsibles:
                self.plan.guardians_are_open.add(person.id)
            if person.id in self.plan.children:
                alive = [one for one in good if one.person_id not in self.plan.dead]
                for one in alive:
                    self._adult(one.person_id)
                guardians = (one.person_id for one in alive if one.relation is Relation.GUARDIAN)
                self.plan.guardians[person.id] = tuple(guardians)

        placed = self._placed()
        for child_id, responsible_ids in self.gathered.bad_person_responsibles.items():
            if child_id in placed:  # only the child's row is at fault; its family goes in, and gets no access by that
                for responsible_id in responsible_ids:
                    self._adult(responsible_id)

    def _good_responsibles(self, person: Person) -> list[Responsible]:
        good = []
        for one in person.responsibles:
            fault = self._fault_of_responsible(person, one.person_id, one.relation)
            if fault:
                self.report.skip(Entity.PERSONS, person.id, fault)
            else:
                good.append(one)
        return good

    def _fault_of_responsible(self, person: Person, responsible_id: str, relation: Relation) -> Fault | None:
        field = "responsibles"
        fault = self._fault_of_person(field, responsible_id)
        if fault is None and relation is Relation.GUARDIAN:
            age = self._age(person)
            if age is not None and age > 18:
                problem = _("Personen är vuxen och kan inte ha vårdnadshavare.")
                fault = Fault(field, problem, _("Ta bort vårdnadshavaren i registersystemet."))
            elif responsible_id in self.plan.children:
                problem = _("Vårdnadshavaren %s är själv ett barn.") % responsible_id
                fault = Fault(field, problem, _("Rätta hänvisningen i registersystemet."))
        return fault

    # Placements ---------------------------------------------------------------------------------------------------

    def _all_placements(self) -> Iterable[Placement]:
        if Entity.PLACEMENTS in self.gathered.sent:
            return list(self.gathered.placements.values())
        return self._from_memberships()

    def _from_memberships(self) -> list[Placement]:
        """Return placements made of memberships, for providers that serve no placements."""
        found: list[Placement] = []
        for group in self.gathered.groups.values():
            for member in group.members if group.is_department else ():
                person = self.gathered.persons.get(member.person_id)
                age = self._age(person) if person else None
                if age is not None and age >= GROWN_UP_YEARS:
                    continue  # staff are members too, at some providers
                starts_on = member.starts_on or group.starts_on or (person and person.birth_date)
                if starts_on:
                    row_id = f"{group.id}:{member.person_id}:{starts_on:%y%m}"[-80:]
                    found.append(
                        Placement(
                            id=row_id,
                            child_id=member.person_id,
                            child_marking=Marking.NONE,
                            group_id=group.id,
                            organisation_id=group.organisation_id,
                            owner_ids=(),
                            starts_on=starts_on,
                            ends_on=member.ends_on,
                            hours_per_week=None,
                        )
                    )
        self.report.note(
            _("Registret har inga placeringar. Medlemskap i avdelningar användes i stället: %(count)s."), len(found)
        )
        return _one_at_a_time(found)

    def _settle_placements(self) -> None:
        by_child: dict[str, list[Placement]] = defaultdict(list)
        owners_elsewhere = 0
        for row in self.placements:
            if row.child_id in self.plan.dead:
                continue
            faults = list(filter(None, (self._fault_of_child(row), self._fault_of_group(row))))
            faults = faults or list(filter(None, [self._fault_of_overlap(row, by_child[row.child_id])]))
            for fault in faults:
                self.report.skip(Entity.PLACEMENTS, row.id, fault)
            if faults:
                self.gathered.bad[Entity.PLACEMENTS].add(row.id)
                continue
            by_child[row.child_id].append(row)
            guardians = self.plan.guardians.get(row.child_id, row.owner_ids)
            for owner_id in row.owner_ids:
                if owner_id not in guardians:
                    owners_elsewhere += 1
                    self._adult(owner_id)
        self.plan.placements = {child_id: rows for child_id, rows in by_child.items() if rows}
        if owners_elsewhere:
            self.report.note(
                _("Placeringarnas ägare som inte är vårdnadshavare får ingen åtkomst till barnet: %(count)s."),
                owners_elsewhere,
            )

    def _fault_of_child(self, row: Placement) -> Fault | None:
        fault = self._fault_of_person("child", row.child_id)
        if fault is None and row.child_id in self.gathered.persons and row.child_id not in self.plan.children:
            fault = Fault("child", _("Personen är inte i förskoleåldern."), _("Rätta placeringen i registersystemet."))
        return fault

    def _fault_of_group(self, row: Placement) -> Fault | None:
        return self.plan.places.fault_of_department("group", row.group_id)

    def _fault_of_overlap(self, row: Placement, others: list[Placement]) -> Fault | None:
        for other in others:
            if row.starts_on <= (other.ends_on or date.max) and other.starts_on <= (row.ends_on or date.max):
                problem = _("Placeringen krockar med placering %s för samma barn.") % other.id
                return Fault("startDate", problem, _("Avsluta den ena placeringen innan den andra börjar."))
        return None

    # Duties -------------------------------------------------------------------------------------------------------

    def _settle_duties(self) -> None:
        for duty in self.gathered.duties.values():
            if duty.person_id in self.plan.dead:
                continue
            faults, roles = self._roles_of(duty)
            for fault in faults:
                self.report.skip(Entity.DUTIES, duty.id, fault)
            if faults:
                self.gathered.bad[Entity.DUTIES].add(duty.id)
            elif roles:
                self._adult(duty.person_id)
                self.plan.roles[duty.id] = roles
        self._take_others_in()

    def _take_others_in(self) -> None:
        """Take in staff without a duty, and those who are in the portal already; say how many are left."""
        with_duty = {duty.person_id for duty in self.gathered.duties.values()}
        lonely = 0
        for person in self.gathered.persons.values():
            is_staff = person.has_staff_account and person.id not in with_duty
            if is_staff and person.id not in self.plan.children and person.id not in self.plan.adults:
                lonely += self._adult(person.id)
            elif person.id in self.known.persons:
                self._adult(person.id)
        if lonely:
            self.report.note(_("Personal utan tjänst i registret lades in utan åtkomst: %(count)s."), lonely)
        unused = len(self.gathered.persons) - len(self.plan.children) - len(self.plan.adults) - len(self.plan.dead)
        if unused > 0:
            self.report.note(_("Personer som inte har med förskolan att göra lästes inte in: %(count)s."), unused)

    def _roles_of(self, duty: Duty) -> tuple[list[Fault], list[RoleRow]]:
        places = self.plan.places
        if not places.concerns_preschool(duty.organisation_id, [one.group_id for one in duty.assignments]):
            return [], []
        fault = self._fault_of_person("person", duty.person_id)
        if fault is None and duty.person_id in self.plan.children:
            fault = Fault("person", _("Personen är ett barn."), _("Rätta hänvisningen i registersystemet."))
        if fault or duty.role is Role.NONE:
            return ([fault] if fault else []), []
        if duty.role is Role.STAFF and duty.assignments:
            return self._assigned_roles(duty)
        fault = places.fault_of_workplace("dutyAt", duty.organisation_id)
        if fault:
            return [fault], []
        is_area = duty.organisation_id in places.area_ids
        area_id, preschool_id = (duty.organisation_id, "") if is_area else ("", places.unit_of(duty.organisation_id))
        row = RoleRow(
            duty.id, duty.id, duty.person_id, duty.role, area_id, preschool_id, "", duty.starts_on, duty.ends_on
        )
        return [], [row]

    def _assigned_roles(self, duty: Duty) -> tuple[list[Fault], list[RoleRow]]:
        faults: list[Fault] = []
        roles: dict[str, RoleRow] = {}
        for one in duty.assignments:
            fault = self.plan.places.fault_of_department("assignmentRole", one.group_id)
            if fault:
                faults.append(fault)
                continue
            starts_on, ends_on = _common_days(duty, one)
            if ends_on and ends_on < starts_on:
                problem = _("Uppdragets datum ligger utanför tjänstens.")
                faults.append(Fault("assignmentRole", problem, _("Rätta datumen i registersystemet.")))
                continue
            row_id = f"{duty.id}:{one.group_id}"
            if row_id in roles:
                row_id += f":{starts_on:%y%m%d}"
            roles[row_id] = RoleRow(
                row_id, duty.id, duty.person_id, duty.role, "", "", one.group_id, starts_on, ends_on
            )
        return faults, list(roles.values())


def _common_days(duty: Duty, one: Assignment) -> tuple[date, date | None]:
    starts_on = max(duty.starts_on, one.starts_on or duty.starts_on)
    ends = [day for day in (duty.ends_on, one.ends_on) if day]
    return starts_on, min(ends) if ends else None


def _one_at_a_time(rows: list[Placement]) -> list[Placement]:
    """End each child's earlier membership the day before the next begins: providers often leave them open."""
    by_child: dict[str, list[Placement]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.starts_on, row.id)):
        earlier = by_child[row.child_id]
        if earlier:
            last = earlier[-1]
            day_before = row.starts_on - timedelta(days=1)
            if (last.ends_on is None or last.ends_on >= row.starts_on) and day_before >= last.starts_on:
                earlier[-1] = replace(last, ends_on=day_before)
        earlier.append(row)
    return [row for rows_of_child in by_child.values() for row in rows_of_child]


def _unknown(field: str, person_id: str) -> Fault:
    return Fault(
        field,
        _("Personen %s finns inte bland registrets personer.") % person_id,
        _("Lägg till personen i registersystemet, eller rätta hänvisningen."),
    )


def _left_out(field: str, person_id: str) -> Fault:
    return Fault(field, _("Personen %s lästes inte in.") % person_id, _("Rätta först felet på personens egen rad."))
