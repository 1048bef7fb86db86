"""The evening's one notice (F12): siblings merged, nothing that was read, nothing twice, none in quiet hours."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from children.actors import Actor
from children.services.relations import block
from notifications import digests, rules
from notifications.digests import digest_of, send_digests
from notifications.models import IN_DIGEST, Delivery, Kind, Preference, QuietHours, Way
from notifications.services import Told, choose, mark_read, notify, notify_of_all, send_waiting
from tests.cast import Cast, local, person

TUESDAY = date(2026, 10, 13)
MORNING, EVENING = local(TUESDAY, 10), local(TUESDAY, 18)
DAY = timedelta(days=1)


def tell(*people: User, kind: Kind = Kind.ENQUIRY_OPENED, at: datetime = MORNING, **about: object) -> UUID:
    event = uuid4()
    notify(person_ids=[one.pk for one in people], kind=kind, event=event, about=about, now=at)
    return event


def come_evening(at: datetime = EVENING) -> list[str]:
    """Let the hour come; return who is written to."""
    mail.outbox.clear()
    send_digests(now=at)
    send_waiting(now=at)
    return sorted(letter.to[0] for letter in mail.outbox)


def digest_rows() -> list[Delivery]:
    return list(Delivery.objects.filter(kind=Kind.DIGEST).order_by("try_after"))


def test_all_of_a_day_is_one_letter_that_says_nothing(cast: Cast) -> None:
    """F12, DOMAIN 4.9 and 4.10: both children, several kinds, one letter."""
    tell(cast.amina, child=cast.elsa.pk)
    tell(cast.amina, kind=Kind.PLAN_MISSING, child=cast.elsa.pk, siblings=str(cast.hugo.pk))
    tell(cast.amina, kind=Kind.POST_PUBLISHED, post=uuid4())
    tell(cast.amina, kind=Kind.MESSAGE_RECEIVED, thread=uuid4(), at=local(TUESDAY, 17, 59))
    send_waiting(now=local(TUESDAY, 17, 59))
    assert mail.outbox == []
    assert come_evening(EVENING - timedelta(minutes=1)) == []
    assert come_evening() == [cast.amina.email]
    text = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert not any(secret in text for secret in ("Elsa", "Hugo", "Lind", "Granliden", "Blåsippan", str(cast.elsa.pk)))
    assert come_evening() == []
    assert come_evening(EVENING + timedelta(hours=1)) == []


def test_what_was_read_already_is_left_out(cast: Cast) -> None:
    """F12"""
    tell(cast.amina, cast.johan)
    mark_read(person=cast.amina, now=local(TUESDAY, 12))
    assert come_evening() == [cast.johan.email]


def test_what_is_read_after_the_digest_was_made_and_before_it_left(cast: Cast) -> None:
    tell(cast.amina)
    send_digests(now=EVENING)
    mark_read(person=cast.amina, now=EVENING)
    send_waiting(now=EVENING)
    assert mail.outbox == []
    assert digest_rows()[0].problem == "read"


def test_nothing_is_in_two_digests(cast: Cast) -> None:
    """F12: what was in Tuesday's is not in Wednesday's, though it is unread still."""
    tell(cast.amina)
    assert come_evening() == [cast.amina.email]
    assert come_evening(EVENING + DAY) == []
    tell(cast.amina, at=EVENING + DAY)
    assert come_evening(EVENING + DAY) == [cast.amina.email]


def test_what_comes_after_it_is_in_tomorrows(cast: Cast) -> None:
    tell(cast.amina)
    come_evening()
    late = tell(cast.amina, at=local(TUESDAY, 18, 30))
    assert come_evening(local(TUESDAY, 19)) == []
    assert come_evening(EVENING + DAY) == [cast.amina.email]
    assert Delivery.objects.in_app().get(event=late).digest == digest_of(TUESDAY + DAY)


def test_the_hour_is_ones_own_and_none_is_none(cast: Cast) -> None:
    QuietHours.objects.create(person=cast.amina, digest_hour=12)
    QuietHours.objects.create(person=cast.johan, digest_hour=None)
    tell(cast.amina, cast.johan, cast.neighbour)
    assert come_evening(local(TUESDAY, 11, 59)) == []
    assert come_evening(local(TUESDAY, 12)) == [cast.amina.email]
    assert come_evening() == [cast.neighbour.email]


def test_a_worker_that_was_gone_until_late_makes_none_at_night(cast: Cast) -> None:
    """F12: none in quiet hours; what waited is in the next evening's, and there is one."""
    tell(cast.amina)
    assert come_evening(local(TUESDAY, 20)) == []
    assert come_evening(local(TUESDAY + DAY, 7)) == []
    assert come_evening(EVENING + DAY) == [cast.amina.email]


