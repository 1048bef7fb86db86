"""Writing placements, so that no two of a child ever overlap, not even between two statements."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from children.models import Placement
from children.register import rows
from children.register.report import Fault
from children.register.rows import Entity
from children.register.writing import Run

FIELDS = ["department", "starts_on", "ends_on", "hours_per_week", "register_id"]


class PlacementsWriter:
    """Brings the placements of a batch of children in line with the register."""

    def __init__(self, run: Run, *, may_end: bool):
        self.run, self.may_end = run, may_end

    def write(self, child_ids: dict[str, UUID]) -> None:
        """Create, change and end the placements of these children (our ids by the register's)."""
        self._part_from_other_children(child_ids)
        existing: dict[UUID, list[Placement]] = defaultdict(list)
        for row in Placement.objects.filter(child__in=child_ids.values()).order_by("starts_on"):
            existing[row.child_id].append(row)
        self.new: list[Placement] = []
        self.deleted: list[Placement] = []
        self.shrunk: list[Placement] = []
        self.changed: list[Placement] = []
        self._goal: dict[UUID, tuple[date, date | None]] = {}
        for register_id, child_id in child_ids.items():
            self._settle_child(child_id, existing[child_id], self.run.plan.placements.get(register_id, []))
        # First everything becomes shorter or goes away, then the rest grows and is added: never an overlap between.
        Placement.objects.filter(pk__in=[row.pk for row in self.deleted]).delete()
        Placement.objects.bulk_update(self.shrunk, ["starts_on", "ends_on"], batch_size=200)
        for row in self.changed:
            row.starts_on, row.ends_on = self._goal[row.pk]
        Placement.objects.bulk_update(self.changed, FIELDS, batch_size=200)
        Placement.objects.bulk_create(self.new, batch_size=500)

    def _part_from_other_children(self, child_ids: dict[str, UUID]) -> None:
        """Free the ids of placements that the register has given to another child; the old one then ends as usual."""
        plan = self.run.plan.placements
        owners = {row.id: child_id for key, child_id in child_ids.items() for row in plan.get(key, ())}
        parted = []
        for placement in Placement.objects.filter(register_id__in=list(owners)):
            if placement.register_id and placement.child_id != owners[placement.register_id]:
                placement.register_id = f"{placement.register_id[:40]}:{placement.pk.hex}"
                parted.append(placement)
        Placement.objects.bulk_update(parted, ["register_id"], batch_size=200)

    def _settle_child(self, child_id: UUID, present: list[Placement], wanted: list[rows.Placement]) -> None:
        pairs, left = self._pair(present, wanted)
        wanted = self._without_local_clashes(wanted, left, pairs)
        for row in wanted:
            department_id = self.run.departments[row.group_id]
            match = pairs.get(row.id)
            if match is None:
                self.new.append(self._made(child_id, department_id, row))
                self.run.report.created += 1
                self.run.touched.add(department_id)
            elif self._is_same(match, department_id, row):
                self.run.report.unchanged += 1
            else:
                self._change(match, department_id, row)
                self.run.report.updated += 1
        for placement in left:
            self._end(placement, wanted)

    def _pair(
        self, present: list[Placement], wanted: list[rows.Placement]
    ) -> tuple[dict[str, Placement], list[Placement]]:
        """Return which row is which placement: by id, else by where and from when; and those without a row."""
        by_id = {placement.register_id: placement for placement in present}
        pairs = {row.id: by_id[row.id] for row in wanted if row.id in by_id}
        used = {placement.pk for placement in pairs.values()}
        for row in wanted:
            if row.id not in pairs:
                for placement in present:
                    is_same = placement.department_id == self.run.departments.get(row.group_id)
                    if placement.pk not in used and is_same and placement.starts_on == row.starts_on:
                        pairs[row.id] = placement
                        used.add(placement.pk)
                        break
        return pairs, [placement for placement in present if placement.pk not in used]

    def _without_local_clashes(
        self, wanted: list[rows.Placement], left: list[Placement], pairs: dict[str, Placement]
    ) -> list[rows.Placement]:
        """Leave out rows that overlap a placement that staff have made, or one whose own row is bad this time."""
        bad = self.run.gathered.bad[Entity.PLACEMENTS]
        fixed = [placement for placement in left if placement.register_id is None or placement.register_id in bad]
        good = []
        for row in wanted:
            if any(_overlap(row, placement) for placement in fixed):
                problem = _("Placeringen krockar med en annan placering som redan finns i portalen.")
                advice = _("Avsluta den ena placeringen innan den andra börjar.")
                self.run.report.skip(Entity.PLACEMENTS, row.id, Fault("startDate", problem, advice))
                if row.id in pairs:
                    left.append(pairs.pop(row.id))
                    self.run.gathered.bad[Entity.PLACEMENTS].add(row.id)
            else:
                good.append(row)
        return good

    def _is_same(self, placement: Placement, department_id: UUID, row: rows.Placement) -> bool:
        return (
            placement.department_id == department_id
            and placement.starts_on == row.starts_on
            and placement.ends_on == row.ends_on
            and placement.hours_per_week == row.hours_per_week
            and placement.register_id == row.id
        )

    def _made(self, child_id: UUID, department_id: UUID, row: rows.Placement) -> Placement:
        return Placement(
            child_id=child_id,
            department_id=department_id,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            hours_per_week=row.hours_per_week,
            register_id=row.id,
        )

    def _change(self, placement: Placement, department_id: UUID, row: rows.Placement) -> None:
        self.run.touched |= {placement.department_id, department_id}
        placement.department_id, placement.hours_per_week = department_id, row.hours_per_week
        placement.register_id = row.id
        starts_on = max(placement.starts_on, row.starts_on)
        ends_on = min(placement.ends_on or date.max, row.ends_on or date.max)
        if ends_on < starts_on:  # the old days and the new have none in common
            self.deleted.append(placement)
            self.new.append(self._made(placement.child_id, department_id, row))
            return
        if (starts_on, ends_on) != (placement.starts_on, placement.ends_on or date.max):
            placement.starts_on, placement.ends_on = starts_on, None if ends_on == date.max else ends_on
            self.shrunk.append(placement)
        self._goal[placement.pk] = (row.starts_on, row.ends_on)
        self.changed.append(placement)

    def _end(self, placement: Placement, wanted: Iterable[rows.Placement]) -> None:
        """End a placement that is no longer in the register, or that others of the child have taken the days of."""
        if placement.register_id is None or placement.register_id in self.run.gathered.bad[Entity.PLACEMENTS]:
            return
        last = placement.ends_on or date.max
        if self.may_end:
            last = min(last, self.run.yesterday)
        for row in wanted:
            if row.starts_on <= last and placement.starts_on <= (row.ends_on or date.max):
                last = min(last, row.starts_on - timedelta(days=1))
        if last == (placement.ends_on or date.max):
            return
        self.run.touched.add(placement.department_id)
        self.run.report.removed += 1
        if last < placement.starts_on:
            self.deleted.append(placement)
        else:
            placement.ends_on = last
            self.shrunk.append(placement)


def _overlap(row: rows.Placement, placement: Placement) -> bool:
    return row.starts_on <= (placement.ends_on or date.max) and placement.starts_on <= (row.ends_on or date.max)
