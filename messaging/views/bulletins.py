"""Bulletins are read: a family's list, the house's, one of them, how far it has been read, and whom to ring."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin, rests
from messaging.bulletin_rules import WAYS, may_change, step_at
from messaging.models import Bulletin, BulletinCopy
from messaging.rules import may_withdraw
from messaging.selectors import bulletins as selectors
from messaging.selectors.bulletin_readers import Audience, size_of
from messaging.selectors.bulletin_writers import Writing, get_writable
from messaging.selectors.call_list import call_list, not_read
from messaging.selectors.journal import may_seal_bulletin, packages_about, sealed_of
from messaging.services import bulletins as services
from messaging.services.escalation import note_reached
from messaging.set_phrases import Shown, shown_text
from notifications.models import Way
from notifications.ways import offered
from portal.lib import clock
from portal.lib.http import is_really_seen, nothing_new, safe_next, see_other

ON_A_PAGE, NAMES_ON_A_PAGE = 20, 100


@require_safe
@asks_for_pin
def bulletins(request: ActorRequest) -> HttpResponse:
    """What the house has said where the actor works; a family's own list for everybody else."""
    actor, now = request.actor, clock.now()
    if not actor.is_staff:
        return _own(request)
    writing = Writing(actor)
    page = Paginator(selectors.sent_bulletins(actor, now), ON_A_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "sent": selectors.listed(list(page.object_list)),
        "unsent": selectors.unsent_bulletins(actor, writing, now) if writing else [],
        "may_write": bool(writing),
        "own": [] if actor.tablet else selectors.own_bulletins(actor, now),
        "now": now,
        "rests": rests(request),
    }
    return render(request, "messaging/bulletins/house.html", context)


@require_safe
@asks_for_pin
def own_bulletins(request: ActorRequest) -> HttpResponse:
    """What was said to a family, siblings together: what is unread or to be confirmed is marked."""
    if request.actor.tablet:
        raise Http404
    return _own(request)


def _own(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    rows = selectors.own_bulletins(actor, clock.now())
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("sida"))
    seen = {child.pk for row in page.object_list for child in row.children}
    audit.looked("messaging.bulletins", person_id=actor.person_id, children=seen, once_an_hour=True)
    return render(request, "messaging/bulletins/own.html", {"page": page})


