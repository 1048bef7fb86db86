"""The first page, by who reads it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.models import User
from attendance.selectors.calendar import events_to_answer
from attendance.selectors.enquiries import enquiries_to_answer
from attendance.selectors.family_enquiry import together
from attendance.selectors.guardian import guardian_home
from attendance.selectors.hours import children_lacking_plan, next_monday
from attendance.selectors.preschool import department_totals
from children.access import Action, children_for, demand, departments_for
from children.actors import Actor
from children.http import ActorRequest
from children.models import RegisterRun, StaffRole
from children.selectors.consents_page import number_to_answer
from children.selectors.homes_page import children_proposed_for
from children.selectors.overview import is_quiet, tablets_of_the_municipality
from documents.selectors.form_waiting import forms_to_answer
from documents.selectors.papers import to_answer
from documents.services.copies import ask_missing
from messaging.selectors.bulletins import bulletins_to_confirm
from messaging.selectors.feed import feed_for
from notifications.selectors import waiting_counts
from portal import services
from portal.lib import clock, days
from portal.lib.http import see_other
from portal.models import Feedback
from portal.navigation import is_guardian
from portal.notices import notices_for, number_new
from portal.today import pending_needs, unanswered
from portal.views.principal import today

Kind = StaffRole.Kind
NEW_SHOWN, NEW_LOOKED_AT, POSTS_SHOWN = 4, 30, 2


@require_safe
def home(request: ActorRequest) -> HttpResponseBase:
    """Send a tablet to its board, and everybody else to the page of what they are here."""
    actor = request.actor
    if actor.tablet is not None:
        return redirect("attendance:board", actor.tablet.department_id)
    if actor.person is None:
        raise Http404
    if actor.has_role(Kind.PRINCIPAL):
        return today(request)
    if actor.has_role(Kind.STAFF, Kind.SUBSTITUTE):
        return _staff(request, actor, actor.person)
    if actor.has_role(Kind.ADMINISTRATOR):
        return _administrator(request)
    if actor.is_staff:
        return _others(request, actor)
    return _guardian(request, actor, actor.person)


@require_safe
def my_children(request: ActorRequest) -> HttpResponse:
    """The guardian's home, for somebody who also works here."""
    actor = request.actor
    if actor.person is None or actor.tablet is not None or (actor.is_staff and not is_guardian(actor)):
        raise Http404
    return _guardian(request, actor, actor.person)


def _guardian(request: ActorRequest, actor: Actor, person: User) -> HttpResponse:
    now = clock.now()
    cards, have_left = guardian_home(actor, now)
    monday = next_monday(actor.today)
    own = {card.child_id for card in cards}
    lacking = children_lacking_plan(own, monday, reader=person.id) if own else set()
    audit.looked("home", person_id=person.id, children=own)
    enquiries = enquiries_to_answer({card.child_id: card.enquiries for card in cards}, person.id)
    events = events_to_answer({card.child_id: card.places for card in cards}, actor.today, person.id)
    proposed = children_proposed_for(own, person.id)
    bulletins, papers, forms = bulletins_to_confirm(actor, now), to_answer(actor), forms_to_answer(actor)
    consents = number_to_answer(own, person.id, actor.today)
    context = {
        "greeting": _greeting(days.local(now).hour, person.given_name),
        "now": days.local(now),
        "cards": cards,
        "have_left": have_left,
        "proposed_for": together([card.name for card in cards if card.child_id in proposed]),
        "without_plan": [card for card in cards if card.child_id in lacking],
        "enquiries": enquiries,
        "events": events,
        "bulletins": bulletins,
        "papers": papers,
        "consents": consents,
        "forms": forms,
        "today": actor.today,
        "to_do": sum(map(len, (lacking, enquiries, events, bulletins, papers, forms)))
        + bool(proposed)
        + bool(consents),
        "next_week": monday.isocalendar().week,
        "next_monday": monday,
        "notices": notices_for(actor, person, most=NEW_LOOKED_AT, about=own)[:NEW_SHOWN] if own else [],
        "unread": number_new(actor, person),
    }
    return render(request, "home/guardian.html", context)


