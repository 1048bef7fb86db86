"""A text taken apart into words, numbers and signs, each with what it may mean in the language that is spoken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance.phrases.words import LANGUAGES, MEANINGS, Kind, Meaning

LONGEST_TEXT = 2_000

# Several words that are one: read before the words that they are made of.
_PHRASES = (
    (r"t\.?\s+o\.?\s+m\b\.?|t\.\s?o\.\s?m\b\.?|till\s+och\s+med|til\s+og\s+med|fram\s+till?|up\s+to", "tom"),
    (r"fr?\.?\s+o\.?\s+m\b\.?|fr?\.\s?o\.\s?m\b\.?|från\s+och\s+med|fra\s+og\s+med", "fom"),
    (r"a\.\s?m\b\.?", "am"),
    (r"p\.\s?m\b\.?", "pm"),
    (r"days?\s+off|at\s+home", "off"),
)
_SIGNS = {
    "-": Kind.DASH,
    "–": Kind.DASH,
    "—": Kind.DASH,
    "−": Kind.DASH,
    "‐": Kind.DASH,
    "‑": Kind.DASH,
    ",": Kind.COMMA,
    "&": Kind.AND,
    "+": Kind.AND,
    ";": Kind.STOP,
    "\n": Kind.STOP,
    "!": Kind.STOP,
    ":": Kind.FILLER,
}
_OF_DAYS = {
    Kind.WEEKDAY,
    Kind.WEEKDAYS,
    Kind.MONTH,
    Kind.DATE,
    Kind.NUMBER,
    Kind.ORDINAL,
    Kind.EVERY,
    Kind.EVERY_OTHER,
    Kind.PARITY,
    Kind.FILLER,
}
_SHORTENED = {Kind.WEEKDAY, Kind.MONTH, Kind.WEEK, Kind.CLOCK, Kind.AND}
_MONTH = "jan|feb|mar|apr|mai|maj|may|jun|jul|aug|sep|okt|oct|nov|dec|des"
_TOKEN = re.compile(
    "|".join(
        (
            *(rf"(?P<phrase{number}>\b(?:{phrase})(?!\w))" for number, (phrase, _word) in enumerate(_PHRASES)),
            r"(?P<iso>(?<!\d)\d{4}-\d\d-\d\d(?!\d))",
            r"(?P<slashed>(?<!\d)\d{1,2}/\d{1,2}(?:/\d{4})?(?![\d/]))",
            r"(?P<timed>(?<!\d)\d{1,2}[:.]\d\d(?!\d))",
            r"(?P<packed>(?<!\d)\d{3,4}(?!\d))",
            r"(?P<ordinal>(?<!\d)\d{1,2}(?::(?:e|a|de)|st|nd|rd|th)(?!\w))",
            rf"(?P<dotted>(?<!\d)\d{{1,2}}\.(?=\s*(?:(?:og|och|[-–,])\s*\d{{1,2}}\.\s*)?(?:{_MONTH})))",
            r"(?P<number>(?<!\d)\d{1,2}(?!\d))",
            r"(?P<word>[^\W\d_]+)",
            r"(?P<space>[^\S\n]+|\r)",
            r"(?P<sign>.|\n)",
        )
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Token:
    """A word, a number or a sign, where it stands in the text, and what it may mean.

    `numbers` are those of a number, a time (hour, minute) or a date (day, month, and year if said).
    """

    text: str
    starts: int
    ends: int
    meanings: tuple[Meaning, ...]
    numbers: tuple[int, ...] = ()

    def means(self, *kinds: Kind) -> bool:
        return any(meaning.kind in kinds for meaning in self.meanings)

    def number_as(self, kind: Kind) -> int:
        """Return its number when it means `kind`, which it must."""
        return next(meaning.number for meaning in self.meanings if meaning.kind == kind)


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of `text`, each word with its meanings in the languages that know all of the words."""
    found = [_token(match) for match in _TOKEN.finditer(text) if match.lastgroup != "space"]
    found = [token for number, token in enumerate(found) if not _ends_a_shortened_word(found, number)]
    spoken = LANGUAGES
    for token in found:
        if token.meanings:
            spoken &= frozenset().union(*(meaning.languages for meaning in token.meanings))
    return tuple(_decided(found, number, spoken or LANGUAGES) for number in range(len(found)))


