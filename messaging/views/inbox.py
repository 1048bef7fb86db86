"""What the house does with a conversation, and the labels of its inbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from children.http import ActorRequest, asks_for_pin
from children.selectors.reach import Relation
from children.strong import is_strong
from messaging.inbox_forms import LabelForm, ids_in
from messaging.models import Label, Thread
from messaging.selectors import inbox as selected
from messaging.selectors.away import may_say_away
from messaging.selectors.inbox import Listed
from messaging.selectors.labels import inboxes_of, labels_on, labels_that_fit, own_labels
from messaging.selectors.reader_list import by_name
from messaging.selectors.readers import Opened, get_thread
from messaging.services import inbox as services
from messaging.views.strong import asked_for_strong
from portal.lib import clock
from portal.lib.http import see_other

WHICH = (
    ("", gettext_lazy("Alla")),
    (selected.WAITING, gettext_lazy("Väntar på svar")),
    (selected.MINE, gettext_lazy("Mina")),
    (selected.DONE, gettext_lazy("Klara")),
)


@dataclass(frozen=True)
class Chip:
    """One way to see the inbox."""

    url: str
    label: str
    active: bool


@dataclass(frozen=True)
class Filters:
    """What of the inbox is shown; no chips for a family, which has no use for them."""

    listed: Listed
    chips: list[Chip]
    labels: list[Chip]
    is_chosen: bool
    has_label: bool
    may_sort: bool
    may_be_away: bool


def filters_of(request: ActorRequest) -> Filters:
    """Return what of the inbox the address asks for (`visa`, `etikett`), and the chips that lead to the rest."""
    actor, page = request.actor, reverse("messaging:threads")
    which, label = request.GET.get("visa", ""), next(iter(ids_in([request.GET.get("etikett", "")])), None)
    places = inboxes_of(actor)
    known = own_labels(actor)
    label = label if any(one.pk == label for one in known) else None
    which = which if places and which in dict(WHICH) else ""
    chips = [Chip(_address(page, visa=key, etikett=label), str(words), which == key) for key, words in WHICH if places]
    labelled = [
        Chip(_address(page, visa=which, etikett=None if one.pk == label else one.pk), one.words, one.pk == label)
        for one in known
    ]
    listed = Listed(actor, which, label)
    is_away_said = bool(places) and may_say_away(actor)
    return Filters(listed, chips, labelled, bool(which or label), label is not None, bool(places), is_away_said)


def _address(page: str, **asked: object) -> str:
    given = {name: value for name, value in asked.items() if value}
    return f"{page}?{urlencode(given)}" if given else page


def acts_of(request: ActorRequest, opened: Opened) -> dict[str, Any]:
    """Return what the page of a conversation needs for what can be done with it (`inbox/thread_acts.html`).

    A family finds nothing in it but that it may say that the conversation is sensitive.
    """
    actor, thread = request.actor, opened.thread
    is_house = opened.reader.relation != Relation.GUARDIAN
    may_be_sensitive = is_strong(request) and (is_house or not thread.is_sensitive)
    common = {
        "thread": thread,
        "is_house": is_house,
        "may_be_sensitive": may_be_sensitive,
        "has_more": is_house or may_be_sensitive,
    }
    if not is_house:
        return common
    house = [one.person_id for one in opened.readers.values() if one.relation != Relation.GUARDIAN]
    people = by_name(house)
    on_it = {label.pk for label in labels_on([thread.pk], actor).get(thread.pk, [])}
    return common | {
        "people": people,
        "answered_by": next((person for person in people if person.pk == thread.assigned_to_id), None),
        "me": actor.person_id,
        "labels": [(label, label.pk in on_it) for label in labels_that_fit(opened.circle, opened.addressee, actor)],
        "is_closed": len(house) == len(opened.readers),
    }


def _back_to(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    return see_other(request, reverse("messaging:thread", args=[thread_id]))


def _is_accepted(request: ActorRequest, do: Callable[..., Thread], **given: object) -> bool:
    """Do it with a conversation; where it is refused say why."""
    try:
        do(actor=request.actor, now=clock.now(), **given)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return False
    return True


def _asked_for_strong(request: ActorRequest, thread_id: UUID) -> HttpResponse | None:
    return asked_for_strong(request, get_thread(request.actor, thread_id)[0])


@require_POST
@asks_for_pin
def assign(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    """Give the conversation to somebody (`person`), or to nobody."""
    if asked := _asked_for_strong(request, thread_id):
        return asked
    person = next(iter(ids_in([request.POST.get("person", "")])), None)
    _is_accepted(request, services.assign, thread_id=thread_id, person_id=person)
    return _back_to(request, thread_id)


@require_POST
@asks_for_pin
def done(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    """Put the conversation aside (`done=1`), and go on with the others; or open it again."""
    if asked := _asked_for_strong(request, thread_id):
        return asked
    is_done = request.POST.get("done") == "1"
    if not _is_accepted(request, services.set_done, thread_id=thread_id, is_done=is_done) or not is_done:
        return _back_to(request, thread_id)
    messages.success(request, _("Klart. Samtalet öppnas igen om familjen skriver."))
    return see_other(request, reverse("messaging:threads"))


@require_POST
@asks_for_pin
def put_labels(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    """Let exactly these labels (`label`) stand on the conversation."""
    if asked := _asked_for_strong(request, thread_id):
        return asked
    chosen = ids_in(request.POST.getlist("label"))
    _is_accepted(request, services.set_labels, thread_id=thread_id, label_ids=chosen)
    return _back_to(request, thread_id)


@require_POST
def sensitive(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    """Say that the conversation is sensitive (`sensitive=1`), or, the house only, that it is not any more.

    Asked of whoever could still read it afterwards: nobody shuts the own door unknowingly.
    """
    if request.actor.tablet:
        raise Http404
    thread = get_thread(request.actor, thread_id)[0]
    if not is_strong(request):
        thread.is_sensitive = True  # for the page that asks: it is as if it were
        return asked_for_strong(request, thread) or _back_to(request, thread_id)
    is_sensitive = request.POST.get("sensitive") == "1"
    if _is_accepted(request, services.set_sensitive, thread_id=thread_id, is_sensitive=is_sensitive):
        said = _("Samtalet är känsligt nu.") if is_sensitive else _("Samtalet är inte känsligt längre.")
        messages.success(request, said)
    return _back_to(request, thread_id)


@require_http_methods(["GET", "POST"])
@asks_for_pin
def labels(request: ActorRequest) -> HttpResponse:
    """The labels of the inboxes that somebody reads for the house, and a form for another one."""
    places = inboxes_of(request.actor)
    if not places:
        raise Http404
    form = LabelForm(request.POST if request.method == "POST" else None, inboxes=places)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.make_label(inbox_id=given["inbox"], words=given["words"], actor=request.actor, now=clock.now())
        except ValidationError as refused:
            form.add_error("words", refused)
        else:
            return see_other(request, reverse("messaging:labels"))
    known = own_labels(request.actor)
    shown = [(place.name, _labels_in(known, place.id)) for place in places]
    status = 422 if form.errors else 200
    return render(request, "messaging/inbox/labels.html", {"places": shown, "form": form}, status=status)


def _labels_in(known: list[Label], place_id: UUID) -> list[Label]:
    return [label for label in known if place_id in (label.department_id, label.preschool_id)]


@require_POST
@asks_for_pin
def label_removed(request: ActorRequest, label_id: UUID) -> HttpResponse:
    """Take a label away."""
    services.remove_label(label_id=label_id, actor=request.actor, now=clock.now())
    return see_other(request, reverse("messaging:labels"))
