"""What is told by which way when nobody has chosen. Pure decisions."""

from collections.abc import Mapping

DEFAULTS: Mapping[tuple[str, str], bool] = {
    ("absence_reported", "in_app"): True,
    ("absence_ended", "in_app"): True,
    ("came_though_absent", "in_app"): True,
    ("came_though_absent", "email"): True,
    ("identity_read", "in_app"): True,
    ("identity_read", "email"): True,
    ("pin_locked", "in_app"): True,
}


def is_wanted(kind: str, way: str, *, chosen: bool | None) -> bool:
    """Tell whether a notice is wanted: the person's own choice, else the house's default (most are off)."""
    return DEFAULTS.get((kind, way), False) if chosen is None else chosen


def wait_before_try(tries: int) -> int:
    """Return how many seconds to wait before the next try: half a minute, doubling, at most an hour."""
    return min(30 << max(tries - 1, 0), 3_600)


MOST_TRIES = 12
