"""The language in which set phrases, and what leaves the house, are read: eight, where the pages are in two."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from portal.lib import languages
from tests.cast import Cast

LogIn = Callable[[User], Client]


def test_a_language_is_chosen_under_its_own_name(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    page = browser.get("/installningar/").content.decode()
    for code, own_name in languages.NAMES.items():
        option = page[page.index(own_name) - 250 : page.index(own_name)]
        assert f'lang="{code}"' in option, own_name
    assert cast.amina.reading_language == "sv"
    answer = browser.post("/sprak/besked/", {"language": "ar"}, follow=True)
    assert answer.redirect_chain == [("/installningar/", 302)]
    page = answer.content.decode()
    assert "selected>العربية</option>" in page
    assert '<html lang="sv"' in page  # the pages stay in theirs
    cast.amina.refresh_from_db()
    assert (cast.amina.reading_language, cast.amina.language) == ("ar", "")


def test_without_a_choice_it_is_that_of_the_pages(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    browser.post("/sprak/besked/", {"language": "so"})
    browser.post("/sprak/besked/", {"language": ""})
    browser.post("/sprak/", {"language": "en"})
    cast.amina.refresh_from_db()
    assert (cast.amina.reads_in, cast.amina.reading_language) == ("", "en")


def test_a_language_that_there_is_not_changes_nothing(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    browser.post("/sprak/besked/", {"language": "uk"})
    assert browser.post("/sprak/besked/", {"language": "xx"}).status_code == 302
    cast.amina.refresh_from_db()
    assert cast.amina.reads_in == "uk"
    cast.johan.refresh_from_db()
    assert cast.johan.reads_in == ""  # each chooses for oneself
