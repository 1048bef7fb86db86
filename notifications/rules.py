"""What is told by which way, and when people are left alone. Pure decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

IN_APP, EMAIL, PUSH, SMS = "in_app", "email", "push", "sms"
IN_DIGEST = "digest"  # chosen as if it were a way: told in the evening's one notice
REMINDS_BEFORE = (2, 7)  # days before the last day to answer something, the nearest first


class Side(StrEnum):
    """As whom somebody is told something."""

    FAMILY = "family"
    STAFF = "staff"


TO_FAMILIES = frozenset(
    {
        "came_though_absent",
        "arrived",
        "left",
        "plan_missing",
        "planned_by_staff",
        "day_closed",
        "day_opened",
        "event_announced",
        "event_cancelled",
        "enquiry_opened",
        "enquiry_unanswered",
        "enquiry_withdrawn",
        "homes_proposed",
        "homes_agreed",
        "post_published",
        "consent_asked",
        "document_shared",
        "form_asked",
        "form_unanswered",
        "form_recorded",
        "removal_ahead",
        "memory_ready",
    }
)
TO_STAFF = frozenset(
    {
        "absence_reported",
        "absence_ended",
        "identity_read",
        "pin_locked",
        "thread_assigned",
        "post_thanked",
        "bulletin_stopped",
        "picture_damaged",
        "post_stopped",
        "picture_hidden",
        "department_quiet",
    }
)

# Told nobody who has not asked for it: a family with two children would have twenty of these a week.
ONLY_IF_CHOSEN = frozenset({"arrived", "left"})

# Urgent by nature: told at once, in quiet hours too, by every way that the person has and has not refused.
#   came_though_absent  the family believes the child to be elsewhere: somebody has to look, now
#   identity_read       control of looks at what is sealed; whoever looked must not gain a night by it
URGENT = frozenset({"came_though_absent", "identity_read"})
# Somebody guesses a code, or mistypes the own one: at once where the person has asked for it, and in the portal.
URGENT_IF_CHOSEN = frozenset({"pin_locked"})
# What is today or tomorrow changes a family's morning: the evening's notice may come after it has planned it. Later
# days wait for the evening. Enquiries, plans, bulletins, messages and posts are never urgent by themselves: what is,
# whoever writes it says so.
URGENT_UNTIL_TOMORROW = frozenset({"day_closed", "day_opened", "event_cancelled"})
# Told those who work at once in their working hours, by one way; families have it in the evening's notice.
AT_ONCE_TO_STAFF = frozenset(
    {
        "message_received",
        "message_withdrawn",
        "thread_assigned",
        "bulletin_published",
        "bulletin_to_confirm",
        "bulletin_stopped",
        "post_stopped",
    }
)
# Control, not news: whoever is controlled or controls cannot turn it off (DOMAIN 6.1: each look is reported).
ALWAYS_TOLD = frozenset({("identity_read", IN_APP), ("identity_read", EMAIL), ("pin_locked", IN_APP)})


def side_of(kind: str, *, works_here: bool) -> Side:
    """Return as whom the person is told. What goes to families and to staff goes to whoever works here as staff."""
    if kind in TO_FAMILIES or (kind not in TO_STAFF and not works_here):
        return Side.FAMILY
    return Side.STAFF


class Urgency(StrEnum):
    """Whether a notice may wait."""

    MAY_WAIT = "may wait"
    BY_KIND = "by kind"  # at once, in the ways that the person has not refused
    FOR_ALL = "for all"  # at once, and nobody can refuse it


def urgency_of(kind: str, *, is_called_urgent: bool, days_until: int | None) -> Urgency:
    """Return how urgent something is: as its sender says, by its kind, or by its first day, so many days ahead."""
    is_near = kind in URGENT_UNTIL_TOMORROW and days_until is not None and days_until <= 1
    if is_called_urgent or is_near:
        return Urgency.FOR_ALL
    return Urgency.BY_KIND if kind in URGENT | URGENT_IF_CHOSEN else Urgency.MAY_WAIT


def can_be_refused(kind: str, way: str) -> bool:
    """Tell whether the person decides: what is always told is told in the ways that the house chose for it."""
    return (kind, way) not in ALWAYS_TOLD


def is_over_when_read(kind: str, way: str) -> bool:
    """Tell whether who has read it in the portal needs no notice of it outside. Control and what is to be confirmed
    go all the same.
    """
    return kind != "bulletin_to_confirm" and can_be_refused(kind, way)


def by_default(kind: str, way: str, side: Side) -> bool:
    """Tell whether somebody who has chosen nothing is told this kind in this way.

    Of the two ways outside, "wanted by default" says which are tried: who has no device is written to instead.
    """
    if way == IN_APP:
        return kind not in ONLY_IF_CHOSEN and kind != "digest"
    if way == IN_DIGEST:
        return side == Side.FAMILY and kind not in ONLY_IF_CHOSEN | URGENT and kind != "digest"
    if way == SMS:
        return False
    return kind in URGENT or kind == "digest" or (side == Side.STAFF and kind in AT_ONCE_TO_STAFF)


def is_wanted(kind: str, way: str, *, chosen: bool | None, side: Side = Side.FAMILY) -> bool:
    """Tell whether a notice is wanted: the person's own choice, else the house's default."""
    return by_default(kind, way, side) if chosen is None or not can_be_refused(kind, way) else chosen


@dataclass(frozen=True)
class Telling:
    """How one thing is told one person: in the portal, at once by these ways outside, in the evening's notice."""

    in_app: bool
    outside: tuple[str, ...] = ()
    in_digest: bool = False