def test_a_digest_that_could_not_be_sent_in_the_evening_waits_for_the_morning(cast: Cast) -> None:
    tell(cast.amina)
    send_digests(now=EVENING)
    send_waiting(now=local(TUESDAY, 22))
    assert mail.outbox == []
    send_waiting(now=local(TUESDAY + DAY, 7))
    assert len(mail.outbox) == 1


def test_while_one_waits_after_a_fault_no_other_is_made(cast: Cast) -> None:
    tell(cast.amina)
    send_digests(now=EVENING)
    Delivery.objects.filter(kind=Kind.DIGEST).update(tries=3, problem="451")
    tell(cast.amina, at=EVENING + timedelta(hours=2))
    assert send_digests(now=EVENING + DAY) == 0
    Delivery.objects.filter(kind=Kind.DIGEST).update(sent_at=EVENING + DAY)
    assert send_digests(now=EVENING + DAY) == 1


@pytest.mark.parametrize(
    ("wanted", "has_device", "has_email", "way"),
    [
        ({"push", "email"}, True, True, "push"),
        ({"push", "email"}, False, True, "email"),
        ({"email"}, True, True, "email"),
        ({"push"}, False, True, None),
        ({"email"}, False, False, None),
        ({"sms"}, True, True, "sms"),
        (set(), True, True, None),
    ],
)
def test_it_goes_by_one_way(wanted: set[str], way: str | None, *, has_device: bool, has_email: bool) -> None:
    """DOMAIN 4.9: the first that the person has and wants."""
    assert rules.digest_way(wanted=wanted, has_device=has_device, has_email=has_email) == way


def test_who_has_no_way_or_is_frozen_is_not_asked_about_again(cast: Cast) -> None:
    for way in (Way.EMAIL, Way.PUSH):
        choose(person=cast.amina, kind=Kind.DIGEST, way=way, is_wanted=False)
    User.objects.filter(pk=cast.johan.pk).update(frozen_at=EVENING)
    tell(cast.amina, cast.johan)
    assert come_evening() == []
    assert not Delivery.objects.for_digest().exists()
    assert Delivery.objects.in_app().unread().count() == 2


def test_a_kind_that_is_left_out_and_one_that_is_told_at_once(cast: Cast) -> None:
    choose(person=cast.amina, kind=Kind.POST_PUBLISHED, way=IN_DIGEST, is_wanted=False)
    tell(cast.amina, cast.johan, kind=Kind.POST_PUBLISHED)
    choose(person=cast.neighbour, kind=Kind.POST_PUBLISHED, way=Way.EMAIL, is_wanted=True)
    tell(cast.neighbour, kind=Kind.POST_PUBLISHED)
    send_waiting(now=local(TUESDAY, 10))
    assert [letter.to[0] for letter in mail.outbox] == [cast.neighbour.email]
    assert come_evening() == [cast.johan.email]


def test_who_is_blocked_meanwhile_is_not_written_to(cast: Cast) -> None:
    """DOMAIN 6.2: about the child, and about what was said, of which it is not known here whom it is about."""
    tell(cast.amina, cast.johan, child=cast.elsa.pk)
    tell(cast.amina, kind=Kind.MESSAGE_RECEIVED, thread=uuid4())
    block(actor=Actor.of_person(cast.eva), child=cast.elsa, person_id=cast.amina.pk, reason="x", now=EVENING)
    assert come_evening() == [cast.johan.email]


