"""The register of the invented municipality: made by `make_register`, then given the names that the table prints.

It goes in through the real importer, as any municipality's would.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from portal.demo.people import AMINA, EVA, JOHAN, JONAS, MARIA, MIKAEL, SARA, Figure

CHILDREN = 118
SEED = 7
PRESCHOOLS = {
    "Förskolan Granliden": ("Blåsippan", "Ekorren", "Tallkotten", "Vitsippan", "Solrosen", "Murklan"),
    "Förskolan Sjöstjärnan": ("Musslan", "Snäckan", "Pärlan", "Koralen", "Sjögräset", "Tången"),
}
TWO_HOMES = "Nyberg Holm"
LEFT, LEFT_BEFORE = "Lova", timedelta(days=300)
LISTS = ("organisations", "groups", "persons", "placements", "duties")

Row = dict[str, Any]


@dataclass
class Register:
    """The five lists of a register, as rows that can be changed before they are written back."""

    folder: Path
    today: date
    lists: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in LISTS:
            self.lists[name] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))["data"]
        self.persons = {row["id"]: row for row in self.lists["persons"]}
        self.placements = {row["child"]["id"]: row for row in self.lists["placements"]}

    def write(self) -> None:
        for name, rows in self.lists.items():
            text = json.dumps({"data": rows, "pageToken": None}, ensure_ascii=False)
            (self.folder / f"{name}.json").write_text(text, encoding="utf-8")

    def group(self, name: str) -> Row:
        return next(row for row in self.lists["groups"] if row["displayName"] == name)

    def is_placed_today(self, child: Row) -> bool:
        placement = self.placements[child["id"]]
        return placement["startDate"] <= self.today.isoformat() and "endDate" not in placement

    def families(self) -> list[tuple[list[Row], list[Row]]]:
        """Return guardians and children of each family, in the register's order."""
        found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.lists["persons"]:
            if guardians := tuple(each["person"]["id"] for each in row.get("responsibles", [])):
                found[guardians].append(row)
        return [([self.persons[key] for key in keys], children) for keys, children in found.items()]

    def staff_of(self, group: Row) -> list[Row]:
        """Return the persons who work in the department, in the register's order."""
        return [
            self.persons[duty["person"]["id"]]
            for duty in self.lists["duties"]
            if any(role["group"]["id"] == group["id"] for role in duty.get("assignmentRole", []))
        ]


def name_everybody(folder: Path, today: date) -> None:
    """Give places and the people of the table their names in the files of `folder`."""
    register = Register(folder, today)
    _name_places(register)
    _name_family(register)
    _name_two_homes(register)
    _name_staff(register)
    _mark_one_as_protected(register)
    _add_one_who_left(register)
    register.write()


def _name_places(register: Register) -> None:
    units = [row for row in register.lists["organisations"] if row["organisationType"] == "Skolenhet"]
    for row in register.lists["organisations"]:
        if row["organisationType"] == "Rektorsområde":
            row["displayName"] = "Rektorsområde Öster"
    for unit, (name, departments) in zip(units, PRESCHOOLS.items(), strict=False):
        unit["displayName"] = name
        groups = [row for row in register.lists["groups"] if row["organisation"]["id"] == unit["id"]]
        for group, department in zip_longest(groups, departments[: len(groups)]):
            group["displayName"] = department


def _name_family(register: Register) -> None:
    """Make one family of two guardians and two children into Amina's, at Blåsippan and Ekorren."""
    guardians, children = _family_of_four(register)
    for row, figure in zip(guardians, (AMINA, JOHAN), strict=True):
        _become(row, figure)
        row["addresses"] = [guardians[0]["addresses"][0]]
    older, younger = sorted(children, key=lambda row: str(row["birthDate"]))
    for row, name, department in ((older, "Elsa", "Blåsippan"), (younger, "Hugo", "Ekorren")):
        row["givenName"], row["familyName"] = name, "Lind"
        _move(register, row, department)
        register.placements[row["id"]]["maxWeeklyScheduleHours"] = 40


def _name_two_homes(register: Register) -> None:
    """Make another family of four into Sara's and Mikael's, who live apart and have their children in turns."""
    guardians, children = _family_of_four(register)
    for row, figure in zip(guardians, (SARA, MIKAEL), strict=True):
        _become(row, figure)
    elsewhere = next(others for others, _children in register.families() if others[0] not in guardians)
    guardians[1]["addresses"] = elsewhere[0].get("addresses", [])
    older, younger = sorted(children, key=lambda row: str(row["birthDate"]))
    for row, name, department in ((older, "Alma", "Blåsippan"), (younger, "Nils", "Ekorren")):
        row["givenName"], row["familyName"] = name, TWO_HOMES
        _move(register, row, department)
        register.placements[row["id"]]["maxWeeklyScheduleHours"] = 40


