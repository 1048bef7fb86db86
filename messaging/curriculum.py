"""The goals that a post can be tagged with: headings of the curriculum, known by a key.

`settings.CURRICULUM` names a file in TOML with the municipality's own list; without it they are the headings of chapter
2 of the Swedish curriculum for the preschool (Lpfö 18). A post keeps the key: a heading can be worded anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

LPFO_18 = {
    "normer": _("Normer och värden"),
    "omsorg": _("Omsorg, utveckling och lärande"),
    "delaktighet": _("Barns delaktighet och inflytande"),
    "hem": _("Förskola och hem"),
    "overgang": _("Övergång och samverkan"),
    "utvardering": _("Uppföljning, utvärdering och utveckling"),
}
LONGEST_KEY = 40


@dataclass(frozen=True)
class Goal:
    key: str
    heading: str


def goals() -> list[Goal]:
    """Return the goals in their order, in the reader's language where they are the house's own."""
    listed = _listed(settings.CURRICULUM) if settings.CURRICULUM else LPFO_18
    return [Goal(key, str(heading)) for key, heading in listed.items()]


def headings(keys: Iterable[str]) -> list[Goal]:
    """Return those of the goals that have these keys; one that is in no list any more is left out."""
    chosen = set(keys)
    return [goal for goal in goals() if goal.key in chosen]


@lru_cache(maxsize=4)
def _listed(path: str) -> dict[str, str]:
    """Return the file's table `goals`. Raises `ImproperlyConfigured` for a file that is none."""
    try:
        listed = tomllib.loads(Path(path).read_text(encoding="utf-8"))["goals"]
    except (OSError, KeyError, ValueError) as fault:
        raise ImproperlyConfigured(f"CURRICULUM must be a TOML file with a table [goals]: {fault}") from None
    if not listed or not all(isinstance(heading, str) and len(key) <= LONGEST_KEY for key, heading in listed.items()):
        raise ImproperlyConfigured(f"CURRICULUM: each goal is a key of at most {LONGEST_KEY} signs, and its heading")
    return dict(listed)
