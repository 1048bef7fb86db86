"""The public holidays of the country in which the preschools lie, named in the reader's language.

Which days those are a library knows (`settings.COUNTRY`). Counted are the official ones and those that the law treats
like them: in Sweden the eves of Midsummer, Christmas and New Year (Semesterlagen 7 §), on which no preschool opens.
Days on which only banks rest, and days that merely have a name in the calendar, are not: whoever closes then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language
from holidays import HolidayBase, country_holidays

COUNTED = ("public", "de_facto")


def holiday_on(day: date) -> str | None:
    """Return the name of the public holiday that `day` is, or None."""
    if day not in _of_year(settings.COUNTRY, day.year, settings.LANGUAGE_CODE):
        return None  # nearly every day, and the days are the same in each language
    return _of_year(settings.COUNTRY, day.year, get_language() or settings.LANGUAGE_CODE).get(day)


def public_holidays(first: date, last: date) -> dict[date, str]:
    """Return the public holidays from `first` to `last` with their names, in order."""
    language = get_language() or settings.LANGUAGE_CODE
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= _of_year(settings.COUNTRY, year, language)
    return {day: found[day] for day in sorted(found) if first <= day <= last}


def check_country() -> None:
    """Raise `ImproperlyConfigured` for a country of which the library knows nothing.

    Loads what the library needs for it: a server does that once, before it makes its workers.
    """
    try:
        country_holidays(settings.COUNTRY)
    except NotImplementedError:
        raise ImproperlyConfigured(
            f"COUNTRY must be a country's two letters, as SE, not {settings.COUNTRY!r}"
        ) from None


@lru_cache(maxsize=64)
def _of_year(country: str, year: int, language: str) -> Mapping[date, str]:
    known: HolidayBase = country_holidays(country)
    counted = [category for category in COUNTED if category in known.supported_categories]
    spoken = [one for one in known.supported_languages if one.partition("_")[0] == language.partition("-")[0]]
    chosen = spoken[0] if spoken else known.default_language
    return dict(country_holidays(country, years=year, categories=counted, language=chosen).items())
