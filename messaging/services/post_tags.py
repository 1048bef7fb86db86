"""Who is in the pictures of a post: said while it is written, and mended when it is out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from children.actors import Actor
from children.selectors.consents import allowing
from documents.models import PictureTag
from documents.services import copies, tags
from documents.services.tags import Change
from messaging.models import Post
from messaging.selectors.post_tags import circles_of, is_shown_already
from messaging.selectors.posts import PURPOSE
from messaging.selectors.tagging_page import get_tagged
from messaging.services.post_hiding import note_hidden
from messaging.services.posts import demand_taggable

NOTHING = Change()


def tag(*, picture_id: UUID, to: Change, actor: Actor, now: datetime, agreed: Change = NOTHING) -> Change:
    """Change who is in a picture of a draft or of a published post, for which it holds from the next request on.

    Returns what was not done, as nobody has `agreed` to it: whom other families would see from then on who are hidden
    from them, in this post or another that is out with the same file.

    Raises `ValidationError` for a child that cannot be tagged and for what is on its way out, `Http404` for whoever may
    not write the post.
    """
    with transaction.atomic():
        picture = get_tagged(actor, picture_id, lock=True)
        if picture.post.state == Post.State.PUBLISHING:
            raise ValidationError(_("Inlägget är redan på väg ut. Ta tillbaka det först om du vill ändra något."))
        is_out = is_shown_already(picture.file_id)
        known = set(PictureTag.objects.filter(file=picture.file_id).values_list("child_id", flat=True))
        left = _opening(to, known, actor) if is_out else NOTHING
        to = replace(
            to,
            removed=to.removed - left.removed | agreed.removed,
            unknown={**{one: box for one, box in to.unknown.items() if one not in left.unknown}, **agreed.unknown},
        )
        if new := to.tagged - known:
            demand_taggable(actor, picture.post, new)
        tags.change(file=picture.file, to=to, actor=actor, now=now)
        if to.removed or None in to.unknown.values():  # somebody is seen of whom it was said that all are tagged
            Post.objects.filter(pictures__file=picture.file_id, state=Post.State.DRAFT).update(all_tagged="")
        if is_out:
            copies.renew([picture.file_id], PURPOSE, actor.today, circles_of([picture.file_id]))
            note_hidden([picture.file_id], now)  # whoever tags it reads so on its page: nobody is told
    return left


def _opening(to: Change, known: Collection[UUID | None], actor: Actor) -> Change:
    """Return what of a change lets other families see somebody whom no consent lets them see."""
    hidden = to.removed.intersection(known)
    hidden -= allowing(hidden, PURPOSE, actor.today) if hidden else set()
    return Change(removed=hidden, unknown={one: box for one, box in to.unknown.items() if box is None})
