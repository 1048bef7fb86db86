"""The embedded default's broker: messages are files in a folder, as kombu's own, but each appears whole or not at all.

kombu makes a message's file first and writes it then, so that a worker can take it empty, and a worker ends at the
first message that it cannot read. Here a file gets its name when it is written, and what cannot be read is put aside:
what it told of is a row, and a sweep finds it.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)

Row = filesystem.exchange_queue_t


class Channel(filesystem.Channel):
    """Reads from and writes to the folders that the transport's options name; they must exist.

    A message that is being read lies in `processed_folder`, and stays there when it cannot be read.
    """

    def _put(self, queue: str, payload: Any, **_more: Any) -> None:  # type: ignore[override]  # as kombu's own
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - kombu's signature
        for name in sorted(file.name for file in Path(self.data_folder_in).iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder) / name
            try:
                (Path(self.data_folder_in) / name).rename(taken)
            except FileNotFoundError:
                continue  # somebody else was first
            try:
                message = loads(taken.read_bytes())
                virtual.Message(message, channel=self)  # what is not a message ends the worker just as well
            except Exception as fault:  # noqa: BLE001 - whatever a file can hold
                log.warning("a message could not be read (%s) and is put aside: %s", type(fault).__name__, taken)
                continue
            taken.unlink()
            return message
        raise Empty

    def get_table(self, exchange: str) -> list[Row]:
        """Return who is bound to the exchange: nobody, when that cannot be read. Whoever binds then writes it anew."""
        try:
            rows: list[Row] = super().get_table(exchange)
        except (ValueError, TypeError) as fault:
            log.warning("the table of exchange %s could not be read (%s)", exchange, type(fault).__name__)
            return []
        return rows

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = Row(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: rows if row in rows else [row, *rows])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_rest: Any, **_more: Any) -> None:
        self._purge(queue)
        row = Row(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: [other for other in rows if other != row])

    def _change_table(self, exchange: str, change: Callable[[list[Row]], list[Row]]) -> None:
        with _alone(self.control_folder):
            before = self.get_table(exchange)
            if (after := change(before)) != before:
                _write(self._exchange_file(exchange), dumps(after))


class Transport(filesystem.Transport):
    """kombu's transport over our channel."""

    Channel = Channel


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes and threads from changing what lies in the folder."""
    with (folder / "lock").open("w") as holder:
        flock(holder, LOCK_EX)
        yield


def _write(file: Path, text: str) -> None:
    """Write a file that nobody sees half of. Raises `ChannelError`."""
    unfinished = file.with_name(f"{file.name}.{uuid.uuid4()}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)
    except OSError as fault:
        unfinished.unlink(missing_ok=True)
        raise ChannelError(f"Cannot write {file}") from fault
