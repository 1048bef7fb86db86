"""Pictures are made anew by a worker: upright, small, and with nothing in them but colours (G01, DOMAIN 5.1)."""

from __future__ import annotations

import base64
import io
import os
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import FileResponse, Http404
from django.test import RequestFactory
from PIL import Image, ImageCms, PngImagePlugin
from pillow_heif import register_heif_opener
from pytest_django.fixtures import Settings

from documents import apart, kept, pictures, rules
from documents.models import BlurredCopy, StoredFile
from documents.services import files
from documents.serving import serve
from documents.stores import store
from portal.lib import bell, clock
from tests.hostile import assert_bare
from tests.hostile import pictures as hostile_pictures

pytestmark = pytest.mark.django_db

State = StoredFile.State
PLANTED = b"Hemlighetsson"  # in every place of a picture that can hold words
register_heif_opener()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def keep(data: bytes) -> StoredFile:
    return files.keep(ContentFile(data, "Utflykt.jpg"), by_id=None, now=clock.now())


def made(data: bytes) -> StoredFile:
    """Keep a picture, let the worker at it, and return its row."""
    file = keep(data)
    assert pictures.make_waiting(now=clock.now()) == 1
    file.refresh_from_db()
    return file


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Return a picture that is red in its upper left corner."""
    drawn = Image.new("RGB", (width, height), "blue")
    drawn.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    return drawn.convert(mode)


def as_file(drawn: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    out = io.BytesIO()
    drawn.save(out, kind, **how)
    return out.getvalue()


def exif(orientation: int) -> bytes:
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = PLANTED.decode()
    made.get_ifd(0x8825)[1] = "N"
    made.get_ifd(0x8825)[2] = (59.0, 20.0, 1.0)
    return made.tobytes()


def turned(orientation: int) -> Image.Image:
    """Return the picture as a camera stores it that was held so."""
    ways = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    drawn = picture()
    for way in ways.get(orientation, []):
        drawn = drawn.transpose(way)
    return drawn


def size_of(file: StoredFile | BlurredCopy, size: str, form: str = "webp") -> Image.Image:
    return Image.open(store().open(kept.name_of(file.key, size, form)))


def outputs(file: StoredFile) -> list[str]:
    return sorted(f"{file.key.hex}.{size}.{form}" for size in rules.WIDTHS for form in rules.FORMS)


def is_upright(shown: Image.Image) -> bool:
    wide, high = shown.size
    corners = [(wide // 8, high // 8), (wide * 7 // 8, high // 8), (wide // 8, high * 7 // 8)]
    reds = [shown.getpixel(corner)[0] > 128 for corner in corners]  # type: ignore[index]  # three colours
    return wide > high and reds == [True, False, False]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_becomes_three_sizes(kind: str, tmp_path: Path) -> None:
    file = made(as_file(picture(2400, 1800), kind))
    assert (file.state, file.problem, file.media_type, file.name) == ("ready", "", "image/webp", "Utflykt.webp")
    assert (file.width, file.height) == (1920, 1440)
    for form in rules.FORMS:
        assert [size_of(file, size, form).size for size in rules.WIDTHS] == [(320, 240), (960, 720), (1920, 1440)]
    # What was uploaded is gone, and so is the note that it lay there.
    assert on_disk(tmp_path) == outputs(file)
    assert all(is_upright(size_of(file, size, form)) for size in rules.WIDTHS for form in rules.FORMS)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_stands_upright_however_the_camera_was_held(orientation: int, kind: str) -> None:
    file = made(as_file(turned(orientation), kind, exif=exif(orientation)))
    assert is_upright(size_of(file, "large"))
    assert file.width is not None
    assert file.height is not None
    assert file.width > file.height


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_of_where_and_how_it_was_taken_is_left(kind: str) -> None:
    """G01: no EXIF, no place, no XMP, no comment, no name of a profile; nothing after the picture's end either."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    how: dict[str, object] = {"exif": exif(1), "icc_profile": profile}
    if kind == "JPEG":
        how |= {"comment": PLANTED, "xmp": b"<x:xmpmeta>" + PLANTED}
    elif kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", PLANTED.decode())
        words.add_itxt("XML:com.adobe.xmp", PLANTED.decode())
        how["pnginfo"] = words
    else:
        how["xmp"] = b"<x:xmpmeta>" + PLANTED
    file = made(as_file(picture(), kind, **how) + PLANTED)
    for name in kept.names_of_sizes(file.key):
        data = store().open(name).read()
        assert PLANTED not in data
        assert_bare(data)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_way_of_holding_colours_can_be_shown(mode: str) -> None:
    drawn = Image.new("I;16", (64, 48), 40_000) if mode == "I;16" else picture(mode=mode)
    file = made(as_file(drawn, "JPEG" if mode == "CMYK" else "PNG"))
    assert file.state == State.READY
    assert size_of(file, "large").mode == "RGB"
    if mode in ("RGBA", "P", "CMYK"):
        assert is_upright(size_of(file, "large"))


