"""The places that somebody can go to, by who they are: what the layouts print as a bar, a rail or a menu."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from children import access
from children.access import Action
from children.actors import Actor
from children.models import StaffRole
from children.prepared_access import Asked, child_rows, prepared_for_actor
from messaging.selectors.unread import unread_threads
from portal.lib.prepared import Rows
from portal.models import Feedback
from portal.notices import number_new

Kind = StaffRole.Kind

# The word that stands under a name: the first of these that the person has.
RANK = (
    Kind.PRINCIPAL,
    Kind.ADMINISTRATOR,
    Kind.COMMUNICATOR,
    Kind.ARCHIVIST,
    Kind.SPECIALIST,
    Kind.STAFF,
    Kind.SUBSTITUTE,
)
MOST_PLACES = 8
# The pages of one preschool to whoever leads it: each with its icon and its word. Staff see the two of OF_STAFF, too.
PRESCHOOL_PAGES = (
    ("preschool_day", "layout-grid", gettext_lazy("Dagen")),
    ("preschool_month", "calendar", gettext_lazy("Månaden")),
    ("preschool_hours", "alarm-clock", gettext_lazy("Timmar")),
    ("attendance:enquiries", "sun", gettext_lazy("Lov")),
    ("attendance:preschool_calendar", "calendar-off", gettext_lazy("Kalender")),
    ("children:preschool_children", "users", gettext_lazy("Barn")),
    ("children:tablets", "tablet", gettext_lazy("Plattor")),
    ("attendance:preschool_rules", "clock", gettext_lazy("Regler")),
)
OF_STAFF = ("attendance:enquiries", "attendance:preschool_calendar")
READS = (Kind.PRINCIPAL, Kind.STAFF, Kind.SUBSTITUTE, Kind.COMMUNICATOR)  # what is said, besides the families
BOARD_PAGES = ("attendance:board", "attendance:department_week")  # in the tablet's frame for everybody
# What lies behind a guardian's "Bilder & dokument".
PAPER_PAGES = ("messaging:album", "messaging:post", "documents:", "children:consents", "oversight:extract")
POST_PAGES = ("messaging:post", "documents:")
PLAN_PAGES = ("attendance:schedule", "attendance:calendar", "attendance:event_answer")


@dataclass(frozen=True)
class Place:
    """One entry of the menu. `count` is what waits there; `last` puts it at the end of a rail."""

    url: str
    icon: str
    label: str
    active: bool = False
    count: int = 0
    last: bool = False


@dataclass(frozen=True)
class Where:
    """The page that is shown: its name and the place that its address names, if any."""

    view_name: str
    place_id: UUID | None = None

    def is_any(self, *names: str) -> bool:
        return self.view_name in names


def role_word(actor: Actor) -> str:
    """Return what the person is here, in one word; a guardian is nothing more than that."""
    kinds = {role.kind for role in actor.roles}
    return next((str(kind.label) for kind in RANK if kind in kinds), "")


def is_guardian(actor: Actor) -> bool:
    """Tell whether there are children whom the person sees as a guardian."""
    return bool(child_rows(actor, Action.SEE_OWN, Asked(("id",))))


def guardian_places(actor: Actor, where: Where) -> list[Place]:
    """Home, schedule, what is said, pictures and documents; and more, or the way to work for those who also work here:
    their own settings are there.
    """
    home = reverse("my_children") if actor.is_staff else reverse("home")
    places = [
        Place(home, "house", _("Hem"), where.is_any("home", "my_children")),
        Place(reverse("attendance:schedule"), "calendar", _("Schema"), where.view_name.startswith(PLAN_PAGES)),
    ]
    places += _said(actor, where)[:1]
    is_here = where.view_name.startswith(PAPER_PAGES)
    places.append(Place(reverse("messaging:album"), "image", _("Bilder & dokument"), is_here))
    if actor.is_staff:  # the bar has room for five
        return [*places, Place(reverse("home"), "layout-grid", _("Arbetet"))]
    is_more = where.view_name.startswith(("accounts:", "account_", "mfa_", "usersessions_"))
    return [*places, Place(reverse("accounts:settings"), "settings", _("Mer"), is_more)]


def rail_of(actor: Actor, department_id: UUID, where: Where) -> tuple[Place, ...]:
    """Return what stands beside a department's board, on its tablet and for whoever works there at a computer."""
    is_week = where.is_any("attendance:department_week")
    places = (
        Place(
            reverse("attendance:board", args=[department_id]),
            "layout-grid",
            _("Avdelning"),
            where.view_name.startswith(BOARD_PAGES) and not is_week,
        ),
        Place(reverse("attendance:department_week", args=[department_id]), "calendar", _("Veckan"), is_week),
        Place(
            reverse("messaging:threads"),
            "message-circle",
            _("Samtal"),
            where.view_name.startswith("messaging:") and not where.view_name.startswith("messaging:post"),
        ),
        Place(reverse("messaging:posts"), "image", _("Inlägg"), where.view_name.startswith(POST_PAGES)),
    )
    return places if actor.tablet else (*places, Place(reverse("home"), "house", _("Hem"), last=True))


