"""What many pages of conversations say in the same way."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from portal.lib import days, languages


def language_word(code: str) -> str:
    """Return what a language is called inside a sentence."""
    return {
        "sv": _("svenska"),
        "en": _("engelska"),
        "nb": _("norska"),
        "fi": _("finska"),
        "ar": _("arabiska"),
        "so": _("somaliska"),
        "pl": _("polska"),
        "uk": _("ukrainska"),
    }[languages.known(code)]


def day_heading(moment: datetime, now: datetime) -> str:
    """Return the day of a moment as a heading: "Idag", "Igår", "Måndag 12 oktober", with the year of another one."""
    day, today = days.day_of(moment), days.day_of(now)
    if (today - day).days in (0, 1):
        return _("Idag") if day == today else _("Igår")
    said = days.in_words(day, "l j F" if day.year == today.year else "l j F Y")
    return said[:1].upper() + said[1:]


def moment_words(moment: datetime, now: datetime) -> str:
    """Return when something was, as short as can be: "07:02", "igår 14:10", "12 okt. 14:10"."""
    local, today = days.local(moment), days.day_of(now)
    clock = f"{local:%H:%M}"
    ago = (today - local.date()).days
    if ago == 0:
        return clock
    if ago == 1:
        return _("igår {clock}").format(clock=clock)
    if local.year == today.year:
        return f"{days.in_words(local.date(), 'j M')} {clock}"
    return days.in_words(local.date(), "j M Y")
