"""What notices lead to: conversations, bulletins and posts, as far as the reader may open them today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from children.access import Action, departments_for
from children.actors import Actor
from messaging.selectors.bulletins import bulletins_for
from messaging.selectors.posts import drafts_for, posts_for
from messaging.selectors.readers import threads_for
from portal.lib import clock


@dataclass(frozen=True)
class Said:
    """Something that a notice is about: what it is called, and its page as a name of an address and an id.

    Of what is withdrawn there is nothing more to say than that.
    """

    title: str
    page: str
    id: UUID
    is_withdrawn: bool = False


def said(actor: Actor, ids: Mapping[str, Collection[UUID]]) -> dict[UUID, Said]:
    """Return those that the actor may open, by id; `ids` by what they are: "thread". No query where none is asked."""
    found: dict[UUID, Said] = {}
    if threads := ids.get("thread"):
        for thread in threads_for(actor).filter(pk__in=threads):
            title = _("ett känsligt meddelande") if thread.is_sensitive else thread.subject
            found[thread.pk] = Said(title, "messaging:thread", thread.pk)
    if bulletins := ids.get("bulletin"):
        for bulletin in bulletins_for(actor, clock.now()).filter(pk__in=bulletins):
            title = _("ett återkallat anslag") if bulletin.withdrawn_at else bulletin.title
            found[bulletin.pk] = Said(title, "messaging:bulletin", bulletin.pk, bulletin.withdrawn_at is not None)
    if posts := ids.get("post"):
        for post in (*posts_for(actor).filter(pk__in=posts), *drafts_for(actor).filter(pk__in=posts)):
            title = _("ett återkallat inlägg") if post.is_withdrawn else post.title or _("ett inlägg")
            found[post.pk] = Said(title, "messaging:post", post.pk, post.is_withdrawn)
    if departments := ids.get("department"):
        for department in departments_for(actor, Action.WRITE_POSTS).filter(pk__in=departments):
            found[department.pk] = Said(department.name, "messaging:department_posts", department.pk)
    return found
