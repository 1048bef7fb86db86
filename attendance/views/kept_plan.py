"""A plan that is being laid, kept while its page is left: in the own session, until it is saved or thrown away.

What is kept ends with the session: nothing of it stays on a computer that others use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from django.http import QueryDict

from attendance.drafts import Draft
from attendance.forms import WeekForm
from attendance.views.planner import begin_on
from attendance.views.sheet import Planner, Sheet, asked_monday, sheet_of
from children.http import ActorRequest
from children.models import Child
from portal.lib import clock, days, unsaved

KEY = "plans_laid"  # in the session: by the address of the planner, when it was left and the fields of its form
MOST_PLANS, LONGEST = 3, 30_000


@dataclass(frozen=True)
class KeptPlan:
    """What somebody laid and did not save: when that was, and the fields of the form."""

    left_at: datetime
    fields: str


def keep(sheet: Sheet) -> None:
    """Keep what would be lost if the page were left now; forget it where nothing would. A tablet is nobody's own."""
    request, address = sheet.request, sheet.by.address
    if request.actor.tablet or not is_unsaved(sheet):
        forget(request, address)
        return
    fields = _fields(sheet).urlencode(safe=";|#/=,<*~")
    plan = [int(clock.now().timestamp()), fields] if len(fields) <= LONGEST else None
    unsaved.keep(request, KEY, address, plan, most=MOST_PLANS)


def forget(request: ActorRequest, address: str) -> None:
    """Forget what was laid here."""
    unsaved.keep(request, KEY, address, None, most=MOST_PLANS)


def kept_plan(request: ActorRequest, address: str) -> KeptPlan | None:
    """Return what was laid here and not saved: no query."""
    if request.actor.tablet or not (plan := unsaved.kept(request, KEY, address)):
        return None
    left_at, fields = plan
    return KeptPlan(datetime.fromtimestamp(left_at, UTC), fields)


def taken_up(request: ActorRequest, by: Planner, family: list[Child]) -> Sheet | None:
    """Return the sheet as it was left, of the children who are still theirs; None where there is none.

    Its marks are those of the page that was left, so that what somebody else has changed since is told. What is past
    or locked by now is left out: the plan begins on the first Monday on which it may.
    """
    if not (kept := kept_plan(request, by.address)):
        return None
    sent = QueryDict(kept.fields)
    chosen = [child for child in family if str(child.pk) in sent.getlist("barn")]
    monday = asked_monday(sent.get("vecka", ""))
    if not chosen or monday is None:
        return None
    sheet = sheet_of(request, by, family, chosen, monday, sent)
    first = max(monday, sheet.found.first_to_lay)
    sheet.drafts = {child_id: _begun_on(draft, monday, first) for child_id, draft in sheet.drafts.items()}
    if first != monday:
        begin_on(sheet, first)
    return sheet


def _begun_on(draft: Draft, monday: date, first: date) -> Draft:
    passed = (first - monday).days // 7 % len(draft.weeks)
    coming = tuple(one for one in draft.days if one.day >= max(first, days.today()))
    return replace(draft, weeks=(*draft.weeks[passed:], *draft.weeks[:passed]), days=coming)


def is_unsaved(sheet: Sheet) -> bool:
    """Tell whether something is painted or written that is not saved."""
    return sheet.drafts != sheet.found.drafts or bool(_text(sheet).strip())


def _text(sheet: Sheet) -> str:
    return str(sheet.say["text"].value() or "")


def _fields(sheet: Sheet) -> QueryDict:
    """Return the fields of the sheet as its form sends them."""
    sent = QueryDict(mutable=True)
    sent.update({"vecka": sheet.monday.isoformat(), "week": str(sheet.week), "marked": sheet.marked})
    sent.update({name: str(sheet.brush[name].value() or "") for name in WeekForm.base_fields if name != "weekdays"})
    sent.update({"text": _text(sheet)})
    sent.setlist("weekdays", [str(number) for number in sheet.brush["weekdays"].value() or []])
    sent.setlist("barn", [str(child.pk) for child in sheet.children])
    sent.update({f"draft-{child_id}": draft.packed() for child_id, draft in sheet.drafts.items()})
    sent.update({f"seen-{child_id}": mark for child_id, mark in sheet.seen.items()})
    return sent
