"""What must be so before the pictures of a post are shown to its readers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from children.actors import Actor
from documents import finding
from documents.services import copies
from messaging import post_rules
from messaging.models import Post
from messaging.selectors.post_readers import PostReader
from messaging.selectors.post_tags import are_made, unshown_to, unshown_words, wanted_of


def demand_showable(post: Post, guardians: Collection[PostReader], actor: Actor, lost: Collection[str]) -> None:
    """Refuse pictures that some reader may not see, and those of which nobody has said that all in them are tagged.

    All is said at once, with the sentences of pictures that are `lost`; each names the child and the picture (G03).
    """
    pictures = list(post.pictures.values_list("pk", flat=True))
    problems = {}
    if words := [*lost, *unshown_words(actor, unshown_to(post, guardians, actor.today))]:
        problems["pictures"] = words
    if post.all_tagged < post_rules.mark_of_pictures(pictures):
        problems["all_tagged"] = [_("Kryssa i att alla barn som syns är taggade eller suddade.")]
    if problems:
        raise ValidationError(problems)


def make_ready_to_show(post: Post, today: date) -> None:
    """Ask for the copies that readers need, and forget where faces are: it is no draft any more."""
    copies.ask(wanted_of(post, today))
    finding.forget(post.pictures.values_list("file_id", flat=True))


def waits_for_copies(post: Post, today: date) -> bool:
    """Tell whether a copy is not made yet that a reader of today needs, and ask for it."""
    wanted = wanted_of(post, today)
    copies.ask(wanted)
    return not are_made(wanted)
