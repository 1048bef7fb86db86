"""Two homes, from the proposal to one day (DOMAIN 2.8): who may say what, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from accounts.models import User
from children.actors import Actor
from children.home_rules import Handover, every_other_week
from children.models import Block, Guardianship, Household, HouseholdWeeks
from children.selectors.homes import seen_homes
from children.services.homes import (
    Pattern,
    agree_homes,
    drop_proposal,
    end_homes,
    propose_homes,
    set_homes,
    set_one_home,
    share_times,
)
from notifications.models import Delivery, Kind
from portal.lib import clock
from tests.cast import Cast, guard, local, person

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
WEEKS = every_other_week(0)
PATTERN = Pattern(MONDAY, WEEKS, Handover.THERE)


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def by(person: User) -> Actor:
    return Actor.of_person(person)


def propose(cast: Cast, pattern: Pattern = PATTERN, *, both: bool = True) -> list[HouseholdWeeks]:
    children = [cast.elsa.pk, cast.hugo.pk] if both else [cast.elsa.pk]
    return propose_homes(
        child_ids=children,
        own={cast.amina.pk},
        other={cast.johan.pk},
        pattern=pattern,
        actor=by(cast.amina),
        now=clock.now(),
    )


def agreed(cast: Cast, *, both: bool = True) -> list[HouseholdWeeks]:
    ids = [row.pk for row in propose(cast, both=both)]
    agree_homes(proposal_ids=ids, actor=by(cast.johan), now=clock.now())
    return list(HouseholdWeeks.objects.agreed().order_by("child", "starts_on"))


def told(person: User, kind: Kind) -> int:
    return Delivery.objects.filter(person=person, kind=kind, way="in_app").count()


def test_one_home_proposes_and_the_other_agrees(cast: Cast) -> None:
    """Until then nothing holds. Siblings in one go, with homes of their own; each side is told once."""
    rows = propose(cast)
    assert [row.is_proposed for row in rows] == [True, True]
    assert propose(cast) == rows
    assert (told(cast.johan, Kind.HOMES_PROPOSED), told(cast.amina, Kind.HOMES_PROPOSED)) == (1, 0)
    assert seen_homes([cast.elsa.pk], cast.amina.pk)[cast.elsa.pk].own is None
    with pytest.raises(PermissionDenied):
        agree_homes(proposal_ids=[rows[0].pk], actor=by(cast.amina), now=clock.now())
    for stranger in (cast.stranger, cast.neighbour, cast.maria, cast.eva):
        with pytest.raises((Http404, PermissionDenied)):
            agree_homes(proposal_ids=[rows[0].pk], actor=by(stranger), now=clock.now())
    agree_homes(proposal_ids=[row.pk for row in rows], actor=by(cast.johan), now=clock.now())
    assert {row.child_id for row in HouseholdWeeks.objects.agreed()} == {cast.elsa.pk, cast.hugo.pk}
    assert (told(cast.amina, Kind.HOMES_AGREED), told(cast.johan, Kind.HOMES_AGREED)) == (1, 0)
    mine, theirs = (seen_homes([cast.elsa.pk], one.pk)[cast.elsa.pk] for one in (cast.amina, cast.johan))
    assert mine.own != theirs.own
    assert mine.unseen == {cast.johan.pk}
    assert not mine.sees


def test_declined_or_taken_back_it_is_gone(cast: Cast) -> None:
    for answers in (cast.johan, cast.amina):
        (row,) = propose(cast, both=False)
        drop_proposal(proposal_ids=[row.pk], actor=by(answers), now=clock.now())
        assert not HouseholdWeeks.objects.exists()
        with pytest.raises(Http404):
            agree_homes(proposal_ids=[row.pk], actor=by(cast.johan), now=clock.now())


def test_only_one_proposal_waits_for_an_answer(cast: Cast) -> None:
    propose(cast, both=False)
    other = Pattern(MONDAY, every_other_week(4), Handover.AFTER)
    (row,) = propose(cast, other, both=False)
    assert HouseholdWeeks.objects.get() == row
    with pytest.raises(ValidationError, match="Svara på det först"):
        propose_homes(
            child_ids=[cast.elsa.pk],
            own={cast.johan.pk},
            other={cast.amina.pk},
            pattern=PATTERN,
            actor=by(cast.johan),
            now=clock.now(),
        )


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (Pattern(MONDAY + timedelta(days=1), WEEKS, Handover.THERE), "starts_on"),
        (Pattern(MONDAY - timedelta(weeks=1), WEEKS, Handover.THERE), "starts_on"),
        (Pattern(MONDAY + timedelta(weeks=60), WEEKS, Handover.THERE), "starts_on"),
        (Pattern(MONDAY, ("AAAAAAA",), Handover.THERE), "nights"),
        (Pattern(MONDAY, (), Handover.THERE), "nights"),
    ],
)
def test_what_cannot_be_is_said_on_the_field(cast: Cast, pattern: Pattern, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        propose(cast, pattern)
    assert list(refused.value.error_dict) == [field]
    assert not HouseholdWeeks.objects.exists()


def test_nobody_is_put_in_or_out_of_a_home_unasked(cast: Cast) -> None:
    """Strangers, pending and blocked guardians are in no home; a third guardian cannot be left out by two others."""
    third, pending = person("Tove"), person("Pelle")
    guard(pending, cast.elsa, confirmed=False)
    for own, other in (
        ({cast.amina.pk}, {cast.stranger.pk}),
        ({cast.amina.pk}, {pending.pk}),
        ({cast.amina.pk}, set()),
        ({cast.amina.pk, cast.johan.pk}, {cast.johan.pk}),
    ):
        with pytest.raises(ValidationError):
            propose_homes(
                child_ids=[cast.elsa.pk], own=own, other=other, pattern=PATTERN, actor=by(cast.amina), now=clock.now()
            )
    guard(third, cast.elsa)
    with pytest.raises(ValidationError, match="Avdelningen hjälper er"):
        propose(cast, both=False)
    Block.objects.create(child=cast.elsa, person=third)
    assert propose(cast, both=False)
    Block.objects.create(child=cast.elsa, person=cast.johan)
    with pytest.raises(ValidationError):
        propose(cast, Pattern(MONDAY, every_other_week(2), Handover.THERE), both=False)
    with pytest.raises(Http404):
        agree_homes(
            proposal_ids=HouseholdWeeks.objects.values_list("pk", flat=True), actor=by(cast.johan), now=clock.now()
        )


def test_an_answer_that_comes_late_begins_on_the_next_monday(cast: Cast) -> None:
    (row,) = propose(cast, Pattern(MONDAY, ("AAAAAAA", "BBBBBBB", "AAABBBB"), Handover.THERE), both=False)
    with time_machine.travel(local(MONDAY + timedelta(days=9), 12), tick=False):
        agree_homes(proposal_ids=[row.pk], actor=by(cast.johan), now=clock.now())
    row.refresh_from_db()
    assert row.starts_on == MONDAY + timedelta(weeks=2)
    assert row.weeks == ["AAABBBB", "AAAAAAA", "BBBBBBB"]


def test_new_weeks_take_over_from_the_old_with_the_same_homes(cast: Cast) -> None:
    (first,) = agreed(cast, both=False)
    later = Pattern(MONDAY + timedelta(weeks=4), ("AAAAABB",), Handover.BEFORE)
    (row,) = propose(cast, later, both=False)
    agree_homes(proposal_ids=[row.pk], actor=by(cast.johan), now=clock.now())
    first.refresh_from_db()
    row.refresh_from_db()
    assert first.ends_on == later.starts_on - timedelta(days=1)
    assert {row.first_id, row.second_id} == {first.first_id, first.second_id}
    assert Household.objects.count() == 2


def test_one_home_again_needs_the_other_or_nobody_who_could_answer(cast: Cast) -> None:
    agreed(cast)
    ends = MONDAY + timedelta(weeks=3)
    held = end_homes(child_ids=[cast.elsa.pk], starts_on=ends, actor=by(cast.johan), now=clock.now())
    assert not held
    assert HouseholdWeeks.objects.agreed().get(child=cast.elsa).ends_on is None
    (asked,) = HouseholdWeeks.objects.filter(is_proposed=True)
    with pytest.raises(PermissionDenied):
        agree_homes(proposal_ids=[asked.pk], actor=by(cast.johan), now=clock.now())
    agree_homes(proposal_ids=[asked.pk], actor=by(cast.amina), now=clock.now())
    assert HouseholdWeeks.objects.get(child=cast.elsa).ends_on == ends - timedelta(days=1)
    Guardianship.objects.filter(child=cast.hugo, guardian=cast.amina).update(ends_on=TUESDAY)
    with time_machine.travel(local(TUESDAY + timedelta(days=1), 8), tick=False):
        assert end_homes(child_ids=[cast.hugo.pk], starts_on=ends, actor=by(cast.johan), now=clock.now())
    assert HouseholdWeeks.objects.get(child=cast.hugo).ends_on == ends - timedelta(days=1)


def test_the_staff_set_it_for_both_at_once(cast: Cast) -> None:
    """Employed where the child is, and the principal; not a substitute, nobody from elsewhere, no guardian."""
    propose(cast, both=False)
    sets: dict[str, Any] = {
        "child_ids": [cast.elsa.pk],
        "first": {cast.johan.pk},
        "second": {cast.amina.pk},
        "pattern": PATTERN,
    }
    for nobody in (cast.vikar, cast.jonas, cast.ulf, cast.amina, cast.administrator):
        with pytest.raises((Http404, PermissionDenied)):
            set_homes(**sets, actor=by(nobody), now=clock.now())
    set_homes(**sets, actor=by(cast.maria), now=clock.now())
    row = HouseholdWeeks.objects.get()
    assert (row.is_proposed, row.agreed_by) == (False, cast.maria)
    assert (told(cast.amina, Kind.HOMES_AGREED), told(cast.johan, Kind.HOMES_AGREED)) == (1, 1)
    set_one_home(child_ids=[cast.elsa.pk], starts_on=MONDAY + timedelta(weeks=1), actor=by(cast.eva), now=clock.now())
    assert HouseholdWeeks.objects.get().ends_on == MONDAY + timedelta(days=6)


def test_a_home_is_the_same_while_somebody_stays_and_nobody_has_two(cast: Cast) -> None:
    """The staff move a guardian over: the homes keep their rows, and whoever moved reads no more of what was left."""
    (row,) = agreed(cast, both=False)
    before = {row.first_id, row.second_id}
    third = person("Tove")
    guard(third, cast.elsa)
    set_homes(
        child_ids=[cast.elsa.pk],
        first={cast.amina.pk, third.pk},
        second={cast.johan.pk},
        pattern=Pattern(MONDAY + timedelta(weeks=1), WEEKS, Handover.THERE),
        actor=by(cast.maria),
        now=clock.now(),
    )
    own = {one: seen_homes([cast.elsa.pk], one.pk)[cast.elsa.pk].own for one in (cast.amina, cast.johan, third)}
    assert {own[cast.amina], own[cast.johan]} == before
    assert own[third] == own[cast.amina]
    for one in (cast.amina, cast.johan, third):
        assert Household.objects.filter(child=cast.elsa, guardians=one).count() == 1


def test_only_the_own_home_shares_its_times(cast: Cast) -> None:
    agreed(cast)
    share_times(child_ids=[cast.elsa.pk], shares=True, actor=by(cast.amina), now=clock.now())
    mine, theirs = (seen_homes([cast.elsa.pk], one.pk)[cast.elsa.pk] for one in (cast.amina, cast.johan))
    assert theirs.sees == {mine.own}
    assert theirs.unseen == set()
    assert mine.unseen == {cast.johan.pk}
    assert not seen_homes([cast.hugo.pk], cast.johan.pk)[cast.hugo.pk].sees
    third = person("Tove")
    guard(third, cast.elsa)
    with pytest.raises(Http404):
        share_times(child_ids=[cast.elsa.pk], shares=True, actor=by(third), now=clock.now())
    share_times(child_ids=[cast.elsa.pk], shares=False, actor=by(cast.amina), now=clock.now())
    assert not seen_homes([cast.elsa.pk], cast.johan.pk)[cast.elsa.pk].sees


def test_siblings_may_live_otherwise(cast: Cast) -> None:
    agreed(cast, both=False)
    assert HouseholdWeeks.objects.get().child == cast.elsa
    assert seen_homes([cast.hugo.pk], cast.amina.pk)[cast.hugo.pk].own is None
