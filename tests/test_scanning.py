"""A virus scanner, where the settings name one, is asked of each upload; without its word nothing comes in."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.base import ContentFile
from pytest_django.fixtures import Settings

from documents import scanning
from documents.models import StoredFile
from documents.services import files
from portal import environment
from portal.lib import clock

pytestmark = pytest.mark.django_db

VIRUS = b"Det har ar inget virus, men vi later som"
LATER = "Filen kan inte kontrolleras just nu. Försök igen om en stund."


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def keep(data: bytes) -> StoredFile:
    return files.keep(ContentFile(data, "brev.txt"), by_id=None, now=clock.now())


def assert_refused(data: bytes, sentence: str, folder: Path) -> None:
    """Fail unless it is refused with this sentence, and nothing of it is left."""
    with pytest.raises(ValidationError) as refused:
        keep(data)
    assert refused.value.messages == [sentence]
    assert not StoredFile.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Debian's own, with one signature that is ours; yield its socket."""
    if not shutil.which("clamd"):
        pytest.skip("clamd is missing: scripts/need clamd")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "ours.ndb").write_text(f"Vart.Eget:0:*:{VIRUS.hex()}\n")
    listening = folder / "socket"
    settings = {
        "DatabaseDirectory": folder,
        "LocalSocket": listening,
        "LogFile": folder / "log",
        "StreamMaxLength": "25M",
        "Foreground": "yes",
    }
    file = folder / "clamd.conf"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    with subprocess.Popen(["clamd", "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while not listening.exists():
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, "clamd does not listen"
                time.sleep(0.05)
            yield listening
        finally:
            process.terminate()


def test_what_is_clean_comes_in_and_what_is_not_does_not(clamd: Path, settings: Settings, tmp_path: Path) -> None:
    settings.CLAMD = str(clamd)
    assert_refused(
        b"Hej! " + VIRUS, "Filen stoppades av virusskyddet. Spara den på nytt eller välj en annan fil.", tmp_path
    )
    assert keep(b"Hej!").state == "ready"
    assert keep(b"Smultron. " * 1_900_000).state == "ready"  # in more pieces than one


def test_a_scanner_that_is_gone_lets_nothing_in(settings: Settings, tmp_path: Path) -> None:
    settings.CLAMD = str(tmp_path / "none")
    assert_refused(b"Hej!", LATER, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.CLAMD = f"127.0.0.1:{port}"
    assert_refused(b"Hej!", LATER, tmp_path)


def reads_all(connection: socket.socket) -> None:
    """Read as clamd does: the command, then pieces until one of no length."""
    with connection.makefile("rb") as asked:
        assert asked.read(10) == b"zINSTREAM\0"
        while length := int.from_bytes(asked.read(4), "big"):
            assert len(asked.read(length)) == length


def answering(answer: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        reads_all(connection)
        connection.sendall(answer)

    return talk


def hangs(connection: socket.socket) -> None:
    reads_all(connection)
    connection.recv(1)  # until whoever asked has given up


def drips(connection: socket.socket) -> None:
    reads_all(connection)
    while True:
        connection.sendall(b"s")
        time.sleep(0.02)


FAULTS: dict[str, Callable[[socket.socket], None]] = {
    "closes at once": socket.socket.close,
    "closes when it has read": reads_all,
    "says half": answering(b"stream: O"),
    "finds the stream too long": answering(b"INSTREAM size limit exceeded. ERROR\0"),
    "has no signatures": answering(b"stream: Can't allocate memory ERROR\0"),
    "says nonsense": answering(b"\xff\xfe OK\0"),
    "says it of another file": answering(b"fd[10]: OK\0"),
    "never stops talking": answering(b"stream: OK" * 10_000),
    "hangs": hangs,
    "drips": drips,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_scanner_that_does_not_answer_as_it_should_lets_nothing_in(
    fault: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "PATIENCE", 0.4)

    def serve(listening: socket.socket) -> None:
        connection, _address = listening.accept()
        try:
            with connection:
                FAULTS[fault](connection)
        except OSError:
            pass  # whoever asked has gone

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        settings.CLAMD = f"127.0.0.1:{listening.getsockname()[1]}"
        before = time.monotonic()
        assert_refused(b"Hej! " * 50_000, LATER, tmp_path)
        assert time.monotonic() - before < 10
        thread.join(10)
        assert not thread.is_alive()


def test_a_scanner_that_answers_as_it_should_lets_it_in(settings: Settings) -> None:
    """The faults above are refused for what they are, and not for who says them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with listening.accept()[0] as connection:
                answering(b"stream: OK\0")(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        settings.CLAMD = f"127.0.0.1:{listening.getsockname()[1]}"
        assert keep(b"Hej!").state == "ready"
        thread.join(10)


@pytest.mark.parametrize("wrong", ["clamd", "clamd:", ":3310", "clamd:port"])
def test_an_address_that_is_none_stops_the_start(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAMD", wrong)
    with pytest.raises(ImproperlyConfigured, match="CLAMD"):
        environment.socket_address("CLAMD")
