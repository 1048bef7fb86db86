"""What leaves the house in eight languages: complete, short, and without a word of what it is about (DOMAIN 4.10)."""

from __future__ import annotations

import re
import unicodedata

import pytest

from notifications.words import all_words, text
from portal.lib import languages

ADDRESS = "https://kapprummet.exempelkommun.se/"
EVERY = [(name, language) for name in all_words() for language in all_words()[name]]
# The letters of the first alphabet of text messages (3GPP 23.038) beside those of English.
TELEPHONE = set("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¡ÄÖÑÜ§¿äöñüà \n!\"#¤%&'()*+,-./:;<=>?0123456789")


def letters(words: str) -> set[str]:
    """Return the scripts in which the words are written."""
    return {unicodedata.name(letter).split()[0] for letter in words if letter.isalpha()}


def test_each_text_is_there_in_every_language_that_families_read() -> None:
    for name, texts in all_words().items():
        assert set(texts) == set(languages.NAMES), name
        assert len(set(texts.values())) >= len(texts) - 1, name  # Swedish and Norwegian may say the same
    assert {name.partition(".")[0] for name in all_words()} == {"new", "digest", "important"}


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_text_says_where_and_nothing_else(name: str, language: str) -> None:
    raw, said = all_words()[name][language], text(name, language, address=ADDRESS)
    part = name.partition(".")[2]
    assert re.findall(r"{.*?}", raw) == (["{address}"] if part in {"body", "sms"} else [])
    assert said.count(ADDRESS) == (part in {"body", "sms"})
    assert not re.search(r"[0-9]", said)  # no figure: how much there is would be content
    assert raw == raw.strip() or part == "body"
    if part in {"subject", "push", "sms"}:
        assert "\n" not in raw
    if part == "push":
        assert len(said) <= 60


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_text_is_written_in_its_own_letters(name: str, language: str) -> None:
    own = {"ar": {"ARABIC"}, "uk": {"CYRILLIC"}}.get(language, {"LATIN"})
    words = all_words()[name][language].replace("{address}", "").replace("Kapprummet", "")
    assert letters(words) == own


@pytest.mark.parametrize("language", languages.NAMES)
def test_a_text_message_is_one_message(language: str) -> None:
    for name in all_words():
        if name.endswith(".sms"):
            said = text(name, language, address=ADDRESS)
            is_plain = all(sign in TELEPHONE or (sign.isascii() and sign.isalpha()) for sign in said)
            assert len(said) <= (160 if is_plain else 70), (name, language)


def test_a_language_that_we_have_no_words_in_is_answered_in_swedish() -> None:
    assert text("new.push", "en-gb") == text("new.push", "en")
    assert text("new.push", "fa") == text("new.push", "") == text("new.push", "sv")
    with pytest.raises(KeyError):
        text("new.nothing", "sv")
