"""When people are left alone: by the clock on the wall, asked again before sending, broken through by what is urgent.

DOMAIN 4.8, F12.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from notifications import rules
from notifications.models import Delivery, Kind, QuietHours, Way
from notifications.rules import ALL_DAY, USUAL, Hours, Side, Urgency, quiet_until
from notifications.selectors import number_quiet
from notifications.services import Told, choose, notify, notify_of_all, send_waiting, tell_by
from tests.cast import Cast, employ, local, person

HERE = ZoneInfo("Europe/Stockholm")
TUESDAY = date(2026, 10, 13)
FRIDAY = date(2026, 10, 16)
FAMILY, STAFF = USUAL[Side.FAMILY], USUAL[Side.STAFF]
AT = time.fromisoformat


# The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        (FAMILY, local(TUESDAY, 6, 59), local(TUESDAY, 7)),
        (FAMILY, local(TUESDAY, 7), None),
        (FAMILY, local(TUESDAY, 19, 59), None),
        (FAMILY, local(TUESDAY, 20), local(TUESDAY + timedelta(days=1), 7)),
        (FAMILY, local(FRIDAY, 23, 30), local(FRIDAY + timedelta(days=1), 7)),
        (STAFF, local(TUESDAY, 6, 59), local(TUESDAY, 7)),
        (STAFF, local(TUESDAY, 16, 59), None),
        (STAFF, local(TUESDAY, 17), local(TUESDAY + timedelta(days=1), 7)),
        (STAFF, local(FRIDAY, 17), local(FRIDAY + timedelta(days=3), 7)),
        (STAFF, local(FRIDAY + timedelta(days=1), 12), local(FRIDAY + timedelta(days=3), 7)),
        (Hours((AT("12:00"), AT("13:00")), None, None), local(TUESDAY, 12, 30), local(TUESDAY, 13)),
        (Hours((AT("12:00"), AT("13:00")), None, None), local(FRIDAY + timedelta(days=1), 12, 30), None),
        # Saturday and Sunday have their own: the morning after Friday evening is Saturday's.
        (
            Hours((AT("20:00"), AT("07:00")), (AT("22:00"), AT("10:00")), None),
            local(FRIDAY, 21),
            local(FRIDAY + timedelta(days=1), 10),
        ),
        (Hours(None, None, None), local(TUESDAY, 3), None),
    ],
)
def test_when_it_is_quiet_and_until_when(hours: Hours, moment: datetime, until: datetime | None) -> None:
    assert quiet_until(moment, hours, HERE) == until


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        # 25 October 2026, clocks go back at three: the night has an hour more.
        (datetime(2026, 10, 24, 18, 30, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
        (datetime(2026, 10, 23, 18, 30, tzinfo=UTC), datetime(2026, 10, 24, 5, tzinfo=UTC)),
        # 28 March 2027, clocks go forward at two: it has an hour less.
        (datetime(2027, 3, 27, 19, 30, tzinfo=UTC), datetime(2027, 3, 28, 5, tzinfo=UTC)),
        (datetime(2027, 3, 26, 19, 30, tzinfo=UTC), datetime(2027, 3, 27, 6, tzinfo=UTC)),
    ],
)
def test_the_clock_on_the_wall_counts_when_it_changes(moment: datetime, until: datetime) -> None:
    assert quiet_until(moment, FAMILY, HERE) == until


def test_an_end_in_the_hour_that_comes_twice() -> None:
    """Until half past two: at ten past two, the second time, it still is twenty minutes."""
    hours = Hours((AT("20:00"), AT("02:30")), (AT("20:00"), AT("02:30")), None)
    first, second = (datetime(2026, 10, 25, 2, 10, fold=fold, tzinfo=HERE) for fold in (0, 1))
    assert quiet_until(first, hours, HERE) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert quiet_until(second, hours, HERE) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


TIMES = st.times().map(lambda one: one.replace(microsecond=0))
SPANS = st.none() | st.just(ALL_DAY) | st.tuples(TIMES, TIMES)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: local(date(2026, 1, 1), 0) + timedelta(minutes=minutes))
CHANGES = st.sampled_from([datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)])
AROUND = st.builds(lambda at, minutes: at + timedelta(minutes=minutes), CHANGES, st.integers(-900, 900))


@given(SPANS, SPANS, MOMENTS | AROUND)
def test_the_end_is_later_and_not_quiet(
    weekdays: rules.Span | None, weekend: rules.Span | None, moment: datetime
) -> None:
    """Whatever is chosen, also around the nights when the clock changes, where anything is left of the week."""
    hours = Hours(weekdays, weekend, None)
    end = quiet_until(moment, hours, HERE)
    assert (end is not None) == rules.is_quiet(moment.astimezone(HERE), hours)
    if end is not None and not rules.is_always_quiet(hours):
        assert moment < end <= moment + timedelta(days=6)
        assert not rules.is_quiet(end.astimezone(HERE), hours)


# What follows from it ---------------------------------------------------------------------------------------------


def tell(person: User, kind: Kind, at: datetime, *, urgent: bool = False, **about: object) -> None:
    notify(person_ids=[person.pk], kind=kind, event=uuid4(), about=about, now=at, urgent=urgent)


def outside(person: User | None = None) -> list[Delivery]:
    rows = Delivery.objects.outside().order_by("try_after", "way")
    return list(rows.filter(person=person) if person else rows)


def test_what_comes_in_the_evening_to_staff_comes_as_one_in_the_morning(cast: Cast) -> None:
    """DOMAIN 4.8: staff are not disturbed in the evening, and have one mail in the morning, not twenty."""
    for minute in range(20):
        tell(cast.maria, Kind.MESSAGE_RECEIVED, local(FRIDAY, 17, minute))
    assert Delivery.objects.in_app().unread().filter(person=cast.maria).count() == 20
    monday = local(FRIDAY + timedelta(days=3), 7)
    (held,) = outside(cast.maria)
    assert (held.way, held.try_after, held.problem) == (Way.EMAIL, monday, "quiet")
    for moment in (local(FRIDAY, 23), local(FRIDAY + timedelta(days=2), 12), monday - timedelta(minutes=1)):
        send_waiting(now=moment)
        assert mail.outbox == []
    send_waiting(now=monday)
    send_waiting(now=monday + timedelta(minutes=1))
    assert [one.to for one in mail.outbox] == [[cast.maria.email]]


def test_what_was_read_meanwhile_is_not_told_in_the_morning(cast: Cast) -> None:
    tell(cast.maria, Kind.MESSAGE_RECEIVED, local(TUESDAY, 18))
    Delivery.objects.unread().update(read_at=local(TUESDAY, 19))
    send_waiting(now=local(TUESDAY + timedelta(days=1), 7))
    assert mail.outbox == []
    assert outside()[0].problem == "read"


def test_at_work_staff_are_told_at_once(cast: Cast) -> None:
    tell(cast.maria, Kind.MESSAGE_RECEIVED, local(TUESDAY, 10))
    send_waiting(now=local(TUESDAY, 10))
    assert len(mail.outbox) == 1


def test_who_works_here_is_told_as_a_family_what_is_a_familys(cast: Cast) -> None:
    """A teacher who has a child here: its enquiry waits for the evening like everybody's, and no weekend holds it."""
    employ(cast.amina, department=cast.musslan)
    tell(cast.amina, Kind.ENQUIRY_OPENED, local(TUESDAY, 10))
    assert outside() == []
    assert Delivery.objects.for_digest().filter(person=cast.amina).exists()


