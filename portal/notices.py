"""Notices in the words of the reader. Names are looked up when they are read, through today's access.

A notice about a child whom the reader may no longer see is not shown at all (DOMAIN 4.1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.selectors.calendar import event_titles
from children import access
from children.access import Action
from children.actors import Actor
from children.models import Child, ProtectedIdentity, StaffRole
from children.prepared_access import Asked, child_rows, named_children
from children.protection import bearer_of, identities_kept_by
from messaging.selectors.said import Said, said
from notifications.models import Delivery, Kind
from notifications.selectors import InApp, latest, unread_count
from portal.lib import days
from portal.notice_looks import ICONS, LOOKS
from portal.notice_papers import forms_waiting, papers, removals

MOST = 100
"""As many of somebody's notices are shown."""
LOOK = Kind.IDENTITY_READ
IN_CALENDAR = frozenset({Kind.DAY_CLOSED, Kind.DAY_OPENED, Kind.EVENT_ANNOUNCED, Kind.EVENT_CANCELLED})
# About nobody but the reader.
OWN = frozenset({Kind.PIN_LOCKED})
EVENTS = frozenset({Kind.EVENT_ANNOUNCED, Kind.EVENT_CANCELLED})
# What notices of messaging and documents are about. Whoever may not open it any more is shown no notice of it.
SAID = frozenset({"thread", "bulletin", "stopped bulletin", "post", "department", "document", "form", "removal"})
PAGES = {
    Kind.ENQUIRY_WITHDRAWN: "attendance:schedule",
    Kind.HOMES_PROPOSED: "children:homes",
    Kind.HOMES_AGREED: "children:homes",
    Kind.CONSENT_ASKED: "children:consents",
}


Row = Delivery | InApp


@dataclass(frozen=True)
class Notice:
    """One notice as it is printed. `url` leads to what it is about; `child_id` is None for what is one's own."""

    title: str
    at: datetime
    icon: str
    look: str
    is_new: bool
    url: str
    child_id: UUID | None


def notices_for(actor: Actor, person: User, *, most: int, about: Collection[UUID] | None = None) -> list[Notice]:
    """Return the person's newest notices: their own, those about children whom they see today, and looks to control.

    Two queries, more with protection, one more where something happens. With `about` only those among the newest that
    concern these children.
    """
    deliveries = [(row, _id_in(row, "child")) for row in latest(person.id, most=most)]
    if about is not None:
        deliveries = [(row, child_id) for row, child_id in deliveries if child_id in about]
    children = named_children(actor, Action.SEE_CHILD, {one for row, _id in deliveries for one in _children_in(row)})
    deliveries = [(row, _seen_of(row, child_id, children)) for row, child_id in deliveries]
    readers = _readers([row for row, child_id in deliveries if child_id in children])
    opens = _openable(actor, children)
    titles = _titles([row for row, child_id in deliveries if child_id in children], children)
    looks = _looks(actor, [row for row, child_id in deliveries if row.kind == LOOK and child_id not in children])
    looks |= _said(actor, [row for row, _child_id in deliveries])
    return [
        looks.get(row.id)
        or _notice(row, children.get(child_id) if child_id else None, children, readers, opens, titles)
        for row, child_id in deliveries
        if child_id in children or row.kind in OWN or row.id in looks
    ]


def number_new(actor: Actor, person: User) -> int:
    """Return how many notices on the person's page are new: what a bell says. One small query where there is none.

    The page's own rules, without its words: every page of the house has a bell.
    """
    if not unread_count(person.id):
        return 0
    newest = _newest_said(latest(person.id, most=MOST))
    rows = [row for row in newest if row.read_at is None]
    children = named_children(actor, Action.SEE_CHILD, {one for row in rows for one in _children_in(row)})
    shown = _told(actor, rows).keys() | _looks(actor, [row for row in rows if row.kind == LOOK]).keys()
    return sum(row.kind in OWN or row.id in shown or not children.keys().isdisjoint(_children_in(row)) for row in rows)


def is_still_told(rows: Sequence[Row], now: datetime) -> bool:
    """Tell whether the person whose notices these are may today see what one of them is about (DOMAIN 4.1).

    Asked in the moment before they leave the house. A look at what is sealed is told whatever else is seen.
    """
    actor = Actor.of_person(User(pk=rows[0].person_id), days.day_of(now))
    children = named_children(actor, Action.SEE_CHILD, {one for row in rows for one in _children_in(row)})
    opened = _opened(actor, rows)
    seen = children.keys() | opened.keys()
    about = [
        (row, _children_in(row) | {one for _what, one in _said_in(row)})
        for row in rows
        if not _is_settled(row, actor, opened)
    ]
    return any(row.kind == LOOK or not ids or ids & seen for row, ids in about)


