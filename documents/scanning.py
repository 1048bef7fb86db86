"""What a virus scanner says of a file, where the settings name one (`CLAMD`): it is asked before the file is opened.

ClamAV's own protocol, INSTREAM. The libraries for it have not moved since 2014, and it is a dozen lines.
Fail-closed: a scanner that cannot be asked, or does not answer as it should, lets nothing in.
"""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

PATIENCE = 20.0  # seconds for the whole of it
CHUNK = 64 * 1024  # bytes
LONGEST_ANSWER = 4_096  # bytes


def demand_clean(file: Path) -> None:
    """Raise `ValidationError` with a sentence where the scanner finds something, or cannot be asked."""
    if not settings.CLAMD:
        return
    try:
        answer = _asked(file)
    except OSError as fault:  # a timeout is one
        answer = f"{type(fault).__name__}: {fault}"
    if answer == "stream: OK":
        return
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        log.warning("clamd refused an upload: %s", answer)
        raise ValidationError(_("Filen stoppades av virusskyddet. Spara den på nytt eller välj en annan fil."))
    log.error("clamd could not be asked: %s", answer)
    raise ValidationError(_("Filen kan inte kontrolleras just nu. Försök igen om en stund."))


def _asked(file: Path) -> str:
    """Send the file in pieces, each after its length; return what is answered."""
    deadline = monotonic() + PATIENCE
    with _connection() as connection, file.open("rb") as opened:
        connection.sendall(b"zINSTREAM\0")
        while chunk := opened.read(CHUNK):
            connection.settimeout(_left(deadline))
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
        connection.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            connection.settimeout(_left(deadline))
            if not (more := connection.recv(LONGEST_ANSWER)):
                break
            answer += more
    return answer.rstrip(b"\0").decode(errors="replace")


def _connection() -> socket.socket:
    if settings.CLAMD.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(settings.CLAMD)
        return connection
    host, _colon, port = settings.CLAMD.rpartition(":")
    return socket.create_connection((host, int(port)), PATIENCE)


def _left(deadline: float) -> float:
    if (left := deadline - monotonic()) <= 0:
        raise TimeoutError("it takes too long")
    return left