@pytest.mark.parametrize("urgent", [True, False])
def test_urgent_breaks_through_and_nothing_else_does(cast: Cast, *, urgent: bool) -> None:
    """DOMAIN 4.8"""
    night = local(TUESDAY, 23)
    choose(person=cast.amina, kind=Kind.BULLETIN_PUBLISHED, way=Way.EMAIL, is_wanted=True)
    tell(cast.amina, Kind.BULLETIN_PUBLISHED, night, urgent=urgent)
    send_waiting(now=night)
    assert len(mail.outbox) == urgent
    send_waiting(now=local(TUESDAY + timedelta(days=1), 7))
    assert len(mail.outbox) == 1


def test_urgent_comes_to_who_has_refused_it(cast: Cast) -> None:
    for way in (Way.EMAIL, Way.PUSH):
        choose(person=cast.amina, kind=Kind.BULLETIN_PUBLISHED, way=way, is_wanted=False)
    tell(cast.amina, Kind.BULLETIN_PUBLISHED, local(TUESDAY, 12), urgent=True)
    assert [row.way for row in outside()] == [Way.EMAIL]


@pytest.mark.parametrize(
    ("kind", "days_ahead", "breaks"),
    [
        (Kind.DAY_CLOSED, 0, True),
        (Kind.DAY_CLOSED, 1, True),
        (Kind.DAY_CLOSED, 2, False),
        (Kind.DAY_OPENED, 1, True),
        (Kind.EVENT_CANCELLED, 1, True),
        (Kind.EVENT_CANCELLED, 5, False),
        (Kind.EVENT_ANNOUNCED, 0, False),
        (Kind.CAME_THOUGH_ABSENT, 0, True),
        (Kind.IDENTITY_READ, 0, True),
        (Kind.ENQUIRY_OPENED, 0, False),
        (Kind.PLAN_MISSING, 0, False),
    ],
)
def test_what_changes_tomorrow_cannot_wait(cast: Cast, kind: Kind, days_ahead: int, *, breaks: bool) -> None:
    night = local(TUESDAY, 21)
    tell(cast.amina, kind, night, first=TUESDAY + timedelta(days=days_ahead))
    assert [row.try_after for row in outside()] == ([night] if breaks else [])


