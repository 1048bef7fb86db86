"""Files as nginx sends them, from the folder and from a store that speaks S3: real nginx, our own files, real HTTP."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path

from documents import kept, rules
from documents.models import StoredFile
from documents.serving import serve
from documents.stores import store
from tests import bucket as s3
from tests.test_nginx import HEADERS, ROOT, Answer, free_port

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is missing")

BODY = "".join(f"rad {number};Åsa\n" for number in range(400)).encode()
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


KEPT: dict[UUID, StoredFile] = {}


def sent(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    return serve(KEPT[file_id], request=request)


def not_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=404)


handler404 = not_there
urlpatterns = [path("fil/<uuid:file_id>/", sent)]


class Nginx:
    """nginx before the portal. What is asked for comes from the folder or from S3, as the test's parameter says."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.request(method, path, headers={"Host": "localhost", **named})
        answer = asked.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())

    def file(self, file: StoredFile, method: str = "GET", **headers: str) -> Answer:
        return self.ask(f"/fil/{file.pk}/", method, **headers)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3.bucket() as address:
        yield address


@pytest.fixture(scope="module")
def portal() -> Iterator[int]:
    """Return the port of what answers in the portal's place: the files, and whom nobody asks who they are."""
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
        server.set_app(WSGIHandler())
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module", params=["folder", "s3"])
def nginx(
    request: pytest.FixtureRequest, bucket: str, portal: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nginx]:
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    file = nginx_file(folder, portal, port, bucket)
    far = bucket if request.param == "s3" else ""
    command = ["nginx", "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    with (
        override_settings(FILES_ROOT=folder / "files", FILES_BEHIND_NGINX=True, FILES_S3=far),
        subprocess.Popen(command) as process,
    ):
        made = Nginx(port, folder / "access.log")
        try:
            wait_for(made)
            yield made
        finally:
            process.terminate()


def wait_for(nginx: Nginx) -> None:
    for _try in range(100):
        try:
            nginx.ask("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("nginx did not start")


def nginx_file(folder: Path, portal: int, port: int, bucket: str) -> Path:
    """Return our files, with other ports and folders, without TLS, and nothing else changed."""
    store = f"http://{bucket.partition('@')[2].partition('/')[0]}/"
    (folder / "s3.conf").write_text(changed("nginx-s3.conf", {"https://s3.example.com/": store}))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = {
        "server web:8000": f"server 127.0.0.1:{portal}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "ssl_certificate /etc/nginx/tls/certificate.pem;": "",
        "ssl_certificate_key /etc/nginx/tls/key.pem;": "",
        "pid /run/nginx.pid": f"pid {folder}/nginx.pid",
        "/var/cache/nginx/static": f"{folder}/static",
        "/dev/stdout": f"{folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
        "/etc/nginx/s3[.]conf": f"{folder}/s3.conf",
        "/portal/var/files/": f"{folder}/files/",
        "http {": "http {\n" + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds),
    }
    file = folder / "nginx.conf"
    # As root it gives its workers to another user, who cannot enter a test's folder.
    file.write_text(("user root;\n" if os.geteuid() == 0 else "") + changed("nginx.conf", places))
    return file


def changed(name: str, places: dict[str, str]) -> str:
    text = (ROOT / "deploy" / name).read_text()
    for ours, here in places.items():
        assert ours in text, ours
        text = text.replace(ours, here)
    return text


def keep(name: str = "lista.csv") -> StoredFile:
    """Keep a file whose row is in no database: it is about what is sent, and to whom is another question."""
    name = rules.clean_name(name, "text/plain")
    file = StoredFile(name=name, kind="text", media_type="text/plain", state="ready", size=len(BODY))
    with kept.working_folder() as folder:
        (folder / "made").write_bytes(BODY)
        store().put(kept.name_of(file.key), folder / "made")
    KEPT[file.pk] = file
    return file


