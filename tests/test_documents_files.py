"""Files that are kept: taken by what they hold, named harmlessly, and never half (A15, F11, PROMISES 2 and 3.8)."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import FileResponse, Http404
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from pytest_django.fixtures import Settings

from documents import kept, rules
from documents.models import StoredFile
from documents.services import files
from documents.serving import serve
from documents.stores import store
from portal.lib import clock

pytestmark = pytest.mark.django_db

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = f'<Types><Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
HYPERLINK = '<Relationship Type="http://x/hyperlink" Target="https://example.org" TargetMode="External"/>'
TEMPLATE = '<Relationship Type="http://x/attachedTemplate" Target="https://example.org/a.dotm" TargetMode="External"/>'


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def keep(data: bytes, name: str = "fil") -> StoredFile:
    return files.keep(ContentFile(data, name), by_id=None, now=clock.now())


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def package(**parts: str | bytes) -> bytes:
    """Return a docx with these parts besides what each has; two underscores stand for a slash, one for a dot."""
    given: dict[str, str | bytes] = {"[Content_Types].xml": TYPES, "word/document.xml": "<w/>"}
    given |= {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()}
    return packed(given)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


def odt(content: str = "<a/>", **more: str) -> bytes:
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, **more})


def pdf(change: Callable[[PdfWriter], object] | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if change:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def opening(action: str, **more: str) -> Callable[[PdfWriter], object]:
    """Return what makes a PDF do this when it is opened."""
    words = {NameObject("/S"): NameObject(action)} | {
        NameObject(f"/{key}"): TextStringObject(value) for key, value in more.items()
    }
    return lambda writer: writer.root_object.__setitem__(NameObject("/OpenAction"), DictionaryObject(words))


ACCEPTED = {
    "text": (b"Hej p\xc3\xa5 dig!\r\n\tsmultron", "text", "text/plain"),
    "pdf": (pdf(), "pdf", "application/pdf"),
    "docx": (package(), "office", DOCX),
    "docx with a link": (package(word___rels__document_xml_rels=f"<R>{HYPERLINK}</R>"), "office", DOCX),
    "docx with a chart": (package(word__embeddings__a_docx=package()), "office", DOCX),
    "odt": (odt(), "office", "application/vnd.oasis.opendocument.text"),
}

REFUSED = {
    "a program": b"MZ\x90\0" + bytes(200),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a page": b"\xef\xbb\xbf  <!DOCTYPE html><html></html>",
    "text with NUL": b"hej\0hej",
    "text in no language": bytes(range(128, 255)),
    "a GIF": b"GIF89a" + bytes(100),
    "an old Word file": b"\xd0\xcf\x11\xe0" + bytes(600),
    "a mere zip": packed({"a.txt": "hej"}),
    "a zip in the name of a docx": packed({"word/document.xml": "<w/>"}),
    "a package with macros": package(word__vbaProject_bin=b"x"),
    "a package with a program": package(word__a_exe=b"MZ"),
    "a package with an OLE object": package(word__embeddings__oleObject1_bin=b"x"),
    "a macro-enabled type": packed(
        {"[Content_Types].xml": TYPES.replace(DOCX, "application/vnd.ms-word.document.macroEnabled")}
    ),
    "a package that fetches a template": package(word___rels__settings_xml_rels=f"<R>{TEMPLATE}</R>"),
    "a package with an entity": package(word___rels__a_rels='<!DOCTYPE a [<!ENTITY b "c">]><R>&b;</R>'),
    "a package that climbs": packed({"[Content_Types].xml": TYPES, "../../etc/passwd": "x"}),
    "a package with a zip inside": package(word__a_zip=packed({"a": "b"})),
    "packages inside each other": package(word__a_docx=package(word__b_docx=package())),
    "a bomb": package(word__big_xml=bytes(50_000_000)),
    "a package with something after it": package() + b"<html>",
    "a package with something before it": b"PK\x03\x04<html>" + package(),
    "half a package": package()[:-200],
    "odt with Basic": odt(**{"Basic/Standard/Module1.xml": "<a/>"}),
    "odt that fetches": odt('<d:a xmlns:d="d" xmlns:x="x"><d:image x:href="https://example.org/1.png"/></d:a>'),
    "odt with a script": odt('<o:a xmlns:o="o"><o:script/></o:a>'),
    "half a PDF": pdf()[:-100],
    "no PDF but its head": b"%PDF-1.7\n%%EOF",
    "a PDF with script": pdf(opening("/JavaScript", JS="app.alert(1)")),
    "a PDF that starts a program": pdf(opening("/Launch", F="calc.exe")),
    "a PDF with a file inside": pdf(lambda writer: writer.add_attachment("a.exe", b"MZ")),
    "a locked PDF": pdf(lambda writer: writer.encrypt("secret")),
    "a PDF and a zip": pdf() + packed({"a": "b"}),
    "a PDF whose script is spelled in figures": pdf(opening("/JavaScript", JS="x")).replace(
        b"/JavaScript", b"/J#61vaScript"
    ),
    "half a picture's head": b"\xff\xd8\xff\xe0",
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_it_is_taken_for_what_it_holds(what: str, tmp_path: Path) -> None:
    """A15, F11: neither the name nor the browser's word is asked."""
    data, kind, media_type = ACCEPTED[what]
    file = keep(data, "barnet.exe")
    assert (file.kind, file.media_type, file.state) == (kind, media_type, "ready")
    assert file.name.endswith(rules.ENDINGS[media_type][0])
    place = store().near(kept.name_of(file.key), tmp_path)
    assert place.read_bytes() == data
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_a_sentence(what: str, tmp_path: Path) -> None:
    """A15, PROMISES 3.8: nothing of it is left, neither row nor file nor note."""
    with pytest.raises(ValidationError) as refusal:
        keep(REFUSED[what], "brev.pdf")
    assert refusal.value.message.endswith(".")
    assert not StoredFile.objects.exists()
    assert on_disk(tmp_path) == []


