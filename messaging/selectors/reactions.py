"""What families have answered to a post, as far as the reader may know it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from children.access import Action, children_for
from children.actors import Actor
from children.selectors.family_rows import Families, Named, families_of_each
from messaging.models import Post, PostChild, PostRead, PostThanks
from messaging.selectors.post_readers import PostReader, guardians_among, readers_today


def reads_as_guardian(actor: Actor, post: Post) -> bool:
    """Tell whether the actor reads the post for the sake of an own child."""
    if actor.tablet:
        return False
    own = children_for(actor, Action.SEE_OWN).order_by().values("pk")
    return PostChild.objects.filter(post=post, child__in=own).exists()


def has_read(post: Post, person_id: UUID) -> bool:
    return PostRead.objects.filter(post=post, person=person_id).exists()


@dataclass(frozen=True)
class Own:
    """A guardian's own heart and thank-you."""

    has_heart: bool
    thanks: str


def own_reaction(post: Post, person_id: UUID) -> Own:
    """Return what this guardian has answered: two queries."""
    read = PostRead.objects.filter(post=post, person=person_id).first()
    thanks = PostThanks.objects.filter(post=post, person=person_id).first()
    return Own(bool(read and read.hearted_at), thanks.text if thanks else "")


@dataclass(frozen=True)
class Thanked:
    """A family's thank-you: who, whose guardian, the words."""

    who: str
    what: str
    text: str


@dataclass(frozen=True)
class Reception:
    """How a post was received, for the house: who of today's readers has read it, hearts, and thanks."""

    read: Families
    not_read: Families
    number_read: int
    number: int
    hearts: int
    thanks: list[Thanked]
    guardians: list[PostReader]  # all of today's


def reception_of(actor: Actor, post: Post) -> Reception:
    """Return how the post was received. Whose guardian a protected child's are stays untold, as it does in the list."""
    guardians = guardians_among(readers_today(post, actor.today))
    reads = dict(PostRead.objects.filter(post=post).values_list("person", "hearted_at"))
    read = {one.person_id: one.child_ids for one in guardians if one.person_id in reads}
    not_read = {one.person_id: one.child_ids for one in guardians if one.person_id not in reads}
    shown, others = families_of_each(actor, [read, not_read])
    return Reception(
        read=shown,
        not_read=others,
        number_read=len(read),
        number=len(guardians),
        hearts=sum(moment is not None for moment in reads.values()),
        thanks=_thanks(post, {one.person_id: one for one in shown.rows if one.person}),
        guardians=guardians,
    )


def _thanks(post: Post, named: dict[UUID, Named]) -> list[Thanked]:
    """Return the thanks in the order in which they came; unnamed from whom may not be named, or reads no more."""
    found = []
    for thanks in PostThanks.objects.filter(post=post).order_by("created_at", "pk"):
        shown = named.get(thanks.person_id)
        found.append(Thanked(shown.name if shown else _("En vårdnadshavare"), shown.of if shown else "", thanks.text))
    return found