def test_what_is_seen_through_is_seen_on_white() -> None:
    file = made(as_file(Image.new("RGBA", (64, 48), (0, 0, 0, 0)), "PNG"))
    assert size_of(file, "large").getpixel((5, 5)) == (255, 255, 255)


def test_a_small_picture_is_not_made_larger() -> None:
    file = made(as_file(picture(200, 300)))
    assert [size_of(file, size).size for size in rules.WIDTHS] == [(200, 300)] * 3


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a PNG that says it is as large as this, whatever it holds."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [png_of(10_000, 4_001), png_of(2**31 - 1, 2**31 - 1), as_file(Image.new("1", (8_000, 5_001)), "PNG")],
    ids=["claimed", "monstrous", "real"],
)
def test_more_than_forty_megapixels_are_refused_before_they_are_opened(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"megapixlar|skadad"):
        keep(data)
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_picture_that_breaks_off_is_refused_or_marked(kind: str, part: float, tmp_path: Path) -> None:
    """F10: a damaged picture is named with its reason, nothing of it stays, and the next one is made."""
    noise = Image.effect_noise((400, 300), 80).convert("RGB")
    whole = as_file(noise, kind)
    try:
        broken = made(whole[: int(len(whole) * part)])
    except ValidationError:
        pass
    else:
        assert broken.state == State.DAMAGED
        assert broken.get_problem_display().endswith(".")
        with pytest.raises(Http404):
            serve(broken)
    assert on_disk(tmp_path) == []
    assert made(whole).state == State.READY


def test_a_flat_forty_megapixels_are_made_within_the_memory_that_is_given() -> None:
    file = made(as_file(Image.new("RGBA", (8_000, 5_000), (10, 20, 30, 128)), "PNG", compress_level=1))
    assert file.state == State.READY


def test_a_picture_that_needs_too_much_does_not_kill_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """PROMISES 2: it is given up with a reason, and the queue goes on."""
    file = keep(as_file(picture()))
    with monkeypatch.context() as hurried:
        hurried.setattr(apart, "SECONDS", 0.01)
        pictures.make_waiting(now=clock.now())
    file.refresh_from_db()
    assert (file.state, file.problem) == (State.DAMAGED, "too_much")
    assert made(as_file(picture())).state == State.READY


def test_the_program_holds_its_limits_and_knows_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that takes too much memory is refused; one that looks for our secrets finds none."""
    monkeypatch.setenv("SECRET_KEY", "planted")
    program = tmp_path / "program.py"
    source = apart.PROGRAM.read_text().replace("__file__", repr(str(apart.PROGRAM)))
    monkeypatch.setattr(apart, "PROGRAM", program)
    program.write_text(source.replace("answer = main(json.loads(said))", "answer = {'n': len(b'a' * 2**30)}"))
    with pytest.raises(apart.Refused, match="memory"):
        apart.run("text.look")
    program.write_text(source.replace("answer = main(json.loads(said))", "kept = b'a' * 420 * 2**20; kept.fault()"))
    with pytest.raises(apart.Refused, match="memory"):  # whatever a library says that could get no more of it
        apart.run("text.look")
    program.write_text(
        source.replace("answer = main(json.loads(said))", "import os; answer = {'seen': dict(os.environ)}")
    )
    assert "planted" not in str(apart.run("text.look"))


def test_workers_share_what_waits(tmp_path: Path) -> None:
    file = keep(as_file(picture()))
    now = clock.now()
    first = StoredFile.objects.claim(now)
    assert first == file
    assert StoredFile.objects.claim(now) is None
    # The first worker died: the next one takes it when the claim has run out, and the late first one changes nothing.
    second = StoredFile.objects.claim(now + timedelta(minutes=3))
    assert second is not None
    pictures.make_sizes(second)
    pictures._mark(first, {"state": State.DAMAGED})
    file.refresh_from_db()
    assert file.state == State.READY


def test_hostile_pictures_do_not_hold_the_queue(tmp_path: Path) -> None:
    """PROMISES 2: each is refused at the door or marked with its reason, and the one behind them is made."""
    refused = 0
    for hostile in hostile_pictures.damaged():
        if len(hostile.data) < 100:
            continue  # of those that are hardly begun one is a text
        try:
            keep(hostile.data)
        except ValidationError:
            refused += 1
    last = keep(as_file(picture()))
    waiting = StoredFile.objects.waiting().count()
    assert refused > 10
    assert waiting > 20
    assert pictures.make_waiting(now=clock.now()) == waiting
    assert not StoredFile.objects.waiting().exists()
    damaged = StoredFile.objects.filter(state=State.DAMAGED)
    assert damaged.count() > 10
    assert set(damaged.values_list("problem", flat=True)) == {"unreadable"}
    made_ready = StoredFile.objects.filter(state=State.READY, kind="picture")
    ready = [name for file in made_ready for name in outputs(file)]
    assert f"{last.key.hex}.small.jpg" in ready
    assert on_disk(tmp_path) == sorted(ready)


def test_pictures_are_made_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred of them do not keep an urgent notice waiting until the last is made."""
    rung: list[str] = []
    for _turn in range(2):
        keep(as_file(picture()))
    monkeypatch.setattr(bell, "ring", rung.append)
    assert pictures.make_waiting(now=clock.now(), seconds=0) == 1
    assert rung == ["documents.tasks.make_sizes"]
    assert pictures.make_waiting(now=clock.now(), seconds=60) == 1
    assert len(rung) == 1


