"""Files are put in a folder, and then shared: to whom is shown before, and asked again when it is done."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from children.access import Action, children_for
from children.actors import Actor
from children.http import ActorRequest, asks_for_pin, rests
from children.models import Child
from children.selectors.family_rows import families
from children.whereabouts import children_in
from documents.models import Folder
from documents.paper_forms import FOR_SOME, ShareForm
from documents.selectors.papers import drafts_in
from documents.selectors.places import Place
from documents.selectors.readers import About, audience_of, guardians_of
from documents.selectors.reading import get_folder
from documents.services import sharing as services
from documents.uploaded import uploaded_in
from portal.lib import clock
from portal.lib.http import is_fragment_wanted, see_other


@require_POST
@asks_for_pin
def upload(request: ActorRequest, folder_id: UUID) -> HttpResponse:
    """Put files in a folder, and go on to share them."""
    actor = request.actor
    folder = get_folder(actor, folder_id)
    chosen, problems = uploaded_in(request, "files")
    problems += services.upload(folder_id=folder_id, uploads=chosen, actor=actor, now=clock.now())
    for problem in problems if chosen or problems else [_("Välj en fil.")]:
        messages.error(request, problem)
    if drafts_in(folder):
        return see_other(request, reverse("documents:share", args=[folder_id]))
    if chosen and not problems:
        messages.info(request, _("Filen finns redan i mappen, delad med alla."))
    return see_other(request, f"{Place.of(folder).address}?mapp={folder_id}")


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_pin
def share(request: ActorRequest, folder_id: UUID) -> HttpResponse:
    """What lies in a folder and is shared with nobody: to whom it goes is chosen, looked at, and done."""
    actor = request.actor
    folder = get_folder(actor, folder_id)
    verb, _point, about = request.POST.get("do", "").partition(".")
    if verb == "remove":
        services.throw_away_draft(document_id=_id(about), actor=actor, now=clock.now())
        return see_other(request, request.path)
    form = _form(request, folder)
    if request.method == "POST" and form.is_valid() and verb == "share":
        try:
            number = services.share(
                folder_id=folder_id,
                titles=_titles(request),
                sharing=form.sharing(),
                seen=request.POST.get("seen", ""),
                actor=actor,
                now=clock.now(),
            )
        except ValidationError as refused:
            form.say(refused)
        else:
            if number:
                words = ngettext("{number} dokument är delat.", "{number} dokument är delade.", number)
                messages.success(request, words.format(number=number))
            return see_other(request, f"{Place.of(folder).address}?mapp={folder_id}")
    return _show(request, folder, form)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _titles(request: ActorRequest) -> dict[UUID, str]:
    """Return what each document that is ticked is to be called."""
    return {_id(text): request.POST.get(f"title-{text}", "") for text in request.POST.getlist("draft")}


def _form(request: ActorRequest, folder: Folder) -> ShareForm:
    children = _children_at(request.actor, folder)
    chosen = request.POST.getlist("children") if request.POST.get("readers") == FOR_SOME else []
    guardians: dict[UUID, str] = {}
    if only := [child for child in children if [str(child.pk)] == chosen]:
        found = guardians_of(About(frozenset([only[0].pk])), request.actor.today)
        named = families(request.actor, found).rows
        guardians = {one.person_id: one.name for one in named if one.person} if len(found) > 1 else {}
    sent = request.POST if request.method == "POST" else None
    return ShareForm(sent, children=children, guardians=guardians)


def _children_at(actor: Actor, folder: Folder) -> list[Child]:
    if folder.department_id is None:
        return []
    here = children_for(actor, Action.SHARE_DOCUMENTS).filter(children_in(Q(pk=folder.department_id), actor, soon=True))
    return list(here.order_by("given_name", "family_name", "pk"))


def _show(request: ActorRequest, folder: Folder, form: ShareForm) -> HttpResponse:
    actor, sharing = request.actor, form.sharing()
    is_for_some = form.is_bound and form.cleaned_data.get("readers") == FOR_SOME
    about = None if is_for_some and not sharing.child_ids else sharing.about(folder)
    audience = audience_of(actor, about) if about else None
    audit.looked(
        "document_readers",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=audience.child_ids if audience and about and about.is_near else [],
        once_an_hour=True,
    )
    titles, drafts = _titles(request), drafts_in(folder)
    for one in drafts:
        one.document.title = titles.get(one.document_id) or one.document.title
    context = {
        "folder": folder,
        "place": Place.of(folder),
        "drafts": [(one, one.document_id in titles if form.is_bound else not one.file.is_damaged) for one in drafts],
        "form": form,
        "is_for_some": is_for_some,
        "audience": audience,
        "rests": rests(request),
    }
    part = "share_readers" if is_fragment_wanted(request) else "share"
    return render(request, f"documents/{part}.html", context, status=422 if form.errors and part == "share" else 200)
