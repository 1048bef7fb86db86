"""The department's board: what hangs in the hall, and what is pressed there.

Every answer to a script is made of the parts that the page itself includes. Without script each press is a form that
leads back to the board.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from attendance import toasts
from attendance.presses import chosen_children, event_ids, presses_in
from attendance.rules import Reason, Tap
from attendance.selectors.board import Tile, board_of, tiles_of
from attendance.selectors.board_child import child_on_board
from attendance.services.absence import report_absence
from attendance.services.taps import TapResult, record_taps, undo_tap
from attendance.toasts import Toast
from attendance.views.pin import pin_address, pin_of
from children.access import Action, can, get_child, get_department
from children.http import ActorRequest
from children.models import Child, Department
from children.tablets import remember_pin
from portal.lib import clock, live
from portal.lib.http import is_fragment_wanted, nothing_new, see_other
from portal.lib.ids import uuid7

PAGE = "board"


@require_safe
def board(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show the whole board; after a press without script also what became of it."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    context = _board(request, department)
    said = " ".join(str(message) for message in messages.get_messages(request))
    if said:
        context["toast"] = Toast(said, tuple(event_ids(request.GET, "angra")))
    context |= {
        "messages": [],
        "page_id": uuid7(),
        "zone": settings.TIME_ZONE,
        "is_tablet": request.actor.tablet is not None,
        "leave": reverse("children:tablet") if request.actor.tablet else _addresses(department)["board"],
    }
    return render(request, "attendance/board/page.html", context)


@require_safe
def fresh(request: ActorRequest, department_id: UUID) -> HttpResponseBase:
    """Answer that nothing is new since the stamp `sedan`, or with all the parts of the board that change."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    if request.GET.get("sedan") == _stamp(request, department_id):
        return nothing_new()
    return render(request, "attendance/board/fresh.html", _board(request, department))


