"""Set phrases in eight languages: complete, in their own letters, offered while writing, read in one's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import QueryDict
from django.template import Context, Template
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from messaging import set_phrases
from messaging.set_phrases import chosen, groups, phrase, phrases, shown_text, used
from portal.lib import languages
from tests.cast import Cast

LogIn = Callable[[User], Client]
EVERY = [(one, code) for one in phrases() for code in languages.NAMES]
ENDS = {"ar": ".!؟"}
# Letters that the neighbours' languages have and this one has not: a text in the wrong language would have some.
FOREIGN = {
    "sv": "æøąęłşğ",
    "nb": "äöąęł",
    "fi": "åæøąęł",
    "en": "åäöæøąęł",
    "so": "åäöæøpvz",
    "pl": "åäöæøqvx",
    "uk": "ыэъё",
}


def test_there_are_enough_and_each_has_all_eight_languages() -> None:
    assert 40 <= len(phrases()) <= 60
    assert all(set(one.texts) == set(languages.NAMES) for one in phrases())
    assert all(len(set(one.texts.values())) == len(languages.NAMES) for one in phrases()), "one was not translated"
    assert {"closed_tomorrow", "lice", "rain_clothes", "collect_early"} <= {one.key for one in phrases()}
    for code in languages.NAMES:
        said = [one.texts[code] for one in phrases()]
        assert len(set(said)) == len(said), code
        names = [group.name for families in (True, False) for group in groups(code, for_families=families)]
        assert all(names), code


@pytest.mark.parametrize(("one", "code"), EVERY)
def test_a_phrase_is_whole_sentences_with_nothing_to_fill_in(one: set_phrases.SetPhrase, code: str) -> None:
    text = one.texts[code]
    assert text == " ".join(text.split())
    assert text[0] == text[0].upper()
    assert text[-1] in ENDS.get(code, ".!?")
    assert not re.search(r"[{}\[\]<>_%]|\.\.|Kapprummet", text)
    assert 8 <= len(text) <= 180
    # The same figures in every language, and the same number of sentences or nearly.
    assert re.findall(r"\d+", text) == re.findall(r"\d+", one.texts["sv"])
    assert abs(len(re.findall(r"[.!?؟]", text)) - len(re.findall(r"[.!?؟]", one.texts["sv"]))) <= 1


@pytest.mark.parametrize(("one", "code"), EVERY)
def test_a_phrase_is_written_in_its_own_letters(one: set_phrases.SetPhrase, code: str) -> None:
    own = {"ar": "ARABIC", "uk": "CYRILLIC"}.get(code, "LATIN")
    text = one.texts[code]
    assert {unicodedata.name(sign).split()[0] for sign in text if sign.isalpha()} == {own}
    assert not set(text.lower()) & set(FOREIGN.get(code, "")), text
    assert unicodedata.is_normalized("NFC", text)
    if code in languages.FROM_RIGHT_TO_LEFT:
        assert unicodedata.bidirectional(text[0]) == "AL"  # dir="auto" finds the direction by the first letter
        assert not re.search("[\u200e\u200f\u202a-\u202e]", text)  # and no mark of direction is hidden in it


def test_each_reads_it_in_the_own_language() -> None:
    lice = phrase("lice")
    assert lice
    shown = shown_text("lice", lice.text("sv"), "sv", "ar")
    assert (shown.text, shown.language, shown.direction) == (lice.text("ar"), "ar", "rtl")
    assert (shown.original, shown.original_language) == (lice.text("sv"), "sv")
    assert shown_text("lice", lice.text("sv"), "sv", "sv") == set_phrases.Shown(lice.text("sv"), "sv")


def test_changed_by_one_word_it_is_free_text() -> None:
    lice = phrase("lice")
    assert lice
    changed = lice.text("sv") + " Elsa har inga."
    assert chosen("lice", changed, "sv") == ("", "sv")
    assert shown_text("lice", changed, "sv", "ar") == set_phrases.Shown(changed, "sv")
    # Forged or from another time: a key beside a text that is not its own says nothing.
    assert chosen("closed_tomorrow", lice.text("sv"), "sv") == ("", "sv")
    assert chosen("no_such", lice.text("sv"), "sv") == ("", "sv")
    assert shown_text("no_such", "Hej", "sv", "ar").text == "Hej"
    assert shown_text("", "Hej", "sv", "ar").text == "Hej"


def test_the_language_of_a_phrase_is_that_in_which_it_was_picked() -> None:
    """A guardian who reads the pages in Swedish picks in Somali, and the department reads it in Swedish."""
    late = phrase("late_to_collect")
    assert late
    assert chosen("late_to_collect", f"  {late.text('so')}\r\n", "sv") == ("late_to_collect", "so")
    assert shown_text("late_to_collect", late.text("so"), "so", "sv").text == late.text("sv")


def test_without_a_script_the_button_fills_it_in_and_loses_nothing() -> None:
    closed = phrase("closed_tomorrow")
    assert closed
    said = closed.text("sv")

    def press(**typed: str) -> QueryDict | None:
        form = QueryDict(mutable=True)
        form.update(typed)
        return used(form, field="body", language="sv")

    assert press(body="Hej", phrase="") is None
    filled = press(body="", pick_phrase="closed_tomorrow", use_phrase="1", subject="Imorgon")
    assert filled
    assert (filled["body"], filled["phrase"], filled["subject"]) == (said, "closed_tomorrow", "Imorgon")
    again = press(body=said, phrase="closed_tomorrow", pick_phrase="lice", use_phrase="1")
    assert again
    assert (again["body"], again["phrase"]) == (phrase("lice").text("sv"), "lice")  # type: ignore[union-attr]  # is there
    after = press(body="Hej alla.", pick_phrase="closed_tomorrow", use_phrase="1")
    assert after
    assert (after["body"], after["phrase"]) == (f"Hej alla.\n\n{said}", "")
    assert press(body="Hej", pick_phrase="", use_phrase="1") is not None  # nothing picked: shown again as it was


def picker(person: User | None, side: str) -> str:
    request = RequestFactory().get("/")
    request.actor = Actor.of_person(person) if person else None  # type: ignore[attr-defined]  # as the middleware does
    context = Context({"request": request, "side": side, "field": "id_body"})
    return Template('{% include "messaging/phrase_picker.html" %}').render(context)


def test_families_and_the_house_are_offered_their_own(cast: Cast) -> None:
    cast.amina.reads_in = "ar"
    family, house = picker(cast.amina, "family"), picker(cast.maria, "house")
    for one in phrases():
        assert (f'value="{one.key}"' in family) == one.is_for_families
        assert (f'value="{one.key}"' in house) == (not one.is_for_families)
    assert 'lang="ar" dir="rtl"' in family
    assert "سأتأخر اليوم في اصطحاب طفلي." in family
    assert 'lang="sv" dir="ltr"' in house


def test_a_text_says_its_language_and_direction() -> None:
    lice = phrase("lice")
    assert lice
    page = Template('{% include "messaging/shown_text.html" %}')
    arabic = page.render(Context({"shown": shown_text("lice", lice.text("sv"), "sv", "ar")}))
    assert 'lang="ar" dir="auto"' in arabic
    assert lice.text("ar") in arabic
    assert lice.text("sv") in arabic  # as it was written, for whoever wants to see it
    free = page.render(Context({"shown": shown_text("", "<b>Hej</b>", "sv", "ar")}))
    assert 'lang="sv" dir="auto"' in free
    assert "<b>" not in free


OWN = """
[groups.own]
sv = "Egna"
en = "Own"
nb = "Egne"
fi = "Omat"
ar = "خاصة"
so = "Kuwa gaarka ah"
pl = "Własne"
uk = "Власні"

