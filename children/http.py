"""A request as views of this house see it, and what a view says about PINs."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from children import tablets
from children.actors import Actor
from portal.lib.http import see_other

Rest = ParamSpec("Rest")
Request = TypeVar("Request", bound="ActorRequest")
View = Callable[Concatenate[Request, Rest], HttpResponseBase]


class ActorRequest(HttpRequest):
    """A request behind the outer door: somebody is asking."""

    actor: Actor
    htmx: HtmxDetails


def renews_pin(view: View[Request, Rest]) -> View[Request, Rest]:
    """Let two minutes of rest begin anew after the view, where somebody gave a PIN.

    For what a person does, never for what a page asks by itself: a board that refreshes keeps nobody logged in.
    """

    @wraps(view)
    def renewing(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        actor = request.actor
        if actor.tablet and actor.person and tablets.PIN_COOKIE not in response.cookies:
            tablets.remember_pin(response, actor.tablet, actor.person.id)
        return response

    return renewing


def asks_for_pin(view: View[Request, Rest]) -> View[Request, Rest]:
    """Send a tablet without a PIN to the page that asks for one, and then back here. Renews the PIN as `renews_pin`."""

    @wraps(view)
    def asking(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        actor = request.actor
        if actor.tablet and actor.person is None:
            back = {"next": request.get_full_path()} if request.method == "GET" and not request.htmx else {}
            return see_other(
                request, f"{reverse('children:pin')}?{urlencode(back)}" if back else reverse("children:pin")
            )
        return renews_pin(view)(request, *args, **kwargs)

    return asking


def rests(request: ActorRequest) -> int:
    """Return after how many seconds a page on a tablet asks whether its PIN still holds; 0 where there is none."""
    return int(tablets.PIN_RESTS.total_seconds()) // 6 if request.actor.tablet and request.actor.person else 0