def unknown_words(text: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the words of the text that mean nothing here, as they were typed, each once."""
    return tuple(dict.fromkeys(_whole_word(text, token) for token in tokens if token.means(Kind.UNKNOWN)))


def _token(match: re.Match[str]) -> Token:
    kind, text = str(match.lastgroup), match.group()
    numbers: tuple[int, ...] = ()
    if kind.startswith("phrase"):
        return Token(text, *match.span(), MEANINGS[_PHRASES[int(kind.removeprefix("phrase"))][1]])
    if kind == "word":
        word = unicodedata.normalize("NFC", text).casefold()
        return Token(text, *match.span(), MEANINGS.get(word, (Meaning(Kind.UNKNOWN),)))
    if kind == "sign":
        meant = Kind.STOP if text == "." else _SIGNS.get(text, Kind.UNKNOWN)
        return Token(text, *match.span(), (Meaning(meant),))
    numbers = tuple(int(part) for part in re.findall(r"[0-9]+", text)) if text.isascii() else ()
    meant = _meant_by(kind, numbers)
    if kind == "iso":
        numbers = numbers[::-1]
    if kind == "packed" and numbers:
        numbers = (numbers[0] // 100, numbers[0] % 100, *numbers)
    return Token(text, *match.span(), (Meaning(meant),), numbers)


def _meant_by(kind: str, numbers: tuple[int, ...]) -> Kind:
    if not numbers:  # digits of another script
        return Kind.UNKNOWN
    if kind in {"iso", "slashed"}:
        return Kind.DATE
    if kind == "timed":  # 24.12 is Christmas Eve: no clock shows it
        is_date = numbers[0] > 23 and 1 <= numbers[1] <= 12
        return Kind.DATE if is_date else Kind.TIME
    if kind == "packed":
        return Kind.TIME
    return Kind.ORDINAL if kind in {"ordinal", "dotted"} else Kind.NUMBER


def _ends_a_shortened_word(tokens: Sequence[Token], number: int) -> bool:
    """Tell whether this is the dot of "mån." or "kl.", and not the end of a sentence."""
    token, before = tokens[number], tokens[number - 1] if number else None
    return (
        token.text == "."
        and before is not None
        and before.ends == token.starts
        and len(before.text) <= 4
        and before.means(*_SHORTENED)
    )


def _decided(tokens: Sequence[Token], number: int, spoken: frozenset[str]) -> Token:
    """Return the token with the meanings that it has in `spoken`, and in its place."""
    token = tokens[number]
    meanings = tuple(meaning for meaning in token.meanings if meaning.languages & spoken) or token.meanings
    kinds = {meaning.kind for meaning in meanings}
    if token.text == "/" and _is_between(tokens, number, Kind.WEEKDAY):  # mån/ons/fre
        return replace(token, meanings=(Meaning(Kind.COMMA),))
    if token.text.casefold() == "on" and kinds == {Kind.FILLER} and not _is_before_day(tokens, number):
        return replace(token, meanings=(Meaning(Kind.UNKNOWN),))  # what would be Wednesday is not passed over
    if {Kind.WEEKDAY, Kind.OFF} <= kinds:  # Swedish for free, English for Friday
        dropped = Kind.OFF if _is_fri_of_friday(tokens, number) else Kind.WEEKDAY
    elif {Kind.WEEKDAY, Kind.FILLER} <= kinds:  # Swedish for Wednesday, English before a day
        is_before_day = number + 1 < len(tokens) and tokens[number + 1].text.casefold() == "fri"
        is_before_day = is_before_day and _is_fri_of_friday(tokens, number + 1)
        dropped = Kind.WEEKDAY if is_before_day else Kind.FILLER
    elif {Kind.WEEKDAY, Kind.TO} <= kinds:  # Thursday, or from a time to a time
        is_between_times = _is_between(tokens, number, Kind.NUMBER, Kind.TIME, Kind.DATE)
        dropped = Kind.WEEKDAY if is_between_times else Kind.TO
    else:
        return replace(token, meanings=meanings)
    return replace(token, meanings=tuple(meaning for meaning in meanings if meaning.kind != dropped))


def _is_between(tokens: Sequence[Token], number: int, *kinds: Kind) -> bool:
    beside = (number - 1, number + 1)
    return 0 < number < len(tokens) - 1 and all(tokens[place].means(*kinds) for place in beside)


def _is_before_day(tokens: Sequence[Token], number: int) -> bool:
    return number + 1 < len(tokens) and tokens[number + 1].means(*_OF_DAYS)


def _is_fri_of_friday(tokens: Sequence[Token], number: int) -> bool:
    before = tokens[number - 1] if number else None
    after = tokens[number + 1] if number + 1 < len(tokens) else None
    if before and before.means(Kind.DASH, Kind.TO) and not before.means(Kind.WEEKDAY):
        return True
    return after is not None and after.means(Kind.NUMBER, Kind.TIME, Kind.DASH)


def _whole_word(text: str, token: Token) -> str:
    """Return the word that the token is part of: "x16" where only the x is strange."""
    starts, ends = token.starts, token.ends
    if re.match(r"\w", token.text):
        while starts and re.match(r"\w", text[starts - 1]):
            starts -= 1
        while ends < len(text) and re.match(r"\w", text[ends]):
            ends += 1
    return text[starts:ends]