def telling(kind: str, *, side: Side, chosen: Mapping[str, bool], has_device: bool, urgency: Urgency) -> Telling:
    """Decide how a person is told. `chosen` is what the person chose for this kind, by way.

    Something that the sender calls urgent, or a day that is closed tomorrow, goes by push and e-mail whatever was
    chosen. What families have not chosen to have at once waits for the evening.
    """
    in_app = is_wanted(kind, IN_APP, chosen=chosen.get(IN_APP), side=side)
    if urgency == Urgency.FOR_ALL:
        sms = (SMS,) if chosen.get(SMS) else ()
        return Telling(in_app=True, outside=((PUSH,) if has_device else ()) + (EMAIL, *sms))
    wanted = [way for way in (PUSH, EMAIL, SMS) if is_wanted(kind, way, chosen=chosen.get(way), side=side)]
    outside = [way for way in wanted if way != PUSH or has_device]
    asked_for = [way for way in outside if chosen.get(way)]
    if urgency == Urgency.MAY_WAIT:
        outside = asked_for or outside[:1]
    waits = side == Side.FAMILY and is_wanted(kind, IN_DIGEST, chosen=chosen.get(IN_DIGEST), side=side)
    return Telling(in_app, tuple(outside), in_digest=in_app and not outside and waits)


# Quiet hours -----------------------------------------------------------------------------------------------------

Span = tuple[time, time]
"""From when to when a day is quiet. Over midnight: the day's early morning and its late evening. The same: all day."""

ALL_DAY: Span = (time.min, time.min)
LOOK_AHEAD = 8  # days


@dataclass(frozen=True)
class Hours:
    """When somebody is left alone on weekdays and on Saturdays and Sundays; None: never. And the digest's hour."""

    weekdays: Span | None
    weekend: Span | None
    digest_hour: int | None

    def on(self, weekday: int) -> Span | None:
        return self.weekend if weekday >= 5 else self.weekdays


DIGEST_HOUR = 18
USUAL: Mapping[Side, Hours] = {
    Side.FAMILY: Hours((time(20), time(7)), (time(20), time(7)), DIGEST_HOUR),
    Side.STAFF: Hours((time(17), time(7)), ALL_DAY, DIGEST_HOUR),
}


def is_quiet(here: datetime, hours: Hours) -> bool:
    """Tell whether the person is left alone when the clock on the wall shows `here`. The end itself is not quiet."""
    span = hours.on(here.weekday())
    return span is not None and is_within(here.time(), span)


def is_within(shown: time, span: Span) -> bool:
    """Tell whether a clock time lies in the span, of whatever day it is."""
    begins, ends = span
    return begins <= shown < ends if begins < ends else shown >= begins or shown < ends


def quiet_until(moment: datetime, hours: Hours, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours that `moment` lies in end, in UTC; None where it is not quiet.

    By the clock on the wall, also in the nights when it changes: an end that the clock skips is half an hour late, in
    an hour that comes twice the next free moment counts. Somebody who is always quiet is asked again in eight days.
    """
    here = moment.astimezone(zone)
    if not is_quiet(here, hours):
        return None
    for end in _ends(here, hours, zone):
        if end > moment and not is_quiet(end.astimezone(zone), hours):
            return end
    return (moment + timedelta(days=LOOK_AHEAD)).astimezone(UTC)


def _ends(here: datetime, hours: Hours, zone: tzinfo) -> Iterator[datetime]:
    """Give the moments at which a quiet span may end, in order; an hour that comes twice gives two."""
    for number in range(LOOK_AHEAD):
        day = here.date() + timedelta(days=number)
        span = hours.on(day.weekday())
        shown = sorted({time.min, *(span or ())})
        moments = {
            datetime.combine(day, one, zone).replace(fold=fold).astimezone(UTC) for one in shown for fold in (0, 1)
        }
        yield from sorted(moments)


def is_always_quiet(hours: Hours) -> bool:
    """Tell whether no hour of the week is left in which somebody could be told anything."""
    return all(span is not None and span[0] == span[1] for span in (hours.weekdays, hours.weekend))


def digest_way(*, wanted: Collection[str], has_device: bool, has_email: bool) -> str | None:
    """Return the one way by which the evening's notice goes: the first that the person has and wants."""
    has = {PUSH: has_device, EMAIL: has_email, SMS: True}
    return next((way for way in (PUSH, EMAIL, SMS) if way in wanted and has[way]), None)


def reminder_due(opened_on: date, last_day: date, today: date) -> int | None:
    """Return which reminder is due of something to answer, by the days before the last day that it was meant for.

    None where none is. One whose day went by is still due until the next. Who was asked on that very day or later
    needs no reminder of it, and nobody does after the last day.
    """
    if not opened_on <= today <= last_day:
        return None
    for before in REMINDS_BEFORE:
        due = last_day - timedelta(days=before)
        if due <= today:
            return before if opened_on < due else None
    return None
