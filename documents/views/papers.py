"""Documents are listed, opened and answered: the same for families and for the house."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from children.access import Action
from children.http import ActorRequest, asks_for_pin, rests
from children.models import Child
from children.prepared_access import NAMES, Asked, child_rows
from documents.models import Document, DocumentVersion
from documents.paper_forms import EndForm, RenewForm
from documents.selectors.papers import (
    Sought,
    about_word,
    may_change,
    own_papers,
    reception_of,
    still_to_answer,
    to_answer,
)
from documents.selectors.places import places_of
from documents.selectors.reading import get_document, get_page, get_version, own_documents
from documents.services import papers as services
from documents.serving import Size, serve
from portal.lib import clock
from portal.lib.http import is_really_seen, see_other
from portal.lib.models import of_row

OWN = Asked(NAMES.columns, order=("birth_date", "pk"), placed=True)


@require_safe
@asks_for_pin
def documents(request: ActorRequest) -> HttpResponseBase:
    """A family's documents; to those of the house the way to the places whose documents they read.

    `barn` leaves those about one child, `mapp` those in a folder, `sok` those with some words.
    """
    actor, sought = request.actor, sought_in(request)
    rows = [] if actor.tablet else child_rows(actor, Action.SEE_OWN, OWN)
    children = [of_row(Child, OWN.columns, row) for *row, _is_placed in rows]
    places = places_of(actor)
    if not children and len(places) == 1:
        return redirect(places[0].address)
    if sought.child_id and sought.child_id not in {child.pk for child in children}:
        raise Http404
    asked = to_answer(actor) if children else []
    shown = own_papers(actor, sought, waiting={paper.id for paper in asked}) if children else None
    audit.looked("documents", person_id=actor.person_id, children=[one.pk for one in children], once_an_hour=True)
    context = {
        "shown": shown,
        "to_answer": asked,
        "children": children,
        "have_left": not all(is_placed for *_row, is_placed in rows),
        "places": places,
        "sought": sought,
        "rests": rests(request),
    }
    return render(request, "documents/own.html", context)


def sought_in(request: ActorRequest) -> Sought:
    """Return what of a list the address asks for. Raises `Http404` for ids that are none."""
    try:
        folder, child = (UUID(text) if (text := request.GET.get(name, "")) else None for name in ("mapp", "barn"))
    except ValueError:
        raise Http404 from None
    return Sought(folder, child, request.GET.get("sok", "")[:100].strip(), request.GET.get("sida", "1"))


@require_safe
@asks_for_pin
def document(request: ActorRequest, document_id: UUID) -> HttpResponse:
    """A document: its pages, what it asks for; to those who share there how far it is read, and what they can do."""
    actor = request.actor
    found = get_document(actor, document_id)
    versions = list(found.versions.select_related("file__preview", "added_by"))
    current = next(one for one in versions if one.is_current)
    current.document = found
    _look(request, found, "document")
    is_own = own_documents(actor).filter(pk=found.pk).exists()
    preview = getattr(current.file, "preview", None)
    pages = list(preview.drawn.select_related("picture")) if preview and not found.is_withdrawn else []
    is_picture_shown = current.file.is_picture and current.file.is_ready
    if is_really_seen(request) and not found.is_withdrawn and (pages or is_picture_shown):
        services.mark_opened(version=current, actor=actor, now=clock.now())
    context = {
        "document": found,
        "about": about_word(found),
        "version": current,
        "versions": versions,
        "pages": pages,
        "number_of_pages": preview.pages if preview else 0,
        "is_own": is_own,
        "is_waiting": is_own and current.pk in still_to_answer(actor, [current]),
        "answered_at": current.reads.filter(person=actor.person_id).values_list("answered_at", flat=True).first(),
        "rests": rests(request),
    }
    return render(request, "documents/document.html", context | _acts(request, found, current))


def _acts(request: ActorRequest, found: Document, current: DocumentVersion) -> dict[str, object]:
    """Return what those see besides who share there: how far it is read, and what they can do."""
    actor = request.actor
    if not may_change(actor, found):
        return {}
    reception = None if found.is_withdrawn else reception_of(actor, found, current)
    audit.looked(
        "document_readers",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=reception.child_ids if reception else [],
        once_an_hour=True,
    )
    return {
        "changes": True,
        "reception": reception,
        "can_withdraw": services.can_be_withdrawn(found, clock.now()),
        "end_form": EndForm(),
        "renew_form": RenewForm(),
    }


def _look(request: ActorRequest, found: Document, page: str, *, once_an_hour: bool = False) -> None:
    actor = request.actor
    audit.looked(
        page,
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=[found.child_id] if found.child_id else [],
        once_an_hour=once_an_hour,
    )


@require_safe
def file(request: ActorRequest, version_id: UUID) -> HttpResponseBase:
    """A document's file: saved, or shown where it is a picture. `storlek` is a picture's size."""
    version = get_version(request.actor, version_id)
    _look(request, version.document, "document.file")
    size: Size = "medium" if request.GET.get("storlek") == "medium" else "whole"
    served = serve(version.file, size=size, as_attachment="spara" in request.GET, request=request)
    if is_really_seen(request):  # what is not there is not opened
        services.mark_opened(version=version, actor=request.actor, now=clock.now())
    return served


@require_safe
def page(request: ActorRequest, version_id: UUID, number: int, size: str) -> HttpResponseBase:
    """A drawn page of a PDF in one of its sizes."""
    known: tuple[Size, ...] = get_args(Size)
    wanted = next((one for one in known if one == size and one != "whole"), None)
    if wanted is None:
        raise Http404
    version, drawn = get_page(request.actor, version_id, number)
    _look(request, version.document, "document.page", once_an_hour=True)
    return serve(drawn.picture, size=wanted, request=request)


@require_POST
def answer(request: ActorRequest, document_id: UUID) -> HttpResponse:
    """Confirm that a document is read, or agree to it."""
    try:
        version_id = UUID(request.POST.get("version", ""))
    except ValueError:
        raise Http404 from None
    try:
        services.answer(document_id=document_id, version_id=version_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Tack! Förskolan ser ditt svar."))
    return see_other(request, reverse("documents:document", args=[document_id]))
