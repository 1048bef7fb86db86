"""Copies of pictures in which somebody is blurred: made by a worker, never by halves, and not to be undone (G03)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import TestCase
from PIL import Image, ImageChops, ImageStat
from pytest_django.fixtures import Settings

from documents import copying, kept, pictures, rules
from documents.models import BlurredCopy, StoredFile
from documents.services import copies, files
from documents.shown_rules import Box
from documents.stores import store
from portal.lib import clock
from tests.test_documents_pictures import as_file, keep, on_disk, size_of

pytestmark = pytest.mark.django_db
BOX = Box(500, 250, 250, 500)
LEFT, TOP, RIGHT, BOTTOM = 0.5, 0.25, 0.75, 0.75


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    yield
    # Whatever happened: no file without a row, no row without its file (PROMISES 2).
    files.tidy(now=clock.now() + timedelta(hours=2))
    keys = {*StoredFile.objects.values_list("key", flat=True)}
    keys |= {*BlurredCopy.objects.filter(state="ready").values_list("key", flat=True)}
    assert {name.split(".")[0] for name in on_disk(tmp_path)} == {key.hex for key in keys}


@pytest.fixture
def file() -> StoredFile:
    """Return a picture full of small things: squares, each black or white by chance."""
    chance = random.Random(5)
    drawn = Image.new("L", (100, 75))
    drawn.putdata([chance.choice((0, 255)) for _pixel in range(100 * 75)])
    made = keep(as_file(drawn.resize((2000, 1500), Image.Resampling.NEAREST).convert("RGB"), "PNG"))
    pictures.make_waiting(now=clock.now())
    made.refresh_from_db()
    return made


def copy_of(file: StoredFile, *boxes: Box) -> BlurredCopy:
    copies.ask({file.pk: {frozenset(boxes)}})
    return BlurredCopy.objects.get(file=file, boxes=sorted(box.as_list for box in boxes))


def in_pixels(image: Image.Image, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
    wide, high = image.size
    return round(left * wide), round(top * high), round(right * wide), round(bottom * high)


def inside(image: Image.Image, *, wider: float = 0.0) -> Image.Image:
    across, down = (RIGHT - LEFT) * wider, (BOTTOM - TOP) * wider
    sides = (LEFT - across, TOP - down, RIGHT + across, BOTTOM + down)
    return image.convert("RGB").crop(in_pixels(image, *sides))


def steps(image: Image.Image) -> float:
    """Return how much neighbours differ: the small things that a picture shows."""
    moved = ImageChops.offset(image, max(1, image.width // 40), 0)
    return ImageStat.Stat(ImageChops.difference(image, moved).convert("L")).mean[0]


@pytest.mark.parametrize("size", rules.WIDTHS)
def test_nothing_small_is_left_in_a_blurred_place(file: StoredFile, size: str) -> None:
    """G03: in every size and format, with a margin round the box, and nowhere else."""
    copy = copy_of(file, BOX)
    assert copying.make_waiting(now=clock.now()) == 1
    copy.refresh_from_db()
    assert copy.is_ready
    clear = size_of(file, size)
    blurred = size_of(copy, size)
    assert clear.size == blurred.size
    assert steps(inside(clear)) > 30
    assert steps(inside(blurred, wider=0.08)) < 3
    across = ImageChops.difference(clear.convert("RGB"), blurred.convert("RGB"))
    across.paste((0, 0, 0), in_pixels(clear, 0.47, 0.19, 0.78, 0.81))
    assert ImageStat.Stat(across.convert("L")).mean[0] < 6  # what is left is made anew, and the same


def test_what_differs_in_the_place_alone_gives_nearly_the_same_copy() -> None:
    """Two faces of the same colours cannot be told from each other behind the box."""
    found = []
    for way in (None, Image.Transpose.FLIP_LEFT_RIGHT):
        drawn = Image.new("RGB", (400, 300), "#8899aa")
        face = Image.new("L", (10, 15), 128)
        chance = random.Random(7)
        face.putdata([chance.choice((90, 160)) for _pixel in range(150)])
        face = face.transpose(way) if way is not None else face
        drawn.paste(face.resize((100, 150), Image.Resampling.NEAREST).convert("RGB"), (200, 75))
        file = keep(as_file(drawn, "PNG"))
        pictures.make_waiting(now=clock.now())
        copy = copy_of(file, BOX)
        copying.make_waiting(now=clock.now())
        found.append(inside(size_of(copy, "large")))
    assert ImageStat.Stat(ImageChops.difference(*found).convert("L")).mean[0] < 12  # of 35, as they are drawn


def test_a_worker_that_dies_leaves_nothing_and_the_next_one_makes_it(file: StoredFile) -> None:
    copy = copy_of(file, BOX)
    first = BlurredCopy.objects.claim(clock.now())
    assert first == copy
    assert BlurredCopy.objects.claim(clock.now()) is None
    with kept.working_folder() as folder:
        (folder / "half").write_bytes(b"half of")
        store().put(kept.name_of(copy.key, "large"), folder / "half")
    assert copying.make_waiting(now=clock.now() + timedelta(minutes=3)) == 1
    assert BlurredCopy.objects.get().is_ready
    assert size_of(copy, "large").size == (1920, 1440)


def test_a_copy_that_is_not_wanted_any_more_is_gone_even_while_it_is_made(
    file: StoredFile,
) -> None:
    copy_of(file, BOX)
    taken = BlurredCopy.objects.select_related("file").claim(clock.now())
    assert taken is not None
    copies.throw_away_unwanted({file.pk: set()})
    copying.make(taken)
    assert BlurredCopy.objects.count() == 0


def test_a_picture_under_a_new_name_is_gone_from_the_old_one(file: StoredFile) -> None:
    """G04: an address in the store that somebody knows leads nowhere."""
    old = file.key
    with TestCase.captureOnCommitCallbacks(execute=True):
        copies.rename([file])
    file.refresh_from_db()
    assert file.key != old
    assert not [found for found in store().listed(f"{old.hex[:2]}/") if old.hex in found.name]
    assert size_of(file, "small").size == (320, 240)
    with TestCase.captureOnCommitCallbacks(execute=True):
        copy_of(file, BOX)
        files.discard([file])
