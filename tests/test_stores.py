"""Where files lie: the folder and a store that speaks S3 keep the same promises (PROMISES 2, I04)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pytest_django.fixtures import Settings
from urllib3.exceptions import ProtocolError

from documents import kept, pictures, rules
from documents.models import StoredFile
from documents.services import files, hygiene
from documents.serving import open_file, serve
from documents.stores import store
from portal.lib import clock
from tests import bucket as s3


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3.bucket() as address:
        yield address


@pytest.fixture(params=["folder", "s3"], autouse=True)
def _store(request: pytest.FixtureRequest, bucket: str, settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.FILES_S3 = bucket if request.param == "s3" else ""
    if settings.FILES_S3:  # one bucket for all
        store().remove([found.name for found in store().listed("")])


def put(name: str, body: bytes) -> None:
    with kept.working_folder() as folder:
        (folder / "made").write_bytes(body)
        store().put(name, folder / "made")


def everything() -> list[str]:
    places = [f"{number:02x}/" for number in range(256)]
    return [found.name for place in [*places, "unsettled/"] for found in store().listed(place)]


def sent(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # both are streams


def test_what_is_put_is_there_until_it_is_removed() -> None:
    put("ab/abc", b"hej")
    put("ab/abc", b"hejsan")  # a second try takes the place of the first
    put("ab/abd", b"")
    put("ac/abc", b"x")
    assert [(found.name, found.size) for found in store().listed("ab/")] == [("ab/abc", 6), ("ab/abd", 0)]
    assert all(abs(found.changed_at - clock.now()) < timedelta(minutes=5) for found in store().listed("ab/"))
    with store().open("ab/abc", 3) as opened:
        assert opened.read() == b"san"
    assert store().size("ab/abc") == 6
    store().copy("ab/abc", "ad/abc")
    store().remove(["ab/abc", "ab/abd", "ab/none"])
    assert list(store().listed("ab/")) == []
    with store().open("ad/abc") as opened:
        assert opened.read() == b"hejsan"


def test_what_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    asked: list[Callable[[], object]] = [
        lambda: store().open("ab/none"),
        lambda: store().size("ab/none"),
        lambda: store().near("ab/none", tmp_path),
        lambda: store().copy("ab/none", "ab/other"),
    ]
    for ask in asked:
        with pytest.raises(FileNotFoundError):
            ask()
    store().remove(["ab/none"])


@pytest.mark.django_db
def test_a_picture_lies_in_its_sizes_and_nothing_else_does() -> None:
    """G01: kept, made, shown, thrown away; no working copy is left."""
    out = io.BytesIO()
    Image.new("RGB", (1200, 900), "red").save(out, "JPEG")
    file = files.keep(ContentFile(out.getvalue(), "a.jpg"), by_id=None, now=clock.now())
    assert everything() == [kept.name_of(file.key), f"unsettled/{file.key.hex}"]
    assert pictures.make_waiting(now=clock.now()) == 1
    file.refresh_from_db()
    assert everything() == sorted(kept.names_of_sizes(file.key))
    with open_file(file, size="small") as opened:
        assert Image.open(io.BytesIO(opened.read())).size == (320, 240)
    assert sent(serve(file))[:4] == b"RIFF"
    assert list((kept._working()).iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_thrown_away_goes_when_the_transaction_is_over() -> None:
    file = files.keep(ContentFile(b"hej", "a.txt"), by_id=None, now=clock.now())
    with transaction.atomic():
        files.discard([file])
        assert kept.name_of(file.key) in everything()
    assert everything() == []
    with transaction.atomic():
        files.keep(ContentFile(b"hej", "a.txt"), by_id=None, now=clock.now())
        transaction.set_rollback(True)
    assert len(everything()) == 2
    assert files.tidy(now=clock.now() + timedelta(hours=2)) == 1
    assert everything() == []


@pytest.mark.django_db
def test_a_store_that_does_not_answer_refuses_politely(settings: Settings, tmp_path: Path) -> None:
    """I04: a sentence, no row without a file."""
    if settings.FILES_S3:
        settings.FILES_S3 = "http://key:secret@127.0.0.1:9/filer"
    else:
        (tmp_path / "files").write_text("no folder")
    with pytest.raises(ValidationError, match="plats"):
        files.keep(ContentFile(b"hej", "a.txt"), by_id=None, now=clock.now())
    assert not StoredFile.objects.exists()


def test_what_breaks_off_is_a_fault_of_files(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I04: whoever reads it knows that the disk, or the net, may fail, and nothing of how."""
    if not settings.FILES_S3:
        pytest.skip("a folder is read by the system")
    put("aa/a", b"0123456789")

    def broken(*_how_much: object) -> bytes:
        raise ProtocolError("Connection broken")

    monkeypatch.setattr("botocore.response.StreamingBody.read", broken)
    with store().open("aa/a") as opened, pytest.raises(OSError, match="ProtocolError"):
        opened.read()
    with pytest.raises(OSError, match="ProtocolError"):
        store().near("aa/a", tmp_path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "status", "body", "said"),
    [
        ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=0-1,4-5", 200, b"0123456789", ""),
        ("bytes=4-2", 200, b"0123456789", ""),
        ("lines=1-2", 200, b"0123456789", ""),
    ],
)
def test_whoever_asks_for_a_part_gets_it(asked: str, status: int, body: bytes, said: str) -> None:
    """RFC 9110, 14: a browser goes on with what broke off, and turns the pages of a long PDF."""
    file = files.keep(ContentFile(b"0123456789", "a.txt"), by_id=None, now=clock.now())
    answer = serve(file, request=RequestFactory().get("/", headers={"Range": asked}))
    assert (answer.status_code, sent(answer), answer.get("Content-Range", "")) == (status, body, said)
    assert answer["Content-Length"] == str(len(body))
    changed = RequestFactory().get("/", headers={"Range": asked, "If-Range": '"another"'})
    assert sent(serve(file, request=changed)) == b"0123456789"


