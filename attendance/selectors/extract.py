"""What is kept about a child's days, as one of its guardians may read it: for the extract that the law gives."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from attendance.selectors.family_history import Act, family_history
from attendance.selectors.guardian import HistoryDay, child_history
from children.actors import Actor
from children.models import Child
from portal.lib.extracts import Facts, Part


def days_part(actor: Actor, child: Child) -> Part:
    """Return the days that were, and who said what of the child's times: what the pages "Tider" and history show."""
    return Part("dagarna", _("Dagarna"), [_days(actor, child), _acts(actor, child)])


def _days(actor: Actor, child: Child) -> Facts:
    columns = {
        "day": _("Dag"),
        "planned": _("Planerat"),
        "came": _("Var här"),
        "away": _("Borta"),
        "minutes": _("Minuter"),
    }
    found: list[HistoryDay] = []
    month: date | None = actor.today
    while month:
        history = child_history(child, month, today=actor.today, reader=actor.person_id)
        found += history.days
        month = history.earlier
    rows = [(one.day, one.planned, one.came, one.away, one.minutes) for one in found]
    return Facts("days", _("Dag för dag"), columns, rows, _("Inga dagar än."))


def _acts(actor: Actor, child: Child) -> Facts:
    columns = {"at": _("När"), "who": _("Vem"), "what": _("Vad"), "more": _("Mer om det")}
    found: list[Act] = []
    before: datetime | None = None
    while True:
        page = family_history(child, actor.today, reader=actor.person_id, knows_family=True, before=before)
        found += page.acts
        before = page.more_before
        if before is None:
            break
    rows = [(one.at, one.who, one.what, "\n".join(one.lines)) for one in found]
    return Facts("said", _("Vad som har sagts om tiderna"), columns, rows, _("Ingenting än."))
