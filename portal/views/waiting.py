"""What waits to leave the house, for administrators: numbers and reasons, never a name."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from children.access import Action, demand
from children.http import ActorRequest
from messaging.selectors.overdue import Overdue, What, Why, overdue
from notifications import ways
from notifications.models import Way
from notifications.waiting import State, Waiting, try_again, what_waits
from portal.lib import clock, outbox
from portal.lib.http import see_other


@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: ActorRequest) -> HttpResponse:
    """Show what should have left, by which way how much waits, and why.

    A POST lets what was given up for a fault be tried again.
    """
    actor, now = request.actor, clock.now()
    demand(actor, Action.SEE_WAITING)
    if request.method == "POST" and actor.person:
        if (way := request.POST.get("way", "")) not in ways.CARRIED:
            raise BadRequest("no such way")
        number = try_again(way=Way(way), problem=request.POST.get("problem", ""), actor_person=actor.person, now=now)
        said = ngettext("{number} avisering försöks igen.", "{number} aviseringar försöks igen.", number)
        messages.success(request, said.format(number=number))
        return see_other(request, reverse("waiting"))
    found = what_waits(now)
    words, offered = reasons(), ways.offered()
    context = {
        "ways": [
            {
                "label": way.label,
                "is_offered": way in offered,
                "rests": outbox.rests(ways.CARRIED[way].name, now),
                "rows": [(one, _reason(one, words)) for one in found if one.way == way],
            }
            for way in ways.CARRIED
        ],
        "overdue": [(_kind(one), _why(one), one) for one in overdue(now)],
        "counts": [(sum(one.number for one in found if one.state == state), word) for state, word in _states().items()],
        "now": now,
    }
    return render(request, "notices/waiting.html", context)


def _kind(one: Overdue) -> str:
    return {
        What.MESSAGE: _("Meddelanden"),
        What.BULLETIN: _("Anslag"),
        What.POST: _("Inlägg"),
        What.PICTURE: _("Bilder att göra i ordning"),
    }[one.what]


def _why(one: Overdue) -> str:
    """Return why something that should have left has not."""
    return {
        Why.NOBODY: _("Inget arbete pågår med det"),
        Why.HELD: _("Arbete pågår"),
        Why.PICTURES: _("Väntar på att bilderna blir klara"),
        Why.STOPPED: _("Stoppat: den som skulle skicka det kan inte göra det nu. Någon annan behöver ta över"),
        Why.DAMAGED: _("En bild kunde inte göras i ordning, och den som skrev får säga hur det ska bli"),
    }[one.why]


def _states() -> Mapping[State, str]:
    return {
        State.SOON: _("på väg ut"),
        State.LATER: _("väntar till senare"),
        State.FAULTY: _("försöks igen efter fel"),
        State.GIVEN_UP: _("gick inte fram"),
    }


def reasons() -> Mapping[str, str]:
    """Return why notices do not leave: our own decisions, by the word that their rows hold."""
    return {
        "quiet": _("Mottagaren vill vara ostörd"),
        "withdrawn": _("Mottagaren får inte veta det längre"),
        "over": _("Återkallat eller bekräftat innan det gick ut"),
        "read": _("Läst i Kapprummet innan det gick ut"),
        "no address": _("Mottagaren har ingen e-postadress, eller har fryst sitt konto"),
        "no number": _("Mottagaren har inget telefonnummer som går att nå"),
        "no device": _("Mottagaren har ingen enhet för notiser längre"),
        "no key": _("Notiser är inte uppsatta här: VAPID_PRIVATE_KEY saknas"),
        "no gateway": _("Sms är inte uppsatt här: SMS_URL saknas"),
        "tries": _("Försökt för många gånger"),
    }


def _reason(one: Waiting, words: Mapping[str, str]) -> str:
    if one.problem in words:
        return words[one.problem]
    if one.problem.isdigit():
        return _("Servern svarade {code}").format(code=one.problem)
    if one.problem:
        return _("Servern svarar inte som den ska ({fault})").format(fault=one.problem)
    return _("Väntar på den tid då det ska ut") if one.state == State.LATER else _("Skickas strax")
