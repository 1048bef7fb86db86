"""What stands in the parts of Office files: nothing that runs, and nothing that is fetched when they are opened.

A link that somebody has to press is one's own choice. Elements are known by their names alone, in whatever kind of file
they stand: a file that is two kinds at once is read as both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from documents.opened import Refused

ELSEWHERE = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
_ACTIVE = {
    "script", "event-listener", "dde-source", "dde-connection-decl", "dde-connection", "execute-macro",  # OpenDocument
    "altChunk", "subDoc", "frameset", "connectString", "objectLink",  # Word
    "ddeLink", "oleLink", "webPr", "dbPr", "olapPr", "textPr",  # Excel
    "webextension", "taskpane",  # what all three fetch from a shop
}  # fmt: skip # words in lines, not one in each
_RELATIONS = {"afchunk", "subdocument", "attachedtemplate", "frame", "control", "oleobject", "vbaproject"}
_FIELDS = re.compile(
    r"\bDDE(AUTO)?\b|INCLUDETEXT|INCLUDEPICTURE|^\s*(INCLUDE|IMPORT|LINK|DATABASE|RD\b|QUOTE\s+(0x)?\d)", re.IGNORECASE
)
_IS_FORMULA = {
    "f", "formula", "formula1", "formula2", "definedName", "oldFormula", "calculatedColumnFormula", "totalsRowFormula",
}  # fmt: skip # words in lines, not one in each
_IN_QUOTES = re.compile(r"\"[^\"]*\"")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_FETCHING = re.compile(
    r"(?<![\w])(_xl\w+\.)*(WEBSERVICE|DDE|RTD|IMAGE|CALL|EXEC|REGISTER(\.ID)?)\s*\(|\|", re.IGNORECASE
)
_DRAWN = {
    "image", "object", "object-ole", "plugin", "applet", "floating-frame", "section-source", "fill-image",
    "background-image", "imagedata", "fill", "stroke",
}  # fmt: skip # words in lines, not one in each
_XLINK = "{http://www.w3.org/1999/xlink}href"
_PRESSED = {"a", "template"}  # a link of OpenDocument, and what a document was once made from
_BY_PRESENTATION = re.compile(r"\s*ppaction://(program|macro|ole)", re.IGNORECASE)


def refuse_active(elements: Iterable[Element]) -> None:
    """Go through all elements of one part. Raises `Refused`."""
    fields, open_fields = [""], [0]  # the words of each, and which ones are open: the first is none
    for element in elements:
        name = _local(element.tag)
        _refuse_by_name(name, element)
        if name == "fldChar":
            _open_or_close(element, fields, open_fields)
        elif name == "instrText":  # the words of one field may stand in several runs, with others in between
            fields[open_fields[-1]] += element.text or ""
        elif name in _IS_FORMULA and _fetches(element.text or ""):
            raise Refused("active")
        for key, value in element.items():
            if _local(key) == "instr":
                fields.append(value)
            elif _is_active(name, key, value):
                raise Refused("active")
    if any(_FIELDS.search(_IN_QUOTES.sub('""', words)) for words in fields):
        raise Refused("active")


def _refuse_by_name(name: str, element: Element) -> None:
    if name == "svg":  # which may hold programs, and is not looked into
        raise Refused("drawn")
    if name in _ACTIVE or (name == "Relationship" and _is_fetched(element)):
        raise Refused("active")


def _open_or_close(mark: Element, fields: list[str], open_fields: list[int]) -> None:
    kind = next((value for key, value in mark.items() if _local(key) == "fldCharType"), "")
    if kind == "begin":
        open_fields.append(len(fields))
        fields.append("")
    elif kind == "end" and len(open_fields) > 1:
        open_fields.pop()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _is_fetched(relation: Element) -> bool:
    kind, target = relation.get("Type", "").rpartition("/")[2].strip().lower(), unquote(relation.get("Target", ""))
    is_outside = relation.get("TargetMode", "").strip().lower() == "external" or ELSEWHERE.match(target)
    return kind in _RELATIONS or bool(is_outside and kind != "hyperlink")


def _is_active(name: str, key: str, value: str) -> bool:
    """Tell whether an attribute fetches or starts something."""
    short = _local(key)
    if short == "action":
        return bool(_BY_PRESENTATION.match(value))
    if name == "OLEObject" and short == "Type":
        return value.strip().lower() == "link"
    if short == "formula":
        return _fetches(value)
    if short == "link" and name == "blip":  # a picture by its address, whatever kind of relation names it
        return True
    if short not in ("href", "src", "althref"):
        return False
    if name == "imagedata" and "relationships}" in key:
        return True
    return bool(ELSEWHERE.match(value)) and (name in _DRAWN or (key == _XLINK and name not in _PRESSED))


def _fetches(formula: str) -> bool:
    """Tell whether a formula asks another program or another place: by a function, or by program|'topic'!item."""
    return bool(_FETCHING.search(_QUOTED.sub("''", formula)))
