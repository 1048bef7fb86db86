"""Closed days: an area, a preschool or a department is shut, and planned times lie beneath until it is opened again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from attendance.models import ClosedDay
from attendance.selectors.scopes import Scope, demand_decision, families_of, open_days, placed_on
from children.access import Action
from children.actors import Actor
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import days, live

MOST_DAYS = timedelta(days=100)
FURTHEST = timedelta(days=800)


def close_days(*, scope: Scope, first: date, last: date, reason: str, actor: Actor, now: datetime) -> list[ClosedDay]:
    """Close a scope on the days from `first` to `last` on which it opens; return those that were not closed before.

    The guardians of the children who are placed there on days that were open until now are told, each of them once.
    Raises `Http404` or `PermissionDenied` as the door does, and `ValidationError`, by field.
    """
    with transaction.atomic():
        demand_decision(actor, Action.OVERSEE, scope)
        scope.hold()
        opens = days_to_close(scope=scope, first=first, last=last, now=now)
        standing = set(
            ClosedDay.objects.standing().filter(day__in=opens, **scope.columns).values_list("day", flat=True)
        )
        new = [day for day in opens if day not in standing]
        concerned = placed_on(scope, new).open_on()
        made = ClosedDay.objects.bulk_create(
            ClosedDay(day=day, reason=reason, made_by=actor.person, **scope.columns) for day in new
        )
        if made:
            _write_down("day.closed", made, actor, now)
            _tell(made, Kind.DAY_CLOSED, scope, concerned, actor=actor, now=now)
    return made


def days_to_close(*, scope: Scope, first: date, last: date, now: datetime) -> list[date]:
    """Return the days from `first` to `last` on which the scope opens. Raises `ValidationError`, by field."""
    _check_dates(first, last, days.day_of(now))
    opens = open_days(scope, first, last)
    if not opens:
        raise ValidationError({"first": _("De här dagarna är det redan stängt: helg eller röd dag.")})
    return opens


def open_again(*, closed_ids: Iterable[UUID], actor: Actor, now: datetime) -> list[ClosedDay]:
    """Take closed days back: the planned times hold again, and the guardians are told. Returns those taken back.

    Nobody is told of a day that stays closed for another reason. Days that have been, and those that are open again
    already, stay as they are. Raises `Http404` or `PermissionDenied` as the door does.
    """
    with transaction.atomic():
        rows = _hold_all(closed_ids, actor)
        rows = [row for row in rows if row.cancelled_at is None and row.day >= days.day_of(now)]
        for row in rows:
            row.cancelled_at, row.cancelled_by = now, actor.person
        ClosedDay.objects.bulk_update(rows, ["cancelled_at", "cancelled_by"])
        for scope, own in _by_scope(rows):
            concerned = placed_on(scope, [row.day for row in own]).open_on()
            _write_down("day.opened", own, actor, now)
            _tell(own, Kind.DAY_OPENED, scope, concerned, actor=actor, now=now)
    return rows


def _check_dates(first: date, last: date, today: date) -> None:
    if first < today:
        raise ValidationError({"first": _("Dagen har varit. Välj idag eller en dag framåt.")})
    if last < first:
        raise ValidationError({"last": _("Sista dagen kan inte vara före den första.")})
    if last - first > MOST_DAYS:
        raise ValidationError({"last": _("Stäng högst 100 dagar i taget.")})
    if last - today > FURTHEST:
        raise ValidationError({"last": _("Dagen ligger för långt fram. Välj en dag inom två år.")})


def _hold_all(closed_ids: Iterable[UUID], actor: Actor) -> list[ClosedDay]:
    ids = set(closed_ids)
    found = ClosedDay.objects.filter(pk__in=ids).select_related("area", "preschool", "department")
    scopes = [scope for scope, _rows in _by_scope(list(found))]
    if not ids or found.count() != len(ids):
        raise Http404
    for scope in scopes:
        demand_decision(actor, Action.OVERSEE, scope)
        scope.hold()
    return list(found.all().order_by("day", "pk"))


def _by_scope(rows: Sequence[ClosedDay]) -> list[tuple[Scope, list[ClosedDay]]]:
    def place(row: ClosedDay) -> UUID:
        return Scope.of(row).place.pk

    groups = [list(own) for _key, own in groupby(sorted(rows, key=place), key=place)]
    return [(Scope.of(own[0]), sorted(own, key=lambda row: row.day)) for own in groups]


def _write_down(action: str, rows: Sequence[ClosedDay], actor: Actor, now: datetime) -> None:
    audit.did(
        action,
        person_id=actor.person_id,
        now=now,
        closed_day=rows[0].pk,
        place=Scope.of(rows[0]).place.pk,
        days=" ".join(f"{row.day}" for row in rows),
    )


def _tell(
    rows: Sequence[ClosedDay],
    kind: Kind,
    scope: Scope,
    concerned: Collection[UUID],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Tell the families of these children once of all the days, and renew the boards."""
    first, last = rows[0].day, rows[-1].day
    told = [
        Told(rows[0].pk, people, {"child": child_id, "first": first, "last": last})
        for child_id, people in families_of(concerned, actor.today).items()
    ]
    notify_of_all(told=told, kind=kind, now=now)
    live.touch(set(scope.departments().values_list("pk", flat=True)))
