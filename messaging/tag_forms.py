"""What somebody has changed of who is in a picture, parsed: boxes come in per cent, and go on in thousandths."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from documents.services.tags import Change
from documents.shown_rules import Box
from messaging.post_forms import id_in
from messaging.selectors.tagging_page import SIDES

WHOLE, LEAST = 1000, 20
SIGNS = ("child", "tag")


def change_in(sent: QueryDict) -> Change:
    """Return what differs from what the form showed (`was`, `was-KEY`), so that what colleagues did meanwhile stays.

    KEY is `child-` or `tag-` with an id, or `new`; `face` is a proposed place that was pressed. Raises
    `ValidationError` for a place that is none.
    """
    was, are = _ids(sent.getlist("was")), _ids(sent.getlist("child"))
    places: dict[UUID, Box | None] = {}
    unknown: dict[UUID, Box | None] = {}
    for name in sent:
        key = name.removeprefix("was-")
        sign, _dash, text = key.partition("-")
        box = _box(sent, key) if key != name else None
        if key == name or _text(box) == sent.get(name) or not (about := id_in(text)):
            continue
        if sign == "child":
            places[about] = box
        elif sign == "tag":
            unknown[about] = box
    return Change(are - was, was - are, places, unknown, _face(sent.get("face", "")) or _box(sent, "new"))


def agreed_in(sent: QueryDict) -> Change:
    """Return what somebody has agreed to after being asked: KEY of whoever is not hidden from others any more."""
    keys = [text.partition("-") for text in sent.getlist("agreed")]
    found = {sign: [about for kind, _dash, text in keys if kind == sign and (about := id_in(text))] for sign in SIGNS}
    return Change(removed=frozenset(found["child"]), unknown=dict.fromkeys(found["tag"]))


def _face(text: str) -> Box | None:
    """Return the place that a button names in thousandths, if one was pressed."""
    sides = [int(part) for part in text.split() if part.isdecimal() and len(part) < 5]
    return _inside(*sides) if len(sides) == 4 else None


def _ids(texts: list[str]) -> frozenset[UUID]:
    return frozenset(found for text in texts if (found := id_in(text)))


def _box(sent: QueryDict, key: str) -> Box | None:
    """Return the place that its four fields say, moved to where it is inside the picture; None where they say none."""
    texts = [sent.get(f"{side}-{key}", "").strip().replace(",", ".") for side in SIDES]
    if not all(texts):
        return None
    try:
        x, y, width, height = (round(float(text) * 10) for text in texts)
    except (ValueError, OverflowError):
        raise ValidationError(_("Rutans plats skrivs med fyra tal mellan 0 och 100.")) from None
    return _inside(x, y, width, height)


def _inside(x: int, y: int, width: int, height: int) -> Box:
    width, height = (min(max(side, LEAST), WHOLE) for side in (width, height))
    return Box(min(max(x, 0), WHOLE - width), min(max(y, 0), WHOLE - height), width, height)


def _text(box: Box | None) -> str:
    return " ".join(map(str, box.as_list)) if box else ""
