"""Searching in one's own conversations (F15)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin
from children.strong import is_strong
from messaging.inbox_forms import ids_in
from messaging.search_rules import words_of
from messaging.selectors.search import OPENED_AT_ONCE, Found
from messaging.selectors.search import search as found_in
from portal.lib import clock

LONGEST_QUERY = 100


@require_safe
@asks_for_pin
def search(request: ActorRequest) -> HttpResponse:
    """What the words (`q`) are found in, newest first; `efter` is the message from which on to look further back."""
    actor, query = request.actor, request.GET.get("q", "")[:LONGEST_QUERY]
    words = words_of(query)
    after = next(iter(ids_in([request.GET.get("efter", "")])), None)
    found = Found([], set(), None, left_out=False)
    if words:
        found = found_in(actor, words, now=clock.now(), is_strong=is_strong(request), after=after)
        audit.looked(
            "messaging.search",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            children=found.children,
        )
    context = {
        "query": query,
        "words": words,
        "found": found,
        "opened": OPENED_AT_ONCE,
        "is_further": after is not None,
    }
    return render(request, "messaging/inbox/search.html", context)
