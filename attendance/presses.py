"""What a press on the board sends, read into taps.

A tile's button posts `arrived` or `left` with the child and the state that stood on the tile; marked tiles post `barn`
with the same and `do`. The device names the events (`event`); a page without script has one id of its own (`page`),
from which the events' ids follow, so that a form sent twice is one press.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from attendance.rules import State, Tap
from attendance.services.tap_log import MadeTap

MOST_AT_ONCE = 100
STATES = {state.value: state for state in State}
# A device's clock is believed within this; a press without network is another matter, and is sent another way.
BELIEVED_CLOCK = timedelta(minutes=2)


def presses_in(fields: QueryDict, now: datetime) -> list[MadeTap]:
    """Return the taps of one press. Raises `BadRequest` for what no page of ours sends."""
    kind, chosen = _kind_and_tiles(fields)
    if not chosen or len(chosen) > MOST_AT_ONCE:
        raise BadRequest("no tile, or too many")
    children = dict(map(_tile, chosen))
    events = _events(fields, list(children), kind)
    occurred_at, offset = _time(fields, now)
    return [
        MadeTap(id=event, child_id=child, kind=kind, occurred_at=occurred_at, believed=believed, offset=offset)
        for event, (child, believed) in zip(events, children.items(), strict=True)
    ]


def chosen_children(fields: QueryDict) -> set[UUID]:
    """Return the children of the marked tiles."""
    return {_tile(tile)[0] for tile in fields.getlist("barn")[:MOST_AT_ONCE]}


def event_ids(fields: QueryDict, name: str) -> list[UUID]:
    """Return the ids of events in the fields of this name. Raises `BadRequest` for what is none, or too many."""
    found = [_uuid(text) for text in fields.getlist(name)]
    if len(found) > MOST_AT_ONCE:
        raise BadRequest("too many events")
    return found


def _kind_and_tiles(fields: QueryDict) -> tuple[Tap, list[str]]:
    if "do" in fields:
        if fields["do"] not in (Tap.ARRIVED, Tap.LEFT):
            raise BadRequest("unknown tap")
        return Tap(fields["do"]), fields.getlist("barn")
    kind = Tap.LEFT if "left" in fields else Tap.ARRIVED
    return kind, fields.getlist(kind)


def _tile(text: str) -> tuple[UUID, State]:
    child, _, state = text.partition(".")
    # A tile may say more than the state: ill, on leave. For a tap they are all the same: not here.
    return _uuid(child), STATES.get(state, State.EXPECTED)


def _events(fields: QueryDict, children: list[UUID], kind: Tap) -> list[UUID]:
    if page_id := fields.get("page"):
        page = _uuid(page_id)
        return [uuid5(page, f"{child}:{kind}") for child in children]
    events = event_ids(fields, "event")
    if len(events) != len(children):
        raise BadRequest("one event for each child")
    return events


def _time(fields: QueryDict, now: datetime) -> tuple[datetime, int]:
    """Return when it happened by our clock, and how many seconds the device's was ahead when it sent this."""
    sent_at, occurred_at = (_moment(fields.get(name, "")) for name in ("sent_at", "occurred_at"))
    if sent_at is None:
        return now, 0
    ahead = sent_at - now
    ago = sent_at - occurred_at if occurred_at else timedelta()
    happened = now - ago if timedelta() <= ago <= BELIEVED_CLOCK else now
    seconds = int(ahead.total_seconds())
    return happened, max(-(2**31), min(seconds, 2**31 - 1))


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as malformed:
        raise BadRequest("not an id") from malformed
