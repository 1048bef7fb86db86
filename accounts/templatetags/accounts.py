"""Words for the account's pages."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# What a browser calls itself, and what people call it. The first that fits counts: order matters.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((word for sign, word in table if sign in agent), "")


@register.filter
def device_words(agent: str) -> str:
    """Return "Firefox på Windows" from what a browser says about itself."""
    browser, device = _first(BROWSERS, agent), _first(DEVICES, agent)
    if browser and device:
        return _("{browser} på {device}").format(browser=browser, device=device)
    return browser or device or _("Okänd enhet")


@register.filter
def device_icon(agent: str) -> str:
    """Return the icon of the kind of device."""
    device = _first(DEVICES, agent)
    if device == "iPhone" or (device == "Android" and "Mobile" in agent):
        return "smartphone"
    return "tablet" if device in {"iPad", "Android"} else "monitor"
