"""What preschools and families write again and again, ready in the eight languages that families read in.

The house's own lie in set_phrases.toml. `settings.SET_PHRASES` names a file of the same form with a municipality's own:
a key that we have too is worded anew, others come after ours, and `is_offered = false` takes one away from those who
write. What was sent stays as it was sent: a text is read as a set phrase only while it is word for word that phrase.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import QueryDict

from portal.lib import languages

SOURCE = Path(__file__).with_name("set_phrases.toml")
LONGEST_KEY = 60
# The fields of templates/messaging/phrase_picker.html: what was picked, and the button that fills it in.
PICKED, USED, HELD = "pick_phrase", "use_phrase", "phrase"


@dataclass(frozen=True)
class SetPhrase:
    """One phrase. `is_for_families`: offered to guardians, else to those who work here."""

    key: str
    group: str
    texts: Mapping[str, str]
    is_for_families: bool = False
    is_offered: bool = True

    def text(self, language: str) -> str:
        """Return the phrase as that language says it."""
        return self.texts[languages.known(language)]


@dataclass(frozen=True)
class Group:
    """Phrases that stand together, under a name in the reader's language."""

    name: str
    phrases: tuple[SetPhrase, ...]


@dataclass(frozen=True)
class Shown:
    """A text as somebody reads it. `original` is what was written, where it is read in another language than that."""

    text: str
    language: str
    original: str = ""
    original_language: str = ""

    @property
    def direction(self) -> str:
        return languages.direction(self.language)


@dataclass(frozen=True)
class _Read:
    groups: Mapping[str, Mapping[str, str]]
    phrases: Mapping[str, SetPhrase]


def phrases() -> list[SetPhrase]:
    """Return those that are offered, in their order."""
    return [one for one in _read(settings.SET_PHRASES).phrases.values() if one.is_offered]


def phrase(key: str) -> SetPhrase | None:
    """Return the phrase with this key, also where it is not offered any more."""
    return _read(settings.SET_PHRASES).phrases.get(key)


def groups(language: str, *, for_families: bool) -> list[Group]:
    """Return what is offered to families, or to those who work here, under the names of its groups."""
    found: dict[str, list[SetPhrase]] = {}
    for one in phrases():
        if one.is_for_families == for_families:
            found.setdefault(one.group, []).append(one)
    names = _read(settings.SET_PHRASES).groups
    return [Group(names[key][languages.known(language)], tuple(found[key])) for key in names if key in found]


def chosen(key: str, text: str, language: str) -> tuple[str, str]:
    """Return the key to keep with a text, and the language that the text is in.

    The key holds only while the text is word for word that phrase in one of its languages; else it is free text, in
    the language that was said.
    """
    if one := phrase(key):
        for code, said in one.texts.items():
            if _same(said, text):
                return key, code
    return "", language


def shown_text(phrase_key: str, text: str, language: str, reader_language: str) -> Shown:
    """Return a text as somebody reads it: a set phrase in the own language, free text as it was written."""
    one = phrase(phrase_key) if phrase_key else None
    reads = languages.known(reader_language)
    if one is None or languages.known(language) == reads or not _same(one.text(language), text):
        return Shown(text, language)
    return Shown(one.text(reads), reads, original=text, original_language=languages.known(language))


def used(data: QueryDict, *, field: str, language: str) -> QueryDict | None:
    """Return what was typed with the picked phrase filled in, when the button for it was pressed; else None.

    For browsers without JavaScript: the form is shown again with this. Nothing typed is lost: where there is a text
    already that is no phrase itself, the phrase comes after it.
    """
    one = phrase(data.get(PICKED, ""))
    if USED not in data:
        return None
    filled = data.copy()
    if one:
        before = data.get(field, "").rstrip()
        is_free = before and not chosen(data.get(HELD, ""), before, language)[0]
        filled[field] = f"{before}\n\n{one.text(language)}" if is_free else one.text(language)
        filled[HELD] = "" if is_free else one.key
    return filled


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


@lru_cache(maxsize=4)
def _read(path: str) -> _Read:
    """Return the house's phrases, and over them those of the file. Raises `ImproperlyConfigured` for a file amiss."""
    if not path:
        return _own()
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        more = _parsed(found, _own())
    except (OSError, ValueError, TypeError, AttributeError) as fault:
        raise ImproperlyConfigured(f"SET_PHRASES: {fault}") from None
    return _Read({**_own().groups, **more.groups}, {**_own().phrases, **more.phrases})


@cache
def _own() -> _Read:
    return _parsed(tomllib.loads(SOURCE.read_text(encoding="utf-8")), _Read({}, {}))


def _parsed(found: Mapping[str, Any], before: _Read) -> _Read:
    """Return what a file says. Raises `ValueError` with a sentence that names what is missing."""
    names = {key: _texts(key, texts) for key, texts in found.get("groups", {}).items()}
    made: dict[str, SetPhrase] = {}
    for key, said in found.get("phrases", {}).items():
        old = before.phrases.get(key)
        group = said.get("group", old.group if old else "")
        if group not in names and group not in before.groups:
            raise ValueError(f"phrase {key}: there is no group {group!r}")
        if len(key) > LONGEST_KEY:
            raise ValueError(f"phrase {key}: a key has at most {LONGEST_KEY} signs")
        if (by := said.get("by", "family" if old and old.is_for_families else "house")) not in ("family", "house"):
            raise ValueError(f"phrase {key}: `by` is family or house, not {by!r}")
        made[key] = SetPhrase(
            key=key,
            group=group,
            texts=_texts(key, {**(old.texts if old else {}), **said}),
            is_for_families=by == "family",
            is_offered=bool(said.get("is_offered", True)),
        )
    return _Read(names, made)


def _texts(key: str, said: Mapping[str, Any]) -> dict[str, str]:
    missing = [code for code in languages.NAMES if not str(said.get(code, "")).strip()]
    if missing:
        raise ValueError(f"{key}: no text in {', '.join(missing)}")
    return {code: str(said[code]).strip() for code in languages.NAMES}
