"""A request as views of this house see it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from children.actors import Actor


class ActorRequest(HttpRequest):
    """A request behind the outer door: somebody is asking."""

    actor: Actor
    htmx: HtmxDetails
