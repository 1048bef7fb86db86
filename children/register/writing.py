"""What all writers of an import share: who is already there, what a row looked like last time, and the counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from children.register.gathering import Gathered
from children.register.relations import Plan
from children.register.report import Report
from portal.lib.crypto import keyed_digest

BATCH = 1000
Item = TypeVar("Item")


@dataclass(slots=True)
class Run:
    """One import under way."""

    plan: Plan
    gathered: Gathered
    report: Report
    now: datetime
    today: date
    may_remove_many: bool = False
    adults: dict[str, UUID] = field(default_factory=dict)
    """From the register's id to ours, for grown-ups that are in; filled as they are written."""
    departments: dict[str, UUID] = field(default_factory=dict)
    returned: set[UUID] = field(default_factory=set)
    """Grown-ups who had left the register and are back."""
    touched: set[UUID] = field(default_factory=set)
    """Departments whose boards show something that changed."""

    @property
    def yesterday(self) -> date:
        """The last day of whatever must be closed today."""
        return self.today - timedelta(days=1)


def print_of(*parts: object) -> str:
    """Return a keyed digest of a row, so that a later run sees whether it changed without opening sealed fields."""
    return keyed_digest("\x1f".join(map(repr, parts)), purpose="register_print")


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Yield the items in lists of at most `size`."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
