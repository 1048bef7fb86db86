"""The field in which a family says its times as it would (C12): a corpus of phrases, and properties of any text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time as stopwatch
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attendance import phrases
from attendance.phrases import Understood, words
from attendance.time_rules import faults_in

MONDAY = date(2026, 10, 19)
ROOT = Path(__file__).resolve().parent.parent
CORPUS: dict[str, list[dict[str, Any]]] = tomllib.loads((ROOT / "tests" / "phrases.toml").read_text())
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def parse(text: str, first: date = MONDAY, weeks: int = 4) -> Understood:
    return phrases.parse(text, first=first, weeks=weeks)


def plan(understood: Understood) -> dict[date, str]:
    """Return the days as the corpus writes them: "07:00-16:00", or "off"."""
    return {
        day.date: "off" if day.is_off else ",".join(f"{i.starts:%H:%M}-{i.ends:%H:%M}" for i in day.intervals)
        for day in understood.days
    }


def expected(days: str, first: date, weeks: int) -> dict[date, str]:
    """Return the dates and times that the corpus's notation stands for."""
    window = [first + timedelta(days=number) for number in range(7 * weeks)]
    found: dict[date, str] = {}
    for entry in filter(None, days.split("; ")):
        *when, times = entry.split(" ")
        if len(when) == 1:
            found[date.fromisoformat(when[0])] = times
            continue
        first_day, _, last_day = when[1].partition("-")
        weekdays = range(WEEKDAYS.index(first_day), WEEKDAYS.index(last_day or first_day) + 1)
        numbers = [number for part in when[0].split(",") for number in _week_numbers(part)]
        for day in window:
            if day.weekday() in weekdays and (day.isocalendar().week in numbers or not numbers):
                found[day] = times
    return found


def _week_numbers(text: str) -> list[int]:
    if text == "all":
        return []
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def _phrases() -> list[Any]:
    return [
        pytest.param(phrase, id=f"{group}: {phrase['text']}") for group, found in CORPUS.items() for phrase in found
    ]


@pytest.mark.parametrize("phrase", _phrases())
def test_a_family_writes_as_it_would(phrase: dict[str, Any]) -> None:
    """C12: the plan to approve, or the words that were not understood."""
    first, weeks = phrase.get("from", MONDAY), phrase.get("weeks", 4)
    understood = parse(phrase["text"], first, weeks)
    assert list(understood.not_understood) == phrase.get("not_understood", [])
    days = {} if "not_understood" in phrase else expected(phrase["days"], first, weeks)
    assert plan(understood) == dict(sorted(days.items()))


def test_the_corpus_is_large_and_says_each_thing_once() -> None:
    keys = [(p["text"], p.get("from"), p.get("weeks")) for found in CORPUS.values() for p in found]
    assert len(keys) == len(set(keys)) >= 220
    assert len(CORPUS["not_understood"]) >= 40


def test_what_was_said_can_be_worded_by_the_page() -> None:
    week, fridays = parse("mån–fre 7–16, varannan fre ledig").said
    assert (week.text, week.weekdays, week.every) == ("mån–fre 7–16", (0, 1, 2, 3, 4), 1)
    assert [str(interval) for interval in week.intervals] == ["07:00–16:00"]
    assert (fridays.text, fridays.weekdays, fridays.every, fridays.is_off) == ("varannan fre ledig", (4,), 2, True)
    assert fridays.dates == (date(2026, 10, 23), date(2026, 11, 6))
    assert len(week.dates) == 18


def test_weeks_and_dates_are_said_too() -> None:
    (said,) = parse("mån-tis 7-16 v. 44-45").said
    assert (said.weekdays, said.weeks) == ((0, 1), (44, 45))
    (said,) = parse("udda veckor ledig").said
    assert (said.parity, said.weekdays, said.is_off) == (1, (0, 1, 2, 3, 4), True)
    (said,) = parse("från 26 okt t.o.m. 6 nov 7-16").said
    assert (said.starts_on, said.ends_on) == (date(2026, 10, 26), date(2026, 11, 6))
    (said,) = parse("23 okt ledig").said
    assert (said.weekdays, said.dates) == ((), (date(2026, 10, 23),))


def test_nothing_written_says_nothing() -> None:
    for empty in ("", "  ", "\n"):
        assert parse(empty) == Understood()


@pytest.mark.parametrize("phrase", ["mån 7-16; ", "varannan fre ledig; ", "24/12 ", "v. 44, ", "mån, "])
def test_a_text_that_goes_on_and_on_is_answered_at_once(phrase: str) -> None:
    began = stopwatch.perf_counter()
    assert parse((phrase * 2_000)[:2_000], weeks=20).days == ()
    assert parse(phrase * 2_000).days == ()
    assert stopwatch.perf_counter() - began < 2


# Properties -----------------------------------------------------------------------------------------------------------

VOCABULARY = sorted(words.MEANINGS)
SIGNS = [",", "-", "–", ";", ".", ":", "\n", "&", "+", "t.o.m.", "fr.o.m."]
NUMBERS = ["7", "16", "07:30", "16.15", "0730", "24", "44", "v44", "24/12", "31.10", "24:e", "2026-12-24", "4pm", "99"]
mixed = st.lists(st.sampled_from(VOCABULARY + SIGNS + NUMBERS), max_size=14).map(" ".join)
said_in_corpus = st.sampled_from([p["text"] for found in CORPUS.values() for p in found])
joined = st.lists(said_in_corpus, min_size=2, max_size=3).map(", ".join)
any_text = st.one_of(st.text(max_size=80), mixed, said_in_corpus, joined)
dates = st.dates(min_value=date.min, max_value=date.max)