def _said_in(row: Row) -> list[tuple[str, UUID]]:
    """Return what was said that the notice is about, by its kind and id."""
    return [(what, one) for what in row.about if what in SAID and (one := _id_in(row, what))]


def _opened(actor: Actor, rows: Sequence[Row]) -> dict[UUID, Said]:
    found = [one for row in rows for one in _said_in(row)]
    ids = {what: {one for kind, one in found if kind == what} for what in SAID}
    opened = said(actor, ids) | papers(actor, ids["document"]) | forms_waiting(actor, ids["form"])
    return opened | removals(actor, ids["removal"])


def _is_settled(row: Row, actor: Actor, opened: Mapping[UUID, Said]) -> bool:
    """Tell whether nothing is left to do: a conversation is the reader's to answer no more, or a post has gone out."""
    things = [thing for _what, one in _said_in(row) if (thing := opened.get(one))]
    if row.kind == Kind.POST_STOPPED:
        return any(thing.is_out for thing in things)
    return row.kind == Kind.THREAD_ASSIGNED and any(thing.answered_by != actor.person_id for thing in things)


def _said(actor: Actor, rows: Sequence[Row]) -> dict[UUID, Notice]:
    """Return the notices of what was said to the reader and may be opened today, by delivery."""
    return {
        row.id: Notice(
            title=capfirst(thing.title) if _is_over(row, thing) else _words(row, "", {}, thing.title),
            at=row.created_at,
            icon=ICONS[Kind(row.kind)],
            look="dusk" if _is_over(row, thing) else LOOKS.get(Kind(row.kind), "green"),
            is_new=row.read_at is None,
            url=_where_said(actor, row, thing),
            child_id=None,
        )
        for row, thing in _told(actor, rows).values()
    }


def _told(actor: Actor, rows: Sequence[Row]) -> dict[UUID, tuple[Row, Said]]:
    """Return what of these is shown of what was said, by delivery, and what each is about.

    Of what was told several times of one thing only the newest: a conversation is one row, however lively.
    """
    opened = _opened(actor, rows)
    return {
        row.id: (row, thing)
        for row in _newest_said(rows)
        for _what, one in _said_in(row)
        if (thing := opened.get(one)) and not _is_settled(row, actor, opened)
    }


def _newest_said(rows: Sequence[Row]) -> list[Row]:
    """Return these notices without those of what was said of which there is a newer one."""
    newest = {(row.kind, one): row.id for row in reversed(rows) for _what, one in _said_in(row)}
    kept = set(newest.values())
    return [row for row in rows if row.id in kept or not _said_in(row)]


def _where_said(actor: Actor, row: Row, thing: Said) -> str:
    """Return where it is read; that it was withdrawn, where whoever leads has all that was."""
    is_logged = row.kind == Kind.MESSAGE_WITHDRAWN and "document" not in row.about
    if is_logged and actor.has_role(StaffRole.Kind.PRINCIPAL):
        return f"{reverse('messaging:incidents')}#{row.event}"
    page = reverse(thing.page, args=[thing.id] if thing.id else [])
    return f"{page}#senaste" if thing.page == "messaging:thread" else page


def _is_over(row: Row, thing: Said) -> bool:
    """Tell whether the notice is of something withdrawn; that it was withdrawn is news to whoever is told just that."""
    return thing.is_withdrawn and row.kind != Kind.MESSAGE_WITHDRAWN


def _looks(actor: Actor, rows: Sequence[Row]) -> dict[UUID, Notice]:
    """Return the looks at sealed identities which no child leads to, by delivery.

    Whoever keeps the list meets the bearer under the alias; an administrator is told of any other look, not of whom.
    """
    if not rows:
        return {}
    ids = {row.id: identity_id for row in rows if (identity_id := _id_in(row, "identity"))}
    kept = {
        identity.pk: identity
        for identity in identities_kept_by(actor).filter(pk__in=ids.values()).select_related("child", "person")
    }
    is_told_of_all, readers = access.can(actor, Action.PROTECT), _readers(rows)
    return {
        row.id: _look(row, identity, readers)
        for row in rows
        if row.id in ids and ((identity := kept.get(ids[row.id])) or is_told_of_all)
    }


def _look(row: Row, identity: ProtectedIdentity | None, readers: dict[UUID, str]) -> Notice:
    name = bearer_of(identity).given_name if identity else ""
    return Notice(
        title=_words(row, name, readers),
        at=row.created_at,
        icon=ICONS[LOOK],
        look=LOOKS[LOOK],
        is_new=row.read_at is None,
        url=reverse("children:readers", args=[identity.pk]) if identity else reverse("children:kept"),
        child_id=identity.child_id if identity else None,
    )


