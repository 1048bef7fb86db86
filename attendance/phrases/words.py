"""The words that a family may use about times, in Swedish, Norwegian and English, and what each may mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a word or a sign is for."""

    WEEKDAY = auto()
    WEEKDAYS = auto()  # a word for several: weekdays, weekend
    DAY = auto()  # the word "day", after "every"
    MONTH = auto()
    WEEK = auto()
    PARITY = auto()
    EVERY = auto()
    EVERY_OTHER = auto()
    OTHER = auto()  # "other", after "every"
    ORDINAL = auto()  # third, 3rd
    HOUR = auto()  # an hour said as a word
    HALF = auto()
    QUARTER = auto()
    TWENTY = auto()
    PAST = auto()
    BEFORE = auto()
    MORNING = auto()
    AFTERNOON = auto()
    CLOCK = auto()  # the word "o'clock", before the hour
    OFF = auto()
    REST = auto()
    EXCEPT = auto()
    FROM = auto()
    UNTIL = auto()
    TO = auto()
    BETWEEN = auto()
    AND = auto()
    COMMA = auto()
    STOP = auto()
    DASH = auto()
    FILLER = auto()
    NUMBER = auto()
    TIME = auto()  # digits with minutes
    DATE = auto()  # digits with a month
    UNKNOWN = auto()


@dataclass(frozen=True)
class Meaning:
    """One of the meanings of a word: what it is for, its number, and in which languages it has it."""

    kind: Kind
    number: int = 0
    languages: frozenset[str] = frozenset({"sv", "no", "en"})


LANGUAGES = frozenset({"sv", "no", "en"})
ODD, EVEN = 1, 0
WORKING_DAYS = frozenset(range(5))
WEEKEND = frozenset({5, 6})

_WEEKDAYS = {
    "sv": (
        "må mån månd måndag måndagar måndagarna måndagen",
        "ti tis tisd tisdag tisdagar tisdagarna tisdagen",
        "on ons onsd onsdag onsdagar onsdagarna onsdagen",
        "to tor tors torsd torsdag torsdagar torsdagarna torsdagen",
        "fr fre fred fredag fredagar fredagarna fredagen",
        "lö lör lörd lördag lördagar lördagarna lördagen",
        "sö sön sönd söndag söndagar söndagarna söndagen",
    ),
    "no": (
        "ma man mand mandag mandager mandagene mandagen",
        "ti tir tirs tirsdag tirsdager tirsdagene tirsdagen",
        "on ons onsd onsdag onsdager onsdagene onsdagen",
        "to tor tors torsd torsdag torsdager torsdagene torsdagen",
        "fr fre fred fredag fredager fredagene fredagen",
        "lø lør lørd lørdag lørdager lørdagene lørdagen",
        "sø søn sønd søndag søndager søndagene søndagen",
    ),
    "en": (
        "mon mons monday mondays",
        "tu tue tues tuesday tuesdays",
        "wed weds wednesday wednesdays",
        "th thu thur thurs thursday thursdays",
        "fri fris friday fridays",
        "sat sats saturday saturdays",
        "sun suns sunday sundays",
    ),
}
_MONTHS = (
    "jan januari januar january",
    "feb febr februari februar february",
    "mar mars march",
    "apr april",
    "maj mai may",
    "jun juni june",
    "jul juli july",
    "aug augusti august",
    "sep sept september",
    "okt oct oktober october",
    "nov november",
    "dec des december desember",
)
_HOURS = {
    "sv": ("ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"),
    "no": ("ett", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv"),
    "en": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
}
_ORDINALS = {
    "sv": "andra tredje fjärde",
    "no": "andre tredje fjerde",
    "en": "second third fourth",
}
# Kind, number, and the words of each language.
_OTHERS: tuple[tuple[Kind, int, str, str, str], ...] = (
    (Kind.WEEKDAYS, 0, "vardag vardagar vardagarna", "hverdag hverdager hverdagene", "weekday weekdays"),
    (Kind.WEEKDAYS, 1, "helg helger helgen helgerna", "helg helger helgen helgene", "weekend weekends"),
    (Kind.DAY, 0, "dag dagar dagarna", "dag dager dagene", "day days"),
    (Kind.WEEK, 0, "v vecka veckor veckan veckorna", "u uke uker uken uka ukene", "w wk week weeks"),
    (Kind.PARITY, EVEN, "jämn jämna jämnt", "partall partalls partallsuke partallsuker", "even"),
    (Kind.PARITY, ODD, "udda ojämn ojämna", "oddetall oddetalls oddetallsuke oddetallsuker odde", "odd"),
    (Kind.EVERY, 0, "var varje alla", "hver hvert alle", "every each all"),
    (Kind.EVERY_OTHER, 2, "varannan vartannat", "annenhver annehver annethvert annakvar", "alternate"),
    (Kind.OTHER, 2, "", "annen", "other"),
    (Kind.HALF, 0, "halv", "halv", "half"),
    (Kind.QUARTER, 15, "kvart", "kvart", "quarter"),
    (Kind.TWENTY, 20, "tjugo", "tjue", "twenty"),
    (Kind.PAST, 0, "över", "over", "past"),
    (Kind.BEFORE, 0, "i", "på", "to"),
    (Kind.MORNING, 0, "", "", "am"),
    (Kind.AFTERNOON, 12, "", "", "pm"),
    (Kind.CLOCK, 0, "kl klockan", "kl klokken klokka", "at"),
    (Kind.OFF, 0, "ledig lediga ledigt fri fria hemma", "fri hjemme", "off free home"),
    (Kind.REST, 0, "annars", "ellers", "otherwise"),
    (Kind.EXCEPT, 0, "utom förutom inte ej", "unntatt utenom ikke", "except not"),
    (Kind.FROM, 0, "från fom", "fra fom", "from starting"),
    (Kind.UNTIL, 0, "tom", "tom", "until till through"),
    (Kind.TO, 0, "till", "til", "to till until"),
    (Kind.BETWEEN, 0, "mellan", "mellom", "between"),
    (Kind.AND, 0, "och o samt", "og", "and"),
    (Kind.STOP, 0, "men", "men", "but"),
    (Kind.FILLER, 0, "på i den det de är", "på i den det de er", "on at in the of is"),
)


def _meanings() -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, dict[tuple[Kind, int], set[str]]] = {}

    def add(words: str, kind: Kind, number: int, language: str) -> None:
        for word in words.split():
            found.setdefault(word, {}).setdefault((kind, number), set()).add(language)

    for language in ("sv", "no", "en"):
        for number, words in enumerate(_WEEKDAYS[language]):
            add(words, Kind.WEEKDAY, number, language)
        for number, words in enumerate(_MONTHS, start=1):
            add(words, Kind.MONTH, number, language)
        for number, words in enumerate(_HOURS[language], start=1):
            add(words, Kind.HOUR, number, language)
        for number, word in enumerate(_ORDINALS[language].split(), start=2):
            add(word, Kind.ORDINAL, number, language)
    for kind, number, *by_language in _OTHERS:
        for language, words in zip(("sv", "no", "en"), by_language, strict=True):
            add(words, kind, number, language)
    return {
        word: tuple(Meaning(kind, number, frozenset(languages)) for (kind, number), languages in meanings.items())
        for word, meanings in found.items()
    }


MEANINGS = _meanings()
