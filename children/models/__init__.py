"""Whose child it is: places, people, and the doors between them."""

from children.models.consents import Consent, ConsentRule, Purpose, ShownChange
from children.models.doors import ChildGrant, Letter, NamedReader, PairingCode, ProtectedIdentity, Tablet
from children.models.homes import Household, HouseholdWeeks
from children.models.people import (
    BackupPlacement,
    Block,
    Child,
    Contact,
    Guardianship,
    Placement,
    StaffRole,
)
from children.models.places import MOST_VISIBLE_BEFORE_DAYS, Area, Department, Municipality, Preschool
from children.models.register import RegisterRun

__all__ = [
    "MOST_VISIBLE_BEFORE_DAYS",
    "Area",
    "BackupPlacement",
    "Block",
    "Child",
    "ChildGrant",
    "Consent",
    "ConsentRule",
    "Contact",
    "Department",
    "Guardianship",
    "Household",
    "HouseholdWeeks",
    "Letter",
    "Municipality",
    "NamedReader",
    "PairingCode",
    "Placement",
    "Preschool",
    "ProtectedIdentity",
    "Purpose",
    "RegisterRun",
    "ShownChange",
    "StaffRole",
    "Tablet",
]
