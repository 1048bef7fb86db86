"""What the process that opens strangers' files can still do (G02, PROMISES 2)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from documents import apart

TRYING = f"""
import importlib.util, json, os, socket, sys
spec = importlib.util.spec_from_file_location("program", {str(apart.PROGRAM)!r})
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)
parent = os.getppid()
program.limit()
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
