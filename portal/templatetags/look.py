"""Words for templates that only concern how a thing looks. No queries here."""

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from uuid import UUID
from zlib import crc32

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.template.base import FilterExpression, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.lib import days
from portal.lib.addresses import address_of
from portal.views.assets import address

register = template.Library()

TINTS = 6

# A child's state: its icon, its colour (a class) and the word that is used when nothing closer is known.
STATES: Mapping[str, tuple[str, str, object]] = {
    "expected": ("clock", "expected", _("Väntas")),
    "late": ("alarm-clock", "late", _("Sen")),
    "present": ("circle-check", "present", _("Här")),
    "left": ("log-out", "left", _("Gick")),
    "absent": ("circle-minus", "absent", _("Frånvarande")),
    "sick": ("thermometer", "absent", _("Sjuk")),
    "leave": ("sun", "absent", _("Ledig")),
    "closed": ("calendar-off", "absent", _("Stängt")),
    "unplanned": ("circle-help", "unplanned", _("Inga tider")),
}
UNKNOWN_STATE = ("circle-help", "unplanned", "")

# What a field may hold and still be nobody's words: times, dates, figures, marks, nothing.
NO_WORDS = re.compile(r"[0-9:., '\[\]-]*")
PARTS_KEPT = 1024


# Icons that point along the reading direction, and turn with it.
DIRECTED = frozenset({"chevron-left", "chevron-right", "log-out", "send", "undo-2"})


@register.simple_tag
def asset(name: str) -> str:
    """Print the address of a stylesheet, script or sprite."""
    return address(name)


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Print an icon of the sprite. `size`: small (18), mid (20), large (28), or 24 px. Silent without `label`."""
    return _icon(name, size, str(label), address("icons.svg"))


@lru_cache(maxsize=512)
def _icon(name: str, size: str, label: str, sprite: str) -> SafeString:
    classes = "icon" + (f" icon-{size}" if size else "") + (" icon-directed" if name in DIRECTED else "")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', classes, label, sprite, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, sprite, name)


@register.simple_tag
def badge(text: object, look: str = "", name: str = "") -> SafeString:
    """Print a badge: `look` green | amber | dusk | red | a state's colour, and the icon `name` before the text."""
    return _badge(str(text), look, icon(name, "small") if name else "")


@register.simple_tag
def state_badge(state: object, text: object = "") -> SafeString:
    """Print a child's state as a badge: with `text` ("Här 07:34"), or with the state's plain word."""
    return badge(text or state_word(str(state)), state_look(str(state)), state_icon(str(state)))


@lru_cache(maxsize=PARTS_KEPT)
def _badge(text: str, look: str, sign: str) -> SafeString:
    return format_html('<span class="badge{}">{}{}</span>', f" badge-{look}" if look else "", sign, text)


@register.simple_tag
def avatar(name: object, identity: object = "", *, small: bool = False) -> SafeString:
    """Print initials on a colour that follows from the id. Decoration: the name stands beside it."""
    return sign(initials(name), tint(identity or name), small=small)


@register.simple_tag
@lru_cache(maxsize=PARTS_KEPT)
def sign(letters: str, colour: Hashable, *, small: bool = False) -> SafeString:
    """Print letters on a colour (0–5), as `avatar` does for a name."""
    size = " avatar-small" if small else ""
    return format_html('<span class="avatar avatar-{}{}" aria-hidden="true">{}</span>', colour, size, letters)


@register.simple_tag
def page(name: str, identity: UUID, *more: Hashable) -> str:
    """Print the address of a page about one thing: what `url` prints, which looks for its way each time anew."""
    return address_of(name, identity, *more)


@register.simple_tag
def same(template_name: str, **context: Hashable) -> SafeString:
    """Print a part of which all follows from what is given here, and which names nobody: made once in a language."""
    make = _same.__wrapped__ if settings.DEBUG else _same
    return make(template_name, tuple(context.items()), get_language())


@lru_cache(maxsize=1024)
def _same(template_name: str, context: tuple[tuple[str, Hashable], ...], _language: str) -> SafeString:
    return render_to_string(template_name, dict(context))