def _notice(
    row: Row,
    child: Child | None,
    children: dict[UUID, Child],
    readers: dict[UUID, str],
    opens: dict[UUID, str],
    titles: dict[UUID, str],
) -> Notice:
    about = [children[one] for one in (_id_in(row, "child"), *_siblings_in(row)) if one in children]
    siblings = [one for one in about if one != child]
    names = sorted(one.given_name for one in (child, *siblings) if one)
    return Notice(
        title=_words(row, get_text_list(names, _("och")) if names else "", readers, _title_of(row, titles)),
        at=row.created_at,
        icon=ICONS.get(Kind(row.kind), "bell"),
        look=LOOKS.get(Kind(row.kind), "green"),
        is_new=row.read_at is None,
        url=_leads_to(row, child, siblings, opens),
        child_id=child.id if child else None,
    )


def _leads_to(row: Row, child: Child | None, siblings: Sequence[Child], opens: dict[UUID, str]) -> str:
    """Return where the reader can do something about it."""
    if child is None:
        return reverse("accounts:pin")
    if row.kind in IN_CALENDAR:
        return f"{reverse('attendance:calendar')}?manad={_day_in(row, 'first'):%Y-%m}"
    if page := PAGES.get(Kind(row.kind)):
        return reverse(page)
    if row.kind == Kind.PLAN_MISSING:
        chosen = "".join(f"&barn={one.id}" for one in (child, *siblings))
        return f"{reverse('attendance:schedule')}?vecka={_day_in(row, 'monday')}{chosen}"
    if row.kind == Kind.PLANNED_BY_STAFF:
        return reverse("attendance:family_history", args=[child.id])
    if row.kind == Kind.MEMORY_READY:
        return reverse("oversight:extract", args=[child.id])
    if row.kind == Kind.FORM_RECORDED:
        return reverse("documents:own_answer", args=[_id_in(row, "recorded"), child.id])
    if row.kind in (Kind.ENQUIRY_OPENED, Kind.ENQUIRY_UNANSWERED) and (enquiry_id := _id_in(row, "enquiry")):
        return reverse("attendance:answer_enquiry", args=[enquiry_id])
    return opens.get(child.id, reverse("home"))


def _openable(actor: Actor, children: dict[UUID, Child]) -> dict[UUID, str]:
    """Return the address of each child's own page, for those who work with it."""
    if not children or not actor.is_staff:
        return {}
    opened = child_rows(actor, Action.SEE_FILE, Asked(("id",)), among=sorted(children))
    return {child_id: reverse("children:child", args=[child_id]) for (child_id,) in opened}


def _readers(rows: Sequence[Row]) -> dict[UUID, str]:
    ids = {reader_id for row in rows if row.kind == Kind.IDENTITY_READ and (reader_id := _id_in(row, "reader"))}
    return {reader.id: reader.full_name for reader in User.objects.filter(pk__in=ids)} if ids else {}


def _titles(rows: Sequence[Row], children: dict[UUID, Child]) -> dict[UUID, str]:
    """Return what the events are called that happen where the reader's children are; no query where there are none."""
    ids = {event_id for row in rows if row.kind in EVENTS and (event_id := _id_in(row, "event"))}
    return event_titles(ids, list(children)) if ids else {}


def _title_of(row: Row, titles: dict[UUID, str]) -> str:
    event_id = _id_in(row, "event") if row.kind in EVENTS else None
    return titles.get(event_id, "") if event_id else ""


def _seen_of(row: Row, child_id: UUID | None, children: Mapping[UUID, Child]) -> UUID | None:
    """Return the first of the notice's children whom the reader sees, or the first where there is none."""
    return next((one for one in (child_id, *_siblings_in(row)) if one in children), child_id)


def _children_in(row: Row) -> set[UUID]:
    return {one for one in (_id_in(row, "child"), *_siblings_in(row)) if one}


def _siblings_in(row: Row) -> list[UUID]:
    """Return the other children that the notice is about."""
    return [UUID(text) for text in str(row.about.get("siblings", "")).split()]


def _id_in(row: Row, name: str) -> UUID | None:
    text = row.about.get(name)
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _day_in(row: Row, name: str) -> date:
    """Return a date that the notice is about; its own day where it has none."""
    return parse_date(str(row.about.get(name, ""))) or days.day_of(row.created_at)


def _changed(names: str) -> str:
    """Return what of an event is another: "ny tid, ny text"."""
    said = {
        "title": _("nytt namn"),
        "day": _("ny dag"),
        "from_time": _("ny tid"),
        "to_time": _("ny tid"),
        "text": _("ny text"),
        "asks": _("nytt om svar"),
        "answer_by": _("ny sista dag att svara"),
    }
    return ", ".join(dict.fromkeys(said[name] for name in names.split(",") if name in said))


