"""Each of the register's rows on its own: from whatever stands in the file to a plain value, or to its faults."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from children.register.fields import Fields, read_email, read_id, reference_id
from children.register.numbers import NumberFault, read_number
from children.register.report import Fault, Report, shown_code
from children.register.rows import (
    Assignment,
    Duty,
    Entity,
    Group,
    Marking,
    Membership,
    Organisation,
    Person,
    Placement,
    Relation,
    Responsible,
    Role,
)

Row = Organisation | Group | Person | Placement | Duty

MARKINGS = {
    "Ingen": Marking.NONE,
    "": Marking.NONE,
    "Sekretessmarkering": Marking.CONFIDENTIAL,
    "Skyddad folkbokföring": Marking.PROTECTED,
}
RELATIONS = {
    "Vårdnadshavare": Relation.GUARDIAN,
    "Annan ansvarig": Relation.OTHER,
    "God man": Relation.OTHER,
    "Utsedd behörig": Relation.OTHER,
}
ROLES = {
    "Rektor": Role.PRINCIPAL,
    "Förskolechef": Role.PRINCIPAL,
    "Förskollärare": Role.STAFF,
    "Barnskötare": Role.STAFF,
    "Övrig pedagogisk personal": Role.STAFF,
    "Lärare": Role.STAFF,
    "Lärarassistent": Role.STAFF,
    "Speciallärare/specialpedagog": Role.SPECIALIST,
}
ROLES_WITHOUT_CHILDREN = {
    "Annan personal",
    "Bibliotekarie",
    "Fritidspedagog",
    "Förstelärare",
    "IT-ansvarig",
    "Modersmålslärare",
    "Skoladministratör",
    "Skolassistent",
    "Skolkurator",
    "Skolpsykolog",
    "Skolsköterska",
    "Studie- och yrkesvägledare",
    "Studiehandledare",
    "Vaktmästare",
}
ORGANISATION_KINDS = {
    "Huvudman",
    "Verksamhetsområde",
    "Förvaltning",
    "Rektorsområde",
    "Skola",
    "Skolenhet",
    "Varumärke",
    "Bolag",
    "Övrigt",
}
GROUP_KINDS = {
    "Undervisning",
    "Klass",
    "Mentor",
    "Provgrupp",
    "Schema",
    "Avdelning",
    "Personalgrupp",
    "Övrigt",
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


KNOWN_FIELDS = {
    Entity.ORGANISATIONS: _names(
        "id meta displayName organisationType organisationNumber municipalityCode parentOrganisation organisationCode "
        "schoolUnitCode schoolTypes address email phoneNumber url contactInfo startDate endDate"
    ),
    Entity.GROUPS: _names(
        "id meta displayName groupType schoolType organisation startDate endDate groupMemberships groupCode code"
    ),
    Entity.PERSONS: _names(
        "id meta givenName middleName familyName civicNo birthDate sex securityMarking personStatus emails "
        "phoneNumbers addresses photo eduPersonPrincipalNames externalIdentifiers responsibles enrolments"
    ),
    Entity.PLACEMENTS: _names(
        "id meta placedAt group child owners schoolType startDate endDate reason maxWeeklyScheduleHours"
    ),
    Entity.DUTIES: _names(
        "id meta person dutyAt dutyRole dutyPercent hoursPerYear signature description assignmentRole startDate endDate"
    ),
}


def parse(entity: Entity, raw: Any, today: date, report: Report) -> tuple[str, Row | None, list[Fault]]:
    """Return the row's id, the row where it can be used, and what is wrong with all or parts of it."""
    if not isinstance(raw, dict):
        return "", None, [Fault("", _("Raden är inte ett objekt."), _("Hämta filen på nytt ur registersystemet."))]
    row_id = read_id(raw.get("id"))
    fields = Fields(raw, entity, report, KNOWN_FIELDS[entity])
    if not row_id:
        fields.fault("id", _("Raden saknar ett läsbart id (UUID)."))
    row = PARSERS[entity](fields, row_id, today)
    return row_id, None if fields.faults else row, fields.faults + fields.gaps


def marking_of(raw: Any, report: Report) -> Marking:
    """Return how the row protects its person; whatever is not understood protects."""
    code = raw.get("securityMarking") if isinstance(raw, dict) else None
    if code is None:
        return Marking.NONE
    if isinstance(code, str) and code.strip() in MARKINGS:
        return MARKINGS[code.strip()]
    report.note(_("Okänd skyddskod behandlades som Sekretessmarkering: %(count)s gånger."))
    return Marking.CONFIDENTIAL


