"""Whatever strangers upload is refused or made anew, and the command that says which (G01, G02, PROMISES 2 and 3.8)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image
from pytest_django.fixtures import Settings

from documents.management.commands.check_upload import Checked, check
from tests.hostile import PLANTED, Fate, Hostile, assert_bare, office, packages, papers, pictures

FAMILIES: list[Callable[[], Iterable[Hostile]]] = [
    pictures.carrying,
    pictures.two_things_at_once,
    pictures.claiming,
    pictures.lying,
    pictures.damaged,
    papers.pdfs,
    office.office,
    packages.packages,
    papers.other,
]
SPELLED = {PLANTED, PLANTED.decode().encode("utf-16-le"), PLANTED.decode().encode("utf-16-be")}


def became(hostile: Hostile, folder: Path) -> tuple[Hostile, Checked, list[bytes]]:
    """Run a file through all that an upload goes through; return what became of it and what would be kept."""
    folder.mkdir()
    whole = folder / "a"
    whole.write_bytes(hostile.data)
    made = folder / "made"
    made.mkdir()
    checked = check(str(whole), made, "b")
    return hostile, checked, [(made / name).read_bytes() for name in checked.outputs]


def fault_of(hostile: Hostile, checked: Checked, kept: list[bytes]) -> str:
    """Return what is wrong with what became of it, or nothing."""
    if checked.peak_mb > 512:
        return f"it took {checked.peak_mb} MB"
    if not checked.accepted:
        if not checked.reason.endswith("."):
            return "it is refused without a sentence"
        if kept:
            return "it is refused, and kept"
        return "it is refused" if hostile.fate == Fate.CLEANED else ""
    if hostile.fate == Fate.REFUSED:
        return "it is taken"
    if any(word in data for data in kept for word in SPELLED):
        return "something of it is left"
    if checked.kind == "picture":
        if len(kept) != 6:
            return "it has not all its sizes"
        for data in kept:
            assert_bare(data)
    return ""


def test_they_are_two_hundred_and_more() -> None:
    """PROMISES 2; and none of them is there twice."""
    whole = [one.data for family in FAMILIES for one in family()]
    assert len(whole) > 400
    assert len(set(whole)) > len(whole) - 10


@pytest.mark.parametrize("made", FAMILIES, ids=lambda made: made.__name__)
def test_whatever_comes_is_refused_or_made_anew(made: Callable[[], Iterable[Hostile]], tmp_path: Path) -> None:
    """G02: with a sentence, nothing of what it carried left, and under 512 MB; and the next one goes its way."""
    hostile = list(made())
    with ThreadPoolExecutor(max_workers=2) as two_cores:
        found = two_cores.map(became, hostile, (tmp_path / str(number) for number in range(len(hostile))))
        faults = [f"{one.what}: {fault}" for one, checked, kept in found if (fault := fault_of(one, checked, kept))]
    assert "\n".join(faults) == ""


def test_the_command_says_of_each_file_what_becomes_of_it(tmp_path: Path, settings: Settings) -> None:
    """One line of JSON for each, in their order; neither the database nor the store is touched."""
    settings.FILES_ROOT = tmp_path / "files"
    whole = {
        "Utflykt.png": pictures.as_file(pictures.photo(2_000, 1_500), "PNG"),
        "brev.exe": office.document(),
        "film.jpg": b"\0\0\0\x18ftypmp42" + bytes(200),
        "halv.jpg": pictures.as_file(pictures.photo(400, 300), "JPEG")[:2_000],
    }
    for name, data in whole.items():
        (tmp_path / name).write_bytes(data)
    said, out = io.StringIO(), tmp_path / "out"
    call_command("check_upload", *(str(tmp_path / name) for name in [*whole, "ingen.jpg"]), out=out, stdout=said)
    picture, letter, film, half, none = (json.loads(line) for line in said.getvalue().splitlines())

    assert (picture["file"], picture["accepted"], picture["kind"]) == (str(tmp_path / "Utflykt.png"), True, "picture")
    assert [Path(name).name for name in picture["outputs"]] == [
        f"001.{size}.{form}" for size in ("large", "medium", "small") for form in ("jpg", "webp")
    ]
    assert max(Image.open(name).size for name in picture["outputs"]) == (1920, 1440)
    assert 20 < picture["peak_mb"] < 200
    assert picture["seconds"] > 0
    assert (letter["kind"], letter["reason"], letter["outputs"]) == ("office", "", [str(out / "002.docx")])
    assert (out / "002.docx").read_bytes() == whole["brev.exe"]
    assert (film["accepted"], film["kind"], film["outputs"]) == (False, None, [])
    assert film["reason"].startswith("Den sortens fil går inte att ladda upp.")
    assert (half["accepted"], half["kind"], half["outputs"]) == (False, "picture", [])
    assert half["reason"] == "Bilden är skadad och går inte att öppna."
    assert not none["accepted"]
    assert not settings.FILES_ROOT.exists()
    assert len(list(out.iterdir())) == 7