def test_who_is_blocked_when_the_digest_was_made_is_not_written_to(cast: Cast) -> None:
    tell(cast.amina, child=cast.elsa.pk)
    send_digests(now=EVENING)
    block(actor=Actor.of_person(cast.eva), child=cast.elsa, person_id=cast.amina.pk, reason="x", now=EVENING)
    send_waiting(now=EVENING)
    assert mail.outbox == []


def test_after_a_week_it_is_not_told_any_more(cast: Cast) -> None:
    """Whoever turns the digest on in June hears nothing of April."""
    tell(cast.amina, at=EVENING - digests.KEPT_FOR)
    assert come_evening() == []


def test_killed_between_two_batches_and_run_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is one transaction: half of it is nothing, and what was made is not made again."""
    monkeypatch.setattr(digests, "AT_ONCE", 2)
    people = [cast.amina, cast.johan, cast.neighbour, cast.stranger]
    tell(*people)
    with transaction.atomic():
        digests._make([one.pk for one in people], EVENING)
        transaction.set_rollback(True)
    assert digest_rows() == []
    first = digests._due(EVENING, UUID(int=0))[:2]
    digests._make(first, EVENING)
    assert len(digest_rows()) == 2
    assert come_evening() == sorted(one.email for one in people)
    assert send_digests(now=EVENING) == 0


def test_the_same_queries_for_few_and_for_many(cast: Cast) -> None:
    def count(number: int) -> int:
        people = [person(f"P{uuid4().hex}") for _number in range(number)]
        tell(*people)
        with CaptureQueriesContext(connection) as captured:
            assert send_digests(now=EVENING) == number
        return sum("SAVEPOINT" not in one["sql"] for one in captured.captured_queries)

    assert count(2) == count(40) <= 12


@pytest.mark.django_db(transaction=True)
def test_four_workers_make_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "AT_ONCE", 5)
    people = [person(f"Guardian{number}") for number in range(20)]
    tell(*people)
    tell(*people)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            send_digests(now=EVENING)
        except BaseException as fault:  # noqa: BLE001 (a thread's fault must reach the test)
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert Counter(row.person_id for row in digest_rows()) == dict.fromkeys([one.pk for one in people], 1)
    assert set(Delivery.objects.in_app().values_list("digest", flat=True)) == {digest_of(TUESDAY)}


# Whatever happens -------------------------------------------------------------------------------------------------

START = local(date(2026, 10, 22), 0)  # over a weekend, in which clocks go back
DAYS = 4
KINDS = [
    Kind.ENQUIRY_OPENED,
    Kind.POST_PUBLISHED,
    Kind.MESSAGE_RECEIVED,
    Kind.CAME_THOUGH_ABSENT,
    Kind.DAY_CLOSED,
    Kind.ABSENCE_REPORTED,
]


@dataclass(frozen=True)
class Step:
    """Something that happens: a notice to some, told once more, reading, or another choice."""

    minute: int
    what: str
    who: int
    kind: Kind
    urgent: bool
    way: str
    is_wanted: bool


STEPS = st.lists(
    st.builds(
        Step,
        minute=st.integers(0, DAYS * 24 * 60 - 1),
        what=st.sampled_from(["tell", "tell", "tell", "tell", "again", "read", "choose"]),
        who=st.integers(1, 7),  # which of three people: bits
        kind=st.sampled_from(KINDS),
        urgent=st.integers(0, 5).map(lambda number: number == 0),
        way=st.sampled_from([Way.EMAIL, IN_DIGEST]),
        is_wanted=st.booleans(),
    ),
    max_size=25,
)
TIMES = st.none() | st.tuples(*[st.integers(0, 23).map(time)] * 2).filter(lambda pair: pair[0] != pair[1])
OWN = st.none() | st.tuples(TIMES, TIMES, st.none() | st.integers(0, 23))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, own=OWN)
def test_whatever_happens(
    cast: Cast,
    steps: Sequence[Step],
    own: tuple[tuple[time, time] | None, tuple[time, time] | None, int | None] | None,
) -> None:
    """F12: never outside in quiet hours unless urgent; each event once in each way; all unread in one digest once."""
    with transaction.atomic():
        _play(cast, sorted(steps, key=lambda step: step.minute), own)
        transaction.set_rollback(True)


def _play(
    cast: Cast,
    steps: Sequence[Step],
    own: tuple[tuple[time, time] | None, tuple[time, time] | None, int | None] | None,
) -> None:
    people = [cast.amina, cast.johan, cast.maria]
    if own is not None:
        weekdays, weekend, hour = own
        QuietHours.objects.create(
            person=cast.amina,
            weekdays_from=weekdays and weekdays[0],
            weekdays_to=weekdays and weekdays[1],
            weekend_from=weekend and weekend[0],
            weekend_to=weekend and weekend[1],
            digest_hour=hour,
        )
    told: list[tuple[UUID, Step, list[UUID]]] = []
    waiting = list(steps)
    moment = START.astimezone(UTC)
    for turn in range(DAYS * 24 + 1):
        now = moment + timedelta(hours=turn)
        while waiting and START + timedelta(minutes=waiting[0].minute) <= now:
            _step(waiting.pop(0), people, told, now)
        send_digests(now=now)
        to_leave = list(Delivery.objects.outside().unfinished())
        for row in to_leave:
            if row.kind == Kind.DIGEST and not row.about:
                members = Delivery.objects.filter(person=row.person_id, digest=row.event)
                assert members.exists()
                assert not Delivery.objects.for_digest().filter(person=row.person_id).exists()
        if to_leave:  # in most hours nothing is, and asking takes its time
            send_waiting(now=now)
    _check(people)


def _step(step: Step, people: list[User], told: list[tuple[UUID, Step, list[UUID]]], now: datetime) -> None:
    chosen = [one for bit, one in enumerate(people) if step.who >> bit & 1]
    if step.what == "tell":
        event, person_ids = uuid4(), [one.pk for one in chosen]
        told.append((event, step, person_ids))
        _tell_again(event, step, person_ids, now)
    elif step.what == "again" and told:
        _tell_again(*told[step.minute % len(told)], now)
    elif step.what == "read":
        for one in chosen:
            mark_read(person=one, now=now)
    elif step.what == "choose":
        for one in chosen:
            choose(person=one, kind=step.kind, way=step.way, is_wanted=step.is_wanted)


def _tell_again(event: UUID, step: Step, person_ids: list[UUID], now: datetime) -> None:
    about = {"first": timezone.localtime(now).date() + DAY * (2 if step.minute % 2 else 0)}
    notify_of_all(told=[Told(event, person_ids, about)], kind=step.kind, now=now, urgent=step.urgent)


def _check(people: list[User]) -> None:
    zone = timezone.get_default_timezone()
    works = people[2].pk
    chosen = {row.person_id: row.hours for row in QuietHours.objects.all()}
    ways: Counter[tuple[UUID, UUID, str]] = Counter()
    digests_a_day: Counter[tuple[UUID, date]] = Counter()
    for row in Delivery.objects.outside():
        if row.sent_at is None:
            continue
        side = rules.side_of(row.kind, works_here=row.person_id == works)
        if row.kind == Kind.DIGEST and not row.about:
            side = rules.Side.FAMILY
            digests_a_day[row.person_id, timezone.localtime(row.sent_at).date()] += 1
        hours = chosen.get(row.person_id, rules.USUAL[side])
        assert row.is_urgent or rules.quiet_until(row.sent_at, hours, zone) is None
        ways[row.event, row.person_id, row.way] += 1
    assert all(number == 1 for number in ways.values())
    assert all(number == 1 for number in digests_a_day.values())
    for row in Delivery.objects.in_app():  # what an evening tells, nothing else told
        if row.for_digest:
            assert not Delivery.objects.outside().filter(event=row.event, person=row.person_id).exists()
    assert not Preference.objects.filter(way=Way.IN_APP).exists()
