"""When a form is done, who reads whose answer, and how questions are moved about: rules without a database (G06)."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import form_rules as rules
from documents.form_rules import Question, QuestionKind
from notifications.rules import reminder_due

PEOPLE = [uuid4() for _number in range(4)]
SOME = st.sets(st.sampled_from(PEOPLE))


@given(guardians=SOME, answered=SOME, needs_both=st.booleans())
def test_a_form_is_done_as_somebody_would_count_it_by_hand(
    *, guardians: set[UUID], answered: set[UUID], needs_both: bool
) -> None:
    """G06: with "both" every guardian of today has answered, else one of them; nobody else counts."""
    ticks = [person in answered for person in PEOPLE if person in guardians]
    by_hand = bool(ticks) and (all(ticks) if needs_both else any(ticks))
    assert rules.is_done(guardians, answered, needs_both=needs_both) is by_hand
    waits_for = rules.waits_for(guardians, answered, needs_both=needs_both)
    assert waits_for <= guardians - answered
    assert bool(waits_for) is (bool(guardians) and not by_hand)


@given(guardians=SOME, answered=SOME, new=st.sampled_from(PEOPLE))
def test_a_new_guardian_reopens_what_both_must_answer(guardians: set[UUID], answered: set[UUID], new: UUID) -> None:
    """G06: whoever is confirmed later has not answered."""
    answered -= {new}
    assert not rules.is_done(guardians | {new}, answered, needs_both=True)


def test_who_reads_what_the_other_has_answered() -> None:
    """As conversations: together without two homes; with them by home, and alone outside of both (DOMAIN 4.3)."""
    first, second, third, _fourth = PEOPLE
    assert rules.may_read(first, second, [])
    assert rules.may_read(first, third, [{first, third}, {second}])
    assert not rules.may_read(first, second, [{first, third}, {second}])
    assert not rules.may_read(PEOPLE[3], first, [{first}, {second}])
    assert rules.may_read(PEOPLE[3], PEOPLE[3], [{first}, {second}])


def test_different_answers_are_told_as_such() -> None:
    assert rules.do_differ([{"1": "ja"}, {"1": "nej"}])
    assert not rules.do_differ([{"1": "ja", "2": ["a", "b"]}, {"2": ["a", "b"], "1": "ja"}])
    assert not rules.do_differ([{"1": "ja"}])
    assert not rules.do_differ([])


@pytest.mark.parametrize(
    ("has_answered", "due_on", "may"),
    [
        (False, date(2026, 11, 1), True),
        (True, date(2026, 11, 1), False),
        (True, date(2026, 11, 22), True),
        (True, None, True),
    ],
)
def test_an_answer_is_changed_until_the_last_day_and_a_first_one_is_always_welcome(
    *, has_answered: bool, due_on: date | None, may: bool
) -> None:
    assert rules.may_answer(has_answered=has_answered, due_on=due_on, today=date(2026, 11, 22)) is may


def test_questions_keep_their_ids_wherever_they_are_moved() -> None:
    """What is removed gives its id to nobody while a later one is there: answers would be another question's."""
    questions: tuple[Question, ...] = ()
    for kind in (QuestionKind.TEXT, QuestionKind.DATE, QuestionKind.YES_NO):
        questions = rules.added(questions, kind)
    assert [one.id for one in rules.moved(questions, "3", -1)] == ["1", "3", "2"]
    assert rules.moved(questions, "1", -1) == questions
    assert [one.id for one in rules.added(rules.without(questions, "2"), QuestionKind.TEXT)] == ["1", "3", "4"]


@pytest.mark.parametrize(
    ("opened_on", "today", "due"),
    [
        (date(2026, 11, 1), date(2026, 11, 12), None),
        (date(2026, 11, 1), date(2026, 11, 13), 7),
        (date(2026, 11, 1), date(2026, 11, 18), 2),
        (date(2026, 11, 13), date(2026, 11, 13), None),
        (date(2026, 11, 1), date(2026, 11, 21), None),
        (date(2026, 11, 5), date(2026, 11, 4), None),
    ],
)
def test_reminders_are_due_seven_and_two_days_before(opened_on: date, today: date, due: int | None) -> None:
    assert reminder_due(opened_on, date(2026, 11, 20), today) == due
