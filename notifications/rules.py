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
    ("planned_by_staff", "in_app"): True,
    ("planned_by_staff", "email"): True,
    ("enquiry_opened", "in_app"): True,
    ("enquiry_opened", "email"): True,
    ("enquiry_unanswered", "in_app"): True,
    ("enquiry_unanswered", "email"): True,
    ("enquiry_withdrawn", "in_app"): True,
    ("enquiry_withdrawn", "email"): True,
    ("day_closed", "in_app"): True,
    ("day_closed", "email"): True,
    ("day_opened", "in_app"): True,
    ("day_opened", "email"): True,
    ("event_announced", "in_app"): True,
    ("event_cancelled", "in_app"): True,
    ("event_cancelled", "email"): True,
    ("homes_proposed", "in_app"): True,
    ("homes_proposed", "email"): True,
    ("homes_agreed", "in_app"): True,
    ("plan_missing", "in_app"): True,
    ("message_received", "in_app"): True,
    ("message_received", "email"): True,
    ("message_withdrawn", "in_app"): True,
    ("message_withdrawn", "email"): True,
    ("thread_assigned", "in_app"): True,
    ("bulletin_published", "in_app"): True,
    ("bulletin_published", "email"): True,
    ("bulletin_to_confirm", "in_app"): True,
    ("bulletin_to_confirm", "email"): True,
    ("post_published", "in_app"): True,
    ("post_thanked", "in_app"): True,
    ("picture_damaged", "in_app"): True,
    ("department_quiet", "in_app"): True,
    ("plan_missing", "email"): True,
}
# Control, not news: whoever is controlled or controls cannot turn it off (DOMAIN 6.1: each look is reported).
ALWAYS_TOLD = frozenset({"identity_read", "pin_locked"})


def can_be_refused(kind: str, way: str) -> bool:
    """Tell whether the person decides: what is always told is told in the ways that the house chose for it."""
    return kind not in ALWAYS_TOLD or not DEFAULTS.get((kind, way), False)


def is_wanted(kind: str, way: str, *, chosen: bool | None) -> bool:
    """Tell whether a notice is wanted: the person's own choice, else the house's default (most are off)."""
    return DEFAULTS.get((kind, way), False) if chosen is None or not can_be_refused(kind, way) else chosen
