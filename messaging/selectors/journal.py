"""What is sealed for the registry, as it stands in the rows, and what the registry has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Protection, User
from children.access import Action, can, children_for, demand
from children.actors import Actor
from children.models import StaffRole
from children.selectors.people import guardians_ever_of
from children.selectors.reach import Relation
from children.selectors.unknown_families import guardians_of_protected, protected_among
from documents.models import StoredFile
from messaging.journal_package import Record
from messaging.models import (
    Bulletin,
    BulletinChild,
    Incident,
    JournalPackage,
    Message,
    MessageAttachment,
    ReadMark,
    ThreadChild,
)
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_writers import Writing
from messaging.selectors.bulletins import get_bulletin
from messaging.selectors.readers import Opened, open_thread
from portal.lib.crypto import decrypt_bytes
from portal.lib.prepared import Rows, prepared

Kind = JournalPackage.Kind
MOST_NAMED = 500  # guardians whom a bulletin's package lists


# What is sealed -------------------------------------------------------------------------------------------------------


def open_to_seal(actor: Actor, thread_id: UUID, *, lock: bool = False) -> Opened:
    """Return a conversation that the actor may hand over to the registry: who leads where one of its children is.

    Raises `Http404` for everybody else, also for whoever reads it as a guardian.
    """
    opened = open_thread(actor, thread_id, lock=lock)
    if not may_seal(actor, opened):
        raise Http404
    return opened


def may_seal(actor: Actor, opened: Opened) -> bool:
    """Tell whether whoever reads the conversation may hand it over: no query for those who lead nowhere."""
    if opened.reader.relation == Relation.GUARDIAN or not actor.has_role(StaffRole.Kind.PRINCIPAL):
        return False
    return children_for(actor, Action.JOURNALISE).filter(pk__in=opened.circle.children).exists()


@dataclass(frozen=True)
class People:
    """Who is in a package: each has a sign there, and a name. No id of ours goes with it: packages that name somebody
    before and after the identity was protected must not be laid side by side.
    """

    names: dict[UUID, str]
    aliased: frozenset[UUID]

    @cached_property
    def signs(self) -> dict[str, str]:
        return {str(one): f"p{number}" for number, one in enumerate(self.names, start=1)}

    def sign(self, person_id: UUID | str | None) -> str:
        """Return by what the package refers to the person."""
        return self.signs.get(str(person_id), "")

    def listed(self, relations: Mapping[UUID, Relation]) -> list[dict[str, str]]:
        """Return them as the package has them: by their signs, and as what each reads it today, if at all."""
        return [
            {"id": self.sign(person_id), "name": name, "reads_as": str(relations.get(person_id, ""))}
            for person_id, name in self.names.items()
        ]


def people_in(person_ids: Collection[UUID], unnamed: Collection[UUID]) -> People:
    """Return these people with the names that everybody may know: aliases, and none at all for the `unnamed`."""
    rows = User.objects.sealed().filter(pk__in=person_ids).order_by("given_name", "family_name", "pk")
    names: dict[UUID, str] = {}
    aliased = set()
    numbers = iter(range(1, len(person_ids) + 1))
    for person in rows:
        is_unnamed = person.pk in unnamed
        names[person.pk] = _("Vårdnadshavare {number}").format(number=next(numbers)) if is_unnamed else person.full_name
        if is_unnamed or person.protection != Protection.NONE:
            aliased.add(person.pk)
    return People(names, frozenset(aliased))


def record_of_thread(actor: Actor, opened: Opened, now: datetime) -> Record:
    """Return what is sealed of a conversation: everything that has left by now.

    A withdrawn message is in it with who, when and who had read it, without its words and files: these are shown to
    nobody any more (DOMAIN 4.6), and it may have been about somebody else; the log of incidents keeps them.
    """
    thread, circle = opened.thread, opened.circle
    said = list(Message.objects.out(now).filter(thread=thread).order_by("leaves_at", "pk"))
    incidents = {one.message_id: one for one in Incident.objects.filter(message__in=said)}
    marks = dict(ReadMark.objects.filter(thread=thread).values_list("person_id", "read_to"))
    attached, damaged = _attached(said)
    protected = protected_among(actor, circle.children)
    unknown = protected.known | protected.unknown
    families = guardians_ever_of(unknown)
    people = people_in(
        {
            *opened.readers,
            *marks,
            *(one.written_by_id for one in said),
            *(UUID(one) for incident in incidents.values() for one in incident.had_read),
            *(one.withdrawn_by_id for one in said if one.withdrawn_by_id),
        },
        {person for family in families.values() for person in family},
    )
    files = {name: file for rows in attached.values() for name, file in rows}
    document = {
        "kind": Kind.THREAD.value,
        "id": str(thread.pk),
        "subject": thread.subject,
        "addressee": thread.addressee,
        "is_sensitive": thread.is_sensitive,
        "children": _names(ThreadChild.objects.filter(thread=thread)),
        "people": people.listed({one: reader.relation for one, reader in opened.readers.items()}),
        "read": [{"person": people.sign(one), "until": at.isoformat()} for one, at in sorted(marks.items())],
        "messages": [
            _message(one, people, incidents.get(one.pk), attached.get(one.pk, []), damaged.get(one.pk, []))
            for one in said
        ],
    }
    return Record(
        title=thread.subject or _("Återkallat meddelande"),
        said=document,
        files=files,
        children=circle.children,
        people=frozenset(people.names),
        aliased=people.aliased | unknown,
    )


def open_bulletin_to_seal(actor: Actor, bulletin_id: UUID, now: datetime) -> Bulletin:
    """Return a bulletin that has left, and that the actor may hand over.

    Raises `Http404` for everybody else.
    """
    bulletin, _children, is_house = get_bulletin(actor, bulletin_id, now)
    if not is_house or not may_seal_bulletin(actor, bulletin):
        raise Http404
    return bulletin


def may_seal_bulletin(actor: Actor, bulletin: Bulletin) -> bool:
    """Tell whether whoever reads the bulletin as one of the house may hand it over.

    Nobody withdraws it after that: it takes somebody who leads all to whom it was written, or writes to everybody.
    """
    return Writing(actor).allows(Audience.of(bulletin), Action.JOURNALISE)


def record_of_bulletin(bulletin: Bulletin, actor: Actor) -> Record:
    """Return what is sealed of a bulletin: what it says, to whom it went, and who has read and confirmed it.

    To more than `MOST_NAMED` it is counted, not listed. A withdrawn one is without its words, as a message is.
    """
    copies = list(bulletin.copies.order_by("guardian"))
    incident = Incident.objects.filter(bulletin=bulletin).first()
    named = copies if len(copies) <= MOST_NAMED else []
    children = frozenset(bulletin.chosen.values_list("child", flat=True))
    protected = protected_among(actor, children)
    people = people_in(
        {bulletin.sender_id, *(one.guardian_id for one in named)}
        | {one for copy in named if (one := copy.reached_by_id)}
        | ({bulletin.withdrawn_by_id} if bulletin.withdrawn_by_id else set()),
        guardians_of_protected(),
    )
    title = _("Återkallat anslag") if bulletin.withdrawn_at else bulletin.title
    said: dict[str, Any] = {
        "kind": Kind.BULLETIN.value,
        "id": str(bulletin.pk),
        "subject": title,
        "to": Audience.of(bulletin).name,
        "children": _names(BulletinChild.objects.filter(bulletin=bulletin)),
        "at": _written(bulletin.leaves_at),
        "by": people.sign(bulletin.sender_id),
        "must_confirm": bulletin.must_confirm,
        "is_urgent": bulletin.is_urgent,
        "people": people.listed({one.guardian_id: Relation.GUARDIAN for one in named}),
        "copies": len(copies),
        "read": sum(one.read_at is not None for one in copies),
        "confirmed": sum(one.confirmed_at is not None for one in copies),
        "reached": sum(one.reached_at is not None for one in copies),
        "guardians": [
            {
                "person": people.sign(one.guardian_id),
                "read_at": _written(one.read_at),
                "confirmed_at": _written(one.confirmed_at),
                "reached_at": _written(one.reached_at),
                "reached_by": people.sign(one.reached_by_id),
            }
            for one in named
        ],
    }
    if bulletin.withdrawn_at:
        said |= {
            "withdrawn_at": _written(bulletin.withdrawn_at),
            "withdrawn_by": people.sign(bulletin.withdrawn_by_id),
            "had_read": len(incident.had_read) if incident else 0,
        }
    else:
        said |= {"language": bulletin.language, "words": bulletin.text}
    return Record(
        title=title,
        said=said,
        children=children,
        people=frozenset(people.names),
        aliased=people.aliased | protected.known | protected.unknown,
    )


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _names(rows: QuerySet[ThreadChild] | QuerySet[BulletinChild]) -> list[str]:
    """Return the names of the children that these rows are about: those that everybody may know."""
    names = rows.order_by("child__birth_date", "child").values_list("child__given_name", "child__family_name")
    return [" ".join(name).strip() for name in names]


def _message(
    message: Message,
    people: People,
    incident: Incident | None,
    files: list[tuple[str, StoredFile]],
    damaged: list[StoredFile],
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(message.pk),
        "at": message.leaves_at.isoformat(),
        "by": people.sign(message.written_by_id),
        "side": message.side,
    }
    if message.withdrawn_at:
        return found | {
            "withdrawn_at": message.withdrawn_at.isoformat(),
            "withdrawn_by": people.sign(message.withdrawn_by_id),
            "had_read": [people.sign(one) for one in incident.had_read] if incident else [],
        }
    return found | {
        "language": message.language,
        "words": message.body,
        "files": [name for name, _file in files],
        "damaged": [{"name": file.name, "why": str(file.get_problem_display())} for file in damaged],
    }


def _attached(
    said: list[Message],
) -> tuple[dict[UUID, list[tuple[str, StoredFile]]], dict[UUID, list[StoredFile]]]:
    """Return the files of what was not withdrawn, by message, with the names that they have in the package; and those
    of which nothing could be kept.
    """
    ids = [message.pk for message in said if message.withdrawn_at is None]
    rows = MessageAttachment.objects.filter(message__in=ids).select_related("file").order_by("created_at", "pk")
    found: dict[UUID, list[tuple[str, StoredFile]]] = defaultdict(list)
    damaged: dict[UUID, list[StoredFile]] = defaultdict(list)
    for number, one in enumerate(rows, start=1):
        if one.message_id and one.file.state == StoredFile.State.DAMAGED:
            damaged[one.message_id].append(one.file)
        elif one.message_id:
            found[one.message_id].append((f"bilagor/{number:02}-{one.file.name}", one.file))
    return found, damaged


# What the registry has ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sealed:
    """That something is in the registry: since when, and under which number. All that had left by then is in it."""

    number: int
    sealed_at: datetime


def sealed_of(about: UUID) -> Sealed | None:
    """Return what tells that a conversation or a bulletin is sealed, the last time: one query."""
    return next((Sealed(*row) for row in _last_sealed(about)), None)


@prepared
def _last_sealed(about: UUID) -> Rows:
    return JournalPackage.objects.filter(about=about).order_by("-number").values_list("number", "sealed_at")[:1]


@dataclass(frozen=True)
class PackageRow:
    """A package in the list. One that cannot be fetched has no title either."""

    package: JournalPackage
    title: str
    by: str
    may_fetch: bool


def packages(actor: Actor) -> QuerySet[JournalPackage]:
    """Return the registry, newest first. Raises `Http404` for whoever may not read it."""
    demand(actor, Action.READ_JOURNAL)
    return JournalPackage.objects.order_by("-number")


def package_rows(actor: Actor, rows: Collection[JournalPackage]) -> list[PackageRow]:
    """Return the rows of the list, ready to print: three queries."""
    names = {one.pk: one.full_name for one in User.objects.filter(pk__in={row.sealed_by for row in rows})}
    held_back = _held_back(actor, rows)
    return [
        PackageRow(row, "" if row.pk in held_back else row.title, names.get(row.sealed_by, ""), row.pk not in held_back)
        for row in rows
    ]


def packages_about(actor: Actor, about: UUID) -> list[PackageRow]:
    """Return what was handed over of a conversation or a bulletin, newest first, for those who may hand it over."""
    rows = package_rows(actor, list(JournalPackage.objects.filter(about=about).order_by("-number")))
    may_read = can(actor, Action.READ_JOURNAL)
    return [replace(row, may_fetch=row.may_fetch and may_read) for row in rows]


def _held_back(actor: Actor, rows: Collection[JournalPackage]) -> set[UUID]:
    """Return the packages in which somebody stands by name whose identity was protected since then."""
    children = protected_among(actor, {UUID(one) for row in rows for one in row.children})
    people = User.objects.filter(pk__in={one for row in rows for one in row.people})
    grown_ups = people.exclude(protection=Protection.NONE).values_list("pk", flat=True)
    protected = {str(one) for one in (*children.known, *children.unknown, *grown_ups)}
    return {row.pk for row in rows if protected & {*row.children, *row.people} - set(row.aliased)}


def get_package(actor: Actor, package_id: UUID) -> JournalPackage:
    """Return a package that the actor may fetch. Raises `Http404` otherwise."""
    package = packages(actor).filter(pk=package_id).first()
    if package is None or _held_back(actor, [package]):
        raise Http404
    return package


def pieces(package: JournalPackage) -> Iterator[bytes]:
    """Give the package's file, piece by piece."""
    for sealed in package.parts.order_by("position").values_list("data", flat=True).iterator(chunk_size=4):
        yield decrypt_bytes(bytes(sealed))
