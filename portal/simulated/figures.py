"""What came of some simulated weeks: how often people were disturbed, and whether all that is to do was told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from uuid import UUID

from django.utils import timezone

from messaging.models import BulletinReminder
from notifications import rules
from notifications.models import Delivery, Kind, Preference, QuietHours
from notifications.rules import Side
from portal.lib import clock, days
from portal.simulated.to_do import THINGS, ToDo, Told, task_of

OFTEN = 0.95
CALM, AGAIN, URGENT, ASKED_FOR, IN_APP = "calm", "again", "urgent", "asked for", "in the portal"


@dataclass(frozen=True)
class Spread:
    """So many a day: at most, in the middle, and on all but one of twenty days on which something was told."""

    most: int
    middle: float
    p95: int

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Spread:
        found = sorted(numbers)
        return cls(found[-1], median(found), found[int(OFTEN * (len(found) - 1))]) if found else cls(0, 0, 0)


@dataclass(frozen=True)
class Outside:
    """What became of the things to do beyond the portal. `forgotten` were read by nobody and told nowhere outside, of
    people who wanted to be told and whose evening has been.
    """

    read_before: int
    in_digest: int
    at_once: int
    without_digest: int
    still_waiting: int
    forgotten: int


@dataclass(frozen=True)
class Figures:
    """For each person and day on which something was told. `asked_for` is what was chosen to come at once, `again` what
    everybody must know and somebody has not confirmed (DOMAIN 4.7).
    """

    in_app: Spread
    calm: Spread
    again: Spread
    urgent: Spread
    asked_for: Spread
    of_staff: Spread
    outside: int
    in_quiet_hours: int
    told_twice: int
    in_two_ways: int
    to_do: tuple[Told, ...]
    outside_to_do: Outside

    def promises(self) -> dict[str, bool]:
        """Return what is promised, and whether it was kept."""
        return {
            "at most one notice a day that is not urgent": self.calm.most <= 1,
            "none that is not urgent in quiet hours": self.in_quiet_hours == 0,
            "nothing told twice in one way, or in a digest and besides": self.told_twice == self.in_two_ways == 0,
            "each thing to do told exactly once, to those who are to do it": all(one.is_exact for one in self.to_do),
            "none of them forgotten outside the portal": self.outside_to_do.forgotten == 0,
        }

    def lines(self) -> Iterator[str]:
        """Give the tables, as they are printed."""
        yield f"{'a guardian and day':<48}{'max':>6}{'median':>8}{'p95':>6}"
        for name, one in (
            ("in the portal (each was a mail or a note before)", self.in_app),
            ("outside, not urgent", self.calm),
            ("outside, must be confirmed and was not", self.again),
            ("outside, urgent", self.urgent),
            ("outside, chosen to come at once", self.asked_for),
            ("a member of staff and day, outside", self.of_staff),
        ):
            yield f"{name:<48}{one.most:>6}{one.middle:>8g}{one.p95:>6}"
        yield f"\n{'things to do':<26}{'asked of':>10}{'told once':>11}{'never':>7}{'twice':>7}{'not theirs':>12}"
        for told in self.to_do:
            numbers = f"{told.asked:>10}{told.once:>11}{told.never:>7}{told.twice:>7}{told.not_theirs:>12}"
            yield f"{told.words:<26}{numbers}"
        yield ""
        for name, number in (
            ("  read in the portal before anything was sent", self.outside_to_do.read_before),
            ("  in a digest", self.outside_to_do.in_digest),
            ("  at once, as chosen", self.outside_to_do.at_once),
            ("  in the portal only: no digest is wanted", self.outside_to_do.without_digest),
            ("  waiting for their evening when the time was over", self.outside_to_do.still_waiting),
            ("  forgotten", self.outside_to_do.forgotten),
            ("notices that left the house", self.outside),
            ("  not urgent, in quiet hours", self.in_quiet_hours),
            ("  twice in one way", self.told_twice),
            ("  in a digest and besides", self.in_two_ways),
        ):
            yield f"{name:<56}{number:>8}"
        yield ""
        for promise, is_kept in self.promises().items():
            yield f"{'kept' if is_kept else 'BROKEN':<8}{promise}"


def figures_of(guardians: Collection[UUID], staff: Collection[UUID], to_do: ToDo) -> Figures:
    """Count what these people were told, and hold it against what they had to do."""
    sent = list(Delivery.objects.outside().exclude(sent_at=None))
    notices = list(Delivery.objects.in_app())
    by_day = _by_day(sent, guardians)
    outside = {(row.event, row.person_id, row.kind) for row in sent}
    return Figures(
        in_app=Spread.of(_a_day(row for row in notices if row.person_id in guardians).values()),
        calm=Spread.of(by_day[CALM].values()),
        again=Spread.of(by_day[AGAIN].values()),
        urgent=Spread.of(by_day[URGENT].values()),
        asked_for=Spread.of(by_day[ASKED_FOR].values()),
        of_staff=Spread.of(_a_day(row for row in sent if row.person_id in staff).values()),
        outside=len(sent),
        in_quiet_hours=_in_quiet_hours(sent, staff),
        told_twice=sum(number > 1 for number in Counter((_thing(row), row.way) for row in sent).values()),
        in_two_ways=sum(row.digest is not None and (row.event, row.person_id, row.kind) in outside for row in notices),
        to_do=tuple(to_do.told(notices)),
        outside_to_do=_outside_to_do([row for row in notices if row.kind in THINGS], sent),
    )


def _a_day(rows: Iterable[Delivery]) -> Counter[tuple[UUID, date]]:
    return Counter((row.person_id, days.day_of(row.sent_at)) for row in rows if row.sent_at)


def _by_day(sent: Iterable[Delivery], guardians: Collection[UUID]) -> Mapping[str, Counter[tuple[UUID, date]]]:
    chosen = set(Preference.objects.filter(is_wanted=True).values_list("person_id", "kind"))
    reminders = set(BulletinReminder.objects.values_list("pk", flat=True))
    by_day: dict[str, list[Delivery]] = defaultdict(list)
    for row in sent:
        if row.person_id not in guardians:
            continue
        what = URGENT if row.is_urgent else AGAIN if row.event in reminders else CALM
        if what == CALM and ((row.person_id, row.kind) in chosen or "held" in row.about):
            what = ASKED_FOR
        by_day[what].append(row)
    return defaultdict(Counter, {what: _a_day(rows) for what, rows in by_day.items()})


def _in_quiet_hours(sent: Iterable[Delivery], staff: Collection[UUID]) -> int:
    own = {row.person_id: row.hours for row in QuietHours.objects.all()}
    zone, number = timezone.get_default_timezone(), 0
    for row in sent:
        hours = own.get(row.person_id, rules.USUAL[Side.STAFF if row.person_id in staff else Side.FAMILY])
        if row.sent_at and not row.is_urgent and rules.quiet_until(row.sent_at, hours, zone):
            number += 1
    return number


def _thing(row: Delivery) -> tuple[object, ...]:
    """Return what the notice is of and for whom: of something to do the thing itself, whatever its event is called."""
    return task_of(row) if row.kind in THINGS else (row.kind, row.event, row.person_id)


def _outside_to_do(notices: Iterable[Delivery], sent: Iterable[Delivery]) -> Outside:
    at_once = {(row.event, row.person_id, row.kind) for row in sent}
    digests = {(row.event, row.person_id) for row in sent if row.kind == Kind.DIGEST}
    wants_none = set(QuietHours.objects.filter(digest_hour=None).values_list("person_id", flat=True))
    a_day_ago = clock.now() - timedelta(days=1)

    def became(row: Delivery) -> str:
        if (row.event, row.person_id, row.kind) in at_once:
            return "at_once"
        if (row.digest, row.person_id) in digests:
            return "in_digest"
        if row.read_at:
            return "read_before"
        if row.person_id in wants_none:
            return "without_digest"
        return "still_waiting" if row.created_at > a_day_ago else "forgotten"

    found = Counter(became(row) for row in notices)
    return Outside(**{name: found[name] for name in Outside.__dataclass_fields__})
