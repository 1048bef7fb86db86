"""What the department's tablet shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from attendance import rules
from attendance.rules import State
from attendance.selectors import words
from attendance.selectors.facts import ChangedDay, Known, known
from children.access import Action
from children.actors import Actor
from children.models import Child, Department
from children.prepared_access import Asked, child_rows
from children.rules import is_birthday
from children.selectors.placing import Place
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Row

ORDER = {State.LATE: 0, State.EXPECTED: 1, State.PRESENT: 2, State.LEFT: 3, State.ABSENT: 4, State.CLOSED: 5}
NAMED = Asked(("id", "given_name", "family_name", "birth_date", "allergy", "protection"), kept_apart=True)
IDS = Asked(("id",))


class BoardChild(NamedTuple):
    """A child, and whether there is somebody from whom it must be kept away."""

    child: Child
    is_kept_apart: bool


@dataclass(frozen=True)
class Mark:
    """A small mark on a tile: `kind` as components/mark.html has it."""

    kind: str
    label: str


@dataclass(frozen=True)
class Tile:
    """One child on the board, ready to print (components/tile.html).

    `note` and `allergy` are empty without a PIN. `order` is what tiles are sorted by.
    """

    child_id: UUID
    name: str
    initials: str
    tint: int
    state: str
    text: str
    detail: str
    tap: str
    tap_words: str
    order: str
    marks: tuple[Mark, ...] = ()
    more_url: str = ""
    note: str = ""
    allergy: str = ""
    last: bool = False
    waiting: bool = False
    chosen: bool = False


@dataclass(frozen=True)
class Counts:
    """How many are expected (the late among them), here, gone and absent (the closed among them)."""

    expected: int = 0
    present: int = 0
    left: int = 0
    absent: int = 0
    late: int = 0

    @classmethod
    def of(cls, states: Iterable[State]) -> Counts:
        found = list(states)
        return cls(
            expected=sum(state in (State.EXPECTED, State.LATE) for state in found),
            present=found.count(State.PRESENT),
            left=found.count(State.LEFT),
            absent=sum(state in (State.ABSENT, State.CLOSED) for state in found),
            late=found.count(State.LATE),
        )


@dataclass(frozen=True)
class Board:
    department: Department
    today: date
    now: datetime
    tiles: tuple[Tile, ...] = ()
    counts: Counts = field(default_factory=Counts)

    @property
    def child_ids(self) -> list[UUID]:
        return [tile.child_id for tile in self.tiles]


def board_of(
    department: Department, *, actor: Actor, now: datetime, more_url: Callable[[UUID], str] | None = None
) -> Board:
    """Return the department's children as tiles, next expected first: three queries; with a PIN one more, or two.

    What the hall may not read (DOMAIN 3.14) is on it only for an actor who may read notes: a person, or a PIN.
    """
    rows = _tiles(_children(department, actor), actor, department, now, more_url)
    return Board(
        department=department,
        today=days.day_of(now),
        now=days.local(now),
        tiles=tuple(sorted((tile for tile, _state in rows), key=lambda tile: tile.order)),
        counts=Counts.of(state for _tile, state in rows),
    )


def tiles_of(
    department: Department,
    *,
    actor: Actor,
    now: datetime,
    child_ids: Iterable[UUID],
    more_url: Callable[[UUID], str] | None = None,
) -> list[Tile]:
    """Return these tiles as the board has them, without children that the actor does not see: as many queries."""
    children = _named(child_rows(actor, Action.SEE_CHILD, NAMED, among=set(child_ids)))
    return [made for made, _state in _tiles(children, actor, department, now, more_url)]


def _children(department: Department, actor: Actor) -> list[BoardChild]:
    """Return those of the department's children whom the actor sees."""
    at = None if actor.place_id == department.pk else department.pk  # a tablet sees no others
    return _named(child_rows(actor, Action.SEE_CHILD, NAMED, at=at))


def _named(rows: Iterable[Row]) -> list[BoardChild]:
    """Return children with what a tile prints: the other columns are encrypted, and take time to open."""
    return [BoardChild(of_row(Child, NAMED.columns, row), is_kept_apart) for *row, is_kept_apart in rows]


def _here(child_id: UUID, department: Department) -> Place:
    """Return the department as the child's place: on its own board every child is there."""
    preschool = department.preschool
    return Place(
        child_id, date.min, None, department.id, department.name, preschool.id, preschool.name, preschool.area_id, False
    )


