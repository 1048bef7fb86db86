"""What came of some simulated weeks: how often people were disturbed, and whether all that is to do was told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median
from uuid import UUID

from django.utils import timezone

from notifications import rules
from notifications.models import Delivery, Kind, Preference, QuietHours
from notifications.rules import Side
from portal.lib import days

TO_DO = (Kind.ENQUIRY_OPENED, Kind.PLAN_MISSING, Kind.BULLETIN_TO_CONFIRM)
OFTEN = 0.95


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
class Figures:
    """For each guardian and day on which something was told. `asked_for` is what was chosen to come at once."""

    in_app: Spread
    calm: Spread
    urgent: Spread
    asked_for: Spread
    without_digest: Spread
    digests: int
    in_quiet_hours: int
    told_twice: int
    in_two_ways: int
    to_do: int
    to_do_read_before: int
    to_do_in_digest: int
    to_do_without_digest: int

    def lines(self) -> list[str]:
        """Return the table, as it is printed."""
        rows = (
            ("in the portal", self.in_app),
            ("outside, not urgent, not asked for", self.calm),
            ("outside, urgent", self.urgent),
            ("outside, chosen to come at once", self.asked_for),
            ("outside, had there been no digest", self.without_digest),
        )
        head = f"{'a guardian and day':<38}{'max':>6}{'median':>8}{'p95':>6}"
        spreads = [f"{name:<38}{one.most:>6}{one.middle:>8g}{one.p95:>6}" for name, one in rows]
        counts = (
            ("digests sent", self.digests),
            ("not urgent, in quiet hours", self.in_quiet_hours),
            ("told twice in one way", self.told_twice),
            ("told in the digest and besides", self.in_two_ways),
            ("things to do, told in the portal", self.to_do),
            ("  read before the evening", self.to_do_read_before),
            ("  in a digest", self.to_do_in_digest),
            ("  of those who want no digest, or later", self.to_do_without_digest),
        )
        return [head, *spreads, "", *(f"{name:<42}{number:>10}" for name, number in counts)]


def figures_of(guardians: Collection[UUID], staff: Collection[UUID]) -> Figures:
    """Count what these people were told."""
    chosen = set(Preference.objects.filter(is_wanted=True).values_list("person_id", "kind"))
    sent = list(Delivery.objects.outside().exclude(sent_at=None))
    notices = list(Delivery.objects.in_app())
    by_day: dict[str, Counter[tuple[UUID, date]]] = defaultdict(Counter)
    for row in sent:
        if row.person_id in guardians and row.sent_at:
            what = "urgent" if row.is_urgent else "calm"
            if (row.person_id, row.kind) in chosen or "held" in row.about:
                what = "asked for"
            by_day[what][row.person_id, days.day_of(row.sent_at)] += 1
    for row in notices:
        if row.person_id in guardians and row.sent_at:
            by_day["in app"][row.person_id, days.day_of(row.sent_at)] += 1
    tasks = [row for row in notices if row.kind in TO_DO]
    outside = {(row.event, row.person_id, row.kind) for row in sent}
    return Figures(
        in_app=Spread.of(by_day["in app"].values()),
        calm=Spread.of(by_day["calm"].values()),
        urgent=Spread.of(by_day["urgent"].values()),
        asked_for=Spread.of(by_day["asked for"].values()),
        without_digest=Spread.of(by_day["in app"].values()),  # each of them was a mail before
        digests=sum(row.kind == Kind.DIGEST for row in sent),
        in_quiet_hours=_in_quiet_hours(sent, staff),
        told_twice=sum(number > 1 for number in Counter((r.event, r.person_id, r.kind, r.way) for r in sent).values()),
        in_two_ways=sum(row.digest is not None and (row.event, row.person_id, row.kind) in outside for row in notices),
        to_do=len(tasks),
        to_do_read_before=sum(row.digest is None and row.read_at is not None for row in tasks),
        to_do_in_digest=sum(row.digest is not None for row in tasks),
        to_do_without_digest=sum(row.digest is None and row.read_at is None for row in tasks),
    )


def _in_quiet_hours(sent: Iterable[Delivery], staff: Collection[UUID]) -> int:
    own = {row.person_id: row.hours for row in QuietHours.objects.all()}
    zone, number = timezone.get_default_timezone(), 0
    for row in sent:
        hours = own.get(row.person_id, rules.USUAL[Side.STAFF if row.person_id in staff else Side.FAMILY])
        if row.sent_at and not row.is_urgent and rules.quiet_until(row.sent_at, hours, zone):
            number += 1
    return number
