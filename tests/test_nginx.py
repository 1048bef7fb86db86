"""The portal as it stands in production: gunicorn under production's settings, behind nginx with our own file."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).resolve().parent.parent
HOST = "forskola.example"
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not shutil.which("nginx") or not shutil.which("openssl"), reason="nginx or openssl is missing"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="production runs on PostgreSQL alone"),
]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the one header of that name; a second one would not replace the first."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) <= 1, found
        return found[0] if found else ""


@dataclass(frozen=True)
class Portal:
    plain: int
    tls: int

    def ask(self, path: str, *, host: str = HOST, tls: bool = True, send: int = 0, **headers: str) -> Answer:
        """Get a page, or `send` so many bytes there. The underscores of `headers` stand for dashes."""
        trusting = ssl._create_unverified_context()  # noqa: S323 - the test's own certificate
        asked = (
            http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=20, context=trusting)
            if tls
            else http.client.HTTPConnection("127.0.0.1", self.plain, timeout=20)
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.request("POST" if send else "GET", path, body=b"x" * send or None, headers={"Host": host, **named})
        answer = asked.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())


def nginx_file(folder: Path, web: int, plain: int, tls: int) -> Path:
    """Return our file with other ports and folders, and nothing else changed."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for ours, here in {
        "server web:8000": f"server 127.0.0.1:{web}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
        "/etc/nginx/tls": str(folder),
        "pid /run/nginx.pid": f"pid {folder}/nginx.pid",
        "/var/cache/nginx/static": f"{folder}/static",
        "/dev/stdout": f"{folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
    }.items():
        assert ours in text
        text = text.replace(ours, here)
    # Whoever is not root cannot write where Debian's nginx keeps what is under way; as root it gives its workers to
    # another user, who cannot enter a test's folder.
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    text = text.replace("http {", "http {\n" + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds), 1)
    file = folder / "nginx.conf"
    file.write_text(("user root;\n" if os.geteuid() == 0 else "") + text)
    return file


def settings_of(folder: Path, web: int) -> dict[str, str]:
    used = connection.settings_dict
    address = f"{used['USER']}:{used['PASSWORD']}@{used['HOST'] or 'localhost'}:{used['PORT'] or 5432}/{used['NAME']}"
    return os.environ | {
        "PRODUCTION": "true",
        "BEHIND_PROXY": "true",
        "CLIENT_ADDRESS_HEADER": "X-Real-IP",
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
        "ALLOWED_HOSTS": HOST,
        "BASE_URL": f"https://{HOST}",
        "SECRET_KEY": "s" * 60,
        "INDEX_KEY": "i" * 60,
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"postgres://{address}",
        "REDIS_URL": os.environ.get("REDIS_URL") or f"redis://127.0.0.1:{free_port()}/0",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "VAR": str(folder / "var"),
        "WEB_BIND": f"127.0.0.1:{web}",
        "WEB_WORKERS": "1",
    }


@pytest.fixture(scope="module")
def portal(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("nginx")
    web, plain, tls = free_port(), free_port(), free_port()
    environment = settings_of(folder, web)
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST}"
        f" -keyout {folder}/key.pem -out {folder}/certificate.pem".split(),
        check=True,
        capture_output=True,
    )
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    gunicorn = Path(sys.executable).parent / "gunicorn"
    file = nginx_file(folder, web, plain, tls)
    with (folder / "log").open("wb") as log:
        running = [
            subprocess.Popen([gunicorn, "--config", "gunicorn.conf.py"], cwd=ROOT, env=environment, stderr=log),
            subprocess.Popen(["nginx", "-c", file, "-e", folder / "error.log", "-g", "daemon off;"], stderr=log),
        ]
        try:
            made = Portal(plain, tls)
            wait_for(made)
            yield made
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(20)


def wait_for(portal: Portal) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if portal.ask("/halsa/").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail("the portal did not start behind nginx")


def check(answer: Answer) -> None:
    assert {name: answer.header(name) for name in HEADERS} == HEADERS
    policy = answer.header("Content-Security-Policy")
    assert "default-src" in policy
    assert "unsafe" not in policy
    assert answer.header("Server") in ("nginx", "")


def test_pages_have_their_headers_once(portal: Portal) -> None:
    for path, status in (("/om/", 200), ("/konto/logga-in/", 200), ("/finns/inte/", 404), ("/halsa/", 200)):
        answer = portal.ask(path)
        assert answer.status == status, path
        check(answer)
    assert "no-store" in portal.ask("/konto/logga-in/").header("Cache-Control")


def test_the_visitor_is_known_to_have_come_by_https(portal: Portal) -> None:
    cookies = [value for name, value in portal.ask("/konto/logga-in/").headers if name == "Set-Cookie"]
    assert cookies
    assert all("Secure" in cookie and cookie.startswith("__Host-") for cookie in cookies)


def test_plain_http_leads_to_https(portal: Portal) -> None:
    answer = portal.ask("/om/?a=b", tls=False)
    assert (answer.status, answer.header("Location")) == (308, f"https://{HOST}/om/?a=b")
    assert answer.header("Strict-Transport-Security") == ""  # said by http it counts for nothing


def test_what_a_visitor_claims_is_thrown_away(portal: Portal) -> None:
    assert portal.ask("/om/", host="evil.example").status == 400
    check(portal.ask("/om/", host="evil.example"))
    assert portal.ask("/om/", X_Forwarded_Proto="http").status == 200


def test_files_may_be_kept_and_are_small(portal: Portal) -> None:
    page = portal.ask("/om/").body.decode()
    for address in set(re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|svg))', page)):
        answer = portal.ask(address, Accept_Encoding="gzip")
        assert answer.status == 200, address
        check(answer)
        assert "immutable" in answer.header("Cache-Control"), address
        if address.endswith((".css", ".js")):
            assert answer.header("Content-Encoding") == "gzip", address


def test_a_page_is_packed_and_its_token_is_another_each_time(portal: Portal) -> None:
    """So that the size of a page, tried often enough, gives no token away."""
    answer = portal.ask("/konto/logga-in/", Accept_Encoding="gzip")
    assert answer.header("Content-Encoding") == "gzip"
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie").partition(";")[0]
    pages = [portal.ask("/konto/logga-in/", Cookie=cookie).body.decode() for _time in range(2)]
    tokens = {token for page in pages for token in re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)}
    assert len(tokens) == 2


def test_what_is_too_large_is_refused_but_a_register_is_not(portal: Portal) -> None:
    large = 26 << 20
    refused = portal.ask("/konto/logga-in/", send=large)
    assert refused.status == 413
    check(refused)
    assert portal.ask("/register/", send=large).status != 413