@require_safe
@asks_for_pin
def bulletin(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """One bulletin. A guardian who opens it has read it; the house sees how far it has been read."""
    actor, now = request.actor, clock.now()
    row = Bulletin.objects.filter(pk=bulletin_id).first()
    if row is not None and may_change(row.leaves_at, now):
        return _unsent(request, bulletin_id)
    row, children, is_house = selectors.get_bulletin(actor, bulletin_id, now)
    context: dict[str, object] = {
        "bulletin": row,
        "children": children,
        "is_house": is_house,
        "now": now,
        "rests": rests(request),
    }
    if children and actor.person_id:
        if is_really_seen(request):
            services.mark_read(bulletin=row, person_id=actor.person_id, now=now)
        context["copy"] = BulletinCopy.objects.filter(bulletin=row, guardian=actor.person_id).first()
    sealed = sealed_of(row.pk)
    context["sealed"] = sealed
    if is_house:
        context |= _figures(request, row) | _acts(request, row)
        context["may_seal"] = may_seal_bulletin(actor, row)
        context["packages"] = packages_about(actor, row.pk) if context["may_seal"] and sealed else []
        context["may_withdraw"] = context.get("may_withdraw") and not sealed
    context |= {"to": Audience.of(row).name, "shown": _shown(request, row)}
    audit.looked(
        "messaging.bulletin",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=[child.pk for child in children],
        once_an_hour=True,
    )
    return render(request, "messaging/bulletins/bulletin.html", context)


def _unsent(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Show what has not gone out to those who may take it back."""
    row, now = get_writable(request.actor, bulletin_id), clock.now()
    if row.leaves_at is None:
        return see_other(request, reverse("messaging:bulletin_change", args=[row.pk]))
    audience = Audience.of(row)
    context = {
        "bulletin": row,
        "to": audience.name,
        "seconds": int((row.leaves_at - now).total_seconds()) + 1,
        "is_soon": (row.leaves_at - now).total_seconds() <= 60,
        "count": size_of(audience, request.actor.today).count,
        "shown": _shown(request, row),
    }
    return render(request, "messaging/bulletins/unsent.html", context)


def _shown(request: ActorRequest, row: Bulletin) -> Shown:
    person = request.actor.person
    return shown_text(row.phrase, row.text, row.language, person.reading_language if person else "")


def _figures(request: ActorRequest, row: Bulletin) -> dict[str, object]:
    rows = selectors.figures_of(row, request.actor)
    total = _total(rows)
    return {"figures": rows, "total": total, "stamp": f"{total.copies}.{total.read}.{total.confirmed}.{total.reached}"}


def _total(rows: Iterable[selectors.Figures]) -> selectors.Figures:
    return reduce(lambda one, other: one.plus(other), rows, selectors.Figures())


def _acts(request: ActorRequest, row: Bulletin) -> dict[str, object]:
    """Return what somebody of the house can do with a bulletin that has gone out, and what it does by itself."""
    may_write = not request.actor.tablet and Writing(request.actor).allows(Audience.of(row))
    left = row.leaves_at
    if left is None:
        return {}
    names = {Way.PUSH: _("notis"), Way.EMAIL: _("e-post"), Way.SMS: _("sms")}
    ways = [names[Way(way)] for way in WAYS if way in offered()] if row.must_confirm else []
    told_at = row.released_at or left
    return {
        "may_withdraw": may_write and may_withdraw(left, row.withdrawn_at, clock.now()),
        "steps": [(way, step_at(told_at, row.remind_after, number)) for number, way in enumerate(ways, 1)],
        "calls_at": step_at(told_at, row.remind_after, len(ways) + 1),
    }


@require_safe
def fresh(request: ActorRequest, bulletin_id: UUID) -> HttpResponseBase:
    """How far it has been read, when that is another than the page shows (`sedan`)."""
    row, _children, is_house = selectors.get_bulletin(request.actor, bulletin_id, clock.now())
    if not is_house:
        raise Http404
    figures = _figures(request, row)
    if figures["stamp"] == request.GET.get("sedan"):
        return nothing_new()
    return render(request, "messaging/bulletins/figures.html", {"bulletin": row, **figures})


@require_safe
@asks_for_pin
def unread(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Who has not read it, or not confirmed it: of children whom the actor works with."""
    row = _of_the_house(request, bulletin_id)
    rows = not_read(request.actor, row)
    total = _total(selectors.figures_of(row, request.actor))
    elsewhere = 0 if rows else total.unconfirmed if row.must_confirm else total.unread
    page = Paginator(rows, NAMES_ON_A_PAGE).get_page(request.GET.get("sida"))
    _looked(request, "messaging.bulletin_unread", {child.pk for one in page.object_list for child in one.children})
    context = {"number": len(rows) or elsewhere, "elsewhere": elsewhere, "rests": rests(request)}
    return render(request, "messaging/bulletins/unread.html", {"bulletin": row, "page": page, **context})


@require_safe
@asks_for_pin
def calls(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """The list of those to ring, for paper and for ticking off."""
    row = _of_the_house(request, bulletin_id)
    if not row.must_confirm or row.withdrawn_at:
        raise Http404
    rows = call_list(request.actor, row)
    _looked(request, "messaging.call_list", {child.pk for one in rows for child in one.guardian.children})
    context = {"bulletin": row, "calls": rows, "now": clock.now(), "to": Audience.of(row).name, "rests": rests(request)}
    return render(request, "messaging/bulletins/calls.html", context)


@require_POST
@asks_for_pin
def reached(request: ActorRequest, bulletin_id: UUID, copy_id: UUID) -> HttpResponse:
    """Tick somebody off the list, or (`do=inte`) put them back."""
    note_reached(
        bulletin_id=bulletin_id,
        copy_id=copy_id,
        is_reached=request.POST.get("do") != "inte",
        actor=request.actor,
        now=clock.now(),
    )
    return see_other(request, reverse("messaging:bulletin_calls", args=[bulletin_id]) + f"#{copy_id}")


@require_POST
def confirm(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Say that one has read what one must."""
    try:
        services.confirm(bulletin_id=bulletin_id, actor=request.actor, now=clock.now())
        messages.success(request, _("Tack! Nu vet vi att du har läst."))
    except ValidationError as refused:
        messages.info(request, " ".join(refused.messages))
    return see_other(request, safe_next(request, reverse("messaging:bulletin", args=[bulletin_id])))


def _of_the_house(request: ActorRequest, bulletin_id: UUID) -> Bulletin:
    row, _children, is_house = selectors.get_bulletin(request.actor, bulletin_id, clock.now())
    if not is_house:
        raise Http404
    return row


def _looked(request: ActorRequest, page: str, child_ids: set[UUID]) -> None:
    actor = request.actor
    audit.looked(page, person_id=actor.person_id, tablet_id=actor.tablet_id, children=child_ids)
