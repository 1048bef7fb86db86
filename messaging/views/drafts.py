"""What is written and not sent, kept while it is written."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from children.http import ActorRequest, asks_for_pin
from messaging.inbox_forms import ids_in
from messaging.services import drafts
from messaging.views.attachments import ChosenFiles, chosen_files
from portal.lib import clock
from portal.lib.http import see_other

NOT_KEPT = frozenset({"csrfmiddlewaretoken", "page", "seen", "sending", "do", "upload"})
"""What a form holds that is nobody's words, and anew each time that the page is shown."""
LONGEST_ADDRESS = 190


@require_POST
@asks_for_pin
def draft(request: ActorRequest) -> HttpResponse:
    """Keep what is written on `page`, and say so; with `do=drop` forget it, and show the page empty."""
    page, person_id = address_in(request), request.actor.person_id
    if page is None or person_id is None:
        raise Http404
    kept = drafts.kept_under(request.actor, page)
    if request.POST.get("do") == "drop":
        drafts.discard_draft(person_id=person_id, address=kept)
        return see_other(request, page)
    now, fields, saved_at, problem = clock.now(), fields_in(request.POST), None, ""
    if "upload" in request.POST:
        fields["kept"] = [str(one) for one in chosen_files(request).ids]
    try:
        is_sent = drafts.was_sent(person_id, ids_in(request.POST.getlist("sending")), request.POST.get("body", ""))
        if not is_sent and any(value.strip() for name in ("body", "subject") for value in fields.get(name, [])):
            drafts.save_draft(person_id=person_id, address=kept, fields=fields, now=now)
            saved_at = now
        else:
            drafts.discard_draft(person_id=person_id, address=kept)
    except ValidationError as refused:
        problem = " ".join(refused.messages)
    return render(request, "messaging/threads/draft_state.html", {"saved_at": saved_at, "problem": problem})


def keep_refused(request: ActorRequest, page: str, files: ChosenFiles) -> None:
    """Keep as a draft what could not be sent with its files: those that were taken are there when the page is left."""
    if files.kept and request.actor.person_id:
        fields = fields_in(request.POST) | {"kept": [str(one) for one in files.ids]}
        kept = drafts.kept_under(request.actor, page)
        drafts.save_draft(person_id=request.actor.person_id, address=kept, fields=fields, now=clock.now())


def address_in(request: HttpRequest) -> str | None:
    """Return the page of ours that a form says it is on, or None."""
    page = request.POST.get("page", "")
    is_ours = page.startswith("/") and len(page) <= LONGEST_ADDRESS and url_has_allowed_host_and_scheme(page, None)
    return page if is_ours else None


def fields_in(sent: QueryDict) -> dict[str, list[str]]:
    return {name: values for name, values in sent.lists() if name not in NOT_KEPT}
