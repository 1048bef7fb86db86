"""What the files of the house take and how they are: room for those who lead, the store for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from children.access import Action, can, demand
from children.http import ActorRequest
from documents.models import StoredFile
from documents.room_forms import RoomForm
from documents.selectors.room import limits_today, rooms_seen_by
from documents.selectors.state import FilesState, files_state
from documents.services.room import decide
from portal.lib import clock


@require_http_methods(["GET", "HEAD", "POST"])
def room(request: ActorRequest) -> HttpResponse:
    """How much room pictures and documents take, of each preschool that one leads.

    Administrators see all, and decide with a POST how much there is.
    """
    actor = request.actor
    if request.method == "POST":
        demand(actor, Action.SET_RULES)
    rooms = rooms_seen_by(actor)
    if not rooms:
        raise Http404
    form = None
    if can(actor, Action.SET_RULES):
        preschools = [one.preschool for one in rooms if one.preschool]
        form = RoomForm(
            request.POST if request.method == "POST" else None, preschools=preschools, limits=limits_today()
        )
        if form.is_bound and form.is_valid():
            decide(limits=form.limits, actor=actor, now=clock.now())
            messages.success(request, _("Sparat. Det gäller från och med nu."))
            return redirect("room")
    context = {"rooms": rooms, "form": form, "few": [one for one in rooms if one.room.is_nearly_full]}
    return render(request, "files/room.html", context, status=422 if form and form.errors else 200)


@require_safe
def state(request: ActorRequest) -> HttpResponse:
    """How the store is: what the night's check found, what is being made, stuck or damaged. Never a name."""
    demand(request.actor, Action.SEE_WAITING)
    now = clock.now()
    found = files_state(now)
    last = found.checks[0] if found.checks else None
    context = {
        "state": found,
        "last": last,
        "lost": found.damaged.get(StoredFile.Problem.GONE, 0) or (last.lost if last else 0),
        "is_making_sizes": found.sizes is not None and found.sizes.is_at_work(now),
        "unready": _unready(found, last.unused if last else 0),
        "now": now,
    }
    return render(request, "files/state.html", context)


def _unready(found: FilesState, unused: int) -> list[tuple[str, int, str]]:
    """Return what is not ready or not used, how much it is, and what becomes of it."""
    problems = StoredFile.Problem
    rows = [
        (_("Bilder på väg att göras i ordning"), found.pictures_waiting, _("Klara inom någon minut.")),
        (
            _("Bilder som har fastnat"),
            found.pictures_stuck,
            _("Se att en arbetare för bilder är igång. Den som skrev kan också försöka igen."),
        ),
        (_("Suddade kopior på väg"), found.copies_waiting, _("Ingen ser bilden förrän kopian är klar.")),
        (
            _("Suddade kopior som inte gick att göra"),
            found.copies_given_up,
            _("Försöks igen varje timme i ett dygn. Inlägg som väntar på dem säger det."),
        ),
        (_("Dokument vars sidor ritas"), found.pages_waiting, _("Dokumentet går att hämta under tiden.")),
        (_("Bilder som var skadade"), found.damaged.get(problems.UNREADABLE, 0), _("Den som skrev har fått veta det.")),
        (_("Bilder som var för stora"), found.damaged.get(problems.TOO_MUCH, 0), _("Den som skrev har fått veta det.")),
        (
            _("Filer som saknas"),
            found.damaged.get(problems.GONE, 0),
            _("Återställ dem från en säkerhetskopia och kör manage.py check_files --repair."),
        ),
        (_("Uppladdningar på väg"), found.uploads, _("Det som inte kommer fram kastas efter ett dygn.")),
        (_("Dokument som inte är delade"), found.drafts, _("Kastas 30 dagar efter att de laddades upp.")),
        (_("Filer som inget använder"), unused, _("Kastas av nattens kontroll när de är en vecka gamla.")),
    ]
    return [row for row in rows if row[1]]