def _family_of_four(register: Register) -> tuple[list[Row], list[Row]]:
    """Return the next family of two guardians and two children, more than a year apart, that has no name yet."""
    return next(
        (guardians, children)
        for guardians, children in register.families()
        if len(guardians) == 2
        and len(children) == 2
        and guardians[0]["familyName"] != AMINA.family_name
        and all(register.is_placed_today(child) for child in children)
        and abs(_born(children[0]) - _born(children[1])) > timedelta(days=400)
        and not any(row["securityMarking"] != "Ingen" for row in (*guardians, *children))
    )


def _name_staff(register: Register) -> None:
    principal = next(duty for duty in register.lists["duties"] if duty["dutyRole"] == "Rektor")
    _become(register.persons[principal["person"]["id"]], EVA)
    _become(register.staff_of(register.group("Blåsippan"))[0], MARIA)
    jonas = register.staff_of(register.group("Musslan"))[0]
    _become(jonas, JONAS)
    # Jonas works at one preschool and has a child at the other.
    tallkotten = register.group("Tallkotten")["id"]
    child = next(
        child
        for _guardians, children in register.families()
        for child in children
        if len(children) == 1
        and register.placements[child["id"]]["group"]["id"] == tallkotten
        and child["securityMarking"] == "Ingen"
        and register.is_placed_today(child)
    )
    child["givenName"], child["familyName"] = "Noor", "Ek"
    register.placements[child["id"]] |= {"maxWeeklyScheduleHours": 15, "reason": "Erbjuden tid"}
    child["responsibles"][0] = {"person": {"id": jonas["id"]}, "relationType": "Vårdnadshavare"}
    register.placements[child["id"]]["owners"][0] = {"id": jonas["id"]}


def _mark_one_as_protected(register: Register) -> None:
    """Mark one child and its guardians at Blåsippan: on every page they bear an alias."""
    department = register.group("Blåsippan")["id"]
    guardians, children = next(
        (guardians, children)
        for guardians, children in register.families()
        if len(children) == 1
        and register.placements[children[0]["id"]]["group"]["id"] == department
        and register.is_placed_today(children[0])
    )
    for row in (*guardians, *children):
        row["securityMarking"] = "Sekretessmarkering"
        row.pop("addresses", None)
    register.placements[children[0]["id"]]["child"]["securityMarking"] = "Sekretessmarkering"


def _add_one_who_left(register: Register) -> None:
    """Give Amina's family an older child, who left Blåsippan months before the demo begins."""
    elsa = next(row for row in register.lists["persons"] if (row["givenName"], row["familyName"]) == ("Elsa", "Lind"))
    lova = elsa | {"id": str(uuid5(UUID(elsa["id"]), LEFT)), "givenName": LEFT}
    lova["birthDate"] = (_born(elsa) - timedelta(days=900)).isoformat()
    del lova["civicNo"]
    register.lists["persons"].append(lova)
    register.lists["placements"].append(
        register.placements[elsa["id"]]
        | {
            "id": str(uuid5(UUID(lova["id"]), "placement")),
            "child": {"id": lova["id"], "securityMarking": lova["securityMarking"]},
            "startDate": (register.today - timedelta(days=900)).isoformat(),
            "endDate": (register.today - LEFT_BEFORE).isoformat(),
        }
    )


def _born(child: Row) -> date:
    return date.fromisoformat(child["birthDate"])


def _become(row: Row, figure: Figure) -> None:
    row["givenName"], row["familyName"] = figure.given_name, figure.family_name
    row["emails"] = [{**row["emails"][0], "value": figure.email}]


def _move(register: Register, child: Row, department: str) -> None:
    placement, group = register.placements[child["id"]], register.group(department)
    for each in register.lists["groups"]:
        members = each["groupMemberships"]
        each["groupMemberships"] = [row for row in members if row["person"]["id"] != child["id"]]
    placement["group"], placement["placedAt"] = {"id": group["id"]}, group["organisation"]
    group["groupMemberships"].append({"person": {"id": child["id"]}, "startDate": placement["startDate"]})
