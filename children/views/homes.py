"""Two homes: a guardian proposes and answers; the staff set it for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from children.access import Action, get_child
from children.home_forms import OTHER, OWN, HomesForm, as_painted, nights_of
from children.home_rules import every_other_week
from children.http import ActorRequest
from children.models import Child, HouseholdWeeks
from children.selectors.homes_page import (
    MyHomes,
    guardians_by_child,
    homes_of_child,
    my_homes,
    weeks_ahead,
)
from children.services import homes as services
from portal.lib import clock, days
from portal.lib.http import is_fragment_wanted

FRIDAY = 4


@require_http_methods(["GET", "POST"])
def homes(request: ActorRequest) -> HttpResponse:
    """Show what holds and what waits; paint a proposal (`do` = look, fill), and send it to the other home (send)."""
    if request.actor.tablet or request.actor.person is None:
        raise Http404
    page = my_homes(request.actor)
    form = _form(request, list(page.family), _others(page, request.actor.person_id))
    if request.POST.get("do") == "send" and form.is_valid() and _is_sent(request, form, page):
        messages.success(request, _("Förslaget är skickat. Inget ändras förrän det andra hemmet har sagt ja."))
        return redirect("children:homes")
    audit.looked("child.homes", person_id=request.actor.person_id, children=[child.pk for child in page.family])
    return _page(request, form, {"page": page}, "homes")


def _is_sent(request: ActorRequest, form: HomesForm, page: MyHomes) -> bool:
    """Send the proposal; refused, the form says why."""
    chosen = form.cleaned_data["children"]
    guardians = {frozenset(person.pk for person in page.guardians[child_id]) for child_id in chosen}
    if len(guardians) != 1:
        form.add_error("children", _("De barnen har inte samma vårdnadshavare. Gör ett förslag i taget."))
        return False
    (family,) = guardians
    own = {person_id for person_id in family if person_id == request.actor.person_id} | (form.people_in(OWN) & family)
    return _done(
        form,
        lambda: services.propose_homes(
            child_ids=chosen,
            own=own,
            other=family - own,
            pattern=form.pattern,
            actor=request.actor,
            now=clock.now(),
        ),
    )


@require_POST
def answer(request: ActorRequest) -> HttpResponse:
    """Say yes to what the other home has proposed (`do` = agree), or take a proposal away (drop)."""
    ids = _uuids(request, "id")
    if request.POST.get("do") == "agree":
        services.agree_homes(proposal_ids=ids, actor=request.actor, now=clock.now())
        messages.success(request, _("Överenskommet. Nu lägger varje hem tiderna för sina dagar."))
    else:
        services.drop_proposal(proposal_ids=ids, actor=request.actor, now=clock.now())
        messages.success(request, _("Förslaget är borta. Inget har ändrats."))
    return redirect("children:homes")


@require_POST
def share(request: ActorRequest) -> HttpResponse:
    """Show the own home's times to the other home, or no longer."""
    shares = request.POST.get("shares") == "on"
    services.share_times(child_ids=_uuids(request, "barn"), shares=shares, actor=request.actor, now=clock.now())
    said = _("Det andra hemmet ser era tider nu.") if shares else _("Det andra hemmet ser inte era tider.")
    messages.success(request, said)
    return redirect("children:homes")