def test_whoever_has_drawn_icons_in_a_letter_is_told_what_to_take_away() -> None:
    """Word draws its own icons twice: in SVG, and as a picture beside it."""
    with pytest.raises(ValidationError, match="SVG"):
        keep(package(word__media__image1_png="", word__media__image2_svg='<svg xmlns="http://www.w3.org/2000/svg"/>'))


@pytest.mark.parametrize("size", [0, rules.LARGEST + 1])
def test_the_empty_and_the_too_large_are_refused(size: int, tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        keep(b"a" * size)
    assert on_disk(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROMISES 2: a clear error, no row without a file, no file without a row."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ValidationError, match="plats"):
        keep(b"hej")
    assert not StoredFile.objects.exists()
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\barn\\Schema.TXT", "Schema.txt"),
        ("a\0b\r\nc\u202etxt.exe", "abctxt.exe.txt"),
        ("", "fil.txt"),
        ("...", "fil.txt"),
        ("å" * 500 + ".txt", "å" * 115 + ".txt"),
        ("NUL", "_NUL.txt"),
        ("con.schema.txt", "_con.schema.txt"),
        ("Consuelo.txt", "Consuelo.txt"),
        ("..\\..\\..\\windows\\win.ini", "win.ini.txt"),
        ("%2e%2e%2fpasswd", "%2e%2e%2fpasswd.txt"),
        ("\u202egpj.exe\u2066\ufeff.txt", "gpj.exe.txt"),
        ('nä"r<>.csv', "när.csv"),
        ("bild.pdf", "bild.txt"),
    ],
)
def test_a_name_is_harmless(name: str, kept: str) -> None:
    assert rules.clean_name(name, "text/plain") == kept


@given(st.text(max_size=300))
def test_every_name_is_harmless(name: str) -> None:
    clean = rules.clean_name(name, "application/pdf")
    assert len(clean) <= rules.LONGEST_NAME
    assert clean.endswith(".pdf")
    assert not set(clean) & set('/\\\0\r\n"<>')
    assert rules.clean_name(clean, "application/pdf") == clean


def test_a_name_is_no_ones_in_the_database() -> None:
    file = keep(b"hej", "Elsas allergi.txt")
    stored = StoredFile.objects.filter(pk=file.pk).extra(select={"raw": "name"}).values_list("raw", flat=True).get()
    assert "Elsa" not in stored


@pytest.mark.django_db(transaction=True)
def test_an_undone_transaction_leaves_no_file_for_long(tmp_path: Path) -> None:
    """PROMISES 2: what is written before its row is found by its note, and only once nobody can be busy with it."""
    with transaction.atomic():
        keep(b"hej")
        transaction.set_rollback(True)
    assert len(on_disk(tmp_path)) == 2
    assert files.tidy(now=clock.now()) == 0
    assert files.tidy(now=clock.now() + timedelta(hours=2)) == 1
    assert on_disk(tmp_path) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_thrown_away_is_gone_from_the_disk(tmp_path: Path) -> None:
    one, other = keep(b"hej"), keep(b"hejsan")
    assert len(on_disk(tmp_path)) == 2
    with transaction.atomic():
        files.discard([one])
        transaction.set_rollback(True)
    assert files.tidy(now=clock.now() + timedelta(hours=2)) == 1  # nothing happened: the note alone goes
    assert len(on_disk(tmp_path)) == 2
    files.discard([one])
    assert [path.name for path in on_disk(tmp_path)] == [other.key.hex]
    assert StoredFile.objects.get() == other


def test_it_is_saved_and_opens_in_no_page() -> None:
    """PROMISES 3.8: as an attachment, with `sandbox`, for any name."""
    file = keep(pdf(), 'Åsas väg; "hem".pdf')
    answer = serve(file)
    assert isinstance(answer, FileResponse)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[arg-type]  # no async
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%85sas%20v%C3%A4g%3B%20hem.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_browser_asks_again_before_it_shows_it_again() -> None:
    """PROMISES 3.4: a door that closed is closed for what the browser still has, too."""
    file = keep(b"hej")
    answer = serve(file)
    answer.close()
    known = RequestFactory().get("/", headers={"If-None-Match": answer["ETag"]})
    assert serve(file, request=known).status_code == 304


def test_what_is_not_there_is_not_found() -> None:
    file = keep(b"hej")
    with pytest.raises(Http404):
        serve(file, size="small")
    store().remove([kept.name_of(file.key)])
    with pytest.raises(Http404):
        serve(file)