def _organisation(fields: Fields, row_id: str, _today: date) -> Organisation:
    kind = fields.code("organisationType")
    if kind not in ORGANISATION_KINDS:
        fields.report.note(_("Okänd organisationstyp ”%s”: %%(count)s.") % shown_code(kind))
    address = fields.raw.get("address")
    starts_on, ends_on = fields.period()
    return Organisation(
        id=row_id,
        name=fields.text("displayName", 200, is_required=True),
        kind=kind,
        parent_id=fields.reference("parentOrganisation", is_required=False),
        unit_code=fields.text("schoolUnitCode", 20),
        is_preschool=_is_preschool(fields, kind),
        address=fields.address([address | {"country": address.get("country") or "Sverige"}])
        if isinstance(address, dict)
        else None,
        email=read_email(fields.raw.get("email")),
        phone=fields.single_phone("phoneNumber"),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _is_preschool(fields: Fields, kind: str) -> bool | None:
    types = fields.raw.get("schoolTypes")
    if isinstance(types, list) and types:
        return "FS" in types
    if kind in ("Skola", "Skolenhet"):
        fields.report.note(
            _("Enheter utan skolform (schoolTypes) räknas som förskolor när de har avdelningar: %(count)s.")
        )
    return None


def _group(fields: Fields, row_id: str, _today: date) -> Group:
    kind = fields.code("groupType")
    if kind not in GROUP_KINDS:
        fields.report.note(_("Okänd grupptyp ”%s”: %%(count)s.") % shown_code(kind))
    is_department = kind == "Avdelning" and fields.code("schoolType") in ("FS", "")
    if not is_department:
        return Group(row_id, "", False, "", None, None, ())
    starts_on, ends_on = fields.period()
    return Group(
        id=row_id,
        name=fields.text("displayName", 200, is_required=True),
        is_department=True,
        organisation_id=fields.reference("organisation"),
        starts_on=starts_on,
        ends_on=ends_on,
        members=_members(fields),
    )


def _members(fields: Fields) -> tuple[Membership, ...]:
    members = []
    for item in fields.objects("groupMemberships"):
        inner = Fields(item, Entity.GROUPS, fields.report, frozenset(item))
        person_id = inner.reference("person")
        starts_on, ends_on = inner.period()
        if inner.faults:
            fields.report.note(_("Medlemskap i avdelningar som inte gick att läsa: %(count)s."))
        else:
            members.append(Membership(person_id, starts_on, ends_on))
    return tuple(members)


def _person(fields: Fields, row_id: str, today: date) -> Person:
    marking = marking_of(fields.raw, fields.report)
    status = fields.code("personStatus")
    if status not in ("Aktiv", "Utvandrad", "Avliden", ""):
        fields.report.note(_("Okänd personstatus ”%s”: %%(count)s.") % shown_code(status))
    given = fields.text("givenName", 150, is_required=marking is Marking.NONE)
    family = fields.text("familyName", 150, is_required=marking is Marking.NONE)
    birth_date = fields.day("birthDate")
    if birth_date and birth_date > today:
        fields.fault("birthDate", _("Födelsedatumet ligger i framtiden."))
    number, born = _number(fields, today)
    addresses = fields.objects("addresses")
    return Person(
        id=row_id,
        given_name=given,
        family_name=family,
        number=number,
        birth_date=birth_date or born,
        number_says_born=born,
        marking=marking,
        is_dead=status == "Avliden",
        private_email=fields.emails("Privat"),
        work_email=fields.emails("Skola personal", "Arbete övrigt"),
        phone=fields.phone(),
        address=fields.address(addresses),
        responsibles=_responsibles(fields),
        has_all_responsibles=not fields.gaps,
        has_staff_account=bool(fields.raw.get("eduPersonPrincipalNames")),
    )


def _number(fields: Fields, today: date) -> tuple[str, date | None]:
    """Return the personal number (empty where there is none) and the date of birth in it."""
    civic = fields.raw.get("civicNo")
    text = civic.get("value") if isinstance(civic, dict) else None
    if civic is not None and not isinstance(civic, dict):
        fields.fault("civicNo", _("Personnumret går inte att läsa."))
        return "", None
    if text is None or text == "":
        fields.report.note(_("Personer utan personnummer: %(count)s."))
        return "", None
    if not isinstance(text, str):
        fields.fault("civicNo", _("Personnumret går inte att läsa."))
        return "", None
    try:
        number = read_number(text, today)
    except NumberFault as fault:
        fields.fault("civicNo", str(fault))
        return "", None
    if number.is_temporary:
        fields.report.note(_("Tillfälliga personnummer: %(count)s."))
    return number.value, number.birth_date


def _responsibles(fields: Fields) -> tuple[Responsible, ...]:
    """Return those responsible; each stands for itself, so that one unreadable does not shut out the child."""
    value = fields.raw.get("responsibles")
    if value is not None and not isinstance(value, list):
        fields.gap("responsibles", _("Uppgiften ska vara en lista."))
        return ()
    found: dict[str, Responsible] = {}
    for item in value or []:
        person_id = reference_id(item.get("person")) if isinstance(item, dict) else ""
        if not person_id:
            fields.gap("responsibles", _("Hänvisningen till den ansvariga går inte att läsa."))
            continue
        code = item.get("relationType")
        relation = RELATIONS.get(code, Relation.OTHER) if isinstance(code, str) else Relation.OTHER
        if relation is Relation.GUARDIAN or person_id not in found:
            found[person_id] = Responsible(person_id, relation)
        if relation is Relation.OTHER:
            fields.report.note(
                _("Ansvariga av typen ”%s” är inte vårdnadshavare och ger ingen åtkomst: %%(count)s.")
                % shown_code(code)
            )
    return tuple(found.values())


def _placement(fields: Fields, row_id: str, _today: date) -> Placement | None:
    if fields.code("schoolType") not in ("FS", ""):
        fields.report.note(_("Placeringar utanför förskolan lästes inte in: %(count)s."))
        return None
    starts_on, ends_on = fields.day("startDate", is_required=True), fields.day("endDate")
    if starts_on and ends_on and ends_on < starts_on:
        fields.fault("endDate", _("Slutdatum ligger före startdatum."))
    child = fields.raw.get("child")
    return Placement(
        id=row_id,
        child_id=fields.reference("child"),
        child_marking=marking_of(child, fields.report),
        group_id=fields.reference("group"),
        organisation_id=reference_id(fields.raw.get("placedAt")),
        owner_ids=tuple(filter(None, (reference_id(owner) for owner in fields.objects("owners")))),
        starts_on=starts_on or date.min,
        ends_on=ends_on,
        hours_per_week=_hours(fields),
    )


def _hours(fields: Fields) -> int | None:
    value = fields.raw.get("maxWeeklyScheduleHours")
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        fields.report.note(_("Timmar per vecka som inte gick att läsa lämnades tomma: %(count)s."))
        return None
    if value is None:
        return None
    if not 0 <= value <= 168:  # also false for NaN
        fields.report.note(_("Timmar per vecka som inte gick att läsa lämnades tomma: %(count)s."))
        return None
    return round(value)


def _duty(fields: Fields, row_id: str, _today: date) -> Duty:
    code = fields.code("dutyRole")
    role = ROLES.get(code, Role.NONE)
    if role is Role.NONE and code in ROLES_WITHOUT_CHILDREN:
        fields.report.note(_("Tjänster av typen ”%s” ger ingen åtkomst till barn: %%(count)s.") % code)
    elif role is Role.NONE:
        fields.report.note(_("Okänd tjänst ”%s” ger ingen åtkomst: %%(count)s.") % shown_code(code))
    starts_on, ends_on = fields.period()
    return Duty(
        id=row_id,
        person_id=fields.reference("person"),
        organisation_id=fields.reference("dutyAt"),
        role=role,
        assignments=_assignments(fields),
        starts_on=starts_on or date(2000, 1, 1),
        ends_on=ends_on,
    )


def _assignments(fields: Fields) -> tuple[Assignment, ...]:
    found = []
    for item in fields.items("assignmentRole"):
        inner = Fields(item, Entity.DUTIES, fields.report, frozenset(item))
        starts_on, ends_on = inner.period()
        group_id = inner.reference("group")
        if inner.faults:
            fields.faults.extend(Fault("assignmentRole", fault.problem, fault.advice) for fault in inner.faults)
        else:
            found.append(Assignment(group_id, starts_on, ends_on))
    return tuple(found)


PARSERS: dict[Entity, Callable[[Fields, str, date], Row | None]] = {
    Entity.ORGANISATIONS: _organisation,
    Entity.GROUPS: _group,
    Entity.PERSONS: _person,
    Entity.PLACEMENTS: _placement,
    Entity.DUTIES: _duty,
}
