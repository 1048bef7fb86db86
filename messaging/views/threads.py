"""Conversations: the inbox, one of them, and what is done with a message. The same for families and for the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin, rests
from messaging.forms import ReplyForm
from messaging.models import Message
from messaging.selectors.away import away_notices
from messaging.selectors.beginning import may_begin
from messaging.selectors.conversation import Conversation, conversation, news_stamp
from messaging.selectors.inbox_page import inbox_page, pending_of
from messaging.selectors.journal import may_seal, packages_about
from messaging.selectors.readers import Opened, open_thread
from messaging.selectors.unread import unread_threads
from messaging.services import drafts
from messaging.services import threads as services
from messaging.services.drafts import kept_under
from messaging.set_phrases import used
from messaging.views.attachments import ChosenFiles, chosen_files, files_left
from messaging.views.drafts import keep_refused
from messaging.views.inbox import acts_of, filters_of
from messaging.views.strong import asked_for_strong, not_on_tablets
from notifications.reading import read_about
from portal.lib import clock, languages
from portal.lib.http import is_fragment_wanted, is_really_seen, nothing_new, see_other


@require_safe
@asks_for_pin
def threads(request: ActorRequest) -> HttpResponse:
    """The inbox: conversations that the actor reads, newest first."""
    actor, now = request.actor, clock.now()
    filters = filters_of(request)
    page, rows = inbox_page(filters.listed, request.GET.get("sida", "1"), now)
    audit.looked(
        "messaging.threads",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=sorted({child for row in rows for child in row.child_ids}),
        once_an_hour=True,
    )
    context = {
        "page": page,
        "rows": rows,
        "which": filters.is_chosen,
        "filters": filters,
        "pending": pending_of(actor, now),
        "may_begin": may_begin(actor),
        "begun": [] if filters.is_chosen or page.number > 1 else drafts.begun_under(actor, reverse("messaging:begin")),
        "rests": rests(request),
    }
    return render(request, "messaging/threads/inbox.html", context)


@require_safe
def unread(request: ActorRequest) -> HttpResponse:
    """How many conversations have something new: what a menu shows. A tablet whose PIN has gone is sent to it."""
    if request.actor.person_id is None:
        return see_other(request, reverse("children:pin"))
    return render(request, "messaging/threads/unread.html", {"number": unread_threads(request.actor)})


@require_http_methods(["GET", "POST"])
@asks_for_pin
@not_on_tablets
def thread(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    """One conversation; with POST an answer in it."""
    opened = open_thread(request.actor, thread_id)
    if asked := asked_for_strong(request, opened.thread):
        return asked
    form, files = None, ChosenFiles()
    if request.method == "POST":
        form, files = _reply_form(request), chosen_files(request)
        if _is_sent(request, form, files, thread_id):
            drafts.discard_draft(person_id=opened.reader.person_id, address=kept_under(request.actor, request.path))
            if not is_fragment_wanted(request):
                return see_other(request, request.path)
            form, files = None, ChosenFiles()
        else:
            keep_refused(request, request.path, files)
    return _show(request, opened, form, files)


def _reply_form(
    request: ActorRequest,
    shown: Conversation | None = None,
    left: Mapping[str, list[str]] | None = None,
) -> ReplyForm:
    person = request.actor.person
    spoken = (shown.language if shown else "") or (person.language if person else "") or request.LANGUAGE_CODE
    if request.method == "POST" and shown is None:
        offered = person.reading_language if person else languages.FIRST
        if filled := used(request.POST, field="body", language=offered):
            return ReplyForm(language=spoken, initial=filled.dict())
        return ReplyForm(request.POST, language=spoken)
    kept = {
        name: values[0] for name, values in (left or {}).items() if name in ("body", "language", "phrase") and values
    }
    return ReplyForm(language=spoken, initial=kept)


def _is_sent(request: ActorRequest, form: ReplyForm, files: ChosenFiles, thread_id: UUID) -> bool:
    """Send what the form holds; where it is refused the form says why."""
    if not form.is_valid() or files.problems:
        return False
    try:
        services.reply(
            thread_id=thread_id,
            words=replace(form.words, attachments=files.ids),
            actor=request.actor,
            now=clock.now(),
            seen=form.cleaned_data["seen"],
            sending=form.cleaned_data["sending"],
        )
    except ValidationError as refused:
        if getattr(refused, "code", "") == "sent":
            form.send_again()
        form.add_error("body", refused if hasattr(refused, "code") else refused.messages)
        return False
    return True


def _show(request: ActorRequest, opened: Opened, form: ReplyForm | None, files: ChosenFiles) -> HttpResponse:
    actor, now = request.actor, clock.now()
    shown = conversation(actor, opened, now, whole=_is_whole(request))
    if not shown.days:  # begun by somebody else half a minute ago, or over before this reader began
        raise Http404
    if is_really_seen(request):
        _note_reading(opened, is_new=shown.is_new)
    _look(request, opened)
    leads = may_seal(actor, opened)
    left = {} if form else drafts.draft_of(opened.reader.person_id, kept_under(actor, request.path))
    if left:
        files = files_left(request, left.get("kept", []))
    context: dict[str, object] = {
        "shown": shown,
        "thread": opened.thread,
        "form": form or _reply_form(request, shown, left),
        "has_new_readers": form is not None and form.has_error("body", "readers"),
        "files": files,
        "away": away_notices(opened.circle.children, opened.addressee, actor.today) if shown.is_family else [],
        "rests": rests(request),
        "may_seal": leads,
        "packages": packages_about(actor, opened.thread.pk) if leads and shown.sealed else [],
    }
    part = "main" if is_fragment_wanted(request) else "thread"
    if part == "thread":
        context["acts"] = acts_of(request, opened)
    status = 422 if form is not None and form.is_bound and part == "thread" else 200
    return render(request, f"messaging/threads/{part}.html", context, status=status)


def _is_whole(request: ActorRequest) -> bool:
    """Tell whether the conversation was asked for from its beginning (`allt`)."""
    return "allt" in request.GET


def _note_reading(opened: Opened, *, is_new: bool) -> None:
    """Note that what has left is read, and with it all that was told of the conversation."""
    now, person_id = clock.now(), opened.reader.person_id
    if is_new:
        services.mark_read(thread=opened.thread, person_id=person_id, now=now)
    read_about(person_id=person_id, name="thread", thing_id=opened.thread.pk, now=now)


def _look(request: ActorRequest, opened: Opened) -> None:
    audit.looked(
        "messaging.thread",
        person_id=request.actor.person_id,
        tablet_id=request.actor.tablet_id,
        children=opened.circle.children,
        once_an_hour=True,
    )


@require_safe
@not_on_tablets
def thread_news(request: ActorRequest, thread_id: UUID) -> HttpResponseBase:
    """What was said since the page was made (`sedan` is its stamp), for a page that somebody looks at.

    It keeps nobody logged in, and a tablet whose PIN has gone leaves the conversation.
    """
    if request.actor.person_id is None:
        return see_other(request, reverse("children:pin"))
    opened = open_thread(request.actor, thread_id)
    if asked := asked_for_strong(request, opened.thread):
        return asked
    whole = _is_whole(request)
    if request.GET.get("sedan") == news_stamp(opened, clock.now(), whole=whole):
        return nothing_new()
    _look(request, opened)
    shown = conversation(request.actor, opened, clock.now(), whole=whole)
    if shown.is_new and is_really_seen(request):
        _note_reading(opened, is_new=True)
    return render(request, "messaging/threads/lines.html", {"shown": shown, "thread": opened.thread})


@require_POST
@asks_for_pin
def undo(request: ActorRequest, message_id: UUID) -> HttpResponse:
    """Take back what has not left; the words lie where they were written, as a draft."""
    actor = request.actor
    try:
        undone = services.undo(message_id=message_id, actor=actor, now=clock.now())
    except ValidationError as refused:
        messages.info(request, " ".join(refused.messages))
        threads = Message.objects.filter(pk=message_id).values_list("thread", flat=True)
        there = [reverse("messaging:thread", args=[thread_id]) for thread_id in threads]
        return see_other(request, there[0] if there else reverse("messaging:threads"))
    said = undone.words
    fields = {"body": [said.body], "language": [said.language], "phrase": [said.phrase]}
    fields["kept"] = [str(attachment) for attachment in said.attachments]
    if undone.thread_id:
        page = reverse("messaging:thread", args=[undone.thread_id])
    else:
        page = reverse("messaging:begin")
        if actor.person_id and drafts.draft_of(actor.person_id, kept_under(actor, page)):
            page += f"?angrat={message_id}"  # what is begun there is maybe for another family
        fields |= {
            "subject": [said.subject],
            "is_sensitive": ["on"] if said.is_sensitive else [],
            "barn": [str(child) for child in undone.child_ids],
            "till": [undone.addressee.value],
        }
    if actor.person_id:
        begun = request.POST.get("begun", "").strip()
        address = kept_under(actor, page)
        drafts.put_back(person_id=actor.person_id, address=address, fields=fields, begun=begun, now=clock.now())
    messages.info(request, _("Meddelandet skickades inte. Det du skrev står kvar i fältet."))
    return see_other(request, page)


@require_http_methods(["GET", "POST"])
@asks_for_pin
def withdraw(request: ActorRequest, message_id: UUID) -> HttpResponse:
    """Ask before a message is withdrawn, and say what that does; with POST withdraw it."""
    actor, now = request.actor, clock.now()
    message = services.get_message_to_withdraw(actor, message_id)
    opened = open_thread(actor, message.thread_id)
    if asked := asked_for_strong(request, opened.thread):
        return asked
    back = reverse("messaging:thread", args=[message.thread_id])
    try:
        services.check_withdrawal(message, now)
        if request.method == "POST":
            services.withdraw(message_id=message_id, actor=actor, now=now)
            messages.success(request, _("Meddelandet är återkallat."))
            return see_other(request, back)
    except ValidationError as refused:
        messages.info(request, " ".join(refused.messages))
        return see_other(request, back)
    shown = conversation(actor, opened, now, whole=True)
    line = next(line for day in shown.days for line in day.lines if line.id == message_id)
    _look(request, opened)
    context = {"shown": shown, "thread": opened.thread, "line": line, "rests": rests(request)}
    return render(request, "messaging/threads/withdraw.html", context)
