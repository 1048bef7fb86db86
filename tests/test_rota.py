"""A work rota as the child's times (C12): shifts of an iCalendar file, widened, joined and cut at midnight."""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.phrases import Understood
from attendance.phrases.rota import Fault, days_of_rota
from attendance.time_rules import Interval, faults_in

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY = date(2026, 10, 19)


def calendar(*events: str, before: str = "") -> bytes:
    """Return a calendar file with these events, each its lines without BEGIN and END."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A hospital//Rota//SV", *before.splitlines()]
    for number, event in enumerate(events):
        own = event.splitlines()
        uid = [] if any(line.startswith("UID") for line in own) else [f"UID:{number}@rota"]
        lines += ["BEGIN:VEVENT", *uid, *own, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def shift(starts: str, ends: str, *more: str, name: str = "Pass", zone: str = ";TZID=Europe/Stockholm") -> str:
    return "\n".join([f"SUMMARY:{name}", f"DTSTART{zone}:{starts}", f"DTEND{zone}:{ends}", *more])


def read(data: bytes, *, first: date = MONDAY, weeks: int = 2, margin: int = 0) -> Understood:
    return days_of_rota(data, first=first, weeks=weeks, margin_minutes=margin, zone=STOCKHOLM)


def days(understood: Understood) -> dict[str, str]:
    assert understood.not_understood == ()
    return {day.date.isoformat(): ", ".join(str(interval) for interval in day.intervals) for day in understood.days}


def test_a_shift_is_a_time_for_the_child_with_the_way_there_and_back() -> None:
    rota = calendar(shift("20261019T070000", "20261019T153000"))
    assert days(read(rota, margin=25)) == {"2026-10-19": "06:35–15:55"}
    assert days(read(rota)) == {"2026-10-19": "07:00–15:30"}


def test_times_are_rounded_outwards_to_five_minutes() -> None:
    assert days(read(calendar(shift("20261019T070730", "20261019T153101")))) == {"2026-10-19": "07:05–15:35"}
    assert days(read(calendar(shift("20261019T070500", "20261019T153500")), margin=7)) == {"2026-10-19": "06:55–15:45"}


def test_shifts_that_touch_are_one_time() -> None:
    rota = calendar(shift("20261019T070000", "20261019T110000"), shift("20261019T120000", "20261019T160000"))
    assert days(read(rota)) == {"2026-10-19": "07:00–11:00, 12:00–16:00"}
    assert days(read(rota, margin=30)) == {"2026-10-19": "06:30–16:30"}


def test_a_night_shift_is_cut_at_midnight() -> None:
    rota = calendar(shift("20261019T210000", "20261020T070000"))
    assert days(read(rota, margin=30)) == {"2026-10-19": "20:30–00:00", "2026-10-20": "00:00–07:30"}
    until_midnight = calendar(shift("20261019T160000", "20261020T000000"))
    assert days(read(until_midnight)) == {"2026-10-19": "16:00–00:00"}


def test_the_nights_before_and_after_the_weeks_reach_into_them() -> None:
    rota = calendar(shift("20261018T210000", "20261019T070000"), shift("20261102T001000", "20261102T080000"))
    assert days(read(rota, margin=30)) == {"2026-10-19": "00:00–07:30", "2026-11-01": "23:40–00:00"}


def test_a_recurring_shift_without_the_days_that_are_taken_out() -> None:
    rota = calendar(
        shift(
            "20260105T070000",
            "20260105T160000",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
            "EXDATE;TZID=Europe/Stockholm:20261026T070000",
        )
    )
    assert days(read(rota, weeks=4)) == {
        "2026-10-28": "07:00–16:00",
        "2026-11-09": "07:00–16:00",
        "2026-11-11": "07:00–16:00",
    }


@pytest.mark.parametrize("zone", ["", ";TZID=Europe/Stockholm"])
@pytest.mark.parametrize("until", ["20261021", "20261021T070000", "20261021T050000Z", "20261021T235959"])
def test_the_last_day_of_a_rule_is_one_of_its_days(zone: str, until: str) -> None:
    rota = calendar(shift("20261019T070000", "20261019T160000", f"RRULE:FREQ=DAILY;UNTIL={until}", zone=zone))
    assert list(days(read(rota))) == ["2026-10-19", "2026-10-20", "2026-10-21"]


def test_a_recurring_shift_that_is_moved_or_cancelled_once() -> None:
    rota = calendar(
        shift("20261019T070000", "20261019T160000", "UID:a", "RRULE:FREQ=DAILY;COUNT=3"),
        shift("20261020T100000", "20261020T180000", "UID:a", "RECURRENCE-ID;TZID=Europe/Stockholm:20261020T070000"),
        shift(
            "20261021T070000",
            "20261021T160000",
            "UID:a",
            "RECURRENCE-ID;TZID=Europe/Stockholm:20261021T070000",
            "STATUS:CANCELLED",
            name="Inställt",
        ),
    )
    understood = read(rota)
    assert days(understood) == {"2026-10-19": "07:00–16:00", "2026-10-20": "10:00–18:00"}
    assert understood.left_out == ("Inställt",)


def test_cancelled_and_all_day_events_are_left_out_and_named() -> None:
    rota = calendar(
        shift("20261019T070000", "20261019T160000"),
        "SUMMARY:Semester\nDTSTART;VALUE=DATE:20261020\nDTEND;VALUE=DATE:20261022",
        shift("20261023T070000", "20261023T160000", "STATUS:CANCELLED", name="Bortbytt"),
        "SUMMARY:Påminnelse\nDTSTART:20261023T070000Z",
        "SUMMARY:Nyår\nDTSTART;VALUE=DATE:20270101",
    )
    understood = read(rota)
    assert days(understood) == {"2026-10-19": "07:00–16:00"}
    assert sorted(understood.left_out) == ["Bortbytt", "Påminnelse", "Semester"]


@pytest.mark.parametrize(
    ("zone", "starts", "ends"),
    [
        ("", "20261019T070000", "20261019T160000"),  # on the wall, wherever
        (";TZID=Europe/Stockholm", "20261019T070000", "20261019T160000"),
        (";TZID=W. Europe Standard Time", "20261019T070000", "20261019T160000"),
        (";TZID=Europe/Helsinki", "20261019T080000", "20261019T170000"),
        ("", "20261019T050000Z", "20261019T140000Z"),
    ],
)
def test_the_same_shift_in_any_zone(zone: str, starts: str, ends: str) -> None:
    assert days(read(calendar(shift(starts, ends, zone=zone)))) == {"2026-10-19": "07:00–16:00"}


def test_a_shift_may_say_its_length() -> None:
    event = "SUMMARY:Pass\nDTSTART:20261019T070000\nDURATION:PT8H30M"
    assert days(read(calendar(event))) == {"2026-10-19": "07:00–15:30"}


def test_a_recurring_shift_stays_where_it_is_on_the_wall_when_the_clocks_change() -> None:
    rota = calendar(shift("20261019T070000", "20261019T160000", "RRULE:FREQ=WEEKLY"))
    assert days(read(rota)) == {"2026-10-19": "07:00–16:00", "2026-10-26": "07:00–16:00"}
    in_utc = calendar(shift("20261019T050000Z", "20261019T140000Z", "RRULE:FREQ=WEEKLY", zone=""))
    assert days(read(in_utc)) == {"2026-10-19": "07:00–16:00", "2026-10-26": "06:00–15:00"}


def test_the_night_in_which_the_clocks_change() -> None:
    rota = calendar(shift("20261024T220000", "20261025T070000"))
    assert days(read(rota, margin=30)) == {"2026-10-24": "21:30–00:00", "2026-10-25": "00:00–07:30"}
    within_the_hour_that_is_there_twice = calendar(shift("20261025T004500Z", "20261025T011500Z", zone=""))
    assert days(read(within_the_hour_that_is_there_twice)) == {"2026-10-25": "02:15–02:45"}
    in_spring = calendar(shift("20270327T220000", "20270328T070000"))
    assert days(read(in_spring, first=date(2027, 3, 22))) == {"2027-03-27": "22:00–00:00", "2027-03-28": "00:00–07:00"}


def test_more_than_three_times_a_day_are_named() -> None:
    rota = calendar(*(shift(f"20261019T{h:02}0000", f"20261019T{h:02}3000", name=f"Tur {h}") for h in (6, 9, 12, 15)))
    understood = read(rota)
    assert understood.not_understood == ("Tur 6", "Tur 9", "Tur 12", "Tur 15")
    assert understood.days == ()


def test_what_is_no_shift_but_lasts_for_days_is_named() -> None:
    assert read(calendar(shift("20261019T080000", "20261022T170000", name="Kurs"))).not_understood == ("Kurs",)
    assert read(calendar(shift("20261019T160000", "20261019T080000", name="Bakvänt"))).not_understood


def test_a_zone_that_nobody_knows_is_named_by_its_shift() -> None:
    rota = calendar(
        shift("20261019T070000", "20261019T160000", name="Dagpass", zone=";TZID=Avdelningen"),
        before="BEGIN:VTIMEZONE\nTZID:Avdelningen\nEND:VTIMEZONE",
    )
    assert read(rota).not_understood == ("Dagpass",)


def test_a_shift_whose_time_cannot_be_read_is_named() -> None:
    for broken in ("DTSTART:20261399T070000", "DTSTART:tomorrow", "DTEND:20261019T160000"):
        assert read(calendar(f"SUMMARY:Dagpass\n{broken}")).not_understood == ("Dagpass",)


def test_a_shift_that_ends_before_it_begins_is_named() -> None:
    for end in ("DURATION:-PT8H", "DTEND:20261019T030000Z"):
        assert read(calendar(f"SUMMARY:Pass\nDTSTART:20261019T070000Z\n{end}")).not_understood == ("Pass",)


def test_an_empty_calendar_says_nothing() -> None:
    assert read(calendar()) == Understood()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe",
        b"PK\x03\x04",
        "mån 7-16".encode(),
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\n" * 20_000,
    ],
)
def test_what_is_no_calendar_is_said_to_be_none(data: bytes) -> None:
    assert read(data).not_understood == (Fault.NOT_A_CALENDAR,)


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert read(b" " * 1_000_001).not_understood == (Fault.TOO_LARGE,)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SOMETIMES",
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=1,2,3",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
    ],
)
def test_a_rule_that_no_rota_has_is_not_expanded(rule: str) -> None:
    began = stopwatch.perf_counter()
    rota = calendar(shift("20261019T070000", "20261019T160000", f"RRULE:{rule}", name="Evigt"))
    assert read(rota).not_understood == ("Evigt",)
    assert stopwatch.perf_counter() - began < 2


def test_too_many_events_are_not_expanded() -> None:
    daily = [shift("20261019T070000", "20261019T080000", "RRULE:FREQ=DAILY", name=str(n)) for n in range(200)]
    assert read(calendar(*daily), weeks=20).not_understood == (Fault.TOO_MANY_EVENTS,)
    assert read(calendar(*daily[:1] * 2_001)).not_understood == (Fault.TOO_MANY_EVENTS,)
    since_long_ago = shift("10000101T070000", "10000101T080000", "RRULE:FREQ=DAILY", zone="")
    assert read(calendar(since_long_ago)).not_understood == (Fault.TOO_MANY_EVENTS,)


def test_a_file_that_only_begins_zones_costs_no_more_than_its_length() -> None:
    begun = stopwatch.perf_counter()
    assert read(b"BEGIN:VTIMEZONE\n" * 60_000).not_understood == (Fault.NOT_A_CALENDAR,)
    assert stopwatch.perf_counter() - begun < 5  # the square of its length took hours


def test_a_rota_of_years_is_read() -> None:
    rota = calendar(shift("20150105T070000", "20150105T160000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"))
    assert len(read(rota).days) == 10


# Any file -------------------------------------------------------------------------------------------------------------

GOOD = calendar(
    shift("20261019T070000", "20261019T160000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20261231T000000Z"),
    shift("20261021T210000", "20261022T070000", "RDATE;TZID=Europe/Stockholm:20261024T210000"),
    shift("20261023T050000Z", "20261023T140000Z", zone=""),
)
moments = st.datetimes(min_value=datetime(2026, 10, 17), max_value=datetime(2026, 11, 3))  # noqa: DTZ001 (on the wall)


@given(st.binary(max_size=300), st.integers(-10, 500), st.integers(-2, 30))
def test_any_bytes_are_a_rota_or_are_not(data: bytes, margin: int, weeks: int) -> None:
    understood = read(data, margin=margin, weeks=weeks)
    assert not (understood.days and understood.not_understood)


@given(st.data())
@settings(max_examples=200)
def test_a_damaged_rota_never_breaks_anything(data: st.DataObject) -> None:
    lines = GOOD.split(b"\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        at = data.draw(st.integers(0, len(line)))
        change = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from(lines), st.sampled_from([b";", b":", b"9"]))
        )
        lines[number] = data.draw(
            st.sampled_from([line[:at] + change + line[at + 1 :], line[:at], line + b"\r\n" + change])
        )
    check(read(b"\r\n".join(lines), margin=30))


@given(st.lists(st.tuples(moments, st.integers(1, 24 * 60)), max_size=12), st.integers(0, 120))
def test_the_child_is_there_whenever_the_guardian_works(work: list[tuple[datetime, int]], margin: int) -> None:
    events = [
        shift(f"{at:%Y%m%dT%H%M%S}", f"{at + timedelta(minutes=length):%Y%m%dT%H%M%S}", zone="") for at, length in work
    ]
    understood = read(calendar(*events), margin=margin)
    check(understood)
    if understood.not_understood:
        return
    there = {
        datetime.combine(day.date, datetime.min.time()) + timedelta(minutes=minute)
        for day in understood.days
        for interval in day.intervals
        for minute in range(interval.starts.hour * 60 + interval.starts.minute, _last_minute(interval))
    }
    for at, length in work:
        for minute in (-margin, 0, length // 2, length - 1, length + margin - 1):
            moment = (at + timedelta(minutes=minute)).replace(second=0, microsecond=0)
            assert moment in there or not 0 <= (moment.date() - MONDAY).days < 14


def _last_minute(interval: Interval) -> int:
    return interval.ends.hour * 60 + interval.ends.minute or 24 * 60


def check(understood: Understood) -> None:
    assert not (understood.days and understood.not_understood)
    found = [day.date for day in understood.days]
    assert found == sorted(set(found))
    for day in understood.days:
        assert 0 <= (day.date - MONDAY).days < 14
        assert day.intervals
        assert not faults_in(day.intervals)
        assert all(interval.starts.minute % 5 == interval.ends.minute % 5 == 0 for interval in day.intervals)
