"""Looks whether a package of the registry is whole, with nothing but Python's own library: no database, no portal.

`manage.py check_journal` runs it, and so does `python journal_check.py FILE.zip …` on any machine.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

MANIFEST = "innehall.json"


@dataclass(frozen=True)
class Checked:
    """What was found in one package. It is whole where there are no `problems`."""

    name: str
    number: int = 0
    digest: str = ""
    before: str = ""
    problems: list[str] = field(default_factory=list)


def digest_of(opened: IO[bytes]) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    for piece in iter(lambda: opened.read(1024 * 1024), b""):
        digest.update(piece)
    return digest.hexdigest()


def check(file: Path) -> Checked:
    """Compare each file of a package with the digest in its list of contents; nothing may be missing or added."""
    try:
        with zipfile.ZipFile(file) as packed:
            raw = packed.read(MANIFEST)
            listed: dict[str, Any] = json.loads(raw)
            problems = list(_differences(packed, listed["files"]))
        return Checked(file.name, listed["number"], hashlib.sha256(raw).hexdigest(), listed["before"], problems)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as fault:
        return Checked(file.name, problems=[f"cannot be read ({type(fault).__name__})"])


def _differences(packed: zipfile.ZipFile, listed: dict[str, str]) -> Iterable[str]:
    there = packed.namelist()
    for name in sorted({*there, *listed} - {MANIFEST}):
        if name not in listed:
            yield f"{name} does not belong to it"
        elif there.count(name) != 1:
            yield f"{name} is missing" if name not in there else f"{name} is there twice"
        else:
            with packed.open(name) as opened:
                if digest_of(opened) != listed[name]:
                    yield f"{name} has been changed"


def check_all(files: Iterable[Path]) -> list[Checked]:
    """Check packages, and that those that follow on each other are chained: each holds the digest of the one before."""
    found = [check(file) for file in files]
    by_number = {one.number: one for one in found if one.number}
    for one in found:
        before = by_number.get(one.number - 1)
        if one.number and before and before.digest != one.before:
            one.problems.append(f"does not follow on {before.name}")
    return found


def lines_of(found: Iterable[Checked]) -> Iterable[str]:
    """Say what was found, a line for each package and problem."""
    for one in found:
        yield f"{one.name}: {'WRONG' if one.problems else 'whole'}, number {one.number}, digest {one.digest}"
        yield from (f"  {problem}" for problem in one.problems)


if __name__ == "__main__":
    checked = check_all(Path(name) for name in sys.argv[1:])
    sys.stdout.write("".join(f"{line}\n" for line in lines_of(checked)))
    sys.exit(any(one.problems for one in checked))