[phrases.lice]
sv = "Löss igen."

[phrases.pinworms]
is_offered = false

[phrases.sheep]
group = "own"
by = "family"
sv = "Får."
en = "Sheep."
nb = "Sau."
fi = "Lammas."
ar = "خروف."
so = "Ido."
pl = "Owca."
uk = "Вівця."
"""


def test_a_municipality_changes_adds_and_takes_away(settings: Settings, tmp_path: Path) -> None:
    ours = len(phrases())
    was_sent = phrase("lice").text("sv")  # type: ignore[union-attr]  # is there
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    settings.SET_PHRASES = str(tmp_path / "own.toml")
    lice = phrase("lice")
    assert lice
    assert (lice.text("sv"), lice.group) == ("Löss igen.", "health")
    assert len(phrases()) == ours  # one more, and one less
    assert phrase("pinworms")  # what was sent is still read in each language
    assert "pinworms" not in [one.key for one in phrases()]
    assert [one.key for group in groups("so", for_families=True) for one in group.phrases][-1] == "sheep"
    assert groups("so", for_families=True)[-1].name == "Kuwa gaarka ah"
    # What was sent before the change is read as it was sent, not as what the phrase has become.
    assert shown_text("lice", was_sent, "sv", "pl").text == was_sent


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ('[phrases.x]\ngroup = "health"\nsv = "Hej."', "x: no text in en, nb, fi, ar, so, pl, uk"),
        ('[phrases.x]\ngroup = "nowhere"', "there is no group 'nowhere'"),
        ('[phrases.lice]\nby = "boss"', "`by` is family or house"),
        ("[phrases", ""),
        ("phrases = 1", ""),
    ],
)
def test_a_file_amiss_stops_with_its_name(settings: Settings, tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "amiss.toml").write_text(file, encoding="utf-8")
    settings.SET_PHRASES = str(tmp_path / "amiss.toml")
    with pytest.raises(ImproperlyConfigured, match=f"SET_PHRASES: .*{re.escape(said)}"):
        phrases()
