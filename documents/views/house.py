"""The documents of a place, for those who work there; and what they do with folders and with single documents."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from children.access import Action, demand
from children.http import ActorRequest, asks_for_pin, rests
from documents.paper_forms import EndForm, RenewForm
from documents.selectors.papers import house_papers, shelves_of
from documents.selectors.places import Place, get_department_place, get_preschool_place, places_of
from documents.selectors.reading import get_changed, get_folder
from documents.selectors.room import rooms_of
from documents.services import folders, papers, telling
from documents.uploaded import uploaded_in
from documents.views.papers import sought_in
from portal.lib import clock
from portal.lib.http import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_pin
def department(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """A department's documents, in its folders. A POST adds a folder."""
    return _place(request, get_department_place(request.actor, department_id))


@require_http_methods(["GET", "HEAD", "POST"])
def preschool(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """What a preschool shares with all of its families. A POST adds a folder."""
    return _place(request, get_preschool_place(request.actor, preschool_id))


@require_http_methods(["GET", "HEAD", "POST"])
def municipality(request: ActorRequest) -> HttpResponse:
    """What the municipality shares with everybody. A POST adds a folder."""
    demand(request.actor, Action.BROADCAST)
    return _place(request, Place())


def _place(request: ActorRequest, place: Place) -> HttpResponse:
    actor, sought = request.actor, sought_in(request)
    may_share = place.is_shared_by(actor)
    if request.method == "POST":
        if not may_share:
            raise PermissionDenied
        try:
            made = folders.add(place=place, name=request.POST.get("name", ""), actor=actor, now=clock.now())
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            return see_other(request, place.address)
        return see_other(request, f"{place.address}?mapp={made.pk}")
    if may_share and not place.folders().exists():
        folders.begin(place)
    shown = house_papers(actor, place, sought)
    audit.looked(
        "documents", person_id=actor.person_id, tablet_id=actor.tablet_id, children=shown.child_ids, once_an_hour=True
    )
    shelves = shelves_of(place, may_share=may_share)
    opened = next((one for one in shelves if one.folder.pk == sought.folder_id), None)
    # Little room is said to whoever leads the preschool, and where somebody is about to take of it.
    takes_room = place.preschool_id if place.preschool or (opened and may_share) else None
    context = {
        "place": place,
        "places": places_of(actor),
        "shelves": shelves,
        "opened": opened,
        "shown": shown,
        "sought": sought,
        "may_share": may_share,
        "room": rooms_of([takes_room])[takes_room] if takes_room else None,
        "rests": rests(request),
    }
    return render(request, "documents/place.html", context)


@require_POST
@asks_for_pin
def folder(request: ActorRequest, folder_id: UUID) -> HttpResponse:
    """Rename a folder, move it up, archive it or take it back, as the button says (`do`)."""
    actor, now, do = request.actor, clock.now(), request.POST.get("do", "")
    place = Place.of(get_folder(actor, folder_id))
    try:
        if do == "rename":
            folders.rename(folder_id=folder_id, name=request.POST.get("name", ""), actor=actor, now=now)
        elif do == "up":
            folders.move_up(folder_id=folder_id, actor=actor)
        elif do in ("archive", "take_back"):
            folders.put_away(folder_id=folder_id, is_away=do == "archive", actor=actor, now=now)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return see_other(request, f"{place.address}?mapp={folder_id}")


@require_POST
@asks_for_pin
def renew(request: ActorRequest, document_id: UUID) -> HttpResponse:
    """Give a document a new version."""
    chosen, problems = uploaded_in(request, "file")
    form, here = RenewForm(request.POST), reverse("documents:document", args=[document_id])
    get_changed(request.actor, document_id)
    if not chosen or not form.is_valid():
        messages.error(request, " ".join(problems) or _("Välj en fil."))
        return see_other(request, here)
    try:
        papers.renew(
            document_id=document_id,
            upload=chosen[-1],
            note=form.cleaned_data["note"],
            actor=request.actor,
            now=clock.now(),
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Den nya versionen är delad. Familjerna får veta det."))
    return see_other(request, here)


@require_POST
@asks_for_pin
def remind(request: ActorRequest, document_id: UUID) -> HttpResponse:
    """Remind those who have not opened a document, or not answered it: once."""
    try:
        number = telling.remind_by_hand(document_id=document_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.info(request, " ".join(refused.messages))
    else:
        words = ngettext("{number} person har blivit påmind.", "{number} personer har blivit påminda.", number)
        messages.success(request, words.format(number=number))
    return see_other(request, reverse("documents:document", args=[document_id]))


@require_POST
@asks_for_pin
def end(request: ActorRequest, document_id: UUID) -> HttpResponse:
    """Withdraw a document, or remove it, as the button says (`do`). Both take a reason."""
    actor, now, here = request.actor, clock.now(), reverse("documents:document", args=[document_id])
    form = EndForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        if request.POST.get("do") == "withdraw":
            papers.withdraw(document_id=document_id, reason=reason, actor=actor, now=now)
            messages.success(request, _("Dokumentet är återkallat. Rektor får veta det."))
        else:
            removed = papers.remove(document_id=document_id, reason=reason, actor=actor, now=now)
            messages.success(request, _("Dokumentet är borttaget, med sina filer."))
            here = Place.of(removed.folder).address
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return see_other(request, here)
