"""Pictures are added to a draft, put in another order, taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from children.actors import Actor
from documents import finding
from documents.services import files
from documents.services.files import discard
from documents.services.uploads import TakenBefore
from messaging import post_rules
from messaging.models import Post, PostPicture
from messaging.selectors.posts import get_draft
from messaging.services.posts import demand_draft, drop_lost


def add(*, post_id: UUID, uploads: Iterable[File[bytes]], actor: Actor, now: datetime) -> list[str]:
    """Add pictures to a draft, after those that it has. Return a sentence for each file that could not be taken.

    Each file by itself: one that is refused takes none of the others with it. Raises `Http404` for whoever may not.
    """
    problems = []
    for upload in uploads:
        try:
            _add(post_id, upload, actor, now)
        except TakenBefore:
            continue  # handed over again, after an answer that was lost (G09)
        except ValidationError as refused:
            words = _only_pictures() if refused.code == "kind" else " ".join(refused.messages)
            problems.append(f"{upload.name}: {words}")
    return problems


def _add(post_id: UUID, upload: File[bytes], actor: Actor, now: datetime) -> None:
    demand_draft(get_draft(actor, post_id))
    with files.arriving(upload) as arrived, transaction.atomic():
        post = _draft(actor, post_id)
        positions = list(post.pictures.values_list("position", flat=True))
        if len(positions) >= post_rules.MOST_PICTURES:
            raise ValidationError(_("Ett inlägg har högst {number} bilder.").format(number=post_rules.MOST_PICTURES))
        file = files.keep_arrived(arrived, by_id=actor.person_id, now=now, department_id=post.department_id)
        if post.pictures.filter(file=file).exists():
            return  # sent twice: a double tap, or again after an answer that was lost (G09)
        if not file.is_picture:
            raise ValidationError(_only_pictures())
        PostPicture.objects.create(post=post, file=file, position=max(positions, default=0) + 1)
        finding.ask(file)


def _only_pictures() -> str:
    return _("Här går det bara att lägga till bilder: JPEG, PNG, WebP eller HEIC.")


def remove(*, post_id: UUID, picture_id: UUID, actor: Actor) -> None:
    """Take a picture away from a draft. One that is gone already is no fault."""
    with transaction.atomic():
        post = _draft(actor, post_id)
        if picture := post.pictures.filter(pk=picture_id).select_related("file").first():
            picture.delete()
            discard([picture.file])


def leave_out(*, post_id: UUID, picture_ids: Collection[UUID], actor: Actor, now: datetime) -> None:
    """Let a draft be without those of these pictures that could not be made ready (F10)."""
    with transaction.atomic():
        drop_lost(_draft(actor, post_id), picture_ids, now)


def try_again(*, post_id: UUID, actor: Actor, now: datetime) -> None:
    """Let those of an unpublished post's pictures be tried again that nobody has made ready."""
    with transaction.atomic():
        post = get_draft(actor, post_id, lock=True)
        files.try_again([picture.file for picture in post.pictures.select_related("file")], now=now)


def move_earlier(*, post_id: UUID, picture_id: UUID, actor: Actor) -> None:
    """Put a picture before the one that stands before it."""
    with transaction.atomic():
        pictures = list(_draft(actor, post_id).pictures.all())
        place = next((number for number, one in enumerate(pictures) if one.pk == picture_id), 0)
        if place:
            pictures[place - 1], pictures[place] = pictures[place], pictures[place - 1]
        for number, picture in enumerate(pictures, 1):
            picture.position = number
        PostPicture.objects.bulk_update(pictures, ["position"])


def _draft(actor: Actor, post_id: UUID) -> Post:
    post = get_draft(actor, post_id, lock=True)
    demand_draft(post)
    return post
