"""Pure decisions about documents: what they are called, whose answer is missing, and when somebody is reminded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

LONGEST_TITLE, LONGEST_NOTE, LONGEST_FOLDER = 120, 300, 60
MOST_AT_ONCE = 20  # files in one upload
MOST_FOLDERS = 40
WITHDRAWN_WITHIN = timedelta(days=7)
DRAFT_FOR = timedelta(days=30)  # then what was uploaded and not shared is thrown away
REMINDS_BEFORE = (2, 7)  # days before the last day, the nearest first
MOST_PAGES = 30  # of a PDF are drawn
WIDTH_OF_PAGE = 1400  # pixels

Guardians = Mapping[UUID, Collection[UUID]]
"""Who reads a document, and for the sake of which children."""


def title_of(file_name: str) -> str:
    """Return what a document is called until somebody says otherwise: its file's name as people write it."""
    stem = file_name.rpartition(".")[0] or file_name
    words = " ".join(stem.replace("_", " ").split())
    return words[:1].upper() + words[1:LONGEST_TITLE]


def missing(guardians: Guardians, done: Collection[UUID], *, each: bool) -> set[UUID]:
    """Return whose answer is still waited for: everybody's (`each`), or one for each child."""
    if each:
        return guardians.keys() - set(done)
    answered = {child for person in done for child in guardians.get(person, ())}
    return {person for person, own in guardians.items() if person not in done and not answered.issuperset(own)}


def can_be_withdrawn(shared_at: datetime, now: datetime) -> bool:
    return now <= shared_at + WITHDRAWN_WITHIN


def reminder_due(shared_on: date, due_on: date, today: date) -> int | None:
    """Return how many days before the last day the reminder is that is due, or None.

    One that was missed is caught up until the next is due; none comes on the day on which it was shared.
    """
    left = (due_on - today).days
    if left < 0 or shared_on >= today:
        return None
    return next((before for before in REMINDS_BEFORE if left <= before), None)
