"""Dates in addresses."""

from datetime import date

from portal.lib import days


class DayConverter:
    """A date as in 2026-10-13."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return days.read(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
