"""What a press of "save" has changed, in words: the weeks that repeat, single days, or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from attendance.models import PlanSave
from attendance.selectors.marks import LastSave
from portal.lib import days


def saved_words(save: LastSave, person_id: UUID | None) -> str:
    """Return what the person saved by that press, for all the children of it: one query."""
    starts: set[str] = set()
    changed: set[str] = set()
    rows = PlanSave.objects.filter(made_by=person_id, made_at=save.made_at).values_list("before", "after")
    for before, after in rows:
        for child_id, now in after.items():
            if now["plans"] != before[child_id]["plans"]:
                starts.add(now["plans_from"])
            was, is_now = _by_day(before[child_id]), _by_day(now)
            changed |= {day for day in was.keys() | is_now.keys() if was.get(day) != is_now.get(day)}
    said = []
    if starts:
        said.append(_("Schemat är sparat och gäller från {day}.").format(day=_day(min(starts), "l j F")))
    if len(changed) == 1:
        said.append(_("Tiderna för {day} är sparade.").format(day=_day(min(changed), "l j F")))
    elif changed:
        dates = _("Tiderna för {number} dagar är sparade, från {first} till {last}.")
        first, last = (_day(day, "j F") for day in (min(changed), max(changed)))
        said.append(dates.format(number=len(changed), first=first, last=last))
    return " ".join(said)


def _by_day(rows: Mapping[str, Any]) -> dict[str, Any]:
    return {row["day"]: row for row in rows["days"]}


def _day(text: str, form: str) -> str:
    return days.in_words(days.read(text), form)
