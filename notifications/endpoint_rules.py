"""Where notices may be pushed to. An address comes from a browser, and so from anybody: pure decisions about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

PUSH_SERVICES = "fcm.googleapis.com,updates.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com"
"""Of the browsers that people have: Chrome and its kin, Firefox, Safari, Edge."""

LONGEST = 2048
_NAME = re.compile(r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$")
_ADDRESS = re.compile(r"^[!-~]+$")  # visible ASCII: nothing that is read in two ways


def may_be_pushed_to(url: str, hosts: Collection[str]) -> bool:
    """Tell whether an address is one of a push service that we know: by https, by its name, at the usual port.

    `hosts` are names, or "*.example" for whatever lies under one.
    """
    if len(url) > LONGEST or not _ADDRESS.match(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, 443) or not _NAME.match(host):
        return False
    return any(_is_one_of(host, known) for known in hosts)


def _is_one_of(host: str, known: str) -> bool:
    return host.endswith(known[1:]) if known.startswith("*.") else host == known
