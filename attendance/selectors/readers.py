"""What a guardian may read of a child with two homes (DOMAIN 2.8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from attendance import rules
from attendance.models import Absence
from children.selectors.homes import SeenHomes, livings_of, seen_homes


def readers_of(child_ids: Collection[UUID], person_id: UUID) -> dict[UUID, rules.Reader]:
    """Return, for each of these children, as whom this guardian reads: one query."""
    return {child_id: reader_as(homes) for child_id, homes in seen_homes(child_ids, person_id).items()}


def reader_as(homes: SeenHomes) -> rules.Reader:
    return rules.Reader(homes.own, homes.sees, homes.unseen, homes.seen)


def without_unseen_hours(rows: Sequence[Absence], readers: Mapping[UUID, rules.Reader]) -> list[Absence]:
    """Return the absences of which the readers, by child, may know: not those whose hours are another home's.

    One query, where some are of a part of a day.
    """
    parts = [row for row in rows if row.is_part_of_day]
    if not parts:
        return list(rows)
    first, last = min(row.starts_on for row in parts), max(row.starts_on for row in parts)
    livings = livings_of(readers.keys(), first, last)
    hidden = {
        row.pk
        for row in parts
        if not readers[row.child_id].may_see_hours(
            row.reported_by_id,
            rules.homes_on(livings.get(row.child_id, ()), row.starts_on),
            by_staff=row.is_by_staff,
        )
    }
    return [row for row in rows if row.pk not in hidden]