def work_places(actor: Actor, person: User, where: Where) -> list[Place]:
    """What somebody who works here goes to: by role, then what everybody has."""
    places = [Place(reverse("home"), "layout-grid", _("Idag"), where.is_any("home"))]
    if actor.has_role(*READS):
        places += _said(actor, where)
    if actor.has_role(Kind.PRINCIPAL):
        places += _preschools(actor, where)
    elif actor.has_role(Kind.STAFF, Kind.SUBSTITUTE):
        places += _departments(actor, where)
    if actor.has_role(Kind.ADMINISTRATOR):
        places += _administration(actor, where)
    if actor.has_role(Kind.PRINCIPAL, Kind.STAFF):
        is_there = where.is_any("children:pending", "children:confirm")
        places.append(Place(reverse("children:pending"), "user-plus", pgettext("several", "Vårdnadshavare"), is_there))
    if actor.has_role(Kind.PRINCIPAL, Kind.ADMINISTRATOR):
        is_there = where.is_any("children:kept", "children:readers", "children:protect", "children:protect_one")
        places.append(Place(reverse("children:kept"), "shield", _("Skyddade"), is_there))
        places.append(Place(reverse("children:frozen"), "lock", _("Frysta konton"), where.is_any("children:frozen")))
        is_there = where.is_any("messaging:incidents")
        places.append(Place(reverse("messaging:incidents"), "undo-2", _("Återkallat"), is_there))
    if actor.has_role(Kind.ARCHIVIST):
        is_there = where.view_name.startswith("messaging:journal")
        places.append(Place(reverse("messaging:journal"), "file-text", _("Diariet"), is_there))
    if is_guardian(actor):
        places.append(Place(reverse("my_children"), "house", _("Mina barn"), where.is_any("my_children")))
    places.append(Place(reverse("notices"), "bell", _("Nytt"), where.is_any("notices"), number_new(actor, person)))
    is_mine = where.view_name.startswith(("accounts:", "account_", "mfa_", "usersessions_"))
    places.append(Place(reverse("accounts:settings"), "settings", _("Inställningar"), is_mine))
    return places


def _said(actor: Actor, where: Where) -> list[Place]:
    """Return the way to what is said: conversations and bulletins, and the posts."""
    is_posts = where.view_name.startswith(POST_PAGES)
    is_other = is_posts or where.view_name.startswith(("messaging:album", "messaging:journal", "messaging:incidents"))
    is_here = where.view_name.startswith("messaging:") and not is_other
    return [
        Place(reverse("messaging:threads"), "message-circle", _("Samtal"), is_here, unread_threads(actor)),
        Place(reverse("messaging:posts"), "image", _("Inlägg"), is_posts),
    ]


def preschool_tabs(actor: Actor, where: Where) -> list[Place]:
    """Return the pages of the preschool whose page is shown; none on other pages, and none to staff."""
    if where.place_id is None or not where.is_any(*(name for name, _icon, _label in PRESCHOOL_PAGES)):
        return []
    led = access.preschools_for(actor, Action.OVERSEE).filter(pk=where.place_id)
    if where.is_any(*OF_STAFF) and not led.exists():
        return []
    months = {"preschool_month": [f"{actor.today:%Y-%m}"]}
    return [
        Place(reverse(name, args=[where.place_id, *months.get(name, [])]), icon, str(label), where.is_any(name))
        for name, icon, label in PRESCHOOL_PAGES
    ]


def _preschools(actor: Actor, where: Where) -> list[Place]:
    """Return the way to each preschool's day, and to the staff of the first: that page leads to the others'."""
    led = list(access.preschools_for(actor, Action.OVERSEE).order_by("name", "pk")[:MOST_PLACES])
    is_staff_page = where.view_name.startswith("children:staff")
    places = [
        Place(
            reverse("preschool_day", args=[preschool.id]),
            "chart-no-axes-gantt",
            preschool.name.removeprefix("Förskolan "),
            where.place_id == preschool.id and not is_staff_page,
        )
        for preschool in led
    ]
    if led:
        places.append(Place(reverse("children:staff", args=[led[0].id]), "users", _("Personal"), is_staff_page))
    return places


def _departments(actor: Actor, where: Where) -> list[Place]:
    """Return the way to each department's board and to its children; the boards alone where they are many."""
    own = _own_departments(actor)
    places = []
    for department_id, name in own:
        is_there = where.place_id == department_id and not where.view_name.startswith(POST_PAGES)
        board = reverse("attendance:board", args=[department_id])
        places.append(Place(board, "chart-no-axes-gantt", name, is_there and "board" in where.view_name))
        if len(own) < MOST_PLACES // 2:
            children = reverse("children:department_children", args=[department_id])
            label = _("Barn på %(name)s") % {"name": name}
            places.append(Place(children, "users", label, is_there and "board" not in where.view_name))
    return places


@prepared_for_actor
def _own_departments(actor: Actor) -> Rows:
    return access.departments_for(actor, Action.SEE_BOARD).order_by("name").values_list("pk", "name")[:MOST_PLACES]


def _administration(actor: Actor, where: Where) -> list[Place]:
    label = _("Personal i kommunen") if actor.has_role(Kind.PRINCIPAL) else _("Personal")
    return [
        Place(reverse("municipality_day"), "chart-line", _("Kommunen"), where.is_any("municipality_day")),
        Place(reverse("children:leaders"), "users", label, where.view_name.startswith("children:leaders")),
        Place(
            reverse("children:register"), "upload", _("Barnregister"), where.view_name.startswith("children:register")
        ),
        Place(
            reverse("attendance:rules"),
            "clock",
            _("Regler"),
            where.is_any("attendance:rules", "attendance:area_rules", "room"),
        ),
        Place(reverse("tablets_overview"), "tablet", _("Surfplattor"), where.is_any("tablets_overview")),
        Place(reverse("waiting"), "send", _("Aviseringar"), where.is_any("waiting")),
        Place(reverse("files_state"), "folder", _("Filer"), where.is_any("files_state")),
        Place(
            reverse("feedback"),
            "message-circle",
            _("Synpunkter"),
            where.is_any("feedback"),
            Feedback.objects.unread().count(),
        ),
    ]
