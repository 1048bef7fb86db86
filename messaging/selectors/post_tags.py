"""Who is in the pictures of a post, and whether its readers may see them (DOMAIN 5.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from children.access import Action
from children.actors import Actor
from children.prepared_access import named_children
from children.selectors.reach import who_may
from documents.models import BlurredCopy
from documents.selectors.shown import Blurs, Circles, showing, unmade, wanted_copies
from documents.shown_rules import mark_of
from messaging.models import Post, PostChild, PostPicture
from messaging.selectors.post_readers import PostReader, children_at, guardians_of_post
from messaging.selectors.posts import PURPOSE


@dataclass(frozen=True)
class Unshown:
    """A child in a picture who may not be shown to some reader of its post; None is somebody unknown."""

    number: int
    child_id: UUID | None


def unshown_to(post: Post, guardians: Collection[PostReader], today: date) -> list[Unshown]:
    """Return who stands in the way of showing the post's pictures to each of these guardians: no consent, no box.

    Whose guardians they are of the post's children is known; it is asked of others who are in its pictures.
    """
    files = list(post.pictures.values_list("file_id", flat=True))
    found = showing(files, PURPOSE, today)
    open_tags = [
        (number, tag.child_id)
        for number, file_id in enumerate(files, 1)
        for tag in found.tags[file_id]
        if tag.box is None and tag.child_id not in found.allowing
    ]
    guarded: dict[UUID, set[UUID]] = defaultdict(set)
    for reader in guardians:
        for child_id in reader.child_ids:
            guarded[child_id].add(reader.person_id)
    unknown = {child_id for _number, child_id in open_tags if child_id} - guarded.keys()
    for reach in who_may(Action.SEE_OWN, unknown, today) if unknown else []:
        guarded[reach.child_id].add(reach.person_id)
    readers = {reader.person_id for reader in guardians}
    return [
        Unshown(number, child_id) for number, child_id in open_tags if child_id is None or readers - guarded[child_id]
    ]


def unshown_to_readers(post: Post, today: date) -> list[Unshown]:
    """Return the same of the guardians who read the post today, or would."""
    about = PostChild.objects.filter(post=post).values_list("child_id", flat=True)
    is_everybody = post.is_for_all and post.state == Post.State.DRAFT
    children = children_at(post.department_id, today) if is_everybody else set(about)
    return unshown_to(post, guardians_of_post(children, today), today)


@dataclass(frozen=True)
class InPictures:
    """Where a published post's writers say who is in its pictures: of the `first`, and of those `hidden` from others.

    Those are numbered as in the post, with their ids; `unblurred` are the numbers of those that nobody could blur yet.
    """

    first: UUID
    hidden: list[tuple[int, UUID]]
    unblurred: list[int]


def in_pictures(post: Post, guardians: Collection[PostReader], today: date) -> InPictures | None:
    """Return where it is said who is in the pictures of a post that these guardians read; None where it has none."""
    pictures = list(post.pictures.values_list("pk", flat=True))
    if not pictures:
        return None
    hidden = sorted({one.number for one in unshown_to(post, guardians, today)})
    waiting = [pictures.index(one.pk) + 1 for one in unblurred(post, today)]
    return InPictures(pictures[0], [(number, pictures[number - 1]) for number in hidden], waiting)


def unshown_words(actor: Actor, unshown: Iterable[Unshown]) -> list[str]:
    """Return a sentence for each, which names the picture, and the child to whom the actor knows it."""
    those = list(unshown)
    children = named_children(actor, Action.SEE_CHILD, {one.child_id for one in those if one.child_id})
    return [
        _("Bild {number}: {child} saknar samtycke. Rita en ruta som suddar, eller ta bort bilden.").format(
            number=one.number,
            child=children[one.child_id].tile_name if one.child_id in children else _("Någon som inte är här"),
        )
        for one in those
    ]


def wanted_of(post: Post, today: date) -> dict[UUID, Blurs]:
    """Return which blurred copies the readers of a post need today, by file."""
    files = list(post.pictures.values_list("file_id", flat=True))
    return wanted_copies(files, PURPOSE, today, circles_of(files)) if files else {}


def is_shown_already(file_id: UUID) -> bool:
    """Tell whether a picture is in a post that is out."""
    return PostPicture.objects.filter(file=file_id, post__state=Post.State.PUBLISHED).exists()


def circles_of(file_ids: Collection[UUID]) -> Circles:
    """Return whose pictures the house sees clear in each of these files: of each post about chosen children, theirs.

    Whoever of the house knows fewer of them asks for another copy by printing the page.
    """
    chosen = PostPicture.objects.filter(file__in=file_ids, post__is_for_all=False).exclude(post__state=Post.State.DRAFT)
    circles: dict[tuple[UUID, UUID], set[UUID]] = defaultdict(set)
    for file_id, post_id, child_id in chosen.order_by().values_list("file_id", "post_id", "post__about__child_id"):
        circles[file_id, post_id].add(child_id)
    found: dict[UUID, list[Collection[UUID]]] = defaultdict(list)
    for (file_id, _post_id), children in circles.items():
        found[file_id].append(children)
    return found


def unblurred(post: Post, today: date) -> list[PostPicture]:
    """Return the post's pictures of which a copy that a reader needs was given up for now: one query where none was."""
    copies = BlurredCopy.objects.filter(file__in=post.pictures.values("file"), state=BlurredCopy.State.DAMAGED)
    given_up = set(copies.values_list("file_id", "digest"))
    wanted = wanted_of(post, today) if given_up else {}
    lost = {file_id for file_id, blurs in wanted.items() for one in blurs if (file_id, mark_of(one)) in given_up}
    return list(post.pictures.filter(file__in=lost)) if lost else []


def are_made(wanted: Mapping[UUID, Blurs]) -> bool:
    """Tell whether all these copies are made."""
    return not unmade((file_id, boxes) for file_id, blurs in wanted.items() for boxes in blurs)