def _announced(*, is_changed: bool, is_named: bool) -> str:
    """Return the sentence of something that happens; without its name where it is nowhere that a child is."""
    if is_changed:
        if is_named:
            return _("Ändrat i kalendern: %(title)s, %(days)s (%(changed)s)")
        return _("Ändrat i kalendern %(days)s: %(changed)s")
    return _("Nytt i kalendern: %(title)s, %(days)s") if is_named else _("Nytt i kalendern: något händer %(days)s")


def _words(row: Row, name: str, readers: dict[UUID, str], title: str = "") -> str:
    reader_id = _id_in(row, "reader")
    values = {
        "name": name,
        "reader": readers.get(reader_id, _("Någon")) if reader_id else _("Någon"),
        "week": _day_in(row, "monday").isocalendar().week,
        "day": days.in_words(_day_in(row, "day"), "j F"),
        "changed": _changed(str(row.about.get("changed", ""))),
        "days": days.span_in_words(_day_in(row, "first"), _day_in(row, "last")),
        "title": title,
    }
    sentences = {
        Kind.ABSENCE_REPORTED: _("%(name)s är anmäld frånvarande"),
        Kind.ABSENCE_ENDED: _("%(name)s kommer igen som planerat"),
        Kind.CAME_THOUGH_ABSENT: _("%(name)s kom trots anmäld frånvaro"),
        Kind.ARRIVED: _("%(name)s är lämnad"),
        Kind.LEFT: _("%(name)s är hämtad"),
        Kind.IDENTITY_READ: _("%(reader)s läste de skyddade uppgifterna om %(name)s")
        if name
        else _("%(reader)s läste skyddade uppgifter"),
        Kind.PLAN_MISSING: _("%(name)s saknar tider för vecka %(week)d"),
        Kind.ENQUIRY_OPENED: _("En fråga om lov: svara senast %(day)s"),
        Kind.ENQUIRY_UNANSWERED: _("Svar om lov saknas. Sista dagen är %(day)s"),
        Kind.ENQUIRY_WITHDRAWN: _("En fråga om lov är återtagen. Planerade tider gäller"),
        Kind.PLANNED_BY_STAFF: _("Personalen har ändrat vad som gäller för %(name)s"),
        Kind.DAY_CLOSED: _("Förskolan är stängd %(days)s"),
        Kind.DAY_OPENED: _("Förskolan är öppen igen %(days)s"),
        Kind.EVENT_ANNOUNCED: _announced(is_changed=bool(row.about.get("changed")), is_named=bool(title)),
        Kind.EVENT_CANCELLED: _("Inställt: %(title)s, %(days)s")
        if title
        else _("Inställt: det som skulle hända %(days)s"),
        Kind.HOMES_PROPOSED: _("Ett förslag om barnens två hem väntar på ditt svar"),
        Kind.HOMES_AGREED: _("Det är bestämt i vilket hem barnen är vilka dagar"),
        Kind.MESSAGE_RECEIVED: _("Nytt meddelande: %(title)s"),
        Kind.MESSAGE_WITHDRAWN: _("Ett dokument är återkallat")
        if "document" in row.about
        else _("Ett meddelande är återkallat: %(title)s"),
        Kind.THREAD_ASSIGNED: _("Ditt att svara på: %(title)s"),
        Kind.BULLETIN_PUBLISHED: _("Anslag: %(title)s"),
        Kind.BULLETIN_TO_CONFIRM: _("Läs och bekräfta: %(title)s"),
        Kind.BULLETIN_STOPPED: _("Ett anslag är stoppat: %(title)s"),
        Kind.POST_PUBLISHED: _("Nytt inlägg: %(title)s"),
        Kind.POST_THANKED: _("En familj tackar för %(title)s"),
        Kind.PICTURE_DAMAGED: _("En bild kunde inte göras i ordning: %(title)s"),
        Kind.POST_STOPPED: _("Inlägget gick inte ut: %(title)s"),
        Kind.DEPARTMENT_QUIET: _("Det är dags för ett inlägg"),
        Kind.PICTURE_HIDDEN: _("En bild visas inte längre: %(title)s"),
        Kind.CONSENT_ASKED: _("Svara på vad ni medger för %(name)s"),
        Kind.DOCUMENT_SHARED: _("Nytt dokument: %(title)s"),
        Kind.FORM_ASKED: _("Att svara på: %(title)s"),
        Kind.FORM_UNANSWERED: _("Väntar på ditt svar: %(title)s"),
        Kind.FORM_RECORDED: _("Förskolan har fört in ditt svar på en blankett om %(name)s"),
        Kind.REMOVAL_AHEAD: "%(title)s",
        Kind.MEMORY_READY: _("Allt om %(name)s är samlat och kan hämtas"),
        Kind.DIGEST: _("Något nytt att läsa"),
        Kind.PIN_LOCKED: _("Fel PIN-kod fem gånger på en platta. Välj en ny"),
    }
    return sentences[Kind(row.kind)] % values
