"""The page on which one chooses what to be told, in which way, and when not (DOMAIN 4.8, 4.9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications import rules
from notifications.models import IN_DIGEST, Kind, Preference, QuietHours, Way
from notifications.rules import ALL_DAY, Hours, Side
from notifications.services import choose_all
from tests.cast import Cast, person

LogIn = Callable[[User], Client]
TIMES = {
    "weekdays": "span",
    "weekdays_from": "20:00",
    "weekdays_to": "07:00",
    "weekend": "span",
    "weekend_from": "20:00",
    "weekend_to": "07:00",
    "digest_hour": "18",
}


def shown(browser: Client) -> str:
    answer = browser.get(reverse("notice_settings"))
    assert answer.status_code == 200
    return answer.content.decode()


def fields_on(html: str) -> dict[str, str]:
    """Return what a browser would send if one pressed Spara now: the switches that are on."""
    found = re.findall(r'<input type="checkbox"\s+name="([^"]+)"\s+checked\s+(disabled)?', html)
    return {name: "on" for name, disabled in found if not disabled}


def save(browser: Client, **fields: str) -> str:
    """Press Spara, with these answers changed; return where it leads, or the page with what was wrong."""
    answer = browser.post(reverse("notice_settings"), fields_on(shown(browser)) | TIMES | fields)
    return str(answer.headers.get("Location", "")) or answer.content.decode()


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    html = shown(browser)
    for words in ("Frågor om lov", "Nya inlägg", "Nya meddelanden", "I sammanfattningen", "Direkt med e-post"):
        assert words in html
    assert "Direkt med sms" not in html, "she has no number here"
    assert save(browser, **{"post_published.email": "on", "digest_hour": "16"}) == reverse("notice_settings")
    assert Preference.objects.get().is_wanted
    assert QuietHours.objects.get().hours == Hours((time(20), time(7)), (time(20), time(7)), 16)
    assert "post_published.email" in fields_on(shown(browser))


def test_what_is_as_the_house_has_it_is_no_choice(cast: Cast, log_in: LogIn) -> None:
    """So that it changes with the house; and whoever chooses it again has made none."""
    browser = log_in(cast.amina)
    save(browser)
    assert not Preference.objects.exists()
    assert not QuietHours.objects.exists()
    save(browser, **{"post_published.email": "on", "digest_hour": ""})
    assert QuietHours.objects.get().digest_hour is None
    browser.post(reverse("notice_settings"), fields_on(shown(browser)) | TIMES | {"post_published.email": "on"})
    fields = fields_on(shown(browser))
    del fields["post_published.email"]
    browser.post(reverse("notice_settings"), fields | TIMES)
    assert not Preference.objects.exists()
    assert not QuietHours.objects.exists()


def test_a_row_chooses_for_all_that_it_is_about(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    fields = fields_on(shown(browser))
    del fields["enquiry_opened.digest"]
    browser.post(reverse("notice_settings"), fields | TIMES)
    declined = Preference.objects.filter(person=cast.amina, way=IN_DIGEST, is_wanted=False)
    assert set(declined.values_list("kind", flat=True)) == {
        Kind.ENQUIRY_OPENED,
        Kind.ENQUIRY_UNANSWERED,
        Kind.ENQUIRY_WITHDRAWN,
    }


@pytest.mark.parametrize(
    ("fields", "words", "field"),
    [
        ({"weekdays_from": "25:71"}, "Skriv klockslaget som 20:00.", "weekdays_from"),
        ({"weekend_to": ""}, "Skriv klockslaget som 20:00.", "weekend_to"),
        ({"weekdays_to": "20:00"}, "Det är samma tid som den börjar.", "weekdays_to"),
        ({"weekdays": "all", "weekend": "all", "digest_hour": ""}, "Då når vi dig aldrig.", "weekend"),
        ({"weekdays_from": "17:00"}, "Då vill du vara ostörd.", "digest_hour"),
        ({"weekdays": "all", "digest_hour": "22"}, "Då vill du vara ostörd.", "digest_hour"),
        ({"digest_hour": "99"}, "", "digest_hour"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    cast: Cast, log_in: LogIn, fields: dict[str, str], words: str, field: str
) -> None:
    browser = log_in(cast.amina)
    html = save(browser, **{"post_published.email": "on"} | fields)
    error = re.search(rf'id="id_{field}_error"[^>]*>(.*?)</p>', html, re.DOTALL)
    assert error
    assert words in error[1]
    assert "Inget är sparat än" in html
    assert "post_published.email" in fields_on(html)
    assert not Preference.objects.exists()
    assert not QuietHours.objects.exists()


def test_times_that_are_not_asked_for_are_no_fault(cast: Cast, log_in: LogIn) -> None:
    fields = {"weekdays": "never", "weekdays_from": "25:71", "weekend": "all", "weekend_to": ""}
    assert save(log_in(cast.amina), **fields) == reverse("notice_settings")
    assert QuietHours.objects.get().hours == Hours(None, ALL_DAY, 18)


def test_who_wants_nothing_on_weekdays_has_the_digest_at_the_weekend(cast: Cast, log_in: LogIn) -> None:
    """F12."""
    assert save(log_in(cast.amina), weekdays="all", digest_hour="9") == reverse("notice_settings")
    assert QuietHours.objects.get().hours == Hours(ALL_DAY, (time(20), time(7)), 9)


def test_staff_choose_among_theirs(cast: Cast, log_in: LogIn) -> None:
    """Their usual hours are those outside work; nothing of theirs waits for the evening."""
    html = shown(log_in(cast.maria))
    assert "Frånvaro som familjer anmäler" in html
    assert "message_received.digest" not in html
    assert "Nya inlägg" not in html
    assert 'value="17:00"' in html


def test_what_controls_cannot_be_turned_off(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.1, and it says why; a forged form changes nothing."""
    browser = log_in(cast.eva)
    assert re.search(r'name="identity_read.email"\s+checked\s+disabled', shown(browser))
    browser.post(reverse("notice_settings"), TIMES)
    assert not Preference.objects.filter(kind=Kind.IDENTITY_READ, way=Way.EMAIL).exists()
    with pytest.raises(ValidationError):
        choose_all(
            person=cast.eva,
            wanted={(Kind.IDENTITY_READ, Way.EMAIL): False},
            hours=rules.USUAL[Side.STAFF],
            side=Side.STAFF,
        )


def test_nobody_chooses_to_be_reached_never(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        choose_all(person=cast.amina, wanted={}, hours=Hours(ALL_DAY, ALL_DAY, None), side=Side.FAMILY)


def test_only_ones_own_are_changed(cast: Cast, log_in: LogIn) -> None:
    save(log_in(cast.johan), **{"post_published.email": "on", "digest_hour": ""})
    save(log_in(cast.amina))
    assert Preference.objects.get().person_id == cast.johan.pk
    assert QuietHours.objects.get().person_id == cast.johan.pk


def test_a_number_can_be_written_to_and_a_kind_that_reaches_nobody_like_this_is_not_taken(
    cast: Cast, log_in: LogIn
) -> None:
    caller = person("Caller", phone="070-123 45 67")
    assert "Inget att välja än" in shown(log_in(caller))
    User.objects.filter(pk=cast.amina.pk).update(phone="070-123 45 67")
    assert "Direkt med sms" in shown(log_in(cast.amina))
    save(log_in(cast.amina), **{"identity_read.sms": "on", "absence_reported.email": "on"})
    assert not Preference.objects.exists()
