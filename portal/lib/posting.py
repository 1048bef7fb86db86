"""One HTTP request to a machine outside the house: to the address that was looked at, in time, and nothing followed."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from portal.lib.lines import hanging_up
from portal.lib.outbox import Verdict

CONNECTS_WITHIN = 5.0
MOST_ADDRESSES = 2
LONGEST_REST = timedelta(hours=1)


class NotOutside(OSError):
    """The name stands for a machine of our own network, or for none: nothing was sent."""


class Refused(Exception):
    """The other side took the request and did not do what was asked. Holds its answer, never what was sent."""

    def __init__(self, status: int, after: timedelta = timedelta(0)) -> None:
        super().__init__(str(status))
        self.status, self.after = status, after


@dataclass(frozen=True)
class Request:
    """What is sent: to an address of http or https, whose path and body are in no log."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


class _Line(HTTPConnection):
    """A connection to the address that was looked at, with the certificate of the name."""

    def __init__(self, host: str, port: int, *, is_secret: bool, only_outside: bool) -> None:
        super().__init__(host, port, timeout=CONNECTS_WITHIN)
        self.is_secret, self.only_outside = is_secret, only_outside

    def connect(self) -> None:
        self.sock = _reached(self.host, self.port, only_outside=self.only_outside)
        if self.is_secret:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def post(request: Request, *, only_outside: bool, hold: Callable[[], object]) -> bool:
    """Send one request; return whether it was sent. Raises `Refused` for any answer but 2xx, redirects among them.

    `hold` is called once the other side is there; when it returns nothing, nothing is sent. With `only_outside` no
    address of a private network is spoken to, whatever name it hides behind.
    """
    parts = urlsplit(request.url)
    is_secret = parts.scheme == "https"
    port = parts.port or (443 if is_secret else 80)
    line = _Line(parts.hostname or "", port, is_secret=is_secret, only_outside=only_outside)
    with hanging_up(lambda: line.sock) as hang_up_in_time:
        try:
            hang_up_in_time()
            line.connect()
            if not hold():
                return False
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request(request.method, path, request.body, dict(request.headers))
            answer = line.getresponse()
            status, after = answer.status, answer.headers.get("Retry-After", "")
        finally:
            line.close()
    if not 200 <= status < 300:
        raise Refused(status, _rest(after))
    return True


def verdict(fault: Exception, *, final: frozenset[int]) -> Verdict:
    """Judge a fault: `final` are the answers that are about this row alone and will not change."""
    if isinstance(fault, Refused):
        is_servers = fault.status == 429 or fault.status >= 500
        return Verdict(str(fault.status), fault.status in final, is_servers=is_servers, after=fault.after)
    is_servers = isinstance(fault, OSError | HTTPException)
    return Verdict(type(fault).__name__, is_final=False, is_servers=is_servers)


def _reached(host: str, port: int, *, only_outside: bool) -> socket.socket:
    """Return a line to the first of the name's addresses that answers; none is asked for again. Raises `OSError`."""
    found = [address for *_kind, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if only_outside and not all(_is_outside(str(address[0])) for address in found):
        raise NotOutside("not outside")
    fault: OSError = NotOutside("nowhere")
    for address in found[:MOST_ADDRESSES]:
        try:
            return socket.create_connection((str(address[0]), port), CONNECTS_WITHIN)
        except OSError as no_answer:
            fault = no_answer
    raise fault


def _is_outside(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    hidden = address.ipv4_mapped or address.sixtofour if isinstance(address, IPv6Address) else None
    address = hidden or address
    return address.is_global and not address.is_multicast


def _rest(after: str) -> timedelta:
    """Return for how long the other side asks to be left alone; a date counts as nothing."""
    with suppress(ValueError, OverflowError):
        return min(max(timedelta(seconds=int(after)), timedelta(0)), LONGEST_REST)
    return timedelta(0)