@register.simple_tag
def untouched(field: BoundField) -> SafeString:
    """Print components/form_field.html, made once for what the field holds while nobody has sent its form.

    For fields whose choices and words follow from their form and from what can be chosen, and name nobody. What was
    sent, or holds words, is printed anew.
    """
    held = None if field.form.is_bound else _held(field)
    if settings.DEBUG or held is None:
        return render_to_string("components/form_field.html", {"field": field})
    return _fields.of(
        (type(field.form), held, get_language()),
        lambda: render_to_string("components/form_field.html", {"field": field}),
    )


class _Kept(dict[Hashable, SafeString]):
    """Texts by what they follow from: all are forgotten when there are too many, and then made again."""

    def of(self, key: Hashable, make: Callable[[], SafeString]) -> SafeString:
        text = self.get(key)
        if text is None:
            if len(self) >= PARTS_KEPT:
                self.clear()
            text = self[key] = make()
        return text


_fields = _Kept()


def _held(field: BoundField) -> Hashable:
    """Return what an unsent field holds and offers, or None where that is words."""
    value = field.value()
    held = tuple(map(str, value)) if isinstance(value, list | tuple) else ("" if value is None else str(value),)
    if not all(map(NO_WORDS.fullmatch, held)):
        return None
    return field.auto_id, held, tuple(str(choice) for choice, _word in getattr(field.field, "choices", ()))


def _begun(form: BaseForm) -> Hashable:
    """Return what an unsent form holds and offers, or None where that is words or it was sent."""
    held = tuple((name, "" if value is None else str(value)) for name, value in form.initial.items())
    if form.is_bound or not all(NO_WORDS.fullmatch(text) for _name, text in held):
        return None
    return held, tuple(str(choice) for field in form.fields.values() for choice, _word in getattr(field, "choices", ()))


@register.tag
def kept(parser: Parser, token: Token) -> template.Node:
    """Print what lies up to `endkept`, made once for the values named, in a language.

    It must follow from these values and name nobody; a form counts as what it holds. With a form that was sent, or that
    holds words, it is printed anew.
    """
    nodes = parser.parse(("endkept",))
    parser.delete_first_token()
    return _KeptNode(nodes, [parser.compile_filter(bit) for bit in token.split_contents()[1:]])


class _KeptNode(template.Node):
    def __init__(self, nodelist: template.NodeList, on: list[FilterExpression]) -> None:
        self.nodelist, self.on, self.made = nodelist, on, _Kept()

    def render(self, context: template.Context) -> SafeString:
        values = [expression.resolve(context) for expression in self.on]
        forms = [value for value in values if isinstance(value, BaseForm)]
        held = [_begun(form) for form in forms]
        if settings.DEBUG or None in held:
            return self.nodelist.render(context)
        key = (*held, *(value for value in values if not isinstance(value, BaseForm)), get_language())
        return self.made.of(key, lambda: self.nodelist.render(context))


@register.filter
def state_icon(state: str) -> str:
    """Return the name of the state's icon."""
    return STATES.get(str(state).lower(), UNKNOWN_STATE)[0]


@register.filter
def state_look(state: str) -> str:
    """Return the colour family of the state: expected, late, present, left, absent or unplanned."""
    return STATES.get(str(state).lower(), UNKNOWN_STATE)[1]


def state_word(state: str) -> str:
    """Return the plain word for the state."""
    return str(STATES.get(str(state).lower(), UNKNOWN_STATE)[2])


register.filter("in_words", days.in_words)
register.filter("day_in_words", days.day_in_words)


@register.filter
def tint(identity: object) -> int:
    """Return 0–5 from an id: the same id always gets the same colour."""
    if isinstance(identity, UUID):
        return identity.int % TINTS
    return crc32(str(identity).encode()) % TINTS


@register.filter
def initials(name: object) -> str:
    """Return the first letters of the first and the last word: "Elsa Maria Lind" gives "EL"."""
    words = str(name).split()
    if not words:
        return ""
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
