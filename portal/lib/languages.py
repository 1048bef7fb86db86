"""The languages in which families read: more than the pages are in. Set phrases and what leaves the house use them."""

from collections.abc import Mapping

FIRST = "sv"
# By code, each under the name that its own readers know it by.
NAMES: Mapping[str, str] = {
    "sv": "Svenska",
    "en": "English",
    "nb": "Norsk bokmål",
    "fi": "Suomi",
    "ar": "العربية",
    "so": "Soomaali",
    "pl": "Polski",
    "uk": "Українська",
}
FROM_RIGHT_TO_LEFT = frozenset({"ar"})


def known(language: str) -> str:
    """Return the one of our languages that is meant: "en-gb" is English, and what we do not have is read in Swedish."""
    code = language.lower().partition("-")[0]
    return code if code in NAMES else FIRST


def direction(language: str) -> str:
    """Return which way a language is written, as HTML says it: "ltr" or "rtl"."""
    return "rtl" if known(language) in FROM_RIGHT_TO_LEFT else "ltr"
