"""The look keeps its promises: weight, contrast, themes that agree, icons that exist."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

from portal.views import assets

ROOT = Path(__file__).resolve().parents[1]
TOKENS = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def themes() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return light, dark by the device and dark by choice, as name and value."""
    light, rest = TOKENS.split("@media (prefers-color-scheme: dark)")
    by_device, by_choice = rest.split('[data-theme="dark"] {')
    by_choice = by_choice.split("}", 1)[0]
    found = [dict(re.findall(r"--([\w-]+): ([^;]+);", part)) for part in (light, by_device, by_choice)]
    return found[0], found[1], found[2]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_two_dark_themes_agree() -> None:
    light, by_device, by_choice = themes()
    assert by_device == by_choice
    assert set(light) == set(by_device)


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "ground", 7),
        ("ink-2", "surface", 7),
        ("ink-2", "green-tint", 7),
        ("ink-2", "sunken", 7),
        ("ink-2", "amber-tint", 7),
        ("ink-3", "sunken", 4.5),
        ("ink-3", "ground", 4.5),
        ("on-green", "green", 4.5),
        ("green", "surface", 4.5),
        ("green-strong", "green-tint", 7),
        ("amber-ink", "amber-tint", 7),
        ("amber-ink", "surface", 7),
        ("red-ink", "red-tint", 7),
        ("red-ink", "surface", 4.5),
        ("on-red", "red", 4.5),
        ("dusk-ink", "dusk-tint", 7),
        ("dusk-ink", "ground", 7),
        ("toast-ink", "toast", 7),
        ("toast-act", "toast", 4.5),
        ("edge", "surface", 3),
        ("amber", "surface", 3),
        ("dusk-line", "ground", 3),
        *[(f"{tint}-ink", tint, 7) for tint in ("sage", "sand", "clay", "sky", "heather", "moss")],
    ],
)
def test_colours_can_be_read_in_both_themes(text: str, ground: str, least: float) -> None:
    for theme in themes()[:2]:
        assert contrast(theme[text], theme[ground]) >= least


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8")))
    named = {
        (path.name, name)
        for path in TEMPLATES
        for name in re.findall(r"""\{% icon "([^"]+)"|\bicon="([^"]+)\"""", path.read_text(encoding="utf-8"))
        for name in name
        if name
    }
    assert named
    assert {pair for pair in named if pair[1] not in drawn} == set()


def test_what_every_page_needs_weighs_little() -> None:
    """A first visit to the guardian's home has 42 kB as its goal; 36 of them are not the page's own words."""
    names = ("kapprummet.css", "htmx.js", "kapprummet.js", "icons.svg")
    assert sum(len(assets.bundle(name).packed) for name in names) < 36_000


def test_a_bundle_is_kept_for_ever_only_under_its_own_digest() -> None:
    client = Client()
    name = "kapprummet.css"
    now = client.get(assets.address(name), headers={"accept-encoding": "gzip"})
    assert now.status_code == 200
    assert "immutable" in now.headers["Cache-Control"]
    assert gzip.decompress(now.content) == assets.bundle(name).plain
    old = client.get(assets.address(name).replace(assets.bundle(name).digest, "0" * 12))
    assert old.status_code == 200
    assert old.headers["Cache-Control"] == "no-cache"
    assert old.content == assets.bundle(name).plain
    assert client.get(assets.address(name).replace(name, "settings.py")).status_code == 404


def test_no_string_in_a_script_goes_over_several_lines() -> None:
    """The indentation of every line is taken away before scripts are sent."""
    for path in (ROOT / "static/js").glob("*.js"):
        odd = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.count("`") % 2]
        assert not odd, f"{path.name}: {odd}"


def test_stripping_comments_keeps_the_code_between_them() -> None:
    text = "/** @type {A} */ (one);\nkept();\n/** Gone. */\nlast();\n"
    assert assets.COMMENT.sub("", text) == "/** @type {A} */ (one);\nkept();\nlast();\n"


def test_no_template_has_inline_style_or_script() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
