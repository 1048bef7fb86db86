"""`allowing` agrees with a model that asks every guardian one by one (DOMAIN 5.3, 5.4, 6.1, 6.2).

The model is written from the field's words; it knows no query. Random families, answers, blocks and decisions of the
municipality are put in the database and held in plain objects at once.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from children.models import Block, Child, Consent, ConsentRule, Guardianship, Purpose
from children.selectors.consents import allowing
from portal.lib import clock

TODAY = date(2026, 10, 13)
CHILDREN, PEOPLE = 4, 4

day = st.sampled_from([-400, -30, -1, 0, 1, 30]).map(lambda number: TODAY + timedelta(days=number))
length = st.sampled_from([None, None, None, 0, 1, 29, 30, 31, 400])
of_child, of_person = st.integers(0, CHILDREN - 1), st.integers(0, PEOPLE - 1)
purposes = st.sampled_from([Purpose.DEPARTMENT, Purpose.DEPARTMENT, Purpose.DEPARTMENT, Purpose.PUBLIC])

families = st.fixed_dictionaries(
    {
        "protected": st.lists(st.sampled_from([False, False, False, True]), min_size=CHILDREN, max_size=CHILDREN),
        # child, guardian, is confirmed, from, days
        "guardianships": st.lists(
            st.tuples(of_child, of_person, st.sampled_from([True, True, True, False]), day, length),
            min_size=4,
            max_size=10,
            unique_by=lambda row: row[:2],
        ),
        # child, who answers, purpose, yes or no, from, days, has ended
        "answers": st.lists(
            st.tuples(
                of_child,
                of_person,
                purposes,
                st.sampled_from([True, True, True, False]),
                day,
                length,
                st.sampled_from([False, False, False, True]),
            ),
            min_size=6,
            max_size=16,
            unique_by=lambda row: row[:3],
        ),
        # child, person, has been lifted
        "blocks": st.lists(st.tuples(of_child, of_person, st.booleans()), max_size=3, unique_by=lambda row: row[:2]),
        "needs": st.lists(st.tuples(purposes, st.sampled_from(ConsentRule.Needs.values)), max_size=4),
    }
)
Plan = dict[str, Any]


def holds(starts_on: date, number: int | None) -> bool:
    return starts_on <= TODAY and (number is None or starts_on + timedelta(days=number) >= TODAY)


def is_allowed(plan: Plan, child: int, purpose: Purpose) -> bool:
    """Decide for one child as somebody with the papers on the table would."""
    if plan["protected"][child]:
        return False
    kept_away = {person for of, person, is_lifted in plan["blocks"] if of == child and not is_lifted}
    guardians = [
        person
        for of, person, is_confirmed, starts_on, number in plan["guardianships"]
        if of == child and is_confirmed and holds(starts_on, number) and person not in kept_away
    ]
    said = {
        person: says_yes
        for of, person, what, says_yes, given_on, number, has_ended in plan["answers"]
        if of == child and what == purpose and not has_ended and holds(given_on, number if says_yes else None)
    }
    decided = [needs for what, needs in plan["needs"] if what == purpose]
    spoken = [said[person] for person in guardians if person in said]
    if decided and decided[-1] == "one":
        return True in spoken and False not in spoken
    return len(guardians) > 0 and spoken.count(True) == len(guardians)


def build(plan: Plan) -> list[UUID]:
    """Put the families in the database and return the children's ids."""
    levels = ["protected" if is_protected else "none" for is_protected in plan["protected"]]
    children = [Child.objects.create(given_name=f"B{n}", protection=level) for n, level in enumerate(levels)]
    people = [User.objects.create(given_name=f"P{n}") for n in range(PEOPLE)]

    def last(starts_on: date, number: int | None) -> date | None:
        return None if number is None else starts_on + timedelta(days=number)

    for child, person, is_confirmed, starts_on, number in plan["guardianships"]:
        Guardianship.objects.create(
            child=children[child],
            guardian=people[person],
            confirmed_at=clock.now() if is_confirmed else None,
            starts_on=starts_on,
            ends_on=last(starts_on, number),
        )
    for child, person, purpose, says_yes, given_on, number, has_ended in plan["answers"]:
        Consent.objects.create(
            child=children[child],
            given_by=people[person],
            purpose=purpose,
            says_yes=says_yes,
            given_on=given_on,
            expires_on=last(given_on, number) if says_yes else None,
            ended_at=clock.now() if has_ended else None,
        )
    for child, person, is_lifted in plan["blocks"]:
        at = clock.now() if is_lifted else None
        Block.objects.create(child=children[child], person=people[person], lifted_at=at)
    for purpose, needs in plan["needs"]:
        ConsentRule.objects.create(purpose=purpose, needs=needs)
    return [child.pk for child in children]


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # making an example smaller takes minutes, and reading one does not
)
@given(plan=families)
def test_who_may_be_shown_is_what_the_papers_say(plan: Plan) -> None:
    with transaction.atomic():
        ids = build(plan)
        for purpose in (Purpose.DEPARTMENT, Purpose.PUBLIC):
            expected = {ids[child] for child in range(CHILDREN) if is_allowed(plan, child, purpose)}
            with CaptureQueriesContext(connection) as asked:
                assert allowing(ids, purpose, TODAY) == expected
            assert len(asked) == 1
            assert allowing(ids[:1], purpose, TODAY) == expected & set(ids[:1])
        transaction.set_rollback(True)


def test_nobody_asked_nobody_answered(db: None) -> None:
    assert allowing([], Purpose.DEPARTMENT, TODAY) == set()
