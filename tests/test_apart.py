"""What the process that opens strangers' files can still do (G02, PROMISES 2)."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from documents import apart
from documents.sniffing import sniff

TRYING = f"""
import importlib.util, json, os, socket, sys
spec = importlib.util.spec_from_file_location("program", {str(apart.PROGRAM)!r})
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)
parent = os.getppid()
program.limit(20)
said = {{"privileges": open("/proc/self/status").read().partition("NoNewPrivs:")[2].split()[0]}}
said["network"] = [name for name in socket.if_nameindex()]
try:
    said["environment"] = len(open(f"/proc/{{parent}}/environ").read())
except OSError:
    said["environment"] = 0
said["namespaces"] = os.readlink("/proc/self/ns/net")
print(json.dumps(said))
"""


def test_it_gets_no_rights_no_network_and_no_look_at_others() -> None:
    """Where the machine allows namespaces; where it does not, it still gets no rights."""
    ran = subprocess.run([sys.executable, "-I", "-c", TRYING], capture_output=True, check=True)
    said = json.loads(ran.stdout)
    assert said["privileges"] == "1"
    if said["namespaces"] == str(Path("/proc/self/ns/net").readlink()):
        pytest.skip("this machine does not allow namespaces of users")
    assert [name for _number, name in said["network"]] == ["lo"]
    assert said["environment"] == 0


BUSY = "Det är många som lägger upp just nu. Försök igen om en stund."


def test_so_many_are_looked_at_on_a_machine_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """PROMISES 2: whoever sends eight files that take seconds and a gigabyte each keeps two of them in memory."""
    under_way, most = [0], [0]

    def slowly(_work: str, **_asked: Any) -> dict[str, Any]:
        with counting:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        sleep(0.05)
        with counting:
            under_way[0] -= 1
        return {}

    counting = Lock()
    monkeypatch.setattr(apart, "run", slowly)
    monkeypatch.setattr(apart, "WAITS_FOR", 60.0)
    with ThreadPoolExecutor(8) as eight:
        list(eight.map(apart.look, ["text.look"] * 8))
    assert most == [apart.LOOKS_AT_ONCE]


def test_whoever_waits_in_vain_is_told_and_the_dead_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    letter = tmp_path / "brev.txt"
    letter.write_text("Hej")
    monkeypatch.setattr(apart, "WAITS_FOR", 0.1)
    holding = (
        "import fcntl, sys; held = [open(name, 'w') for name in sys.argv[1:]]; "
        "[fcntl.flock(one, fcntl.LOCK_EX) for one in held]; print('held', flush=True); sys.stdin.read()"
    )
    names = [str(settings.VAR / "run" / f"look-{number}") for number in range(apart.LOOKS_AT_ONCE)]
    sniff(letter)  # so that they are there
    with subprocess.Popen(
        [sys.executable, "-c", holding, *names], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(ValidationError) as refused:
            sniff(letter)
        other.kill()
    assert refused.value.messages == [BUSY]
    assert sniff(letter).media_type == "text/plain"


def test_a_look_has_less_time_than_the_making_of_sizes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    source = apart.PROGRAM.read_text().replace("__file__", repr(str(apart.PROGRAM)))
    limit = "answer = {'seconds': resource.getrlimit(resource.RLIMIT_CPU)[0]}"
    program.write_text(source.replace("answer = main(json.loads(said))", limit))
    monkeypatch.setattr(apart, "PROGRAM", program)
    assert (apart.look("text.look")["seconds"], apart.run("text.look")["seconds"]) == (5, 20)
