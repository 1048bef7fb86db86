"""The house's clock, turned by hand: a simulated month ends in minutes, and every room lives in its hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from django.utils import timezone

Turn = Callable[[datetime], datetime]
"""Sets the clock to a moment, and returns it."""


@contextmanager
def turned_by_hand() -> Iterator[Turn]:
    """Give a function that sets what all rooms are told by `timezone.now`: they ask nothing else."""
    shown = timezone.now()

    def turn(moment: datetime) -> datetime:
        nonlocal shown
        shown = moment
        return moment

    with patch.object(timezone, "now", lambda: shown):
        yield turn
