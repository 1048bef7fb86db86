"""What was withdrawn: for whoever leads the place, and for whoever runs the system (DOMAIN 4.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children.access import Action, can, children_for, departments_for, preschools_for
from children.actors import Actor
from children.models import StaffRole
from children.selectors.family_rows import Families, families_of_each
from children.selectors.people import children_ever_of, children_kept_from, guardians_ever_of
from children.selectors.unknown_families import protected_among
from children.words import joined
from documents.models import Document, DocumentRead
from documents.selectors.reading import documents_changed_by
from messaging.models import Bulletin, BulletinChild, Incident, IncidentPlace, Message, PostChild, ThreadChild
from messaging.selectors.bulletin_readers import in_the_house
from messaging.selectors.bulletins import listed
from messaging.selectors.inbox import houses_threads
from messaging.selectors.posts import posts_of

MOST_DOCUMENTS = 50
FEW = 5
"""Of fewer people it is not said how many had read what is about a child whose family is unknown (DOMAIN 6.1)."""


@dataclass(frozen=True)
class Row:
    """Something that was withdrawn, as the reader of the list may know it; nothing of what it said.

    `families` and `house` are who had read it, of what the reader leads; of a bulletin they are counted alone. Others
    have numbers alone, and no `url`. Where it is about a child whose family the reader must not know, no family is
    named, and with `is_few` the number is said no closer.
    """

    id: UUID
    what: str
    icon: str
    at: datetime
    by: str
    place: str
    number_read: int
    is_few: bool = False
    url: str = ""
    families: Families | None = None
    house: tuple[str, ...] = ()
    child_ids: frozenset[UUID] = frozenset()

    @property
    def how_many(self) -> str:
        if self.is_few and self.number_read:
            return _("Färre än fem hade läst det")
        words = ngettext("%(count)s hade läst det", "%(count)s hade läst det", self.number_read)
        return words % {"count": self.number_read} if self.number_read else _("Ingen hade läst det")


def incidents_for(actor: Actor) -> QuerySet[Incident]:
    """Return what was withdrawn where the actor leads, newest first; everything to whoever runs the system.

    Raises `Http404` for everybody else.
    """
    if can(actor, Action.SEE_INCIDENTS):
        found = Incident.objects.all()
    elif actor.tablet is None and actor.has_role(StaffRole.Kind.PRINCIPAL):
        found = _told(actor)
    else:
        raise Http404
    return found.order_by("-created_at", "-pk")


def _told(actor: Actor) -> QuerySet[Incident]:
    """Return what was withdrawn in what the actor leads, wherever its children are today.

    Of no conversation about an own child, and nothing to chosen children from one of whom the actor must be kept.
    """
    if actor.person_id is None or not actor.has_role(StaffRole.Kind.PRINCIPAL):
        return Incident.objects.none()
    led = preschools_for(actor, Action.OVERSEE).order_by().values("pk")
    own = ThreadChild.objects.filter(child__in=children_ever_of(actor.person_id)).values("thread")
    kept = IncidentPlace.objects.filter(child__in=children_kept_from(actor.person_id)).values("incident")
    there = IncidentPlace.objects.filter(department__preschool__in=led).values("incident")
    departments = departments_for(actor, Action.OVERSEE).order_by().values("pk")
    to_places = Bulletin.objects.filter(in_the_house(actor, Action.OVERSEE), is_to_chosen=False)
    return Incident.objects.exclude(message__thread__in=own).filter(
        Q(pk__in=there) & ~Q(pk__in=kept)
        | Q(post__in=posts_of(actor.person_id, [], departments).order_by().values("pk"))
        | Q(bulletin__in=to_places.order_by().values("pk"))
    )


def _opened(actor: Actor) -> QuerySet[Incident]:
    """Return those of them whose page the actor opens today as whoever leads."""
    children = children_for(actor, Action.OVERSEE).values("pk")
    about = ThreadChild.objects.filter(thread=OuterRef("pk"), child__in=children)
    threads = houses_threads(actor).filter(Exists(about)).order_by().values("pk")
    return _told(actor).filter(
        Q(message__thread__in=threads)
        | Q(post__isnull=False)
        | Q(bulletin__in=Bulletin.objects.filter(in_the_house(actor, Action.OVERSEE)).values("pk"))
    )


def incident_rows(actor: Actor, page: Collection[UUID]) -> list[Row]:
    """Return the rows of a page, by their ids: as many queries for twenty as for one."""
    rows = list(
        Incident.objects.filter(pk__in=page)
        .select_related(
            "message__thread",
            "post__department__preschool",
            "bulletin__department__preschool",
            "bulletin__preschool",
            "bulletin__area",
        )
        .defer("subject", "message__body", "post__title", "post__text", "bulletin__title", "bulletin__text")
        .order_by("-created_at", "-pk")
    )
    led = set(_opened(actor).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    children = _children_of(rows)
    unknown = protected_among(actor, {child for about in children.values() for child in about}).unknown
    ever = guardians_ever_of({child for about in children.values() for child in about})
    read = {row.pk: _guardians_who_read(row, children[row.pk], ever) for row in rows if row.pk in led}
    named = {
        row.pk: read[row.pk] for row in rows if row.pk in led and not (row.bulletin_id or unknown & children[row.pk])
    }
    families = dict(zip(named, families_of_each(actor, list(named.values())), strict=True))
    places = _places_of(rows, {pk: about - unknown for pk, about in children.items()})
    asked = {UUID(one) for row in rows if row.message_id and row.pk in led for one in row.had_read}
    people = User.objects.sealed().in_bulk({*asked, *(row.withdrawn_by_id for row in rows)})
    return [
        _row(
            row,
            places[row.pk],
            people,
            families.get(row.pk),
            read.get(row.pk),
            is_few=bool(unknown & children[row.pk]) and len(row.had_read) < FEW,
        )
        for row in rows
    ]


def withdrawn_documents(actor: Actor) -> list[Row]:
    """Return the newest documents that were withdrawn where the actor leads, all to whoever runs the system: numbers.

    Who had read one is named on its own page, to those who may know. One query where there is none.
    """
    documents = Document.objects.shared() if can(actor, Action.SEE_INCIDENTS) else documents_changed_by(actor)
    columns = ("ended_by", "folder__department", "folder__preschool")
    withdrawn = documents.exclude(withdrawn_at=None).select_related(*columns)
    found = list(withdrawn.order_by("-withdrawn_at", "-pk")[:MOST_DOCUMENTS])
    if not found:
        return []
    reads = DocumentRead.objects.filter(version__document__in=found).order_by().values("version__document")
    number_read = dict(reads.annotate(number=Count("person", distinct=True)).values_list("version__document", "number"))
    led = set(documents_changed_by(actor).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    unknown = protected_among(actor, {one.child_id for one in found if one.child_id}).unknown
    return [
        Row(
            id=one.pk,
            what=_("Dokument"),
            icon="file-text",
            at=one.withdrawn_at,
            by=one.ended_by.full_name,
            place=str(one.folder.department or one.folder.preschool or _("Hela kommunen")),
            number_read=number_read.get(one.pk, 0),
            is_few=one.child_id in unknown and number_read.get(one.pk, 0) < FEW,
            url=reverse("documents:document", args=[one.pk]) if one.pk in led else "",
            child_ids=frozenset([one.child_id] if one.child_id and one.pk in led else []),
        )
        for one in found
        if one.withdrawn_at and one.ended_by
    ]


def _children_of(rows: Sequence[Incident]) -> dict[UUID, frozenset[UUID]]:
    """Return the children whom what was withdrawn is about: of messages and posts, and the chosen ones of bulletins."""
    about = defaultdict[UUID, set[UUID]](set)
    threads = [row.message.thread_id for row in rows if row.message]
    for thing, child in ThreadChild.objects.filter(thread__in=threads).values_list("thread", "child"):
        about[thing].add(child)
    posts = [row.post_id for row in rows if row.post_id]
    for thing, child in PostChild.objects.filter(post__in=posts).values_list("post", "child"):
        about[thing].add(child)
    bulletins = [row.bulletin_id for row in rows if row.bulletin_id]
    for thing, child in BulletinChild.objects.filter(bulletin__in=bulletins).values_list("bulletin", "child"):
        about[thing].add(child)
    things = {row.pk: row.message.thread_id if row.message else row.post_id or row.bulletin_id for row in rows}
    return {pk: frozenset(about[thing]) if thing else frozenset() for pk, thing in things.items()}


def _guardians_who_read(
    row: Incident, child_ids: frozenset[UUID], ever: Mapping[UUID, set[UUID]]
) -> dict[UUID, frozenset[UUID]]:
    people = {UUID(one) for one in row.had_read}
    own = {person: frozenset(child for child in child_ids if person in ever[child]) for person in people}
    return {person: children for person, children in own.items() if children}


def _places_of(rows: Sequence[Incident], children: Mapping[UUID, frozenset[UUID]]) -> dict[UUID, str]:
    """Return where each was said: of a conversation, where these of its children were when it was withdrawn."""
    there = defaultdict[UUID, set[str]](set)
    kept = IncidentPlace.objects.filter(incident__in=[row.pk for row in rows if row.message_id])
    for pk, child_id, name in kept.values_list("incident", "child", "department__name"):
        if child_id in children[pk]:
            there[pk].add(name)
    written_to = {one.bulletin.pk: one.to for one in listed([row.bulletin for row in rows if row.bulletin])}
    found = {}
    for row in rows:
        if row.bulletin_id:
            found[row.pk] = written_to[row.bulletin_id]
        elif row.post:
            found[row.pk] = str(row.post.department)
        else:
            found[row.pk] = joined(sorted(there[row.pk]))
    return found


def _row(
    row: Incident,
    place: str,
    people: Mapping[UUID, User],
    families: Families | None,
    guardians: Mapping[UUID, frozenset[UUID]] | None,
    *,
    is_few: bool,
) -> Row:
    """Return the row; without `guardians`, who had read it of the families, it is in numbers alone."""
    thread = row.message.thread if row.message else None
    if thread:
        what, icon, page = _("Meddelande"), "message-circle", reverse("messaging:thread", args=[thread.pk])
    elif row.post_id:
        what, icon, page = _("Inlägg"), "image", reverse("messaging:post", args=[row.post_id])
    else:
        what, icon, page = _("Anslag"), "clipboard-check", reverse("messaging:bulletin", args=[row.bulletin_id])
    by_family = row.message is not None and row.message.side == Message.Side.FAMILY
    is_led = guardians is not None
    staff = {UUID(one) for one in row.had_read} - (guardians or {}).keys() if thread and is_led else set()
    return Row(
        id=row.pk,
        what=what,
        icon=icon,
        at=row.created_at,
        by=_("Familjen") if by_family else people[row.withdrawn_by_id].full_name,
        place=place,
        number_read=len(row.had_read),
        is_few=is_few,
        url=page if is_led else "",
        families=families,
        house=tuple(sorted(people[person].full_name for person in staff if person in people)),
        child_ids=frozenset(child.pk for one in (families.rows if families else ()) for child in one.children),
    )
