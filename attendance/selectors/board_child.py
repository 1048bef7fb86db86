"""What the board tells about one child when its "…" is pressed: little in the hall, more with a PIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from attendance.models import Absence, TapEvent
from attendance.rules import UNDO_LASTS, Tap
from attendance.selectors import words
from attendance.selectors.facts import known
from children.access import Action, can
from children.actors import Actor
from children.models import Child
from children.selectors.child_page import Reachable, blocks, contacts, guardians
from portal.lib import days


@dataclass(frozen=True)
class TapRow:
    """A tap of today that still counts: what, when, on what or by whom, and whether it may be taken back now."""

    id: UUID
    kind: Tap
    at: datetime
    by: str
    may_be_undone: bool


@dataclass(frozen=True)
class Secrets:
    """What stands behind the PIN (DOMAIN 3.14). `sees_family`: whether this person may know whom to call.

    `seam` says that the times of the child's two homes do not meet today, and never whose they are.
    """

    note: str
    seam: str
    allergy: str
    absence: Absence | None
    kept_away: list[str]
    sees_family: bool
    may_collect: list[Reachable]
    others: list[Reachable]


@dataclass(frozen=True)
class ChildOnBoard:
    """A child as the board's menu shows it. `secrets` is None for whoever has to give a PIN first."""

    child: Child
    taps: list[TapRow]
    secrets: Secrets | None
    may_report_absence: bool


def child_on_board(child: Child, actor: Actor, now: datetime, *, is_away: bool) -> ChildOnBoard:
    """Return what this actor may read about the child at the tablet. `child` has come through the door.

    `is_away`: it is neither here nor reported absent, so that its absence can be reported.
    """
    may_read = can(actor, Action.SEE_NOTES, child)
    return ChildOnBoard(
        child=child,
        taps=_taps(child, actor.today, now, may_correct=may_read and can(actor, Action.CORRECT, child)),
        secrets=_secrets(child, actor) if may_read else None,
        may_report_absence=is_away and can(actor, Action.REPORT_ABSENCE, child),
    )


def _taps(child: Child, today: date, now: datetime, *, may_correct: bool) -> list[TapRow]:
    begins, ends = days.day_bounds(today)
    events = TapEvent.objects.filter(child=child, occurred_at__gte=begins, occurred_at__lt=ends)
    made = list(events.select_related("tablet", "person").order_by("occurred_at"))
    undone = {event.undoes for event in made if event.kind == Tap.UNDONE}
    return [
        TapRow(
            id=event.id,
            kind=Tap(event.kind),
            at=event.occurred_at,
            by=event.person.given_name if event.person else event.tablet.name if event.tablet else "",
            may_be_undone=may_correct or now - event.received_at <= UNDO_LASTS,
        )
        for event in made
        if event.kind != Tap.UNDONE and event.id not in undone
    ]


def _kept_away(child: Child, *, sees_family: bool) -> list[str]:
    """Return who may not collect: by name for those who may know the family, else that there is somebody."""
    kept_away = blocks(child)
    if kept_away and not sees_family:
        return [_("Fråga rektor innan barnet hämtas.")]
    return [block.name for block in kept_away]


def _secrets(child: Child, actor: Actor) -> Secrets:
    facts = known([child.pk], actor.today, actor.today, with_stays=False)
    said = facts.changed_day(child.pk, actor.today)
    sees_family = can(actor, Action.SEE_CONTACTS, child)
    family = [*guardians(child, actor.today), *contacts(child)] if sees_family else []
    return Secrets(
        note=said.note if said else "",
        seam=words.seam_words(facts.planned(child.pk, actor.today).seam),
        allergy=child.allergy,
        absence=Absence.objects.standing().on(actor.today).filter(child=child).first(),
        kept_away=_kept_away(child, sees_family=sees_family),
        sees_family=sees_family,
        may_collect=[person for person in family if person.may_collect],
        others=[person for person in family if not person.may_collect],
    )
