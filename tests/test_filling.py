"""What was said becomes a plan that says the same: each date of it, and no other (C12)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.drafts import EMPTY_WEEK, Draft, DraftDay
from attendance.filling import filled, rotation_of
from attendance.phrases import SaidDay, parse
from attendance.rules import MOST_WEEKS, Interval, Intervals
from tests.test_phrases import CORPUS

MONDAY = date(2026, 10, 19)
WEEKS = 52
DAY, SHORT = (Interval(time(7, 30), time(16)),), (Interval(time(9), time(12)),)
OWN = Draft(((DAY,) * 5 + ((), ()), (SHORT,) * 4 + ((), (), ())))
TEXTS = sorted({phrase["text"] for phrases in CORPUS.values() for phrase in phrases})


def on(draft: Draft, starts_on: date, day: date) -> Intervals:
    """Return what a draft that begins on a Monday says of a day."""
    dated = {one.day: one.intervals or () for one in draft.days}
    if day in dated:
        return dated[day]
    return draft.weeks[(day - starts_on).days // 7 % len(draft.weeks)][day.weekday()]


def said_again(said: tuple[SaidDay, ...], before: Draft) -> None:
    """Check that the filled draft says what was said, and of all other days what it said before."""
    rotation = rotation_of(said, MONDAY, WEEKS, MOST_WEEKS)
    weeks_on = (rotation.starts_on - MONDAY).days // 7
    draft = filled(before, rotation, weeks_on=weeks_on, most_weeks=MOST_WEEKS)
    if draft is None:
        assert len(rotation.weeks) > 1
        return
    by_day = {one.date: tuple(one.intervals) for one in said}
    dated = {one.day for one in draft.days}
    for day in (MONDAY + timedelta(days=number) for number in range(7 * WEEKS)):
        if day >= rotation.starts_on:
            expected = by_day.get(day, on(before, MONDAY, day))
            assert on(draft, rotation.starts_on, day) == expected, day
        else:
            assert (day in dated) == (day in by_day)
            assert day not in by_day or on(draft, rotation.starts_on, day) == by_day[day]


@pytest.mark.parametrize("text", TEXTS)
def test_every_phrase_fills_in_what_it_says(text: str) -> None:
    """C12: over a year, on an empty plan and on one of two weeks."""
    said = parse(text, first=MONDAY, weeks=WEEKS).days
    for before in (Draft(), OWN):
        said_again(said, before)


@pytest.mark.parametrize(
    ("text", "starts_on", "weeks", "dates"),
    [
        ("mån–fre 7–16", MONDAY, 1, 0),
        ("mån–fre 7–16, varannan fredag ledig", MONDAY, 2, 0),
        ("var tredje vecka 7-16", MONDAY, 3, 0),
        ("mån–fre 7–16, v. 44 ledig", MONDAY, 1, 5),
        ("v. 44 mån 8-15", MONDAY, 0, 1),
        ("från 2 nov mån-fre 8-15", date(2026, 11, 2), 1, 0),
        ("från 4 nov mån-fre 8-15", date(2026, 11, 9), 1, 3),
        ("jämna veckor 7–17, udda ledig", MONDAY, 2, 55),  # 2026 has 53 weeks: the eleven until then are dates
    ],
)
def test_what_repeats_is_found(text: str, starts_on: date, weeks: int, dates: int) -> None:
    rotation = rotation_of(parse(text, first=MONDAY, weeks=WEEKS).days, MONDAY, WEEKS, MOST_WEEKS)
    assert (rotation.starts_on, len(rotation.weeks), len(rotation.dates)) == (starts_on, weeks, dates)


days_said = st.dictionaries(st.integers(0, 7 * WEEKS - 1), st.sampled_from([(), DAY, SHORT]), max_size=60).map(
    lambda found: tuple(SaidDay(MONDAY + timedelta(days=n), times, not times) for n, times in sorted(found.items()))
)


@given(days_said, st.sampled_from([Draft(), OWN, Draft((EMPTY_WEEK,) * 3)]))
def test_any_dates_are_kept(said: tuple[SaidDay, ...], before: Draft) -> None:
    """However odd a rota is, no date of it is lost and none is added."""
    said_again(said, before)


drafts = st.builds(
    lambda weeks, days: Draft(tuple(weeks)).with_days(days),
    st.lists(
        st.tuples(*[st.sampled_from([(), DAY, (*SHORT, Interval(time(13), time(0)))])] * 7), min_size=1, max_size=20
    ),
    st.lists(
        st.builds(
            DraftDay,
            st.dates(date(2026, 1, 1), date(2028, 1, 1)),
            st.sampled_from([(), DAY]),
            st.none() | st.tuples(st.uuids(), st.dates(date(2026, 1, 1), date(2028, 1, 1))),
        ),
        max_size=10,
    ),
)


@given(drafts)
def test_a_draft_comes_back_as_it_was_sent(draft: Draft) -> None:
    assert Draft.unpacked(draft.packed()) == draft


def test_a_draft_is_no_longer_than_one_can_be() -> None:
    """A form that lies costs the server nothing: more times a day than there may be, or more of everything."""
    whole = "0730-1600;;;;;;"
    assert Draft.unpacked(whole)
    assert Draft.unpacked(",".join(["0730-0740"] * 4) + ";;;;;;") is None
    assert Draft.unpacked("|".join([whole] * 21)) is None
    assert Draft.unpacked(whole + "#" + "/" * 60_000) is None


@given(st.text(alphabet="0123456789-;|,#=/<abc", max_size=80))
def test_a_damaged_draft_is_none_or_one(text: str) -> None:
    found = Draft.unpacked(text)
    assert found is None or Draft.unpacked(found.packed()) == found