def test_a_direct_notice_that_is_put_off_through_the_night(cast: Cast) -> None:
    """A notice that was made at five to eight and could not be sent then: hours are asked again when it is."""
    choose(person=cast.amina, kind=Kind.MESSAGE_RECEIVED, way=Way.EMAIL, is_wanted=True)
    tell(cast.amina, Kind.MESSAGE_RECEIVED, local(TUESDAY, 19, 55))
    send_waiting(now=local(TUESDAY, 20, 5))
    assert mail.outbox == []
    (held,) = outside()
    assert (held.try_after, held.problem, held.tries) == (local(TUESDAY + timedelta(days=1), 7), "quiet", 0)
    send_waiting(now=held.try_after)
    assert len(mail.outbox) == 1


def test_hours_that_are_chosen_later_hold_what_waits(cast: Cast) -> None:
    choose(person=cast.amina, kind=Kind.MESSAGE_RECEIVED, way=Way.EMAIL, is_wanted=True)
    tell(cast.amina, Kind.MESSAGE_RECEIVED, local(TUESDAY, 12, 1))
    QuietHours.objects.create(person=cast.amina, weekdays_from=AT("12:00"), weekdays_to=AT("13:00"))
    send_waiting(now=local(TUESDAY, 12, 2))
    assert mail.outbox == []
    send_waiting(now=local(TUESDAY, 13))
    assert len(mail.outbox) == 1


def test_a_way_is_told_by_whatever_was_preferred_but_in_the_morning(cast: Cast) -> None:
    told = [Told(uuid4(), [cast.amina.pk, cast.johan.pk], {"bulletin": uuid4()})]
    night, morning = local(TUESDAY, 22), local(TUESDAY + timedelta(days=1), 7)
    for _again in range(2):
        tell_by(way=Way.SMS, told=told, kind=Kind.BULLETIN_TO_CONFIRM, now=night)
        tell_by(way=Way.EMAIL, told=told, kind=Kind.BULLETIN_TO_CONFIRM, now=night, urgent=True)
    assert [(row.way, row.try_after, row.is_urgent) for row in outside(cast.amina)] == [
        (Way.EMAIL, night, True),
        (Way.SMS, morning, False),
    ]
    assert not Delivery.objects.in_app().exists()


def test_the_sender_hears_who_is_in_quiet_hours(cast: Cast) -> None:
    QuietHours.objects.create(person=cast.johan, weekdays_from=AT("12:00"), weekdays_to=AT("13:00"))
    johan, staff = User.objects.filter(pk=cast.johan.pk), User.objects.filter(pk=cast.maria.pk)
    everybody = User.objects.filter(pk__in=[cast.amina.pk, cast.johan.pk, cast.maria.pk])
    for hour, expected in ((time(12, 30), (1, 1, 0)), (time(18), (1, 0, 1)), (time(21), (2, 0, 1))):
        now = local(TUESDAY, hour.hour, hour.minute)
        found = (number_quiet(people.values("pk"), people.count(), now) for people in (everybody, johan, staff))
        assert tuple(found) == expected, hour
    assert number_quiet(User.objects.none().values("pk"), 0, local(TUESDAY, 21)) == 0


def test_the_same_queries_for_few_and_for_many(cast: Cast) -> None:
    """Preferences, roles, devices, hours, what is known, the rows; a family's notice needs two."""

    def count(number: int, kind: Kind, *, of_staff: bool) -> int:
        people = [person(f"P{uuid4().hex}") for _number in range(number)]
        if of_staff:
            for one in people:
                employ(one, department=cast.blasippan)
        with CaptureQueriesContext(connection) as captured:
            notify_of_all(
                told=[Told(uuid4(), [one.pk for one in people], {"thread": uuid4()})], kind=kind, now=local(TUESDAY, 21)
            )
        return sum("SAVEPOINT" not in one["sql"] for one in captured.captured_queries)

    few, many = 2, 20  # more rows than SQLite takes in one statement would be several
    assert count(few, Kind.ENQUIRY_OPENED, of_staff=False) == count(many, Kind.ENQUIRY_OPENED, of_staff=False) == 2
    assert count(few, Kind.MESSAGE_RECEIVED, of_staff=True) == count(many, Kind.MESSAGE_RECEIVED, of_staff=True) <= 6


def test_times_come_in_pairs(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        QuietHours.objects.create(person=cast.amina, weekdays_from=AT("20:00"))


@pytest.mark.parametrize("has_device", [True, False])
def test_staff_are_told_by_one_way(*, has_device: bool) -> None:
    """By push where they have a device, else by mail; by those that they have asked for where they have."""

    def ways(chosen: dict[str, bool]) -> tuple[str, ...]:
        return rules.telling(
            "message_received", side=Side.STAFF, chosen=chosen, has_device=has_device, urgency=Urgency.MAY_WAIT
        ).outside

    assert ways({}) == (("push",) if has_device else ("email",))
    assert ways({"email": True}) == ("email",)
    assert ways({"push": False}) == ("email",)
    assert ways({"push": False, "email": False}) == ()
    assert ways({"push": True, "email": True}) == (("push", "email") if has_device else ("email",))
