"""One import from its files to its report: read, settle, close what must be closed, write, take away."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from children.models import Area, Child, Department, Preschool, ProtectedIdentity
from children.register.children_writing import ChildrenWriter
from children.register.gathering import gather
from children.register.people_writing import PeopleWriter
from children.register.placements_writing import PlacementsWriter
from children.register.places import Known
from children.register.places_writing import write_places
from children.register.protecting import protect_marked
from children.register.reading import Source, UnreadableRegister, open_register
from children.register.rehearsing import Outside, nothing_kept
from children.register.relations import settle
from children.register.removing import find_missing, remove_missing
from children.register.report import Report
from children.register.rows import Entity
from children.register.staff_writing import RolesWriter
from children.register.turns import alone
from children.register.writing import Run, batches, unit
from portal.lib import days, live

Progress = Callable[[str, int, int], None]


def import_register(
    path: Path,
    *,
    now: datetime,
    person_id: Any = None,
    is_dry_run: bool = False,
    may_remove_many: bool = False,
    progress: Progress | None = None,
    began: Callable[[], None] | None = None,
) -> Report:
    """Bring the portal in line with the register at `path`, and return the report.

    Each unit is a transaction of its own: a run that is broken off leaves whole families, and the next goes on.
    A dry run does everything and takes it back. `began` is called once it is this import's turn.
    Raises `AnotherRunGoesOn`; never because of what a file holds.
    """
    report = Report()
    with alone() as still_here:
        if began:
            began()

        def tell(step: str, done: int, size: int) -> None:
            still_here()
            if progress:
                progress(step, done, size)

        try:
            source = open_register(path)
        except UnreadableRegister as refusal:
            report.note(str(refusal))
            return report
        if is_dry_run:
            with nothing_kept() as outside:
                told = _tell_outside(outside, tell)
                _import(source, report, now, person_id, may_remove_many=may_remove_many, tell=told)
            report.note(_("Provkörning: inget har sparats."))
        else:
            _import(source, report, now, person_id, may_remove_many=may_remove_many, tell=tell)
    return report


def _tell_outside(outside: Outside, progress: Progress) -> Progress:
    return lambda step, done, size: outside(lambda: progress(step, done, size))


def _import(
    source: Source, report: Report, now: datetime, person_id: Any, *, may_remove_many: bool, tell: Progress
) -> None:
    today = days.day_of(now)
    gathered = gather(source, today, report, lambda done, size: tell(_("Läser filerna"), done, size))
    if not report.rows_read:
        if not report.skipped:
            report.note(_("Filerna innehåller inga rader."))
        return
    plan = settle(gathered, _known(), today, report)
    for entity in Entity:
        stood_in = entity is Entity.PLACEMENTS and plan.placements  # by memberships, which a note of its own says
        if not source.of(entity) and not stood_in:
            report.note(_("Filen %s.json saknas; det den handlar om lämnades orört.") % entity)
    run = Run(plan, gathered, report, now, today, may_remove_many)
    try:
        _write(run, person_id, tell)
    finally:
        live.touch(run.touched)


def _known() -> Known:
    def ids(model: Any) -> frozenset[str]:
        rows = model.objects.exclude(register_id=None).values_list("register_id", flat=True)
        return frozenset(str(register_id) for register_id in rows.iterator())

    return Known(
        areas=ids(Area),
        preschools=ids(Preschool),
        departments=ids(Department),
        persons=ids(User),
        children=ids(Child),
    )


def _write(run: Run, person_id: Any, tell: Progress) -> None:
    with unit():
        protect_marked(run)
    missing = find_missing(run)
    with unit():
        write_places(run)
    people = PeopleWriter(run)
    plan = run.plan
    total = len(plan.adults) + len(plan.children) + len(plan.roles)
    done = 0
    for adults in batches(plan.adults.values()):
        with unit():
            people.write(adults)
        done += len(adults)
        tell(_("Vuxna"), done, total)
    run.adults |= {str(key): pk for key, pk in _others(run)}
    children, placements = ChildrenWriter(run), PlacementsWriter(run, may_end=missing.may_end_placements)
    for batch in batches(plan.children.values()):
        with unit():
            placements.write(children.write(batch))
        done += len(batch)
        tell(_("Barn"), done, total)
    _write_placements_of_others(run, placements)
    roles = RolesWriter(run)
    for duties in batches(plan.roles.items()):
        with unit():
            roles.write(duties)
        done += len(duties)
        tell(_("Tjänster"), done, total)
    with unit():
        remove_missing(run, missing)
        _note_protection(run)
        _audit(run, person_id)


def _others(run: Run) -> Iterator[tuple[Any, Any]]:
    """Yield persons who are in already, but not in this register's list because it was not sent."""
    if Entity.PERSONS not in run.gathered.whole:
        yield from User.objects.exclude(register_id=None).values_list("register_id", "pk").iterator()


def _write_placements_of_others(run: Run, writer: PlacementsWriter) -> None:
    """Write placements of children whose own rows were not sent, or are not readable, this time."""
    waiting = [child_id for child_id in run.plan.placements if child_id not in run.plan.children]
    for batch in batches(waiting):
        with unit():
            pairs = Child.objects.filter(register_id__in=batch).values_list("register_id", "pk")
            writer.write({str(register_id): pk for register_id, pk in pairs})


def _note_protection(run: Run) -> None:
    waiting = ProtectedIdentity.objects.filter(is_marked_in_register=False).count()
    if waiting:
        run.report.note(
            _("Skyddsmarkeringar som försvunnit ur registret väntar på beslut; skyddet är kvar: %(count)s."), waiting
        )


def _audit(run: Run, person_id: Any) -> None:
    report = run.report
    audit.did(
        "import_register",
        person_id=person_id,
        now=run.now,
        created=report.created,
        updated=report.updated,
        removed=report.removed,
        skipped=len(report.skipped),
    )
