"""What a form was made from, as a short mark: whether somebody else has changed it since (C14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Cast

from attendance.models import DayPlan, PlanSave, WeekPlan
from children.selectors.homes import agreed_homes
from portal.lib.prepared import Rows, prepared

UNDO_FOR = timedelta(days=1)


class Changed(NamedTuple):
    """Who saved last, and when; nobody is named where that is not known."""

    name: str
    at: datetime | None


def marks_of(
    child_ids: Iterable[UUID], first: date, *, reader: UUID | None, last: date | None = None
) -> dict[UUID, str]:
    """Return, for each child, a mark of all plans and changed days from `first` on (to `last`): one query.

    The mark is another as soon as one of them is; it begins with `first`, so that it can be made again on a later day.
    For a guardian (`reader`) what another home has said does not count.
    """
    ids = sorted(child_ids)
    rows = _rows(ids, first, last) if reader is None else _rows_for(ids, reader, first, last)
    found: dict[UUID, list[str]] = {child_id: [] for child_id in ids}
    for child_id, row_id, stamp in rows:
        found[child_id].append(f"{row_id} {stamp}")
    return {
        child_id: f"{first:%Y%m%d}{blake2b(chr(10).join(sorted(said)).encode(), digest_size=12).hexdigest()}"
        for child_id, said in found.items()
    }


def begins_of(mark: str) -> date | None:
    """Return from which day on a mark was made, or None for what is no mark."""
    try:
        return datetime.strptime(mark[:8], "%Y%m%d").date()  # noqa: DTZ007 (a date on the wall)
    except ValueError:
        return None


def last_change(child_ids: Collection[UUID], *, not_by: UUID | None, reader: UUID | None) -> Changed:
    """Return who else saved last for one of these children, as far as the reader may know."""
    saves = PlanSave.objects.filter(children__in=child_ids).exclude(made_by=not_by)
    if reader is not None:
        saves = saves.filter(_own(reader))
    last = saves.select_related("made_by").order_by("-made_at").first()
    return Changed(last.made_by.given_name if last.made_by else "", last.made_at) if last else Changed("", None)


class LastSave(NamedTuple):
    """A save that can be taken back (attendance.models.PlanSave)."""

    id: UUID
    made_at: datetime
    undone_at: datetime | None


def last_save(person_id: UUID | None, child_ids: Collection[UUID], now: datetime) -> LastSave | None:
    """Return the person's last save for these children while it is fresh and not taken back: one query."""
    last = next((LastSave(*row) for row in _saves(person_id, child_ids)), None)
    return last if last and last.made_at > now - UNDO_FOR and not last.undone_at else None


@prepared
def _saves(person_id: UUID | None, child_ids: Collection[UUID]) -> Rows:
    rows = PlanSave.objects.filter(made_by=person_id, children__in=child_ids).order_by("-made_at")
    return rows.values_list(*LastSave._fields)[:1]


def _own(reader: UUID) -> Q:
    return Q(household=None) | Q(household__in=agreed_homes().filter(guardians=reader))


@prepared
def _rows(child_ids: Collection[UUID], first: date, last: date | None) -> Rows:
    return _marked(child_ids, first, last, Q())


@prepared
def _rows_for(child_ids: Collection[UUID], reader: UUID, first: date, last: date | None) -> Rows:
    return _marked(child_ids, first, last, _own(reader))


def _marked(child_ids: Collection[UUID], first: date, last: date | None, seen: Q) -> Rows:
    """Return (child, row, what changes when the row does)."""
    plans = WeekPlan.objects.on_or_after(first).filter(seen, child__in=child_ids)
    changed = DayPlan.objects.filter(seen, child__in=child_ids, day__gte=first)
    if last is not None:
        plans, changed = plans.filter(starts_on__lte=last), changed.filter(day__lte=last)
    return _stamped(plans, "ends_on").union(_stamped(changed, "changed_at"), all=True)


def _stamped(rows: QuerySet[WeekPlan] | QuerySet[DayPlan], column: str) -> Rows:
    stamp = Cast(F(column), CharField())
    return rows.order_by().annotate(stamp=stamp).values_list("child_id", "id", "stamp")
