"""A small invented register that a test can bend: one preschool, two departments, two families, two of the staff."""

from __future__ import annotations

import io
import json
import zipfile
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from children.models import Area, Child, Department, Guardianship, Placement, Preschool, ProtectedIdentity, StaffRole
from children.register.importing import import_register
from children.register.numbers import check_digit
from children.register.report import Report
from portal.lib import clock, days

SAMPLES = Path(__file__).resolve().parent / "register"


def rid(name: str) -> str:
    """Return the register's id of somebody or something, from a name that the test knows it by."""
    return str(uuid5(NAMESPACE_URL, name))


def number(born: date, serial: int) -> str:
    """Return a valid personal number."""
    nine = f"{born:%y%m%d}{serial:03}"
    return f"{born:%Y}"[:2] + nine + str(check_digit(nine))


class Register:
    """Rows by list. `lists` is what the files will hold; helpers change one row at a time."""

    def __init__(self) -> None:
        self.lists: dict[str, Any] = {
            "organisations": [
                {"id": rid("kommun"), "displayName": "Lövköpings kommun", "organisationType": "Huvudman"},
                {
                    "id": rid("öster"),
                    "displayName": "Rektorsområde Öster",
                    "organisationType": "Rektorsområde",
                    "parentOrganisation": {"id": rid("kommun")},
                },
                {
                    "id": rid("eken"),
                    "displayName": "Förskolan Eken",
                    "organisationType": "Skolenhet",
                    "schoolTypes": ["FS"],
                    "parentOrganisation": {"id": rid("öster")},
                },
            ],
            "groups": [self._group("blåbär"), self._group("lingon")],
            "persons": [],
            "placements": [],
            "duties": [],
        }
        for serial, name in enumerate(("Amina", "Johan", "Sara", "Eva", "Maria"), 101):
            self.grown_up(name, serial)
        self.child("Elsa", 201, "Amina", "Johan")
        self.child("Hugo", 202, "Amina", "Johan")
        self.child("Leo", 203, "Sara")
        self.duty("rektor", "Eva", "Rektor", "öster")
        self.duty("maria", "Maria", "Förskollärare", "eken", "blåbär")

    def _group(self, name: str) -> dict[str, Any]:
        return {
            "id": rid(name),
            "displayName": name.capitalize(),
            "groupType": "Avdelning",
            "schoolType": "FS",
            "organisation": {"id": rid("eken")},
            "startDate": "2024-08-01",
            "groupMemberships": [],
        }

    def _person(self, name: str, born: date, serial: int) -> dict[str, Any]:
        row = {
            "id": rid(name),
            "givenName": name,
            "familyName": "Lind",
            "civicNo": {"value": number(born, serial), "nationality": "SE"},
            "birthDate": born.isoformat(),
            "securityMarking": "Ingen",
            "personStatus": "Aktiv",
        }
        self.lists["persons"].append(row)
        return row

    def grown_up(self, name: str, serial: int) -> dict[str, Any]:
        row = self._person(name, date(1988, 4, 12), serial)
        row["emails"] = [{"value": f"{name}@example.org", "type": "Privat"}]
        row["phoneNumbers"] = [{"value": "070-174 06 05", "type": "Hem", "mobile": True}]
        row["addresses"] = [{"type": "Folkbokföring", "streetAddress": "Ekgatan 1", "locality": "Lövköping"}]
        return row

    def child(self, name: str, serial: int, *guardians: str, department: str = "blåbär") -> dict[str, Any]:
        row = self._person(name, days.today() - timedelta(days=1200), serial)
        row["responsibles"] = [
            {"person": {"id": rid(guardian)}, "relationType": "Vårdnadshavare"} for guardian in guardians
        ]
        self.placement(name, name, department)
        return row

    def placement(self, name: str, child: str, department: str, starts_on: str = "2025-08-10") -> dict[str, Any]:
        row = {
            "id": rid(f"placering {name}"),
            "placedAt": {"id": rid("eken")},
            "group": {"id": rid(department)},
            "child": {"id": rid(child), "securityMarking": "Ingen"},
            "owners": [],
            "schoolType": "FS",
            "startDate": starts_on,
            "maxWeeklyScheduleHours": 40,
        }
        self.lists["placements"].append(row)
        return row

    def duty(self, name: str, person: str, role: str, place: str, department: str = "") -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": rid(f"tjänst {name}"),
            "person": {"id": rid(person)},
            "dutyAt": {"id": rid(place)},
            "dutyRole": role,
            "startDate": "2024-08-01",
        }
        if department:
            row["assignmentRole"] = [{"group": {"id": rid(department)}, "assignmentRoleType": role}]
        self.lists["duties"].append(row)
        return row

    def row(self, entity: str, name: str) -> dict[str, Any]:
        """Return one row by the name that the test knows it by."""
        return next(row for row in self.lists[entity] if row["id"] == rid(name))

    def remove(self, entity: str, name: str) -> dict[str, Any]:
        row = self.row(entity, name)
        self.lists[entity].remove(row)
        return row

    def copy(self) -> Register:
        return deepcopy(self)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.lists.items():
            text = json.dumps({"data": rows, "pageToken": None})
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
        for old in folder.glob("*.json"):
            if old.stem not in self.lists:
                old.unlink()
        return folder

    def take_in(self, folder: Path, **options: Any) -> Report:
        """Write the files and import them, as the command does."""
        return import_register(self.write(folder), now=clock.now(), **options)


def child_named(name: str) -> Child:
    return Child.objects.get(register_id=rid(name))


def person_named(name: str) -> User:
    return User.objects.get(register_id=rid(name))


def packed(name: str = "lovkoping") -> SimpleUploadedFile:
    """Return a sample as somebody would upload it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (SAMPLES / name).iterdir():
            archive.write(file, file.name)
    return SimpleUploadedFile("export.zip", content.getvalue())


TABLES = (Area, Preschool, Department, User, Child, Placement, Guardianship, StaffRole, ProtectedIdentity)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.removed


def contents() -> dict[str, list[Any]]:
    """Return everything that the import can write, so that two states can be compared."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}
