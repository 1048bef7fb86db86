"""A child's weeks against the hours that its placement gives a right to."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from attendance.selectors.entitlement import child_weeks
from children.access import Action, get_child
from children.http import ActorRequest, asks_for_pin
from portal.lib.http import is_fragment_wanted


@require_safe
@asks_for_pin
def child_hours(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Show the child's weeks around today to those who work with it: a page, or the part that its own page fetches."""
    actor = request.actor
    child = get_child(actor, Action.SEE_FILE, child_id)
    weeks = child_weeks(child.id, actor.today)
    audit.looked(
        "child.hours",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=[child.id],
        back_to=weeks[0].monday,
    )
    context = {"child": child, "weeks": weeks, "is_over": any(week.week.is_over for week in weeks)}
    part = "child_weeks" if is_fragment_wanted(request) else "child"
    return render(request, f"attendance/hours/{part}.html", context)