@require_POST
def one_home(request: ActorRequest) -> HttpResponse:
    """Propose that the children have one home again from the next Monday."""
    actor = request.actor
    ids, starts_on = _uuids(request, "barn"), services.first_monday(actor.today)
    try:
        holds = services.end_homes(child_ids=ids, starts_on=starts_on, actor=actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("children:homes")
    asked = _("Det andra hemmet får frågan. Tills det har svarat gäller allt som förut.")
    messages.success(request, _("Barnet har ett hem igen från måndag.") if holds else asked)
    return redirect("children:homes")


@require_http_methods(["GET", "POST"])
def of_child(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """The staff set in whose days a child is, for both homes at once; or let it have one home again (`do` = end)."""
    actor = request.actor
    child = get_child(actor, Action.SET_HOMES, child_id)
    people = list(guardians_by_child([child.pk], actor.today)[child.pk])
    rows = homes_of_child(child, actor.today)
    form = _form(request, [child], people, now=rows[0] if rows else None, is_by_staff=True)
    do = request.POST.get("do")
    if (do == "send" and form.is_valid() and _is_set(request, form, child)) or (
        do == "end" and _is_ended(request, form, child)
    ):
        messages.success(request, _("Sparat. Båda hemmen får veta det."))
        return redirect("children:child", child.pk)
    audit.looked("child.homes", person_id=actor.person_id, children=[child.pk])
    context = {"child": child, "rows": rows, "may_set": len(people) > 1}
    return _page(request, form, context, "homes_of_child")


def _is_set(request: ActorRequest, form: HomesForm, child: Child) -> bool:
    return _done(
        form,
        lambda: services.set_homes(
            child_ids=[child.pk],
            first=form.people_in(OWN),
            second=form.people_in(OTHER),
            pattern=form.pattern,
            actor=request.actor,
            now=clock.now(),
        ),
    )


def _is_ended(request: ActorRequest, form: HomesForm, child: Child) -> bool:
    starts_on = services.first_monday(request.actor.today)
    return _done(
        form,
        lambda: services.set_one_home(child_ids=[child.pk], starts_on=starts_on, actor=request.actor, now=clock.now()),
    )


def _done(form: HomesForm, save: Callable[[], object]) -> bool:
    """Do it; refused, put the sentences on the fields that they are about."""
    try:
        save()
    except ValidationError as refused:
        found = refused.error_dict if hasattr(refused, "error_dict") else {"": [refused]}
        for name, errors in found.items():
            form.add_error(name if name in form.fields else None, errors)
        return False
    return True


def _form(
    request: ActorRequest,
    family: list[Child],
    people: list[User],
    *,
    now: HouseholdWeeks | None = None,
    is_by_staff: bool = False,
) -> HomesForm:
    """Return the form as it was posted; at first what holds `now`, or every other week from Friday."""
    weeks = tuple(now.weeks) if now and now.weeks else every_other_week(FRIDAY)
    initial = {
        "children": [str(child.pk) for child in family],
        "number": len(weeks),
        "nights": nights_of(weeks),
        "handover": now.handover if now else "there",
    }
    first = {person.pk for person in now.first.guardians.all()} if now else {person.pk for person in people[:1]}
    if is_by_staff:
        initial |= {f"person-{person.pk}": OWN if person.pk in first else OTHER for person in people}
    sent = as_painted(request.POST) if request.method == "POST" else None
    return HomesForm(
        sent, family=family, people=people, today=request.actor.today, is_by_staff=is_by_staff, initial=initial
    )


def _page(request: ActorRequest, form: HomesForm, context: dict[str, Any], name: str) -> HttpResponse:
    """Print the page with the grid as it is painted; of a form that was not sent the faults are not told yet."""
    is_sent = request.POST.get("do") in ("send", "end")
    context |= {"form": form, "is_sent": is_sent, "weekdays": _weekdays(), "grid": form.grid()}
    context["preview"] = weeks_ahead(form.living, form.living.first, form.living.starts_on) if form.can_be else ()
    part = "homes_painting" if is_fragment_wanted(request) else name
    return render(request, f"children/{part}.html", context, status=422 if is_sent and form.errors else 200)


def _weekdays() -> list[tuple[int, str]]:
    return [(number, days.weekday_name(number)) for number in range(7)]


def _others(page: MyHomes, person_id: UUID | None) -> list[User]:
    """Return the other guardians, where there are several who may live in the one home or the other."""
    every = {person.pk: person for child in page.family for person in page.guardians[child.pk]}
    others = [person for person in every.values() if person.pk != person_id]
    return others if len(others) > 1 else []


def _uuids(request: ActorRequest, name: str) -> list[UUID]:
    """Return the ids that were posted. Raises `Http404` where there are none, or something else."""
    try:
        found = [UUID(text) for text in request.POST.getlist(name)]
    except ValueError:
        raise Http404 from None
    if not found:
        raise Http404
    return found
