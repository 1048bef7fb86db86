"""Plain text: nothing else in disguise."""

from __future__ import annotations

import re
from pathlib import Path

from documents.opened import Refused

_MARKUP = re.compile(r"<\s*(!doctype|html|svg|script|\?xml|\?php|body|head|iframe|img|a\s)", re.IGNORECASE)
_PROGRAM = "%!PS"  # PostScript, which draws and does much besides
_CONTROL_SIGNS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def look(*, file: str) -> dict[str, str]:
    """Refuse what is not text in UTF-8, or what a browser could take for a page."""
    try:
        text = Path(file).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("kind") from None
    if text.startswith(_PROGRAM) or _CONTROL_SIGNS.search(text) or _MARKUP.search(text[:4_096]):
        raise Refused("kind")
    return {"media_type": "text/plain"}