@require_POST
def tap(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Let one child in or out."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    now = clock.now()
    results = record_taps(taps=presses_in(request.POST, now), actor=request.actor, now=now)
    return _answered(request, department, results, toasts.of_taps)


@require_POST
def many(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Let the marked children in, or out: the latter asks for a PIN and names the children first (DOMAIN 3.10)."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    now = clock.now()
    taps = presses_in(request.POST, now)
    child_ids = [tap.child_id for tap in taps]
    if taps[0].kind == Tap.LEFT:
        if not can(request.actor, Action.TAP_MANY_OUT, department):
            return see_other(request, pin_address(_choosing_address(department, child_ids)))
        if "confirmed" not in request.POST:
            return _ask_first(request, department, child_ids)
    results = record_taps(taps=taps, actor=request.actor, now=now)
    return _answered(request, department, results, toasts.of_taps)


@require_POST
def undo(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Take presses back: within ten seconds, or the same day with a PIN."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    now = clock.now()
    results: list[TapResult] = []
    is_late = False
    for event in event_ids(request.POST, "event"):
        try:
            results.append(undo_tap(event_id=event, actor=request.actor, now=now))
        except PermissionDenied:
            is_late = True
    return _answered(request, department, results, toasts.too_late if is_late else toasts.of_undo)


@require_safe
def child(request: ActorRequest, department_id: UUID, child_id: UUID) -> HttpResponse:
    """Tell more about one child: behind the "…" of its tile."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    return _child_page(request, department, get_child(request.actor, Action.TAP, child_id))


@require_POST
def absent(request: ActorRequest, department_id: UUID, child_id: UUID) -> HttpResponse:
    """Report a child absent today, by staff with a PIN."""
    department = get_department(request.actor, Action.SEE_BOARD, department_id)
    chosen = get_child(request.actor, Action.REPORT_ABSENCE, child_id)
    reason, today = request.POST.get("reason", ""), request.actor.today
    try:
        report_absence(
            child_ids=[child_id],
            starts_on=today,
            ends_on=today,
            reason=Reason(reason) if reason in set(Reason) else Reason.OTHER,
            actor=request.actor,
            now=clock.now(),
        )
    except ValidationError as refused:
        return _child_page(request, department, chosen, problem=" ".join(refused.messages))
    tiles = _tiles(request, department, [child_id])
    return _said(request, department, tiles, toasts.of_absence(tiles[0].name if tiles else ""))


# What is answered -----------------------------------------------------------------------------------------------------


def _board(request: ActorRequest, department: Department) -> dict[str, Any]:
    """Read the board after its stamp: then the stamp can be too old, never too new."""
    stamp = _stamp(request, department.id)
    found = board_of(department, actor=request.actor, now=clock.now(), more_url=_more_url(department))
    audit.looked(
        PAGE,
        person_id=request.actor.person_id,
        tablet_id=request.actor.tablet_id,
        children=found.child_ids,
        once_an_hour=True,
    )
    return {
        "board": found,
        "stamp": stamp,
        "choosing": "valj" in request.GET,
        "chosen": chosen_children(request.GET),
        "addresses": _addresses(department),
        "pin": pin_of(request.actor, _addresses(department)["board"]),
    }


def _stamp(request: ActorRequest, department_id: UUID) -> str:
    """Return the department's stamp and whose eyes it is for: when a PIN has run out, what it opened goes away."""
    return f"{live.stamp(department_id)}.{request.actor.person_id or ''}"


def _tiles(request: ActorRequest, department: Department, child_ids: Iterable[UUID]) -> list[Tile]:
    more_url = _more_url(department)
    return tiles_of(department, actor=request.actor, now=clock.now(), child_ids=child_ids, more_url=more_url)


def _answered(
    request: ActorRequest,
    department: Department,
    results: Sequence[TapResult],
    say: Callable[[Sequence[TapResult], dict[UUID, str]], Toast],
) -> HttpResponse:
    """Show what became of a press: the tiles concerned, and a toast."""
    tiles = _tiles(request, department, [result.tap.child_id for result in results])
    return _said(request, department, tiles, say(results, {tile.child_id: tile.name for tile in tiles}))


def _said(request: ActorRequest, department: Department, tiles: Sequence[Tile], toast: Toast) -> HttpResponse:
    addresses = _addresses(department)
    if is_fragment_wanted(request):
        context = {"tiles": tiles, "toast": toast, "addresses": addresses}
        return _stay_open(request, render(request, "attendance/board/tapped.html", context))
    messages.info(request, toast.text)
    query = urlencode([("angra", str(event)) for event in toast.undo])
    return _stay_open(request, redirect(f"{addresses['board']}?{query}" if query else addresses["board"]))


def _child_page(request: ActorRequest, department: Department, child: Child, problem: str = "") -> HttpResponse:
    """Show what the board tells about one child, as a dialog or as a page."""
    tile = next(iter(_tiles(request, department, [child.id])), None)
    is_away = tile is not None and tile.state in ("expected", "late", "unplanned")
    found = child_on_board(child, request.actor, clock.now(), is_away=is_away)
    audit.looked(
        "board.child", person_id=request.actor.person_id, tablet_id=request.actor.tablet_id, children=[child.id]
    )
    absent_address = reverse("attendance:board_absent", args=[department.id, child.id])
    addresses = {**_addresses(department), "absent": absent_address}
    context = {
        "found": found,
        "tile": tile,
        "addresses": addresses,
        "pin": pin_of(request.actor, request.path),
        "problem": problem,
        "id": "child",
        "title": child.tile_name,
        "fetched": True,
        "department": department,
    }
    kind = "dialog" if is_fragment_wanted(request) else "page"
    return _stay_open(request, render(request, f"attendance/board/child_{kind}.html", context))


def _ask_first(request: ActorRequest, department: Department, child_ids: Iterable[UUID]) -> HttpResponse:
    """Name the children who are about to be let out."""
    tiles = _tiles(request, department, child_ids)
    audit.looked(
        "board.let_out",
        person_id=request.actor.person_id,
        tablet_id=request.actor.tablet_id,
        children=[tile.child_id for tile in tiles],
    )
    context = {
        "tiles": sorted(tiles, key=lambda tile: tile.name),
        "fields": request.POST,
        "addresses": _addresses(department),
        "back": _choosing_address(department, child_ids),
        "id": "let-out-dialog",
        "title": _("Hämta flera"),
        "fetched": True,
        "department": department,
    }
    kind = "dialog" if is_fragment_wanted(request) else "page"
    return _stay_open(request, render(request, f"attendance/board/let_out_{kind}.html", context))


def _stay_open(request: ActorRequest, response: HttpResponse) -> HttpResponse:
    """Begin the two minutes of rest anew: somebody with a PIN has just done something."""
    if request.actor.tablet and request.actor.person:
        remember_pin(response, request.actor.tablet, request.actor.person.id)
    return response


# Where things are -----------------------------------------------------------------------------------------------------


def _more_url(department: Department) -> Callable[[UUID], str]:
    """Return what gives the address behind a tile's "…"; the pattern is looked up once for all tiles."""
    board_address = reverse("attendance:board", args=[department.id])
    return lambda child_id: f"{board_address}barn/{child_id}/"


def _addresses(department: Department) -> dict[str, str]:
    board_address = reverse("attendance:board", args=[department.id])
    return {
        "board": board_address,
        "fresh": f"{board_address}nytt/",
        "tap": f"{board_address}tryck/",
        "many": f"{board_address}flera/",
        "undo": f"{board_address}angra/",
    }


def _choosing_address(department: Department, child_ids: Iterable[UUID]) -> str:
    query = urlencode([("valj", "1"), *(("barn", str(child_id)) for child_id in child_ids)])
    return f"{_addresses(department)['board']}?{query}"
