"""The disk is full at any byte of an upload, or of what a worker makes of it (I04, PROMISES 2)."""

from __future__ import annotations

import os
import re
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image
from pytest_django.fixtures import Settings

from documents import apart, kept, pictures
from documents.models import StoredFile
from documents.services import files
from portal.lib import clock
from tests.hostile.pictures import as_file

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=3)
FULL = "Det finns inte plats för filen just nu. Försök igen om en stund."
PICTURE = as_file(Image.effect_noise((400, 300), 60).convert("RGB"), "PNG")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def keep() -> StoredFile:
    return files.keep(ContentFile(PICTURE, "Utflykt.png"), by_id=None, now=clock.now())


def lying(folder: Path) -> set[str]:
    """Return what lies in the store: neither notes, nor what was being made."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert not [name for name in found if name.startswith("working/")]
    return {name for name in found if not name.startswith("unsettled/")}


def assert_agreeing(folder: Path) -> None:
    """Fail where there is a row without its files, or a file without its row."""
    rows = StoredFile.objects.all()
    ready = [name for row in rows if row.is_ready for name in kept.names_of_sizes(row.key)]
    assert lying(folder) == {*ready, *(kept.name_of(row.key) for row in rows if not row.is_ready)}


@contextmanager
def no_file_longer_than(most: int) -> Iterator[None]:
    """Let the kernel refuse every byte of a file beyond the first `most`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("byte", [0, 1, 4_095, 4_096, len(PICTURE) // 2, len(PICTURE) - 1])
def test_an_upload_that_finds_no_room_at_some_byte_leaves_nothing(byte: int, settings: Settings) -> None:
    with no_file_longer_than(byte), pytest.raises(ValidationError) as refused:
        keep()
    assert refused.value.messages == [FULL]
    assert not StoredFile.objects.exists()
    assert_agreeing(settings.FILES_ROOT)
    keep()
    assert pictures.make_waiting(now=clock.now()) == 1
    assert StoredFile.objects.get().is_ready
    assert_agreeing(settings.FILES_ROOT)


@pytest.mark.parametrize("byte", [0, 1, 1_000, 4_096, 9_000])
def test_sizes_that_find_no_room_at_some_byte_are_made_later(
    byte: int, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    source = apart.PROGRAM.read_text().replace("__file__", repr(str(apart.PROGRAM)))
    program = tmp_path / "program.py"
    program.write_text(re.sub(r"LARGEST_OUTPUT = .*", f"LARGEST_OUTPUT = {byte}", source))
    with monkeypatch.context() as full:
        full.setattr(apart, "PROGRAM", program)
        pictures.make_waiting(now=clock.now())
    assert StoredFile.objects.get().state == "waiting"
    assert_agreeing(settings.FILES_ROOT)
    assert pictures.make_waiting(now=clock.now() + LATER) == 1
    assert StoredFile.objects.get().is_ready
    assert_agreeing(settings.FILES_ROOT)


@contextmanager
def small_disk(place: Path, **limits: int) -> Iterator[None]:
    """Mount a file system of its own that has room for so much; skip where that is not allowed."""
    place.mkdir()
    options = ",".join(f"{name}={value}" for name, value in limits.items())
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


# Pages of four kilobytes, and files and folders, of which the first is the disk itself.
@pytest.mark.parametrize(
    "limits",
    [
        *({"size": 4_096 * pages} for pages in (1, 4, 16, 31, 33, 40, 60, 80)),
        *({"size": 10_000_000, "nr_inodes": number} for number in range(2, 22, 2)),
    ],
    ids=str,
)
def test_a_disk_that_is_really_full(limits: dict[str, int], settings: Settings, tmp_path: Path) -> None:
    """At whichever write or name it is: refused, or a picture that waits, and rows and files agree."""
    place = tmp_path / "disk"
    settings.FILES_ROOT = place / "files"
    with small_disk(place, **limits):
        with suppress(ValidationError):
            keep()
        pictures.make_waiting(now=clock.now())
        assert_agreeing(settings.FILES_ROOT)
        subprocess.run(["mount", "-o", "remount,size=10000000,nr_inodes=1000", str(place)], check=True)
        keep()
        pictures.make_waiting(now=clock.now() + LATER)
        assert all(one.is_ready for one in StoredFile.objects.all())
        files.tidy(now=clock.now() + timedelta(hours=2))
        assert_agreeing(settings.FILES_ROOT)
