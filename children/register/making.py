"""An invented register of any size, for demos and measurements. The same seed gives the same register.

Nobody in it exists: personal numbers are valid in form but drawn at random, addresses of mail end in example.org,
and telephone numbers lie in the series that is set aside for fiction.
"""

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from children.register.numbers import check_digit
from children.register.rows import Entity

PRESCHOOL_SIZE = 85
DEPARTMENT_SIZE = 17
PRESCHOOLS_IN_AREA = 4

GIRLS = (
    "Alma Alva Amina Astrid Ebba Elsa Ester Fatima Hanna Ines Iris Juni Leyla Lova Maja Mira Nora Ronja "
    "Saga Selma Signe Siri Sofia Stella Tuva Vera Wilma Zahra"
)
BOYS = (
    "Adam Ali Arvid Axel Björn Edvin Elias Emil Folke Hugo Ibrahim Isak Ivar Johan Leo Liam Love Milo "
    "Nils Noah Olle Omar Otto Sixten Ture Vidar Viggo Yusuf"
)
GROWN = (
    "Amal Anders Anna Birgit David Elin Emma Erik Eva Fredrik Gustav Hassan Helena Ingrid Jonas Karin "
    "Khadija Lars Lina Linda Magnus Maria Mehmet Mikael Nadia Oskar Petra Piotr Sara Tomas Ulrika Åsa"
)
FAMILIES = (
    "Abdi Ahmed Andersson Berg Björk Dahl Ek Eriksson Forsberg Gustafsson Hansson Holm Ibrahim Jansson "
    "Johansson Karlsson Kowalska Larsson Lind Lindqvist Lund Mohamud Nguyen Nilsson Nyström Olsson "
    "Persson Sandberg Sjöberg Ström Svensson Wallin Åberg Öberg"
)
PLACES = (
    "Backen Björken Blåklinten Blåsippan Bäcken Dungen Eken Fjärilen Gläntan Grinden Gullvivan Hagen "
    "Hasseln Höjden Kapellet Kastanjen Klövern Kullen Linden Lyckan Myran Måsen Nyckeln Skatan Skogen "
    "Smultronet Solrosen Sparven Stigen Tallen Trollet Uttern Vinden Äpplet Ängen Örnen"
)
BERRIES = ["Blåbär", "Lingon", "Hallon", "Smultron", "Björnbär", "Krusbär"]
STREETS = ["Björkvägen", "Ekgatan", "Hasselstigen", "Kyrkogatan", "Parkvägen", "Skolgatan", "Ängsvägen"]
PLAIN = str.maketrans("åäöÅÄÖ", "aaoaao")


@dataclass(slots=True)
class Family:
    """Guardians who live together or apart, and the children that are still to be placed."""

    guardians: list[str]
    family_name: str
    address: dict[str, str]
    children_left: int
    is_protected: bool


