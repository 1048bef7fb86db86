"""What the board says after a press: one calm sentence, and which events "Ångra" takes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.rules import State, Tap
from attendance.services.taps import Outcome, TapResult
from portal.lib import days


@dataclass(frozen=True)
class Toast:
    """A sentence; the events that it offers to undo; whether it tells of something that did not go as meant."""

    text: str
    undo: tuple[UUID, ...] = ()
    is_problem: bool = False


def of_taps(results: Sequence[TapResult], names: Mapping[UUID, str]) -> Toast:
    """Say what became of a press. `names` are those on the tiles."""
    if len(results) == 1:
        return _of_one(results[0], names.get(results[0].tap.child_id, ""))
    applied = [result for result in results if result.outcome == Outcome.APPLIED]
    before = len(results) - len(applied)
    number = len(applied)
    if results[0].tap.kind == Tap.ARRIVED:
        said = ngettext("%(number)s barn är här.", "%(number)s barn är här.", number) % {"number": number}
        rest = ngettext("%(number)s var redan inne.", "%(number)s var redan inne.", before) % {"number": before}
    else:
        said = ngettext("%(number)s barn har gått hem.", "%(number)s barn har gått hem.", number) % {"number": number}
        rest = ngettext("%(number)s var inte inne.", "%(number)s var inte inne.", before) % {"number": before}
    text = f"{said} {rest}" if before else said
    return Toast(text, tuple(result.tap.id for result in applied), is_problem=not applied)


def _of_one(result: TapResult, name: str) -> Toast:
    words = {"name": name, "time": _clock(result.since), "who": result.by, "at": _clock(result.at)}
    if result.outcome == Outcome.APPLIED:
        if result.state == State.PRESENT:
            text = _("%(name)s är här sedan %(time)s")
        elif result.state == State.LEFT:
            text = _("%(name)s gick %(time)s")
        else:  # the same press once more, after it was undone
            return Toast(_("%(name)s: ångrat") % words)
        return Toast(text % words, (result.tap.id,))
    if result.outcome == Outcome.ALREADY:
        by = _("%(name)s är redan inne: %(who)s %(at)s"), _("%(name)s är redan hämtad: %(who)s %(at)s")
        return Toast((by[0] if result.tap.kind == Tap.ARRIVED else by[1]) % words, is_problem=True)
    if result.state == State.PRESENT:
        text = _("%(name)s är redan inne sedan %(time)s. Inget är ändrat.")
    elif result.state == State.LEFT:
        text = _("%(name)s gick redan %(time)s. Inget är ändrat.")
    else:
        text = _("%(name)s är inte inne. Inget är ändrat.")
    return Toast(text % words, is_problem=True)


def of_undo(results: Sequence[TapResult], names: Mapping[UUID, str]) -> Toast:
    """Say that presses were taken back."""
    if len(results) == 1:
        return Toast(_("Ångrat: %(name)s") % {"name": names.get(results[0].tap.child_id, "")})
    return Toast(ngettext("Ångrat för %(n)s barn", "Ångrat för %(n)s barn", len(results)) % {"n": len(results)})


def too_late(_results: Sequence[TapResult], _names: Mapping[UUID, str]) -> Toast:
    """Say that the time for taking back is over."""
    return Toast(_("Det går inte längre att ångra här. Lås upp med PIN och öppna barnets ruta."), is_problem=True)


def of_absence(name: str) -> Toast:
    return Toast(_("%(name)s är anmäld frånvarande idag") % {"name": name})


def _clock(moment: datetime | None) -> str:
    return f"{days.local(moment):%H:%M}" if moment else ""
