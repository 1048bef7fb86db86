"""What is handed over to the registry: one file that opens without us, and tells whether anything in it was changed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from documents.models import StoredFile
from documents.serving import open_file
from messaging.journal_check import MANIFEST
from portal.lib import days

FORMAT = "kapprummet-diarium 1"
IN_MEMORY = 8 * 1024 * 1024

README = """\
DIARIEFÖRT I KAPPRUMMET

Paket nummer {number}, förseglat {sealed}.

handling.pdf      det som skrevs, att läsa
handling.json     detsamma för ett annat system: vem, när, vad, vilka som läste, vad som återkallades
bilagor/          filerna som följde med
innehall.json     paketets nummer, kontrollsumman (SHA-256) för varje fil, och sigillet för paketet före det här

Ett återkallat meddelande står med vem och när, och vilka som hade läst det, men utan sin text: den som återkallar tar
tillbaka orden från alla. De finns kvar i systemets logg över incidenter.

Sigillet är SHA-256 av filen innehall.json. Det står också i diariet, och som "before" i nästa paket: ändras något i
efterhand stämmer inte kedjan.

KONTROLLERA PAKETET UTAN KAPPRUMMET

Med Python 3.11 eller senare, i mappen där paketet är uppackat:

    import hashlib, json, pathlib
    listed = json.loads(pathlib.Path("innehall.json").read_bytes())
    for name, digest in listed["files"].items():
        print(name, hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest() == digest)
    print("sigill", hashlib.sha256(pathlib.Path("innehall.json").read_bytes()).hexdigest())

Varje rad ska säga True, och sigillet ska vara det som står i diariet. Utan Python: "sha256sum" (Linux), "shasum -a 256"
(macOS) eller "certutil -hashfile FIL SHA256" (Windows) ger kontrollsumman för en fil.

In English: handling.pdf is what was written, handling.json the same for another system, innehall.json lists the SHA-256
of every file and, as "before", the seal of the package before this one. The seal is the SHA-256 of innehall.json.
"""


@dataclass(frozen=True)
class Record:
    """What is sealed: a thing that JSON can hold, the files that belong to it, and whom it concerns.

    `aliased` are those of `children` and `people` who are in it without their names.
    """

    title: str
    said: dict[str, Any]
    files: dict[str, StoredFile] = field(default_factory=dict)
    children: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()
    aliased: frozenset[UUID] = frozenset()


@contextmanager
def packed(
    record: Record, paper: bytes, *, number: int, before: str, sealed_at: datetime
) -> Iterator[tuple[IO[bytes], str]]:
    """Give the package's file, from its beginning, and its seal. Raises `FileNotFoundError` where a file is gone."""
    digests: dict[str, str] = {}
    moment = days.local(sealed_at)

    with (
        SpooledTemporaryFile(IN_MEMORY) as out,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package,
    ):

        def add(name: str, data: bytes) -> None:
            digests[name] = sha256(data).hexdigest()
            package.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)

        add("README.txt", README.format(number=number, sealed=f"{moment:%Y-%m-%d %H:%M}").encode())
        add("handling.pdf", paper)
        add("handling.json", _as_json({"format": FORMAT, **record.said}))
        for name, file in record.files.items():
            with open_file(file) as source:
                add(name, source.read())
        listed = {
            "format": FORMAT,
            "number": number,
            "sealed_at": sealed_at.isoformat(),
            "before": before,
            "files": digests,
        }
        manifest = _as_json(listed)
        add(MANIFEST, manifest)
        package.close()
        out.seek(0)
        yield out, sha256(manifest).hexdigest()


def _as_json(thing: object) -> bytes:
    return json.dumps(thing, ensure_ascii=False, indent=2).encode() + b"\n"
