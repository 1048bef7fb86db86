"""The program that opens what strangers made, in a process of its own with little memory and little time.

It knows nothing of the portal: no settings, no secrets, no database. `documents.apart` starts it with the work in JSON,
and it answers with one line of JSON. Whatever a file can do to the libraries that read it, it does here: in a child of
this process, which has nothing loaded and tells what became of it and how much memory it took.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent))

from documents.opened import Refused  # found by the line above

MEMORY = 512 * 1024 * 1024  # of address space; what is really used of it is less
PATIENCE = 50  # seconds by the clock on the wall
MOST_THREADS = 8  # a picture of a telephone is decoded by several, even where one is asked for
LARGEST_OUTPUT = 20 * 1024 * 1024
_NO_NEW_PRIVILEGES = 38  # of prctl
_OWN_USERS, _OWN_NETWORK = 0x10000000, 0x40000000  # of unshare
_NO_SPACE = (27, 28, 122)  # EFBIG, ENOSPC, EDQUOT
_TOO_LONG = (signal.SIGXCPU, signal.SIGALRM)


def limit(seconds: int) -> None:
    """Take away from this process what it does not need, and leave it so much processor time.

    It gets no rights by any program that it might start. Where the machine lets everybody make namespaces, it has no
    network, may not look into other processes, and has no more than a few threads or processes (where root runs it,
    nothing limits those). It is still the same user, who may read the files that the portal's user may.
    """
    system = ctypes.CDLL(None)
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if system.unshare(_OWN_USERS | _OWN_NETWORK) == 0:  # else all that the user runs would count
        resource.setrlimit(resource.RLIMIT_NPROC, (MOST_THREADS, MOST_THREADS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    signal.alarm(PATIENCE)


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what was asked ("pictures.look": `look` in `documents.opened.pictures`), and say what came of it."""
    module, _dot, name = asked.pop("work").partition(".")
    done: dict[str, Any] = getattr(import_module(f"documents.opened.{module}"), name)(**asked)
    return done


def answered(said: str) -> dict[str, Any]:
    """Return what came of it, or why nothing did."""
    try:
        answer = main(json.loads(said))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "memory"}
    except OSError as fault:
        return {"refused": "disk" if fault.errno in _NO_SPACE else "damaged"}
    except Exception as fault:  # noqa: BLE001 - whatever a file can make of a library
        return {"refused": "damaged", "fault": type(fault).__name__}
    return answer


def watched(said: str, seconds: int) -> dict[str, Any]:
    """Let a child do it; return its answer with the most memory that it took, whatever has become of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
        limit(seconds)
        with os.fdopen(writing, "w") as out:
            out.write(json.dumps(answered(said)))
            out.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    _child, status, used = os.wait4(child, 0)
    died_of = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    why = {"refused": "time" if died_of in _TOO_LONG else "memory"}
    came = json.loads(text) if text and not died_of else why
    if came.get("refused") == "damaged" and used.ru_maxrss * 1024 > MEMORY * 3 // 4:
        came = why  # libraries call a file damaged, too, for which there was no memory
    return came | {"peak_mb": round(used.ru_maxrss / 1024, 1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(watched(sys.argv[1], int(sys.argv[2]))))
