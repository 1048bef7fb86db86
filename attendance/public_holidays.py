"""The public holidays of the country in which the preschools lie, named in the reader's language.

Which days those are a library knows (`settings.COUNTRY`). Counted are the official ones and those that the law treats
like them: in Sweden the eves of Midsummer, Christmas and New Year (Semesterlagen 7 §), on which no preschool opens.
Days on which only banks rest, and days that merely have a name in the calendar, are not: whoever closes then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language
from holidays import HolidayBase, registry

COUNTED = ("public", "de_facto")


def holiday_on(day: date) -> str | None:
    """Return the name of the public holiday that `day` is, or None."""
    if day not in _of_year(settings.COUNTRY, day.year, settings.LANGUAGE_CODE):
        return None  # nearly every day, and the days are the same in each language
    return _of_year(settings.COUNTRY, day.year, get_language() or settings.LANGUAGE_CODE).get(day)


def is_red(day: date) -> bool:
    """Tell whether `day` is an official public holiday, "röd dag", and not only an eve that is treated like one."""
    return day in _of_year(settings.COUNTRY, day.year, settings.LANGUAGE_CODE, COUNTED[:1])


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
        _country(settings.COUNTRY)
    except LookupError:
        raise ImproperlyConfigured(
            f"COUNTRY must be a country's two letters, as SE, not {settings.COUNTRY!r}"
        ) from None


@cache
def _country(code: str) -> type[HolidayBase]:
    """Return what the library knows of one country, from that country's file alone. Raises `LookupError`.

    The library's own way there loads all two hundred countries, 8 MB.
    """
    file = next((name for name, names in registry.COUNTRIES.items() if code in names), None)
    if file is None:
        raise LookupError(code)
    place = Path(registry.__file__).parent / "countries" / f"{file}.py"
    spec = spec_from_file_location(f"{__name__}.{file}", place)
    if spec is None or spec.loader is None:
        raise LookupError(code)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[HolidayBase] = getattr(module, code)
    return found


@lru_cache(maxsize=64)
def _of_year(country: str, year: int, language: str, categories: tuple[str, ...] = COUNTED) -> Mapping[date, str]:
    known = _country(country)
    counted = [category for category in categories if category in known.supported_categories]
    spoken = [one for one in known.supported_languages if one.partition("_")[0] == language.partition("-")[0]]
    chosen = spoken[0] if spoken else known.default_language
    return dict(known(years=year, categories=counted, language=chosen).items())
