"""The broker of the embedded default: every message arrives once and whole, and none of them stops who reads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection

from portal.lib.spool import Channel, Transport

Open = Callable[[], Connection]

GARBLED = [b"", b"{", b"\xff\xfe", b"null", b"[]", b'"text"', b"{}", b'{"properties": {}}', b'{"properties": null}']


@pytest.fixture
def connect(tmp_path: Path) -> Open:
    """Return a way to the broker for each who asks, as each process has its own."""
    for name in ("control", "aside"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
        "processed_folder": str(tmp_path / "aside"),
    }
    return lambda: Connection("filesystem://", transport=Transport, transport_options=options)


def message(number: int) -> dict[str, Any]:
    return {"body": "", "properties": {"delivery_tag": str(number), "number": number}}


def number_of(received: dict[str, Any]) -> int:
    number: int = received["properties"]["number"]
    return number


def put_aside(folder: Path) -> int:
    return len(list((folder / "aside").iterdir()))


def test_messages_come_in_the_order_in_which_they_were_put(connect: Open, tmp_path: Path) -> None:
    with connect() as way:
        for number in range(20):
            way.default_channel._put("default", message(number))
        way.default_channel._put("images", message(99))
        assert [number_of(way.default_channel._get("default")) for _ in range(20)] == list(range(20))
        with pytest.raises(Empty):
            way.default_channel._get("default")
        assert way.default_channel._size("images") == 1
    assert put_aside(tmp_path) == 0


class ReadsMeanwhile(dict[str, Any]):
    """A part of a message that looks for the message while it is being written."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self.channel, self.found = channel, []  # type: tuple[Channel, list[object]]

    def items(self) -> Any:
        with pytest.raises(Empty):
            self.found.append(self.channel._get("default"))
        return super().items()


def test_a_message_that_is_being_written_is_not_there_yet(connect: Open, tmp_path: Path) -> None:
    with connect() as way:
        part = ReadsMeanwhile(way.default_channel)
        part["kept"] = "whole"
        way.default_channel._put("default", message(1) | {"headers": part})
        assert part.found == []
        assert way.default_channel._get("default")["headers"] == {"kept": "whole"}


def test_nothing_is_lost_or_halved_between_many_writers_and_two_readers(connect: Open, tmp_path: Path) -> None:
    received: list[int] = []

    def write(first: int) -> None:
        with connect() as way:
            for number in range(first, first + 200):
                way.default_channel._put("default", message(number) | {"padding": "x" * 5000})

    def read() -> None:
        until = time.monotonic() + 30
        with connect() as way:
            while len(received) < 600 and time.monotonic() < until:
                try:
                    received.append(number_of(way.default_channel._get("default")))
                except Empty:
                    time.sleep(0.001)

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 200, 400)]
    threads += [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(received) == list(range(600))
    assert put_aside(tmp_path) == 0


@pytest.mark.parametrize("content", GARBLED)
def test_what_cannot_be_read_is_put_aside(
    connect: Open, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "1_first.default.msg").write_bytes(content)
    with connect() as way:
        way.default_channel._put("default", message(7))
        assert number_of(way.default_channel._get("default")) == 7
        with pytest.raises(Empty):
            way.default_channel._get("default")
    assert (tmp_path / "aside" / "1_first.default.msg").read_bytes() == content
    assert "put aside" in caplog.text


@pytest.mark.parametrize("content", [b"", b"[[", b"[1]", b"null", b'[["a"]]'])
def test_an_unreadable_table_of_queues_is_written_anew(connect: Open, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "control" / "default.exchange").write_bytes(content)
    with connect() as way:
        assert way.default_channel.get_table("default") == []
        way.default_channel._queue_bind("default", "default", "", "images")
    assert json.loads((tmp_path / "control" / "default.exchange").read_text()) == [["default", "", "images"]]


def test_who_binds_at_the_same_time_is_bound(connect: Open, tmp_path: Path) -> None:
    with connect() as way:
        channel = way.default_channel

        def bind(number: int) -> None:
            channel._queue_bind("default", f"key{number}", "", f"queue{number}")

        threads = [threading.Thread(target=bind, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {row.queue for row in channel.get_table("default")} == {f"queue{number}" for number in range(40)}
        channel._delete("queue7", "default", "key7", "")
        assert len(channel.get_table("default")) == 39
