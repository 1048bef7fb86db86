"""How much is written of what went wrong, and never what stood in a row (PROMISES 3.3, 3.9)."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from django.db import Error

# What PostgreSQL adds to the first line of a fault: the row, the key, the statement with its values. Also where the
# fault was printed as Python writes a text, with its line breaks spelled out.
MARGIN = r"\n[ |]*"  # a group's traceback is drawn with one
ADDED = re.compile(rf"(?:{MARGIN}|\\n)(?:DETAIL|HINT|CONTEXT|QUERY|LINE \d+):[^\n]*")


# The address of a guardian's calendar is all that it takes to read it.
SECRET_ADDRESS = re.compile(r"(?<=/kalender/)[^/\s]+(?=\.ics)")


class RefusedInOneLine(logging.Filter):
    """Takes the traceback from a request that was refused: only what is wrong on our side needs to say where."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class WithoutValues(logging.Formatter):
    """Writes of a fault of the database which one it is and which constraint said so, and no value; and no secret
    address.
    """

    def format(self, record: logging.LogRecord) -> str:
        text = without_values(super().format(record), record.exc_info[1] if record.exc_info else None)
        return SECRET_ADDRESS.sub("…", text)


def print_without_values(kind: type[BaseException], fault: BaseException, where: TracebackType | None) -> None:
    """Print what ended the process (`sys.excepthook`): a command's traceback lands in a log, too."""
    sys.stderr.write(without_values("".join(traceback.format_exception(kind, fault, where)), fault))


def without_values(text: str, fault: BaseException | None) -> str:
    """Return the text with what the database said about `fault`, and about whatever led to it, cut to what is safe."""
    for error in _chain(fault):
        if isinstance(error, Error) or hasattr(error, "pgcode"):  # Django's, and the driver's own beneath it
            said, safe = str(error), _safe(error).replace("\\", "\\\\")
            for form in (MARGIN.join(map(re.escape, said.split("\n"))), re.escape(repr(said)[1:-1])):
                text = re.sub(form, safe, text) if said else text
    return ADDED.sub("", text)


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """Yield all that a traceback prints."""
    waiting, seen = [fault], set[int]()
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        waiting += [error.__cause__, error.__context__, *getattr(error, "exceptions", ())]


def _safe(error: BaseException) -> str:
    known = error if hasattr(error, "pgcode") else error.__cause__
    code, told = getattr(known, "pgcode", None), getattr(known, "diag", None)
    names = [getattr(told, name, None) for name in ("constraint_name", "table_name", "column_name")]
    about = " ".join(word for word in (code, *names) if word)
    # "Invalid date": the first line itself quotes what could not be read.
    quotes_values = any(kind.__name__ == "DataError" for kind in type(error).__mro__)
    first = "" if quotes_values else str(error).partition("\n")[0]
    return " ".join(part for part in (first, about and f"[{about}]") if part) or "(not told)"


def to_the_console(level: str) -> dict[str, Any]:
    """Return the setting of what is logged from that level on: in lines on the console, without values."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "portal.logs.WithoutValues", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}
        },
        "filters": {"refused": {"()": "portal.logs.RefusedInOneLine"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused"]}},
        "root": {"handlers": ["console"], "level": level},
    }
