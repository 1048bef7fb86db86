"""A conversation begins: about whom, with whom, who will read it, and only then it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import audit
from children.http import ActorRequest, asks_for_pin, rests
from messaging.forms import BeginForm
from messaging.models import Addressee, Message
from messaging.selectors.away import away_notices
from messaging.selectors.beginning import Beginning, beginning, groups_of
from messaging.selectors.reader_list import ReaderList, readers_before
from messaging.services import drafts
from messaging.services import threads as services
from messaging.services.drafts import kept_under
from messaging.set_phrases import used
from messaging.views.attachments import ChosenFiles, chosen_files, files_left
from messaging.views.drafts import LONGEST_ADDRESS, address_in, keep_refused
from messaging.views.strong import asked_for_drafts_sake
from portal.lib import clock, languages
from portal.lib.http import is_fragment_wanted, see_other


@require_http_methods(["GET", "POST"])
@asks_for_pin
def begin(request: ActorRequest) -> HttpResponse:
    """Write to the department, the principal or a family (`barn` is chosen beforehand); `do=look` shows who will read,
    `do=send` sends.
    """
    found = beginning(request.actor)
    if not found.names:
        raise Http404
    page = _page_of(request)
    kept = kept_under(request.actor, page)
    left = (
        drafts.draft_of(request.actor.person_id, kept) if request.actor.person_id and request.method != "POST" else {}
    )
    if asked := asked_for_drafts_sake(request, page, left):
        return asked
    form = _form(request, found, left)
    files = chosen_files(request) if request.method == "POST" else files_left(request, left.get("kept", []))
    is_sending = request.POST.get("do") == "send" and form.is_valid() and not files.problems
    if is_sending and (sent := _sent(request, form, files)):
        drafts.discard_draft(person_id=sent[0].written_by_id, address=kept)
        one = reverse("messaging:thread", args=[sent[0].thread_id]) + "#senaste"  # where it can be undone
        return see_other(request, one if len(sent) == 1 else reverse("messaging:threads"))
    if request.POST.get("do") == "send":
        keep_refused(request, page, files)
    return _show(request, found, form, page, files)


def _page_of(request: ActorRequest) -> str:
    """Return the address under which what is written here is kept: each chosen child has its own."""
    if request.method == "POST":
        return address_in(request) or request.path
    page = request.get_full_path()
    return page if len(page) <= LONGEST_ADDRESS else request.path


def _form(request: ActorRequest, found: Beginning, left: Mapping[str, list[str]]) -> BeginForm:
    person = request.actor.person
    shared: dict[str, Any] = {
        "addressees": found.addressees,
        "children": found.children,
        "is_house": found.is_house,
        "language": (person.language if person else "") or request.LANGUAGE_CODE,
        "may_be_sensitive": request.actor.tablet is None,  # what is sensitive is on no tablet
    }
    if request.method == "POST":
        offered = person.reading_language if person else languages.FIRST
        filled = used(request.POST, field="body", language=offered)
        return BeginForm(filled or request.POST, **shared)
    one = list(found.names) if len(found.names) == 1 else []
    barn = left.get("barn") or request.GET.getlist("barn") or [str(child) for child in one]
    initial: dict[str, Any] = {"barn": barn}
    initial |= {
        name: left[name][0]
        for name in ("subject", "body", "language", "apart", "phrase", "is_sensitive")
        if left.get(name)
    }
    till = (left.get("till") or [request.GET.get("till", "")])[0]
    if till in found.addressees:
        initial["till"] = till
    return BeginForm(initial=initial, **shared)


def _sent(request: ActorRequest, form: BeginForm, files: ChosenFiles) -> list[Message]:
    """Send what the form holds, and return what was sent; where it is refused the form says why."""
    chosen = form.cleaned_data
    try:
        return services.start_threads(
            child_ids=chosen["barn"],
            addressee=Addressee(chosen["till"]),
            words=replace(form.words, attachments=files.ids),
            actor=request.actor,
            now=clock.now(),
            apart=chosen.get("apart", False),
            seen=chosen["seen"],
            sending=chosen["sending"],
        )
    except ValidationError as refused:
        if hasattr(refused, "error_dict") and "children" in refused.error_dict:
            form.add_error("barn", refused.error_dict["children"])
        else:
            if getattr(refused, "code", "") == "sent":
                form.send_again()
            form.add_error(None, refused if hasattr(refused, "code") else refused.messages)
        return []


@dataclass(frozen=True)
class Chosen:
    """About whom, to whom and how a form says that it is written."""

    children: frozenset[UUID]
    addressee: Addressee
    apart: bool


def _chosen(form: BeginForm, found: Beginning) -> Chosen | None:
    """Return what the form says, sent or not; None where it says nothing that may be."""
    if form.is_bound:
        form.is_valid()
        if not form.is_about_somebody:
            return None
        said = form.cleaned_data
        return Chosen(frozenset(said["barn"]), Addressee(said["till"]), bool(said.get("apart")))
    by_text = {str(child): child for child in found.names}
    children = frozenset(by_text[text] for text in form.initial["barn"] if text in by_text)
    addressee = Addressee(form.initial["till"])
    if not children or not children <= found.children[addressee]:
        return None
    return Chosen(children, addressee, bool(form.initial.get("apart")))


def _list(request: ActorRequest, found: Beginning, chosen: Chosen) -> tuple[ReaderList | None, str]:
    """Return who will read, or why nobody can be written to."""
    try:
        circles = services.circles_for(
            child_ids=chosen.children,
            addressee=chosen.addressee,
            actor=request.actor,
            now=clock.now(),
            apart=chosen.apart,
        )
    except ValidationError as refused:
        return None, " ".join(refused.messages)
    return readers_before(request.actor, circles, chosen.addressee, found.names, clock.now()), ""


def _show(request: ActorRequest, found: Beginning, form: BeginForm, page: str, files: ChosenFiles) -> HttpResponse:
    actor, is_look = request.actor, request.POST.get("do") != "send"
    chosen = _chosen(form, found)
    readers, problem = _list(request, found, chosen) if chosen else (None, "")
    audit.looked(
        "messaging.begin",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=list(found.names),
        once_an_hour=True,
    )
    context: dict[str, object] = {
        "form": form,
        "readers": readers,
        "problem": problem,
        "beginning": found,
        "page": page,
        "chosen": chosen,
        "files": files,
        "away": [] if found.is_house or not chosen else away_notices(chosen.children, chosen.addressee, actor.today),
        "has_new_readers": form.has_error(NON_FIELD_ERRORS, "readers"),
        "rests": rests(request),
    }
    if is_fragment_wanted(request) and is_look:
        return render(request, "messaging/threads/begin_readers.html", context)
    marked = set(chosen.children) if chosen else _marked(form, found)
    context["groups"] = groups_of(actor, found, marked)
    if is_look and form.is_bound:
        form.errors.clear()
    part = "begin_main" if is_fragment_wanted(request) else "begin"
    status = 422 if form.is_bound and not is_look and part == "begin" else 200
    return render(request, f"messaging/threads/{part}.html", context, status=status)


def _marked(form: BeginForm, found: Beginning) -> set[UUID]:
    said = form.data.getlist("barn") if form.is_bound and hasattr(form.data, "getlist") else form.initial["barn"]
    return {child for child in found.names if str(child) in said}