def _tiles(
    children: list[BoardChild],
    actor: Actor,
    department: Department,
    now: datetime,
    more_url: Callable[[UUID], str] | None,
) -> list[tuple[Tile, State]]:
    if not children:
        return []
    today = days.day_of(now)
    ids = [child.pk for child, _apart in children]
    facts = known(ids, today, today, places={child_id: [_here(child_id, department)] for child_id in ids})
    readable = {child_id for (child_id,) in child_rows(actor, Action.SEE_NOTES, IDS, among=ids)}
    families = _known_families(actor, facts)
    return [
        _tile(
            child,
            facts,
            now,
            is_barred=is_kept_apart,
            is_open=child.pk in readable,
            knows_family=child.pk in families,
            more_url=more_url,
        )
        for child, is_kept_apart in children
    ]


def _known_families(actor: Actor, facts: Known) -> set[UUID]:
    """Return those of the children somebody is said to collect today whose family the actor may know."""
    said = [
        child_id
        for (child_id, day) in facts.day_plans
        if (plan := facts.changed_day(child_id, day)) and (plan.guardian_name or plan.contact_name)
    ]
    if not said or actor.person is None:
        return set()
    return {child_id for (child_id,) in child_rows(actor, Action.SEE_CONTACTS, IDS, among=said)}


def _tile(
    child: Child,
    facts: Known,
    now: datetime,
    *,
    is_barred: bool,
    is_open: bool,
    knows_family: bool,
    more_url: Callable[[UUID], str] | None,
) -> tuple[Tile, State]:
    today = days.day_of(now)
    plan, state = facts.day(child.pk, now)
    day_plan = facts.changed_day(child.pk, today)
    tap = next(iter(rules.allowed_taps(state.state)))
    first = {State.PRESENT: state.collected_at}.get(state.state, state.expected_at)
    who = words.collector_on_board(day_plan, is_protected=child.is_protected, knows_family=knows_family)
    made = Tile(
        child_id=child.pk,
        name=child.tile_name,
        initials=child.initials,
        tint=child.tint,
        state=words.badge(state, plan, with_reason=is_open),
        text=words.badge_text(state, plan, with_reason=is_open),
        # Illness and leave are told apart by "till och med" and "åter", too.
        detail=_detail(
            replace(state, reason=None) if state.reason and not is_open else state, plan, who, today, facts, child.pk
        ),
        tap=tap.value,
        tap_words=_("Hämta") if tap == rules.Tap.LEFT else _("Lämna in"),
        order=f"{ORDER[state.state]} {words.clock(first) or '99:99'} {child.tile_name} {child.pk}",
        marks=_marks(
            child,
            state,
            day_plan,
            today,
            is_barred=is_barred,
            is_open=is_open,
            asks_homes=bool(plan.seam) and state.state in (State.EXPECTED, State.LATE, State.PRESENT),
        ),
        more_url=more_url(child.pk) if more_url else "",
        note=day_plan.note if day_plan and is_open else "",
        allergy=child.allergy if is_open else "",
    )
    return made, state.state


def _detail(state: rules.DayState, plan: rules.PlannedDay, who: str, today: date, facts: Known, child_id: UUID) -> str:
    """Return the tile's second line: when and by whom the child is collected, or when it is back."""
    if state.state == State.LATE:
        return words.times(plan.attending)
    if state.state in (State.EXPECTED, State.PRESENT):
        return " · ".join(filter(None, [words.clock(state.collected_at), who]))
    if state.state == State.LEFT:
        return _("åter {time}").format(time=words.clock(state.returns_at)) if state.returns_at else ""
    if state.state == State.ABSENT and plan.is_free and plan.absence is None:
        return _("enligt lovsvar") if state.reason else ""
    if state.state == State.ABSENT:
        return words.until_words(state, today, facts, child_id)
    return plan.closed


def _marks(
    child: Child,
    state: rules.DayState,
    day_plan: ChangedDay | None,
    today: date,
    *,
    is_barred: bool,
    is_open: bool,
    asks_homes: bool,
) -> tuple[Mark, ...]:
    """Return the tile's marks. Without a PIN one neutral word stands for all that must be read with one.

    `asks_homes`: the times of the child's two homes do not meet today.
    """
    note = day_plan.note if day_plan else ""
    marks = []
    if state.gaps:
        marks.append(Mark("gap", words.gaps(state)))
    if is_open:
        if is_barred:
            marks.append(Mark("barred", _("Hämtspärr")))
        if child.allergy:
            marks.append(Mark("allergy", _("Allergi")))
        if note:
            marks.append(Mark("note", _("Lapp")))
        if state.forgotten_since:
            marks.append(Mark("hours", _("Glömd hämtning")))
        if asks_homes:
            marks.append(Mark("hours", _("Fråga hemmen")))
    elif is_barred or child.allergy or note or asks_homes:
        marks.append(Mark("read", _("Läs")))
    if child.birth_date and not child.is_protected and is_birthday(child.birth_date, today):
        marks.append(Mark("birthday", _("{years} år!").format(years=today.year - child.birth_date.year)))
    return tuple(marks)