@dataclass(slots=True)
class Maker:
    """Draws rows one after the other, so that a register of any size needs little memory."""

    children: int
    seed: int
    today: date
    dice: random.Random = field(init=False)
    serials: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 (invented people, the same ones each time)

    def rows(self) -> Iterator[tuple[Entity, dict[str, Any]]]:
        """Yield all rows, each with the list that it belongs to."""
        head = {"displayName": "Lövköpings kommun", "organisationType": "Huvudman", "municipalityCode": "9999"}
        municipality = self._row(**head)
        yield Entity.ORGANISATIONS, municipality
        left, number, area, families = self.children, 0, municipality, list[Family]()
        while left > 0:
            if number % PRESCHOOLS_IN_AREA == 0:
                area = self._area(municipality, number // PRESCHOOLS_IN_AREA)
                yield Entity.ORGANISATIONS, area
                yield from self._staff(area, "Rektor", None)
            size = min(left, self.dice.randint(PRESCHOOL_SIZE - 20, PRESCHOOL_SIZE + 20))
            yield from self._preschool(area, number, size, families)
            left -= size
            number += 1

    # Places -------------------------------------------------------------------------------------------------------

    def _area(self, parent: dict[str, Any], number: int) -> dict[str, Any]:
        name = f"Rektorsområde {['Öster', 'Väster', 'Norr', 'Söder', 'Centrum'][number % 5]} {number // 5 + 1}"
        return self._row(displayName=name, organisationType="Rektorsområde", parentOrganisation=_ref(parent))

    def _preschool(
        self, area: dict[str, Any], number: int, size: int, families: list[Family]
    ) -> Iterator[tuple[Entity, dict[str, Any]]]:
        names = PLACES.split()
        name = names[number % len(names)] + (f" {number // len(names) + 1}" if number >= len(names) else "")
        preschool = self._row(
            displayName=f"Förskolan {name}",
            organisationType="Skolenhet",
            schoolUnitCode=f"7{number:07}",
            schoolTypes=["FS"],
            parentOrganisation=_ref(area),
            address=self._address() | {"country": "Sverige"},
        )
        yield Entity.ORGANISATIONS, preschool
        for place in range(max(1, round(size / DEPARTMENT_SIZE))):
            count = size // max(1, round(size / DEPARTMENT_SIZE))
            count += place < size % max(1, round(size / DEPARTMENT_SIZE))
            yield from self._department(preschool, BERRIES[place % len(BERRIES)], count, families)
        yield from self._staff(preschool, "Speciallärare/specialpedagog", None)

    def _department(
        self, preschool: dict[str, Any], name: str, size: int, families: list[Family]
    ) -> Iterator[tuple[Entity, dict[str, Any]]]:
        group = self._row(
            displayName=name,
            startDate="2024-08-01",
            groupType="Avdelning",
            schoolType="FS",
            organisation=_ref(preschool),
        )
        members = []
        for _number in range(size):
            family = self._family_with_room(families)
            if family is None:
                family, guardians = self._family()
                families.append(family)
                for guardian in guardians:
                    yield Entity.PERSONS, guardian
            child = self._child(family)
            yield Entity.PERSONS, child
            placement = self._placement(preschool, group, child, family)
            yield Entity.PLACEMENTS, placement
            members.append({"person": _ref(child), "startDate": placement["startDate"]})
        yield Entity.GROUPS, group | {"groupMemberships": members}
        for role in ("Förskollärare", "Förskollärare", "Barnskötare", "Barnskötare"):
            yield from self._staff(preschool, role, group)

    # People -------------------------------------------------------------------------------------------------------

    def _family_with_room(self, families: list[Family]) -> Family | None:
        """Return a family that places one more child here: siblings mostly share a preschool."""
        families[:] = [family for family in families[-40:] if family.children_left]
        return self.dice.choice(families) if families and self.dice.random() < 0.45 else None

    def _family(self) -> tuple[Family, list[dict[str, Any]]]:
        draw = self.dice.random
        address, name = self._address(), self.dice.choice(FAMILIES.split())
        is_protected, is_single, is_separated = draw() < 0.006, draw() < 0.09, draw() < 0.14
        guardians = [self._grown_up(name, address, is_protected=is_protected)]
        if not is_single:
            other = self.dice.choice(FAMILIES.split()) if draw() < 0.3 else name
            guardians.append(self._grown_up(other, self._address() if is_separated else address, is_protected=False))
        left = self.dice.choices([1, 2, 3], [78, 20, 2])[0]
        return Family([row["id"] for row in guardians], name, address, left, is_protected), guardians

    def _grown_up(self, family_name: str, address: dict[str, str], *, is_protected: bool) -> dict[str, Any]:
        born = self.today - timedelta(days=self.dice.randint(22 * 365, 48 * 365))
        row = self._person(self.dice.choice(GROWN.split()), family_name, born, is_protected=is_protected)
        row["emails"] = [{"value": self._email(row), "type": "Privat"}]
        row["phoneNumbers"] = [{"value": self._phone(), "type": "Hem", "mobile": True}]
        if not is_protected:
            row["addresses"] = [{"type": "Folkbokföring", **address, "country": "Sverige"}]
        return row

    def _child(self, family: Family) -> dict[str, Any]:
        family.children_left -= 1
        born = self.today - timedelta(days=self.dice.randint(380, 6 * 365 - 30))
        name = self.dice.choice((GIRLS if self.dice.random() < 0.5 else BOYS).split())
        row = self._person(name, family.family_name, born, is_protected=family.is_protected)
        row["responsibles"] = [
            {"person": {"id": guardian}, "relationType": "Vårdnadshavare"} for guardian in family.guardians
        ]
        return row

    def _staff(
        self, organisation: dict[str, Any], role: str, group: dict[str, Any] | None
    ) -> Iterator[tuple[Entity, dict[str, Any]]]:
        born = self.today - timedelta(days=self.dice.randint(23 * 365, 64 * 365))
        row = self._person(
            self.dice.choice(GROWN.split()), self.dice.choice(FAMILIES.split()), born, is_protected=False
        )
        row["emails"] = [{"value": self._email(row), "type": "Skola personal"}]
        row["phoneNumbers"] = [{"value": self._phone(), "type": "Arbete övrigt", "mobile": True}]
        row["addresses"] = [{"type": "Folkbokföring", **self._address(), "country": "Sverige"}]
        row["eduPersonPrincipalNames"] = [f"{row['id'][:12]}@example.org"]
        yield Entity.PERSONS, row
        duty = self._row(
            person=_ref(row), dutyAt=_ref(organisation), dutyRole=role, dutyPercent=100, startDate="2024-08-01"
        )
        if group:
            duty["assignmentRole"] = [{"group": _ref(group), "assignmentRoleType": role, "startDate": "2024-08-01"}]
        yield Entity.DUTIES, duty

    def _person(self, given: str, family: str, born: date, *, is_protected: bool) -> dict[str, Any]:
        return self._row(
            givenName=given,
            familyName=family,
            civicNo={"value": self._number(born), "nationality": "SE"},
            birthDate=born.isoformat(),
            securityMarking=self.dice.choice(["Sekretessmarkering", "Skyddad folkbokföring"])
            if is_protected
            else "Ingen",
            personStatus="Aktiv",
        )

    def _number(self, born: date) -> str:
        while True:
            nine = f"{born:%y%m%d}{self.dice.randrange(1000):03}"
            number = f"{born:%Y}"[:2] + nine + str(check_digit(nine))
            if number not in self.serials:
                self.serials.add(number)
                return number

    # Placements ---------------------------------------------------------------------------------------------------

    def _placement(
        self, preschool: dict[str, Any], group: dict[str, Any], child: dict[str, Any], family: Family
    ) -> dict[str, Any]:
        hours = self.dice.choices([15, 20, 30, 40, 50], [15, 3, 27, 30, 25])[0]
        starts_on = max(date.fromisoformat(child["birthDate"]) + timedelta(days=365), date(self.today.year, 8, 10))
        starts_on = min(starts_on, self.today - timedelta(days=1))
        draw = self.dice.random()
        if draw < 0.02:
            starts_on = self.today + timedelta(days=self.dice.randint(5, 45))
        row = self._row(
            placedAt=_ref(preschool),
            group=_ref(group),
            child={"id": child["id"], "securityMarking": child["securityMarking"]},
            owners=[{"id": guardian} for guardian in family.guardians],
            schoolType="FS",
            startDate=starts_on.isoformat(),
            reason="Erbjuden tid" if hours == 15 else "Omsorgsbehov",
            maxWeeklyScheduleHours=hours,
        )
        if 0.02 <= draw < 0.05:
            ended = max(starts_on, self.today - timedelta(days=self.dice.randint(10, 90)))
            row["endDate"] = ended.isoformat()
        return row

    # Small things ---------------------------------------------------------------------------------------------------

    def _row(self, **values: Any) -> dict[str, Any]:
        moment = f"{self.today.isoformat()}T06:00:00+01:00"
        row_id = str(UUID(int=self.dice.getrandbits(128), version=4))
        return {"id": row_id, "meta": {"created": moment, "modified": moment}, **values}

    def _address(self) -> dict[str, str]:
        return {
            "streetAddress": f"{self.dice.choice(STREETS)} {self.dice.randint(1, 120)}",
            "postalCode": f"999 {self.dice.randint(10, 99)}",
            "locality": "Lövköping",
        }

    def _email(self, row: dict[str, Any]) -> str:
        name = f"{row['givenName']}.{row['familyName']}".lower().translate(PLAIN)
        return f"{name}.{row['id'][:8]}@example.org"

    def _phone(self) -> str:
        return f"+46701740{self.dice.randint(605, 699)}"


def _ref(row: dict[str, Any]) -> dict[str, str]:
    return {"id": row["id"]}


def make_register(out: Path, *, children: int, seed: int, today: date) -> dict[Entity, int]:
    """Write the five files of an invented register to a folder; return how many rows each has."""
    out.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(Entity, 0)
    with ExitStack() as stack:
        files: dict[Entity, TextIO] = {}
        for entity in Entity:
            files[entity] = stack.enter_context((out / f"{entity}.json").open("w", encoding="utf-8"))
            files[entity].write('{"data": [\n')
        for entity, row in Maker(children, seed, today).rows():
            files[entity].write(",\n" if counts[entity] else "")
            files[entity].write(json.dumps(row, ensure_ascii=False))
            counts[entity] += 1
        for file in files.values():
            file.write('\n], "pageToken": null}\n')
    return counts
