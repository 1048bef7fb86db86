"""The register's rows as plain values, after each has been read on its own.

Ids are the register's. Dates are days in the preschools' time zone, both ends included.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


class Entity(StrEnum):
    """The register's five lists; the value is the file's name and the word in reports."""

    ORGANISATIONS = "organisations"
    GROUPS = "groups"
    PERSONS = "persons"
    PLACEMENTS = "placements"
    DUTIES = "duties"


class Marking(IntEnum):
    """How a person is protected; a higher value protects more."""

    NONE = 0
    CONFIDENTIAL = 1
    PROTECTED = 2


class Relation(StrEnum):
    GUARDIAN = "guardian"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    postal_code: str
    locality: str
    country: str


@dataclass(frozen=True, slots=True)
class Organisation:
    id: str
    name: str
    kind: str
    parent_id: str
    unit_code: str
    is_preschool: bool | None
    """None where the provider does not say which types of school the organisation runs."""
    address: Address | None
    email: str
    phone: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Membership:
    person_id: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    is_department: bool
    organisation_id: str
    starts_on: date | None
    ends_on: date | None
    members: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Responsible:
    person_id: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    given_name: str
    family_name: str
    number: str
    """Twelve characters, or empty."""
    birth_date: date | None
    number_says_born: date | None
    marking: Marking
    is_dead: bool
    private_email: str
    work_email: str
    phone: str
    address: Address | None
    responsibles: tuple[Responsible, ...]
    has_all_responsibles: bool
    """False where one of them could not be read."""
    has_staff_account: bool


@dataclass(frozen=True, slots=True)
class Placement:
    id: str
    child_id: str
    child_marking: Marking
    group_id: str
    organisation_id: str
    owner_ids: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    hours_per_week: int | None


class Role(StrEnum):
    """What a duty becomes."""

    PRINCIPAL = "principal"
    STAFF = "staff"
    SPECIALIST = "specialist"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Assignment:
    group_id: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Duty:
    id: str
    person_id: str
    organisation_id: str
    role: Role
    assignments: tuple[Assignment, ...]
    starts_on: date
    ends_on: date | None
