"""What every template may print. All but the plain settings is asked for only by the page that prints it."""

from collections.abc import Callable, Sequence
from functools import cache
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from children.actors import Actor
from oversight.selectors.removal import countdowns
from portal import navigation
from portal.navigation import Place, Where

# Pages that somebody who both works here and has children here sees as a guardian.
GUARDIAN_PAGES = (
    "my_children",
    "attendance:schedule",
    "attendance:absence",
    "attendance:day",
    "attendance:history",
    "children:consents",
    "children:homes",
    "attendance:answer_enquiry",
    "attendance:calendar",
    "attendance:event_answer",
    "messaging:album",
    "messaging:own_bulletin",
    "documents:own",
)


def house(request: HttpRequest) -> dict[str, object]:
    """Return who is reading and where they can go. Values are callables: a fragment that prints none costs nothing."""
    actor: Actor | None = getattr(request, "actor", None)

    @cache
    def nav() -> Sequence[Place]:
        if actor is None:
            return []
        where = _where(request)
        place_id = actor.place_id or (where.place_id if where.view_name.startswith(navigation.BOARD_PAGES) else None)
        if place_id:
            return navigation.rail_of(actor, place_id, where)
        if actor.person is None:
            return []
        if is_guardian_page():
            return navigation.guardian_places(actor, where)
        return navigation.work_places(actor, actor.person, where)

    @cache
    def is_guardian_page() -> bool:
        return actor is not None and (not actor.is_staff or _where(request).view_name.startswith(GUARDIAN_PAGES))

    def frame() -> str:
        if actor is not None and actor.tablet is not None:
            return "layouts/tablet.html"
        return "layouts/guardian.html" if is_guardian_page() else "layouts/desktop.html"

    return {
        "is_demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "language_action": SimpleLazyObject(lambda: reverse("accounts:language")),
        "nav": nav,
        "preschool_tabs": lambda: navigation.preschool_tabs(actor, _where(request)) if actor else [],
        "frame": frame,
        "countdowns": lambda: countdowns(actor) if actor else [],
        "person_name": actor.person.full_name if actor and actor.person else "",
        "person_role": (lambda: navigation.role_word(actor)) if actor else "",
        "person_url": SimpleLazyObject(lambda: reverse("accounts:settings")),
        "session_warning": _session_warning(request, actor),
    }


def _where(request: HttpRequest) -> Where:
    match = request.resolver_match
    if match is None:
        return Where("")
    ids = [value for name, value in match.kwargs.items() if name.endswith("_id") and isinstance(value, UUID)]
    return Where(match.view_name, ids[0] if ids else None)


def _session_warning(request: HttpRequest, actor: Actor | None) -> Callable[[], dict[str, object]] | None:
    """Return what `components/session_warning.html` needs, for a person with a session."""
    if actor is None or actor.person is None or actor.tablet is not None:
        return None
    return lambda: {
        "seconds": 60 * request.session.get("idle_minutes", settings.IDLE_MINUTES_STAFF),
        "address": reverse("accounts:awake"),
        "leave": reverse("account_login"),
    }
