"""What of a picture is shown to whom: the rule against a model that says it person by person (DOMAIN 5.2-5.4, G03)."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as some

from documents.shown_rules import CLEAR, HIDDEN, Box, Shown, Tag, mark_of, shown

CHILDREN = [uuid4() for _number in range(5)]
children = some.frozensets(some.sampled_from(CHILDREN))
boxes = some.builds(Box, *[some.integers(0, 400)] * 2, *[some.integers(1, 500)] * 2)
tags = some.lists(some.builds(Tag, some.none() | some.sampled_from(CHILDREN), some.none() | boxes), max_size=6)


def is_seen(child_id: UUID | None, own: frozenset[UUID], allowing: frozenset[UUID]) -> bool:
    return child_id in own | allowing


@given(tags, children, children)
def test_nobody_is_seen_who_may_not_be(those: list[Tag], own: frozenset[UUID], allowing: frozenset[UUID]) -> None:
    """Whoever may not be seen is behind a box, or there is no picture; nobody else is blurred."""
    found = shown(those, own, allowing)
    kept = [tag for tag in those if not is_seen(tag.child_id, own, allowing)]
    assert found.is_hidden == any(tag.box is None for tag in kept)
    if not found.is_hidden:
        assert found.boxes == {tag.box for tag in kept}


@given(tags, children, children, children)
def test_more_consent_never_shows_less(
    those: list[Tag], own: frozenset[UUID], allowing: frozenset[UUID], more: frozenset[UUID]
) -> None:
    before, after = shown(those, own, allowing), shown(those, own, allowing | more)
    assert before.is_hidden or not after.is_hidden
    assert before.is_hidden or after.boxes <= before.boxes


def test_the_table() -> None:
    """G03: without consent hidden; with a box blurred for others, and clear for the own family."""
    frans, ebba = CHILDREN[:2]
    box = Box(600, 400, 200, 300)
    assert shown([], (), ()) == CLEAR
    assert shown([Tag(frans)], (), ()) == HIDDEN
    assert shown([Tag(frans, box)], (), ()) == Shown(boxes=frozenset({box}))
    assert shown([Tag(frans, box)], [frans], ()) == CLEAR
    assert shown([Tag(frans, box), Tag(ebba)], [frans], ()) == HIDDEN
    assert shown([Tag(frans), Tag(ebba)], [frans], [ebba]) == CLEAR
    assert shown([Tag(None, box)], CHILDREN, CHILDREN) == Shown(boxes=frozenset({box}))
    assert shown([Tag(None)], CHILDREN, CHILDREN) == HIDDEN  # what is left of a child that was erased


@given(some.sets(boxes))
def test_the_same_boxes_are_the_same_copy(those: set[Box]) -> None:
    assert mark_of(those) == mark_of(sorted(those, reverse=True))
    assert mark_of(those) != mark_of(those | {Box(999, 999, 1, 1)})