@pytest.mark.django_db
def test_a_part_after_the_end_is_refused() -> None:
    file = files.keep(ContentFile(b"0123456789", "a.txt"), by_id=None, now=clock.now())
    answer = serve(file, request=RequestFactory().get("/", headers={"Range": "bytes=10-"}))
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */10")


def test_a_store_never_leaves_its_folder(settings: Settings) -> None:
    if not settings.FILES_S3:
        with pytest.raises(Exception, match="outside"):
            store().open("../secret")


@given(st.text(max_size=30), st.integers(0, 100))
def test_no_range_is_a_fault(asked: str, whole: int) -> None:
    part = rules.part_asked(asked, whole)
    assert part is None or set(part) <= set(range(whole))


@pytest.mark.django_db
def test_what_has_no_row_goes_and_what_is_gone_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """PROMISES 2: no file without its row, no row without its file; and what may be on its way is left alone."""
    whole = files.keep(ContentFile(b"hej", "a.txt"), by_id=None, now=clock.now())
    lost = files.keep(ContentFile(b"borta", "b.txt"), by_id=None, now=clock.now())
    for one in (whole, lost):
        kept.settle(one.key)  # as when its transaction is over
    store().remove([kept.name_of(lost.key)])
    put("ab/" + "ab" * 16, b"x")
    put("parts/" + "cd" * 16 + ".0", b"x")
    later = clock.now() + timedelta(days=2)
    assert hygiene.check(now=clock.now(), mend=True).is_clean  # all of it is of today
    found = hygiene.check(now=later, mend=False)
    assert (found.rows, found.missing) == (2, [kept.name_of(lost.key)])
    assert found.stray == ["ab/" + "ab" * 16, "parts/" + "cd" * 16 + ".0"]
    assert hygiene.check(now=later, mend=True).stray == found.stray
    lost.refresh_from_db()
    whole.refresh_from_db()
    assert (lost.state, lost.problem, whole.state) == ("damaged", "gone", "ready")
    assert hygiene.check(now=later, mend=False).is_clean
    call_command("check_files", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["missing"] == []


@pytest.mark.django_db
def test_sizes_are_made_anew_from_the_largest(capsys: pytest.CaptureFixture[str]) -> None:
    """What was lost is there again, the largest is as it was, and one goes on where one was interrupted."""
    made = []
    for colour in ("red", "blue"):
        held = io.BytesIO()
        Image.new("RGB", (800, 600), colour).save(held, "JPEG")
        made.append(files.keep(ContentFile(held.getvalue(), f"{colour}.jpg"), by_id=None, now=clock.now()))
    pictures.make_waiting(now=clock.now())
    largest = [kept.name_of(one.key, rules.WHOLE) for one in made]
    before = [store().open(name).read() for name in largest]
    store().remove([name for one in made for name in kept.names_of_sizes(one.key) if name not in largest])
    call_command("make_sizes", after=made[0].pk)
    assert capsys.readouterr().out.splitlines() == ["1 of 1: 1 made, 0 could not be"]
    assert len(everything()) == 1 + len(kept.names_of_sizes(made[1].key))
    call_command("make_sizes")
    assert sorted(everything()) == sorted(name for one in made for name in kept.names_of_sizes(one.key))
    assert [store().open(name).read() for name in largest] == before
    store().remove(largest)
    with pytest.raises(SystemExit):
        call_command("make_sizes")
    assert "2 of 2: 0 made, 2 could not be" in capsys.readouterr().out
