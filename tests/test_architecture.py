"""The house's walls: who may know whom, what a file may hold, and who may touch personal models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the roof to the floor. A room may import what stands in a later group, and its own group's own room.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"portal"}),
    frozenset({"oversight"}),
    frozenset({"attendance", "messaging"}),
    frozenset({"documents"}),
    frozenset({"children"}),
    frozenset({"notifications"}),
    frozenset({"accounts"}),
    frozenset({"portal.lib"}),
)
ROOMS = frozenset().union(*FLOORS)

# Rows about people. Outside of these places nobody asks for them but through the access rules and selectors.
PERSONAL = {
    "Absence": "attendance",
    "BackupPlacement": "children",
    "Block": "children",
    "Child": "children",
    "ChildGrant": "children",
    "Consent": "children",
    "Contact": "children",
    "CalendarFeed": "attendance",
    "DayPlan": "attendance",
    "EnquiryAnswer": "attendance",
    "EventAnswer": "attendance",
    "FormAnswer": "documents",
    "FormChild": "documents",
    "Guardianship": "children",
    "Household": "children",
    "HouseholdWeeks": "children",
    "NamedReader": "children",
    "PlanSave": "attendance",
    "Placement": "children",
    "ProtectedIdentity": "children",
    "StaffRole": "children",
    "Stay": "attendance",
    "TapEvent": "attendance",
    "UsualTime": "attendance",
    "WeekPlan": "attendance",
}
# Inside the owning room: the access table, services and selectors, whose job it is, and what else is named here.
MAY_QUERY = re.compile(
    r"^(access|actors|openings|protection|tablets|whereabouts)\.py$|^models(/|\.py$)|^(services|selectors)(/|\.py$)|^register/|^migrations/"
)


# Loaded where they are needed and not by every process, for the libraries that they bring.
HEAVY = {"children.letter_paper", "messaging.journal_paper"}


def _files() -> list[Path]:
    folders = sorted({room.partition(".")[0] for room in ROOMS})
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _room_of(module: str) -> str | None:
    if module == "portal.lib" or module.startswith("portal.lib."):
        return "portal.lib"
    top = module.partition(".")[0]
    return top if top in ROOMS else None


def _room_of_file(path: Path) -> str:
    return _room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) or ""


def _floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def wrong_imports(room: str, source: str) -> list[str]:
    """Return what a file in this room imports from a room that it may not know."""
    return [
        f"line {line}: {room} imports {module}"
        for module, line in _imports(ast.parse(source))
        if (target := _room_of(module)) and target != room and _floor(target) <= _floor(room)
    ]


def local_imports(source: str) -> list[str]:
    """Return imports of our own rooms inside functions: the way around a wall. `HEAVY` says which stand open."""
    return [
        f"line {node.lineno}: {module} inside {function.name}"
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module, _line in _imports(node)
        if _room_of(module) and module not in HEAVY
    ]


def framework_in_rules(source: str) -> list[str]:
    """Return what a `rules.py` imports beyond the standard library and other rules: no Django, no clock, no models."""
    allowed = re.compile(
        r"^(__future__|collections|dataclasses|datetime|enum|functools|hashlib|itertools|math|re|typing|unicodedata"
        r"|urllib\.parse|uuid|zoneinfo)(\.|$)"
        r"|^\w+\.(\w+_)?rules$"
    )
    return [f"line {line}: {module}" for module, line in _imports(ast.parse(source)) if not allowed.search(module)]


def foreign_queries(path_in_room: str, room: str, source: str) -> list[str]:
    """Return uses of `<PersonalModel>.objects` (or `_default_manager`) where only the owner's own rooms may."""
    return [
        f"line {node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
        and isinstance(node.value, ast.Name)
        and node.value.id in PERSONAL
        and not (PERSONAL[node.value.id] == room and MAY_QUERY.search(path_in_room))
    ]


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", _files(), ids=_named)
def test_imports_go_one_way(path: Path) -> None:
    assert wrong_imports(_room_of_file(path), path.read_text()) == []


@pytest.mark.parametrize("path", _files(), ids=_named)
def test_nothing_is_imported_behind_the_back_of_the_walls(path: Path) -> None:
    assert local_imports(path.read_text()) == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/*rules.py")), ids=_named)
def test_rules_are_plain_values_in_and_out(path: Path) -> None:
    assert framework_in_rules(path.read_text()) == []


@pytest.mark.parametrize("path", _files(), ids=_named)
def test_personal_rows_are_reached_through_their_owner(path: Path) -> None:
    room = _room_of_file(path)
    inside = str(path.relative_to(ROOT / room.partition(".")[0]))
    assert foreign_queries(inside, room, path.read_text()) == []


@pytest.mark.parametrize("path", _files(), ids=_named)
def test_no_file_has_grown_past_its_purpose(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400 or "migrations" in path.parts


def test_no_effects_hide_in_signals() -> None:
    hidden = [
        _named(path)
        for path in _files()
        if re.search(r"django\.db\.models\.signals|@receiver\(|post_save|pre_save\.connect", path.read_text())
    ]
    assert hidden == []


def test_migrations_have_names() -> None:
    assert [path.name for path in _files() if re.search(r"migrations/\d+_auto_", str(path))] == []


class TestTheWallsThemselves:
    """A wall that lets everything through would pass all of the above."""

    def test_a_wrong_import_is_seen(self) -> None:
        assert wrong_imports("children", "from attendance.models import Stay")
        assert wrong_imports("attendance", "import messaging.models")
        assert wrong_imports("portal.lib", "from accounts.models import User")
        assert wrong_imports("accounts", "from portal.views import home")
        assert not wrong_imports("attendance", "from children.models import Child\nfrom portal.lib import days")

    def test_a_local_import_is_seen(self) -> None:
        assert local_imports("def ring():\n    from notifications.tasks import sweep\n")

    def test_django_in_rules_is_seen(self) -> None:
        assert framework_in_rules("from django.utils import timezone")
        assert framework_in_rules("import time")
        assert not framework_in_rules("from datetime import date")

    def test_a_query_past_the_door_is_seen(self) -> None:
        assert foreign_queries("views/board.py", "attendance", "Child.objects.get(pk=1)")
        assert foreign_queries("views/guardian.py", "attendance", "Absence.objects.all()")
        assert foreign_queries("services.py", "attendance", "Child.objects.all()")
        assert not foreign_queries("services.py", "attendance", "Absence.objects.all()")
        assert not foreign_queries("access.py", "children", "Child.objects.all()")