def test_workers_that_die_of_it_give_it_up(tmp_path: Path) -> None:
    keep(as_file(picture()))
    for turn in range(rules.MOST_TRIES):
        assert StoredFile.objects.claim(clock.now() + timedelta(minutes=3 * turn))
    pictures.make_waiting(now=clock.now() + timedelta(hours=1))
    assert StoredFile.objects.get().problem == "too_much"
    assert on_disk(tmp_path) == []


def test_a_full_disk_is_waited_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keep(as_file(picture()))

    def full(*_args: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    pictures.make_waiting(now=clock.now())
    monkeypatch.undo()
    assert StoredFile.objects.get().state == State.WAITING
    assert len(on_disk(tmp_path)) == 2  # what was uploaded, and its note
    pictures.make_waiting(now=clock.now() + timedelta(minutes=3))
    assert StoredFile.objects.get().state == State.READY


def test_what_was_uploaded_goes_even_if_the_worker_stopped_in_between(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """DOMAIN 5.1: the row says ready and the original lies there still; its note tells."""
    with monkeypatch.context() as stopped:
        stopped.setattr(pictures, "settle_one", lambda *_args: None)
        file = made(as_file(picture()))
    assert file.key.hex in on_disk(tmp_path)
    files.tidy(now=clock.now() + timedelta(hours=2))
    assert on_disk(tmp_path) == outputs(file)


def test_it_is_shown_in_the_page_and_saved_when_asked() -> None:
    file = made(as_file(picture(1000, 800)))
    shown = serve(file, size="small")
    assert isinstance(shown, FileResponse)
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (320, 256)  # type: ignore[arg-type]  # no async
    assert shown["Content-Type"] == "image/webp"
    assert shown["Content-Disposition"].startswith("inline")
    saved = serve(file, as_attachment=True)
    assert saved["Content-Disposition"] == 'attachment; filename="Utflykt.webp"'
    saved.close()


def test_a_browser_that_cannot_show_webp_is_given_a_jpeg() -> None:
    file = made(as_file(picture(1000, 800)))
    for accept, media_type, name in [
        ("image/avif,image/webp,*/*", "image/webp", "Utflykt.webp"),
        ("image/png,image/*;q=0.8,*/*;q=0.5", "image/jpeg", "Utflykt.jpg"),
    ]:
        request = RequestFactory().get("/", headers={"Accept": accept})
        answer = serve(file, size="medium", request=request)
        assert isinstance(answer, FileResponse)
        data = b"".join(answer.streaming_content)  # type: ignore[arg-type]  # not the asynchronous kind
        assert Image.open(io.BytesIO(data)).get_format_mimetype() == media_type
        assert (answer["Content-Type"], answer["Vary"]) == (media_type, "Accept")
        assert answer["Content-Disposition"] == f'inline; filename="{name}"'
        again = RequestFactory().get("/", headers={"Accept": accept, "If-None-Match": answer["ETag"]})
        assert serve(file, size="medium", request=again).status_code == 304


def test_its_colours_stand_in_its_place_until_it_has_come() -> None:
    """They are a few dozen bytes, of which nobody sees more than what is light and what is dark."""
    file = made(as_file(picture(1000, 800)))
    assert file.blur.startswith("data:image/webp;base64,")
    assert len(file.blur) < 300
    shown = Image.open(io.BytesIO(base64.b64decode(file.placeholder)))
    assert max(shown.size) == 16
    assert is_upright(shown)


def test_what_waits_is_shown_to_nobody() -> None:
    file = keep(as_file(picture()))
    with pytest.raises(Http404):
        serve(file)