def test_the_whole_file_has_its_headers_once(nginx: Nginx) -> None:
    """PROMISES 3.6, 3.8: what nginx sends itself says all that the portal would have said."""
    file = keep()
    answer = nginx.file(file)
    assert (answer.status, answer.body) == (200, BODY)
    assert {name: answer.header(name) for name in HEADERS} == HEADERS
    assert answer.header("Content-Security-Policy") == POLICY
    assert answer.header("Cache-Control") == "private, no-cache"
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.header("ETag") == f'"{file.key.hex}-large-webp"'
    assert answer.header("Vary") == "Accept"
    assert answer.header("Accept-Ranges") == "bytes"
    assert answer.header("Content-Length") == str(len(BODY))
    assert not [name for name, _value in answer.headers if name.lower().startswith(("x-amz", "x-accel", "access-"))]
    head = nginx.file(file, "HEAD")
    assert (head.status, head.body, head.header("Content-Length")) == (200, b"", str(len(BODY)))


def test_whoever_has_it_is_not_sent_it_again(nginx: Nginx) -> None:
    file = keep()
    etag = nginx.file(file).header("ETag")
    answer = nginx.file(file, If_None_Match=etag)
    assert (answer.status, answer.body, answer.header("ETag")) == (304, b"", etag)
    assert answer.header("Cache-Control") == "private, no-cache"


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-0", slice(0, 1)), ("bytes=100-299", slice(100, 300)), ("bytes=-50", slice(-50, None)),
     ("bytes=4000-", slice(4000, None))],
)  # fmt: skip # a case in each line
def test_a_part_is_a_part(nginx: Nginx, asked: str, part: slice) -> None:
    answer = nginx.file(keep(), Range=asked)
    assert (answer.status, answer.body) == (206, BODY[part])
    assert answer.header("Content-Range").endswith(f"/{len(BODY)}")
    assert answer.header("Content-Security-Policy") == POLICY


def test_a_part_that_is_not_there_is_refused(nginx: Nginx) -> None:
    assert nginx.file(keep(), Range="bytes=99999999-").status == 416


@pytest.mark.parametrize(
    "name",
    [
        "Åsas väg till fjällen.txt",
        'Hon sa "hej"; a=b.txt',
        "🍄 svamp 🧺.txt",
        "ö" * 200 + ".txt",
        "a%20b\\c\r\nX: y.txt",
    ],
)
def test_any_name_comes_through(nginx: Nginx, name: str) -> None:
    """RFC 6266: one header, and what a browser makes of it is the name as it is kept."""
    file = keep(name)
    said = nginx.file(file).header("Content-Disposition")
    assert said.startswith("attachment; filename")
    found = unquote(said.partition("''")[2]) if "*=" in said else said.partition('"')[2][:-1]
    assert found == file.name


def test_nobody_comes_in_from_outside(nginx: Nginx) -> None:
    """Neither by the internal address nor out of the folder by any spelling."""
    file = keep()
    name = kept.name_of(file.key)
    for address in (
        f"/_files/here/{name}",
        f"/_files/far/filer/{name}",
        f"/_files/here/../here/{name}",
        f"//_files/here/{name}",
        f"/%5ffiles/here/{name}",
        "/_files/here/../../nginx.conf",
        "/_files/here/..%2f..%2fnginx.conf",
        "/_files/here../nginx.conf",
        "/_files/",
    ):
        answer = nginx.ask(address)
        assert answer.status in (400, 404), address
        assert BODY not in answer.body


def test_what_is_gone_is_not_found(nginx: Nginx) -> None:
    """G04: and the store's own words are not passed on."""
    file = keep()
    kept.remove(file.key)
    answer = nginx.file(file)
    assert answer.status == 404
    assert b"filer" not in answer.body
    assert file.key.hex.encode() not in answer.body


def test_no_address_is_in_the_log(nginx: Nginx) -> None:
    file = keep()
    nginx.file(file)
    assert file.key.hex not in nginx.log.read_text()
