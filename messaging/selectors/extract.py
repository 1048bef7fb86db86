"""What was said to a child's family, as one of its guardians may read it: for the extract that the law gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from children.actors import Actor
from children.models import Child
from documents.enclosing import enclosed
from documents.selectors.shown import Blurs
from documents.shown_rules import mark_of
from messaging.models import Bulletin, Message, MessageAttachment, Post, PostPicture, Thread, ThreadChild
from messaging.selectors.album import Album, Sought, album_of
from messaging.selectors.bulletins import own_bulletins
from messaging.selectors.conversation import Line, conversation
from messaging.selectors.posts import posts_of
from messaging.selectors.readers import open_thread, threads_for
from portal.lib import days
from portal.lib.extracts import Enclosed, Entry, Part, Told

Marks = dict[str, str]
"""How each picture of an extract is shown: the mark of what is blurred, by the file's id."""

CLEAR = mark_of(())


def pictures_of(actor: Actor, child: Child) -> Album:
    """Return the pictures that reach the child as this guardian sees them now: of these all else here is asked."""
    return album_of(actor, Sought(child.pk))


def said_parts(actor: Actor, child: Child, now: datetime, album: Album) -> Iterator[Part]:
    """Go through the posts with these pictures, the bulletins, and the child's conversations that this guardian
    reads: each is asked for when it is its turn.
    """
    yield _posts(actor, child, album)
    yield _bulletins(actor, child, now)
    yield from _conversations(actor, child, now)


def marks_of(album: Album) -> Marks:
    """Return how these pictures are shown."""
    return {str(one.file_id): mark_of(album.shown[one.file_id].boxes) for one in album.found}


def is_still_so(actor: Actor, child: Child, marks: Mapping[str, str], held: Collection[str], since: datetime) -> bool:
    """Tell whether all of these pictures may still be shown so, and nothing with these ids was withdrawn since then.

    What has come since does not matter, nor that somebody who is blurred need not be any more.
    """
    today = marks_of(pictures_of(actor, child)) if marks else {}
    if any(today.get(file_id) not in (mark, CLEAR) for file_id, mark in marks.items()):
        return False
    withdrawn = (
        model._base_manager.filter(withdrawn_at__gte=since, pk__in=held) for model in (Post, Message, Bulletin)
    )
    return not any(rows.exists() for rows in withdrawn)


def blurred_in(album: Album) -> dict[UUID, Blurs]:
    """Return which blurred copies of these pictures are shown, by file."""
    return {one.file_id: {boxes} for one in album.found if (boxes := album.shown[one.file_id].boxes)}


def _posts(actor: Actor, child: Child, album: Album) -> Part:
    pictures: dict[UUID, list[Enclosed]] = defaultdict(list)
    ids = [one.picture_id for one in album.found]
    rows = {row.pk: row for row in PostPicture.objects.filter(pk__in=ids).select_related("file")}
    for one in sorted(album.found, key=lambda found: rows[found.picture_id].position):
        row = rows[one.picture_id]
        shown = album.shown[one.file_id]
        pictures[row.post_id].append(enclosed(row.file, one.day, shown, folder="bilder", shows=row.alt, name=_("bild")))
    posts = posts_of(actor.person_id, [child.pk], ()) if actor.person_id else Post.objects.none()
    entries = [
        Entry(
            heading=_("Inlägget är återkallat") if post.is_withdrawn else post.title,
            at=post.published_at,
            by=post.department.name if post.is_withdrawn else f"{post.author.full_name}, {post.department.name}",
            text="" if post.is_withdrawn else post.text,
            language=post.language,
            files=() if post.is_withdrawn else pictures[post.pk],
            of=post.pk,
        )
        for post in posts.select_related("author", "department").order_by("-published_at", "-pk")
    ]
    told = Told("posts", _("Inlägg och bilder"), entries, _("Inga inlägg än."))
    return Part("inlagg", _("Inlägg och bilder"), [told])


def _bulletins(actor: Actor, child: Child, now: datetime) -> Part:
    entries = [
        Entry(
            heading=_("Anslaget är återkallat") if one.bulletin.withdrawn_at else one.bulletin.title,
            at=one.bulletin.leaves_at,
            text="" if one.bulletin.withdrawn_at else one.bulletin.text,
            language=one.bulletin.language,
            of=one.bulletin.pk,
        )
        for one in own_bulletins(actor, now)
        if child.pk in {other.pk for other in one.children}
    ]
    entries.sort(key=lambda entry: entry.at or now, reverse=True)
    return Part("anslag", _("Anslag"), [Told("bulletins", _("Anslag"), entries, _("Inga anslag än."))])


def _threads(actor: Actor, child: Child) -> QuerySet[Thread]:
    """Return the conversations about the child that the actor reads as one of its family."""
    about = ThreadChild.objects.filter(child=child).values("thread")
    return threads_for(actor).filter(pk__in=about, family__guardian=actor.person_id)


def _conversations(actor: Actor, child: Child, now: datetime) -> list[Part]:
    """Return them on two pages: what is sensitive has its own."""
    open_ones: list[Told] = []
    sensitive: list[Told] = []
    for thread in _threads(actor, child).order_by("created_at", "pk"):
        opened = open_thread(actor, thread.pk)
        page = conversation(actor, opened, now, whole=True)
        lines = [line for day in page.days for line in day.lines if line.at <= now]
        files = _files([line.message.pk for line in lines if not line.is_withdrawn])
        heading = f"{thread.subject or _('Utan rubrik')} – {page.title}"
        entries = [_line(line, files.get(line.message.pk, ())) for line in lines]
        (sensitive if thread.is_sensitive else open_ones).append(Told("messages", heading, entries))
    parts = [Part("samtal", _("Samtal"), open_ones or [Told("messages", _("Samtal"), (), _("Inga samtal än."))])]
    if sensitive:
        parts.append(Part("kansliga-samtal", _("Känsliga samtal"), sensitive, is_sensitive=True))
    return parts


def _line(line: Line, files: Collection[Enclosed]) -> Entry:
    who = line.who or _("Du")
    if line.is_withdrawn:
        return Entry(_("Återkallat meddelande"), line.at, who)
    return Entry("", line.at, who, line.shown.text, line.shown.language, tuple(files), of=line.message.pk)


def _files(message_ids: Collection[UUID]) -> dict[UUID, list[Enclosed]]:
    found: dict[UUID, list[Enclosed]] = defaultdict(list)
    rows = MessageAttachment.objects.filter(message__in=message_ids).select_related("file", "message")
    for row in rows.order_by("created_at"):
        if row.message_id and row.message:
            found[row.message_id].append(enclosed(row.file, days.day_of(row.message.leaves_at), folder="bilagor"))
    return found
