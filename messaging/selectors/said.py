"""What notices lead to: conversations, bulletins and posts, as far as the reader may open them today."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from children.access import Action, can, departments_for
from children.actors import Actor
from children.prepared_access import prepared_for_actor
from messaging.models import Bulletin, Post
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_writers import Writing, principals_of
from messaging.selectors.bulletins import bulletins_for
from messaging.selectors.posts import drafts_for, posts_for
from messaging.selectors.readers import threads_for
from portal.lib import clock
from portal.lib.prepared import Rows


@dataclass(frozen=True)
class Said:
    """Something that a notice is about: what it is called, and its page as a name of an address and an id.

    Of what is withdrawn there is nothing more to say than that. `answered_by` is who answers for a conversation,
    and `is_out` says of a post that it has gone out. Without an id it is a page of many things.
    """

    title: str
    page: str
    id: UUID | None
    is_withdrawn: bool = False
    answered_by: UUID | None = None
    is_out: bool = False


def said(actor: Actor, ids: Mapping[str, Collection[UUID]]) -> dict[UUID, Said]:
    """Return those that the actor may open, by id; `ids` by what they are: "thread". No query where none is asked."""
    found: dict[UUID, Said] = {}
    if threads := ids.get("thread"):
        for thread_id, is_sensitive, subject, answered_by in _threads(actor, threads):
            title = _("ett känsligt meddelande") if is_sensitive else subject or _("ett återkallat meddelande")
            found[thread_id] = Said(title, "messaging:thread", thread_id, answered_by=answered_by)
    for bulletin in _bulletins(actor, ids.get("bulletin", ()), ids.get("stopped bulletin", ())):
        title = _("ett återkallat anslag") if bulletin.withdrawn_at else bulletin.title
        found[bulletin.pk] = Said(title, "messaging:bulletin", bulletin.pk, bulletin.withdrawn_at is not None)
    if others := set(ids.get("stopped bulletin", ())) - found.keys():
        found |= _stopped_elsewhere(actor, others)
    if posts := ids.get("post"):
        for post_id, state, words in (*_posts(actor, posts), *_drafts(actor, posts)):
            is_withdrawn = state == Post.State.WITHDRAWN
            title = _("ett återkallat inlägg") if is_withdrawn else words or _("ett inlägg")
            is_out = is_withdrawn or state == Post.State.PUBLISHED
            found[post_id] = Said(title, "messaging:post", post_id, is_withdrawn, is_out=is_out)
    if departments := ids.get("department"):
        for department in departments_for(actor, Action.WRITE_POSTS).filter(pk__in=departments):
            found[department.pk] = Said(department.name, "messaging:department_posts", department.pk)
    return found


def _bulletins(actor: Actor, sent: Collection[UUID], stopped: Collection[UUID]) -> Iterator[Bulletin]:
    if sent:
        yield from bulletins_for(actor, clock.now()).filter(pk__in=sent)
    if stopped:
        yield from Bulletin.objects.stopped().filter(Writing(actor).condition(), pk__in=stopped)


def _stopped_elsewhere(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Said]:
    """Return what is stopped and the actor may not send, as whoever leads a part of it, or runs the system.

    To whom it was to go, and none of its words.
    """
    runs = can(actor, Action.SEE_WAITING)
    page = "waiting" if runs else "messaging:bulletins"
    stopped = Bulletin.objects.stopped().filter(pk__in=ids).select_related("department", "preschool", "area")
    audiences = {bulletin.pk: Audience.of(bulletin) for bulletin in stopped}
    return {
        bulletin_id: Said(audience.name, page, None)
        for bulletin_id, audience in audiences.items()
        if runs or actor.person_id in principals_of(audience, actor.today)
    }


@prepared_for_actor
def _threads(actor: Actor, ids: Collection[UUID]) -> Rows:
    return (
        threads_for(actor).filter(pk__in=ids).order_by().values_list("pk", "is_sensitive", "subject", "assigned_to_id")
    )


@prepared_for_actor
def _posts(actor: Actor, ids: Collection[UUID]) -> Rows:
    return posts_for(actor).filter(pk__in=ids).order_by().values_list("pk", "state", "title")


@prepared_for_actor
def _drafts(actor: Actor, ids: Collection[UUID]) -> Rows:
    return drafts_for(actor).filter(pk__in=ids).order_by().values_list("pk", "state", "title")