@require_safe
def newest_posts(request: ActorRequest) -> HttpResponse:
    """The last posts about a guardian's children: asked for by the own home once it is shown."""
    actor = request.actor
    if actor.person is None or actor.tablet is not None or not is_guardian(actor):
        raise Http404
    feed = feed_for(actor, most=POSTS_SHOWN)
    ask_missing(feed.missing)
    audit.looked("posts", person_id=actor.person_id, children=feed.child_ids, once_an_hour=True)
    return render(request, "home/posts.html", {"feed": feed, "reads_in": actor.person.reading_language})


def _staff(request: ActorRequest, actor: Actor, person: User) -> HttpResponse:
    now = clock.now()
    notices = notices_for(actor, person, most=NEW_SHOWN)
    audit.looked("home", person_id=person.id, children={notice.child_id for notice in notices if notice.child_id})
    departments = list(departments_for(actor, Action.SEE_BOARD).select_related("preschool").order_by("name", "id"))
    context = {
        "greeting": _greeting(days.local(now).hour, person.given_name),
        "now": days.local(now),
        "departments": list(zip(departments, department_totals(departments, now), strict=True)),
        "needs": [*unanswered(actor, now), *pending_needs(actor)],
        "notices": notices,
    }
    return render(request, "home/staff.html", context)


def _administrator(request: ActorRequest) -> HttpResponse:
    now, tablets = clock.now(), tablets_of_the_municipality()
    context = {
        "now": days.local(now),
        "runs": RegisterRun.objects.select_related("started_by")[:5],
        "deliveries": waiting_counts(),
        "tablets": len(tablets),
        "quiet": sum(is_quiet(tablet, now) for tablet in tablets),
        "feedback": Feedback.objects.unread().count(),
    }
    return render(request, "home/administrator.html", context)


def _others(request: ActorRequest, actor: Actor) -> HttpResponse:
    """A specialist sees the children that they were let in to; those whose tools come later are told so."""
    granted = children_for(actor, Action.SEE_FILE) if actor.has_role(Kind.SPECIALIST) else None
    children = list(granted.order_by("given_name", "family_name", "pk")) if granted is not None else []
    audit.looked("home", person_id=actor.person_id, children=[child.id for child in children])
    context = {
        "now": days.local(clock.now()),
        "children": children,
        "is_specialist": actor.has_role(Kind.SPECIALIST),
        "is_communicator": actor.has_role(Kind.COMMUNICATOR),
    }
    return render(request, "home/others.html", context)


@require_safe
def tablets_overview(request: ActorRequest) -> HttpResponse:
    """Every tablet of the municipality, the silent ones first, for the administrator."""
    demand(request.actor, Action.IMPORT_REGISTER)
    now = clock.now()
    tablets = sorted(tablets_of_the_municipality(), key=lambda tablet: not is_quiet(tablet, now))
    rows = [(tablet, is_quiet(tablet, now)) for tablet in tablets]
    return render(request, "home/tablets.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: ActorRequest) -> HttpResponse:
    """What people have written about the portal; a POST takes one off the list of what waits."""
    demand(request.actor, Action.IMPORT_REGISTER)
    if request.method == "POST" and request.actor.person is not None:
        chosen = _uuid(request.POST.get("id", ""))
        row = Feedback.objects.filter(pk=chosen).first() if chosen else None
        if row is None:
            raise Http404
        services.mark_feedback_read(feedback=row, actor_person=request.actor.person, now=clock.now())
        return see_other(request, request.path)
    return render(request, "home/feedback.html", {"rows": Feedback.objects.unread()[:200]})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _greeting(hour: int, name: str) -> str:
    if 5 <= hour < 10:
        return _("God morgon, %(name)s") % {"name": name}
    if 18 <= hour < 24:
        return _("God kväll, %(name)s") % {"name": name}
    return _("Hej, %(name)s") % {"name": name}
