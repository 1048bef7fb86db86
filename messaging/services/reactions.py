"""What families answer to a post: a heart, and a short thank-you that the department reads (DOMAIN 4.2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from children.actors import Actor
from messaging import post_rules
from messaging.models import Post, PostRead, PostThanks
from messaging.selectors.posts import get_published
from messaging.selectors.reactions import reads_as_guardian
from notifications.models import Kind
from notifications.services import Told, notify_of_all


def put_heart(*, post_id: UUID, is_on: bool, actor: Actor, now: datetime) -> Post:
    """Give the post the guardian's heart, or take it back. Done twice it is the same."""
    with transaction.atomic():
        post, person_id = _reading(post_id, actor)
        read, _made = PostRead.objects.get_or_create(post=post, person_id=person_id, defaults={"read_at": now})
        read.hearted_at = (read.hearted_at or now) if is_on else None
        read.save(update_fields=["hearted_at"])
    return post


def thank(*, post_id: UUID, text: str, actor: Actor, now: datetime) -> Post:
    """Keep the guardian's thank-you, instead of the one before; without words it is taken back.

    The post's author is told once. Raises `ValidationError` for a text that is too long, or none at all.
    """
    words = text.strip()
    if len(words) > post_rules.LONGEST_THANKS:
        raise ValidationError(_("Skriv högst {number} tecken.").format(number=post_rules.LONGEST_THANKS))
    with transaction.atomic():
        post, person_id = _reading(post_id, actor)
        if not words:
            taken_back, _rows = PostThanks.objects.filter(post=post, person=person_id).delete()
            if not taken_back:
                raise ValidationError(_("Skriv några ord först."))
            return post
        thanks, is_new = PostThanks.objects.update_or_create(post=post, person_id=person_id, defaults={"text": words})
        if is_new:
            authors = {post.author_id, post.published_by_id or post.author_id}
            notify_of_all(told=[Told(thanks.pk, authors, {"post": post.pk})], kind=Kind.POST_THANKED, now=now)
    return post


def _reading(post_id: UUID, actor: Actor) -> tuple[Post, UUID]:
    """Return a post that the actor reads for an own child's sake, and who that is. Raises `Http404` for any other."""
    post = get_published(actor, post_id)
    if actor.person_id is None or not reads_as_guardian(actor, post):
        raise Http404
    return post, actor.person_id
