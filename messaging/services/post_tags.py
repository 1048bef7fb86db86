"""Who is in the pictures of a post: said while it is written, and mended when it is out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from children.actors import Actor
from documents.models import PictureTag
from documents.services import copies, tags
from documents.services.tags import Change
from messaging.models import Post, PostPicture
from messaging.selectors.post_tags import circles_of
from messaging.selectors.posts import PURPOSE
from messaging.selectors.tagging_page import get_tagged
from messaging.services.post_hiding import note_hidden
from messaging.services.posts import demand_taggable


def tag(*, picture_id: UUID, to: Change, actor: Actor, now: datetime) -> PostPicture:
    """Change who is in a picture of a draft or of a published post, for which it holds from the next request on.

    Raises `ValidationError` for a child that cannot be tagged and for what is on its way out, `Http404` for whoever may
    not write the post.
    """
    with transaction.atomic():
        picture = get_tagged(actor, picture_id, lock=True)
        if picture.post.state == Post.State.PUBLISHING:
            raise ValidationError(_("Inlägget är redan på väg ut. Ta tillbaka det först om du vill ändra något."))
        known = set(PictureTag.objects.filter(file=picture.file_id).values_list("child_id", flat=True))
        if new := to.tagged - known:
            demand_taggable(actor, picture.post, new)
        tags.change(file=picture.file, to=to, actor=actor, now=now)
        if to.removed or None in to.unknown.values():  # somebody is seen of whom it was said that all are tagged
            Post.objects.filter(pictures__file=picture.file_id, state=Post.State.DRAFT).update(all_tagged="")
        if PostPicture.objects.filter(file=picture.file_id, post__state=Post.State.PUBLISHED).exists():
            copies.renew([picture.file_id], PURPOSE, actor.today, circles_of([picture.file_id]))
            note_hidden([picture.file_id], now)  # whoever tags it reads so on its page: nobody is told
    return picture
