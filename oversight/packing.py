"""The extract's one file: pages that open without us and without a network, the same as data, and the files.

It is written to this machine's disk file by file, so that two thousand pictures take no more memory than two.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from oversight import rules
from portal.lib import days
from portal.lib.extracts import Facts, Part, Told, Value

FORMAT = "kapprummet-utdrag 1"
STYLE = "stil.css"
SOURCE = Path(__file__).resolve().parent / "extract.css"


@dataclass
class Packed:
    """What came of it: how many files lie in it, and how many were not there."""

    number: int = 0
    missing: int = 0
    places: dict[int, str] = field(default_factory=dict)


def pack(place: Path, parts: Sequence[Part], *, name: str, now: datetime, told: Callable[[int], None]) -> Packed:
    """Write the file. `told` is called with how many files are packed, after each.

    The files come first, so that the pages link only to what is there.
    """
    done, moment = Packed(), days.local(now)
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as package:

        def write(name: str, text: str) -> None:
            package.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), text.encode(), zipfile.ZIP_DEFLATED)

        for one in (file for part in parts for file in part.files):
            where = rules.place_of(one.folder, one.day, one.name, set(done.places.values()))
            try:
                with one.opened() as source, package.open(_info(where, one.day), "w") as out:
                    shutil.copyfileobj(source, out, 1 << 16)
            except FileNotFoundError:
                done.missing += 1
                continue
            done.places[id(one)] = where
            done.number += 1
            told(done.number)
        about = {"name": name, "now": moment, "parts": parts, "missing": done.missing, "number": done.number}
        write("index.html", render_to_string("oversight/extract/index.html", about))
        for part in parts:
            context = about | {"part": part, "sections": [_printed(section, done.places) for section in part.sections]}
            write(f"{part.key}.html", render_to_string("oversight/extract/part.html", context))
        write(STYLE, SOURCE.read_text(encoding="utf-8"))
        write("data.json", json.dumps(_data(parts, done.places, name, now), ensure_ascii=False, indent=1) + "\n")
        write("LAS-MIG.txt", render_to_string("oversight/extract/readme.txt", about))
    return done


def _info(name: str, day: date) -> zipfile.ZipInfo:
    """Return the entry of a file that is packed as it is: pictures do not become smaller."""
    return zipfile.ZipInfo(name, (day.year, day.month, day.day, 12, 0, 0))


def _printed(section: Facts | Told, places: Mapping[int, str]) -> dict[str, Any]:
    """Return a section as its template prints it: values in words, files by where they lie."""
    if isinstance(section, Facts):
        columns = section.columns.values()
        rows = [[*zip(columns, map(_word, row), strict=True)] for row in section.rows]
        return {"heading": section.heading, "columns": columns, "rows": rows, "empty": section.empty}
    entries = [
        {
            "entry": entry,
            "at": days.local(entry.at) if entry.at else None,
            "files": [(places[id(file)], file) for file in entry.files if id(file) in places],
            "missing": sum(id(file) not in places for file in entry.files),
        }
        for entry in section.entries
    ]
    return {"heading": section.heading, "entries": entries, "empty": section.empty}


def _word(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, datetime):
        return f"{days.in_words(value, 'j F Y')} {days.local(value):%H:%M}"
    return days.in_words(value, "j F Y") if isinstance(value, date) else str(value)


def _data(parts: Sequence[Part], places: Mapping[int, str], name: str, now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "about": name,
        "made_at": now.isoformat(),
        "time_zone": settings.TIME_ZONE,
        "keys": {
            "dates": "YYYY-MM-DD",
            "moments": "ISO 8601, UTC",
            "minutes": "whole minutes between arrival and departure",
            "hours_per_week": "hours that the placement gives",
            "files": "paths in this package",
        },
        "parts": {part.key: [_as_data(section, places) for section in part.sections] for part in parts},
    }


def _as_data(section: Facts | Told, places: Mapping[int, str]) -> dict[str, Any]:
    if isinstance(section, Facts):
        rows = [dict(zip(section.columns, map(_plain, row), strict=True)) for row in section.rows]
        return {"key": section.key, "heading": section.heading, "columns": dict(section.columns), "rows": rows}
    return {"key": section.key, "heading": section.heading, "entries": list(_entries(section, places))}


def _entries(section: Told, places: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    for entry in section.entries:
        yield {
            "heading": entry.heading,
            "at": _plain(entry.at),
            "by": entry.by,
            "text": entry.text,
            "language": entry.language,
            "files": [{"path": places[id(file)], "shows": file.shows} for file in entry.files if id(file) in places],
        }


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date | datetime) else value
