"""Reading a whole register into plain rows, and what each row lacks by itself. No database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from children.register.fields import read_id, reference_id
from children.register.parsing import marking_of, parse
from children.register.reading import RegisterFile, Source, UnreadableFile
from children.register.report import Fault, Report
from children.register.rows import Duty, Entity, Group, Marking, Organisation, Person, Placement

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Gathered:
    """A register as it was read: good rows by id, the ids of bad ones, and which lists were read to their end."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    bad: dict[Entity, set[str]] = field(default_factory=lambda: {entity: set() for entity in Entity})
    bad_placement_children: set[str] = field(default_factory=set)
    """Children of placements that are themselves unusable: they are children all the same."""
    bad_person_responsibles: dict[str, list[str]] = field(default_factory=dict)
    """Those responsible for persons whose own rows are unusable."""
    elsewhere: set[str] = field(default_factory=set)
    """Ids of placements outside preschool."""
    sent: set[Entity] = field(default_factory=set)
    """Lists that the register has files of, readable or not."""
    read: set[Entity] = field(default_factory=set)
    """Lists of which at least one file could be read."""
    whole: set[Entity] = field(default_factory=set)
    """Lists that were read to their end, and in which each row says who it is: only here can somebody be missing."""
    markings: dict[str, Marking] = field(default_factory=dict)
    """The strongest protection that any row gives a person, bad rows included."""

    def rows(self, entity: Entity) -> dict[str, Any]:
        """Return the good rows of one list."""
        rows: dict[str, Any] = getattr(self, entity.value)
        return rows

    def is_named(self, entity: Entity, row_id: str) -> bool:
        """Tell whether the list has a row with this id, good or bad."""
        return row_id in self.rows(entity) or row_id in self.bad[entity]


def gather(source: Source, today: date, report: Report, progress: Progress | None = None) -> Gathered:
    """Read every file; what cannot be read is in the report, and the rest is returned."""
    gathered = Gathered()
    size, done = sum(file.size for file in source.files), 0
    for entity in Entity:
        files = source.of(entity)
        is_whole = bool(files)
        gathered.sent |= {entity} if files else set()
        for file in files:
            is_whole &= _gather_file(file, gathered, today, report)
            done += file.size
            if progress:
                progress(done, size)
        if is_whole:
            gathered.whole.add(entity)
    return gathered


def _gather_file(file: RegisterFile, gathered: Gathered, today: date, report: Report) -> bool:
    """Take the rows of one file, all or none of them. Return whether nothing in it was beyond reading."""
    rows: dict[str, Any] = {}
    bad: set[str] = set()
    faults: list[tuple[str, Fault]] = []
    is_whole, count = True, 0
    earlier = gathered.rows(file.entity)
    try:
        for raw in file.rows():
            count += 1
            row_id, row, row_faults = parse(file.entity, raw, today, report)
            _mark(file.entity, raw, row_id, gathered, report)
            if row_id and (row_id in rows or row_id in bad or row_id in earlier):
                row, row_faults = None, [_twice()]
            elif row is not None:
                rows[row_id] = row
            elif row_id and row_faults:
                bad.add(row_id)
                _remember_bad(file.entity, raw, gathered)
            elif row_id:
                gathered.elsewhere.add(row_id)
            is_whole &= bool(row_id)
            faults.extend((row_id or _("rad %s") % count, fault) for fault in row_faults)
    except UnreadableFile as broken:
        advice = _("Hämta filen på nytt ur registersystemet. Inget i den har lästs in.")
        report.skip(file.entity, file.name, Fault("", str(broken), advice))
        return False
    gathered.read.add(file.entity)
    earlier.update(rows)
    gathered.bad[file.entity] |= bad
    report.rows_read += count
    for row_id, fault in faults:
        report.skip(file.entity, row_id, fault)
    return is_whole


def _twice() -> Fault:
    return Fault("id", _("Samma id finns på en tidigare rad."), _("Ta bort den ena raden i registersystemet."))


def _mark(entity: Entity, raw: Any, row_id: str, gathered: Gathered, report: Report) -> None:
    """Keep the strongest marking of each person, whatever else is wrong with the row (promise 5)."""
    if not isinstance(raw, dict):
        return
    if entity is Entity.PERSONS:
        marked, holder = row_id, raw
    elif entity is Entity.PLACEMENTS and isinstance(raw.get("child"), dict):
        marked, holder = read_id(raw["child"].get("id")), raw["child"]
    else:
        return
    if holder.get("securityMarking") in (None, "Ingen") or not marked:
        return
    marking = marking_of(holder, report)
    if marking > gathered.markings.get(marked, Marking.NONE):
        gathered.markings[marked] = marking


def _remember_bad(entity: Entity, raw: dict[str, Any], gathered: Gathered) -> None:
    if entity is Entity.PLACEMENTS and raw.get("schoolType") in ("FS", None):
        gathered.bad_placement_children.add(reference_id(raw.get("child")))
    elif entity is Entity.PERSONS and isinstance(raw.get("responsibles"), list):
        named = [reference_id(one.get("person")) for one in raw["responsibles"] if isinstance(one, dict)]
        gathered.bad_person_responsibles[read_id(raw.get("id"))] = list(filter(None, named))