@given(text=any_text, first=st.one_of(st.just(MONDAY), dates), weeks=st.integers(-3, 110))
@example(text="mån 7-16, v. 1 ledig", first=date.min, weeks=3)
@example(text="mån 7-16", first=date.max, weeks=3)
@settings(max_examples=400)
def test_any_text_is_a_plan_or_is_not_understood(text: str, first: date, weeks: int) -> None:
    understood = parse(text, first, weeks)
    assert understood == parse(text, first, weeks)
    assert not (understood.days and understood.not_understood)
    assert bool(understood.days) == bool(understood.said)
    assert understood.days or understood.not_understood or not text.strip()
    found = [day.date for day in understood.days]
    assert found == sorted(set(found))
    for day in understood.days:
        assert 0 <= (day.date - first).days < 7 * weeks
        assert day.is_off == (not day.intervals)
        assert not faults_in(day.intervals)
        assert list(day.intervals) == sorted(day.intervals)
    assert sorted(day for said in understood.said for day in said.dates) == found


@given(text=any_text)
def test_what_was_not_understood_is_named_as_it_was_typed(text: str) -> None:
    for words_named in parse(text).not_understood:
        assert words_named
        assert words_named in text


@given(
    text=any_text, word=st.sampled_from(["mormor", "aldrig", "kanske", "without", "utan", "Alva", "?"]), data=st.data()
)
def test_a_strange_word_anywhere_leaves_nothing_to_approve(text: str, word: str, data: st.DataObject) -> None:
    """Never guesses silently: whatever is understood without the word, with it there is no plan."""
    before, after = _split(text, data)
    understood = parse(f"{before} {word} {after}")
    assert word in understood.not_understood
    assert understood.days == ()


def _split(text: str, data: st.DataObject) -> tuple[str, str]:
    places = [match.start() for match in re.finditer(r"\s|$", text)]
    place = data.draw(st.sampled_from(places))
    return text[:place], text[place:]


@given(said_in_corpus, st.data())
def test_every_word_counts(text: str, data: st.DataObject) -> None:
    """A second time for the same days is never passed over, wherever it is put."""
    understood = parse(text)
    if understood.days and not any(day.is_off for day in understood.days):
        day = data.draw(st.sampled_from(understood.days)).date
        twice = f"{day:%Y-%m-%d} 00:01-00:02; {text}; {day:%Y-%m-%d} 00:03-00:04"
        assert parse(twice).days == ()


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=5, unique=True),
    st.lists(st.tuples(st.integers(0, 11), st.integers(12, 24)), min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_clauses_about_different_days_may_stand_in_any_order(days: list[int], times: list[Any], chance: Any) -> None:
    names = ("måndag", "tis", "ons", "to", "fredagar", "lör", "söndag")
    clauses = [f"{names[day]} {first}-{last}" for day, (first, last) in zip(days, times, strict=False)]
    shuffled = list(clauses)
    chance.shuffle(shuffled)
    understood = parse(", ".join(clauses))
    assert understood.days
    assert understood.days == parse(", ".join(shuffled)).days


@given(st.integers(0, 4), st.integers(2, 20), dates.filter(lambda day: day.year < 9990))
def test_every_other_counts_from_the_first_such_day(weekday: int, weeks: int, first: date) -> None:
    name = ("mån", "tis", "ons", "tors", "fre")[weekday]
    all_of_them = [day.date for day in parse(f"{name} ledig", first, weeks).days]
    assert [day.date for day in parse(f"varannan {name} ledig", first, weeks).days] == all_of_them[::2]


# The command ----------------------------------------------------------------------------------------------------------


def parse_plan(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "parse_plan", *arguments],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.tools
class TestTheCommand:
    def test_it_prints_what_the_field_would_show(self) -> None:
        """C12, as the issue words it."""
        done = parse_plan("mån–tis 7–16, tis ledig", "--from", "2026-10-19", "--weeks", "1")
        assert done.returncode == 0
        assert json.loads(done.stdout) == {
            "days": [
                {"date": "2026-10-19", "intervals": [["07:00", "16:00"]], "off": False},
                {"date": "2026-10-20", "intervals": [], "off": True},
            ],
            "not_understood": [],
        }

    def test_words_that_are_not_understood_are_no_failure(self) -> None:
        done = parse_plan("-", "--from", "2026-10-19", "--weeks", "1", typed="mån 7–16 hos mormor\n")
        assert (done.returncode, json.loads(done.stdout)) == (0, {"days": [], "not_understood": ["hos", "mormor"]})

    @pytest.mark.parametrize(
        ("first", "weeks", "named"),
        [
            ("2026-02-30", "4", "--from"),
            ("igår", "4", "--from"),
            ("2026-10-19", "0", "--weeks"),
            ("2026-10-19", "x", "--weeks"),
        ],
    )
    def test_a_call_that_makes_no_sense_is_told_so(self, first: str, weeks: str, named: str) -> None:
        done = parse_plan("7-16", "--from", first, "--weeks", weeks)
        assert done.returncode == 2
        assert done.stderr.strip().startswith(f"CommandError: {named}")
        assert len(done.stderr.strip().splitlines()) == 1
