"""A conversation as its page shows it: what was said day by day, who has read it, and who will read what comes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from children.actors import Actor
from children.selectors.reach import Relation
from children.words import joined, relation_word
from messaging import rules
from messaging.models import Message, ReadMark, Thread, ThreadChild
from messaging.selectors.attachments import Attached, attachments_of
from messaging.selectors.journal import Sealed, sealed_of
from messaging.selectors.reader_list import People, ReaderList, list_of, people_of
from messaging.selectors.readers import Opened, Reader, may_write
from messaging.set_phrases import Shown, shown_text
from messaging.words import day_heading, language_word
from portal.lib import days, languages
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Row, Rows, prepared

SHOWN_AT_ONCE = 60  # messages: some weeks of most conversations; what is older is asked for
STAMPED = ("id", "leaves_at", "withdrawn_at", "written_by_id")
MESSAGE = (*STAMPED, *(column for column in columns_of(Message) if column not in STAMPED))


@dataclass
class Line:
    """One message. `shown` is it as its reader reads it: a set phrase in the own language. `in_language` names the
    language of what is another; `seconds` until it leaves, for whoever may still undo it; `is_read_later` that a later
    one has been read by the same people.
    """

    message: Message
    at: datetime
    who: str
    is_mine: bool
    is_house: bool
    seconds: int
    is_withdrawn: bool
    withdrawn_by: str
    may_withdraw: bool
    in_language: str
    read_by: str
    read_at: datetime | None
    shown: Shown
    attached: Sequence[Attached]
    is_read_later: bool = False

    @property
    def id(self) -> UUID:
        return self.message.pk

    @property
    def tells_reading(self) -> bool:
        return bool(self.read_by) and not self.is_read_later

    @property
    def local(self) -> datetime:
        return days.local(self.at)

    @property
    def clock(self) -> str:
        return f"{self.local:%H:%M}"

    @property
    def has_more(self) -> bool:
        return bool(self.shown.original or self.attached)


@dataclass(frozen=True)
class Day:
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Conversation:
    """The page. For a family its title is whom it is written to, for the house the children whom it is about."""

    thread: Thread
    reader: Reader
    title: str
    about: str
    is_family: bool
    days: tuple[Day, ...]
    readers: ReaderList
    may_write: bool
    closed: str
    stamp: str
    sealed: Sealed | None
    is_new: bool  # whether something has left that the reader had not read
    is_whole: bool  # whether it was asked for from its beginning
    has_earlier: bool  # whether there is more than is shown

    @property
    def pending(self) -> Line | None:
        """The last message that can be taken back."""
        return next((line for day in reversed(self.days) for line in reversed(day.lines) if line.seconds), None)

    @property
    def first_id(self) -> UUID:
        """The first message that is shown."""
        return self.days[0].lines[0].id

    @property
    def language(self) -> str:
        """The language in which the reader last wrote here, if the reader did."""
        own = (line.message.language for day in reversed(self.days) for line in reversed(day.lines) if line.is_mine)
        return next(own, "")


def conversation(actor: Actor, opened: Opened, now: datetime, *, whole: bool = False) -> Conversation:
    """Return the page of an opened conversation: ten queries, however much was said by however many.

    What was said last is on it, and with `whole` all that the reader sees.
    """
    thread, circle = opened.thread, opened.circle
    rows, has_earlier = _visible(opened, MESSAGE, now, whole=whole)
    said = [of_row(Message, MESSAGE, row) for row in rows]
    marks: dict[UUID, datetime] = dict(_marks(thread.pk))
    children: dict[UUID, str] = dict(_children(thread.pk))
    writers = {one for message in said for one in (message.written_by_id, message.withdrawn_by_id) if one}
    people = people_of(actor, [circle], writers | set(opened.readers), children)
    is_family = opened.reader.relation == Relation.GUARDIAN
    sealed = sealed_of(thread.pk)
    attached = attachments_of([message.pk for message in said if not message.withdrawn_at])
    reads = actor.person.reading_language if actor.person else languages.FIRST
    lines = _Lines(opened, people, marks, said, now, attached, reads, sealed.sealed_at if sealed else None)
    return Conversation(
        thread=thread,
        reader=opened.reader,
        title=_to_whom(opened, people) if is_family else people.about(circle),
        about=people.about(circle) if is_family else _family_of(opened, people),
        is_family=is_family,
        days=_by_day(lines.all(), now),
        readers=list_of(
            [circle],
            [opened.readers],
            opened.addressee,
            people,
            said_on=[days.day_of(thread.last_at) if thread.last_at else None],
        ),
        may_write=(is_open := may_write(actor, opened)),
        closed="" if is_open else _closed(is_family=is_family, about=people.about(circle)),
        stamp=_stamp([(m.pk, m.leaves_at, m.withdrawn_at) for m in said], marks.items(), opened, now),
        sealed=sealed,
        is_whole=whole,
        has_earlier=has_earlier,
        is_new=any(one.leaves_at <= now and _is_unread(one, opened, marks) for one in said),
    )


def _is_unread(message: Message, opened: Opened, marks: Mapping[UUID, datetime]) -> bool:
    return opened.reader.person_id not in marks or message.leaves_at > marks[opened.reader.person_id]


def _visible(opened: Opened, columns: tuple[str, ...], now: datetime, *, whole: bool) -> tuple[list[Row], bool]:
    """Return what the reader sees, as it was said, and whether there is more before it."""
    newest = _said(opened.thread.pk, columns, None if whole else SHOWN_AT_ONCE + 1)
    seen = [row for row in reversed(newest) if _is_visible(row, opened, now)]
    has_earlier = not whole and len(newest) > SHOWN_AT_ONCE and seen[:1] == newest[-1:]
    return seen[1:] if has_earlier else seen, has_earlier


@prepared
def _said(thread_id: UUID, columns: tuple[str, ...], most: int | None) -> Rows:
    return Message.objects.filter(thread=thread_id).order_by("-leaves_at", "-pk").values_list(*columns)[:most]


def _is_visible(row: Row, opened: Opened, now: datetime) -> bool:
    """Tell whether the reader sees it: what has left, since the day from which on it is read, and the own that waits.

    `row` begins as `STAMPED` does.
    """
    _id, leaves_at, _withdrawn_at, written_by, *_rest = row
    if leaves_at > now:
        return bool(written_by == opened.reader.person_id)
    return opened.reader.sees_from is None or days.day_of(leaves_at) >= opened.reader.sees_from


def news_stamp(opened: Opened, now: datetime, *, whole: bool) -> str:
    """Return the stamp of what the page would show now: two queries, and nothing is deciphered."""
    rows, _has_earlier = _visible(opened, STAMPED, now, whole=whole)
    return _stamp([row[:3] for row in rows], _marks(opened.thread.pk), opened, now)


@prepared
def _marks(thread_id: UUID) -> Rows:
    return ReadMark.objects.filter(thread=thread_id).order_by().values_list("person_id", "read_to")


@prepared
def _children(thread_id: UUID) -> Rows:
    return ThreadChild.objects.filter(thread=thread_id).order_by().values_list("child_id", "child__given_name")


def _stamp(
    said: Sequence[tuple[UUID, datetime, datetime | None]],
    marks: Iterable[Row],
    opened: Opened,
    now: datetime,
) -> str:
    """Return what changes with what the page shows; how far its own reader has read is not on it."""
    thread = opened.thread
    shown = [(str(pk), leaves_at <= now, withdrawn_at is not None) for pk, leaves_at, withdrawn_at in said]
    read = sorted((str(one), read_to.isoformat()) for one, read_to in marks if one != opened.reader.person_id)
    state = (thread.done_at, thread.assigned_to_id, thread.waits_since)
    return hashlib.sha256(repr((shown, read, state)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Lines:
    opened: Opened
    people: People
    marks: dict[UUID, datetime]
    said: Sequence[Message]
    now: datetime
    attached: Mapping[UUID, Sequence[Attached]]
    reads: str
    sealed_at: datetime | None

    def all(self) -> list[Line]:
        later: list[datetime | None] = [message.leaves_at for message in self.said]
        lines = [self._line(message, after) for message, after in zip(self.said, [*later[1:], None], strict=False)]
        later_read = ""
        for line in reversed(lines):
            line.is_read_later = line.read_by == later_read
            later_read = line.read_by or later_read
        return lines

    def _line(self, message: Message, after: datetime | None) -> Line:
        reader = self.opened.reader
        is_mine = message.written_by_id == reader.person_id
        is_house = message.side == Message.Side.HOUSE
        is_own_side = is_house == (reader.relation != Relation.GUARDIAN)
        read_by, read_at = self._read(message, after) if is_own_side and not message.withdrawn_at else ("", None)
        waits = (message.leaves_at - self.now).total_seconds()
        text = "" if message.withdrawn_at else message.body
        shown = shown_text(message.phrase, text, message.language, self.reads)
        return Line(
            message=message,
            at=message.leaves_at,
            who="" if is_mine else self._who(message),
            is_mine=is_mine,
            is_house=is_house,
            seconds=ceil(waits) if is_mine and waits > 0 else 0,
            is_withdrawn=message.withdrawn_at is not None,
            withdrawn_by=self._withdrawn_by(message),
            may_withdraw=not rules.is_sealed(message.leaves_at, self.sealed_at)
            and (is_mine or (is_house and is_own_side))
            and rules.may_withdraw(message.leaves_at, message.withdrawn_at, self.now),
            in_language="" if shown.original else _other_language(shown.language),
            read_by=read_by,
            read_at=read_at,
            shown=shown,
            attached=self.attached.get(message.pk, ()),
        )

    def _withdrawn_by(self, message: Message) -> str:
        """Return who withdrew it where that was somebody else than its writer: one of the house then, and named."""
        by = message.withdrawn_by_id
        return self.people.name(by) if by and by != message.written_by_id else ""

    def _who(self, message: Message) -> str:
        """Return the name of whoever wrote it; of the house with what the person is, where that is known."""
        reader = self.opened.readers.get(message.written_by_id)
        is_family = message.side == Message.Side.FAMILY
        if is_family and self.people.protected.unknown & self.opened.circle.children:
            return _("Vårdnadshavare")
        name = self.people.name(message.written_by_id)
        if is_family or reader is None or reader.relation == Relation.STAFF:
            return name
        return f"{name}, {relation_word(reader.relation).lower()}"

    def _read(self, message: Message, after: datetime | None) -> tuple[str, datetime | None]:
        """Return who has read it, and when the last of them did where that is known: before the next message left."""
        readers = [
            reader
            for reader in self.opened.readers.values()
            if reader.person_id not in (message.written_by_id, self.opened.reader.person_id)
            and (mark := self.marks.get(reader.person_id)) is not None
            and mark >= message.leaves_at
        ]
        unknown = [reader for reader in readers if self.people.is_unknown(reader, self.opened.circle)]
        names = sorted(self.people.given_name(reader.person_id) for reader in readers if reader not in unknown)
        if unknown:
            names.append(_("vårdnadshavare"))
        last = max((self.marks[reader.person_id] for reader in readers), default=None)
        return joined(names), last if last and (after is None or last < after) else None


def _by_day(lines: Sequence[Line], now: datetime) -> tuple[Day, ...]:
    found: dict[date, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.local.date()].append(line)
    return tuple(Day(day_heading(those[0].at, now), tuple(those)) for those in found.values())


def _to_whom(opened: Opened, people: People) -> str:
    if opened.thread.addressee == "principal":
        return _("Rektor")
    return people.departments(opened.circle) or _("Avdelningen")


def _family_of(opened: Opened, people: People) -> str:
    """Return the guardians who read it, as far as the house may know."""
    guardians = [reader for reader in opened.readers.values() if reader.relation == Relation.GUARDIAN]
    if not guardians:
        return _("Ingen vårdnadshavare läser längre")
    if any(people.is_unknown(reader, opened.circle) for reader in guardians):
        return _("Vårdnadshavare")
    return joined(sorted(people.name(reader.person_id) for reader in guardians))


def _closed(*, is_family: bool, about: str) -> str:
    if is_family:
        return _(
            "Samtalet är stängt, eftersom placeringen är slut för {children}. Du kan läsa det, men inte skriva."
        ).format(children=about)
    return _("Samtalet är stängt. Det går att läsa, men inte att skriva i.")


def _other_language(code: str) -> str:
    """Return the name of a language that is another than the page's, as the page's language calls it."""
    if languages.known(code) == languages.known(get_language() or languages.FIRST):
        return ""
    return language_word(code)
