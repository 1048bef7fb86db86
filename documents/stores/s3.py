"""Files in a bucket of a store that speaks S3.

`FILES_S3` is its address: `https://KEY:SECRET@s3.example.com/BUCKET?region=eu-north-1`. Without a key, boto3 looks for
one where it always does (its environment, the machine's role).
"""

from __future__ import annotations

import errno
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from urllib3.exceptions import HTTPError

from documents.stores.store import Listed

LIVES = 60  # seconds, of an address
_MOST_AT_ONCE = 1_000  # that S3 removes by one request
_GONE = ("404", "NoSuchKey", "NotFound")


class Bucket:
    """The bucket: `documents.stores.store` says what each does."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.name = parts.path.strip("/")
        port = f":{parts.port}" if parts.port else ""
        self.client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=f"{parts.scheme}://{parts.hostname}{port}",
            region_name=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            aws_access_key_id=unquote(parts.username) if parts.username else None,
            aws_secret_access_key=unquote(parts.password) if parts.password else None,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
                retries={"mode": "standard", "max_attempts": 3},
                # Many stores that speak S3 do not know the newest checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, name: str, made: Path) -> None:
        with _faults(), made.open("rb") as opened:
            self.client.put_object(Bucket=self.name, Key=name, Body=opened)
        made.unlink()

    def mark(self, name: str) -> None:
        with _faults():
            self.client.put_object(Bucket=self.name, Key=name, Body=b"")

    def copy(self, name: str, other: str) -> None:
        with _faults():
            self.client.copy_object(Bucket=self.name, Key=other, CopySource={"Bucket": self.name, "Key": name})

    def near(self, name: str, folder: Path) -> Path:
        place = folder / name.replace("/", ".")
        with self.open(name) as opened, place.open("xb") as out:
            while chunk := opened.read(1 << 18):
                out.write(chunk)
        return place.resolve()

    def open(self, name: str, first: int = 0) -> IO[bytes]:
        part = {"Range": f"bytes={first}-"} if first else {}
        with _faults():
            return cast("IO[bytes]", _Body(self.client.get_object(Bucket=self.name, Key=name, **part)["Body"]))

    def size(self, name: str) -> int:
        with _faults():
            return int(self.client.head_object(Bucket=self.name, Key=name)["ContentLength"])

    def remove(self, names: Iterable[str]) -> None:
        left = [{"Key": name} for name in names]
        while left:
            some, left = left[:_MOST_AT_ONCE], left[_MOST_AT_ONCE:]
            with _faults():
                wanted = {"Objects": some, "Quiet": True}
                answer = self.client.delete_objects(Bucket=self.name, Delete=wanted)
            if answer.get("Errors"):
                raise OSError(errno.EIO, answer["Errors"][0].get("Code", ""))

    def listed(self, under: str) -> Iterator[Listed]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=under)
        with _faults():
            for page in pages:
                for found in page.get("Contents", ()):
                    yield Listed(found["Key"], found["Size"], found["LastModified"])

    def address(self, name: str) -> str:
        """Return the internal address of one that the store itself opens for a minute."""
        signed = self.client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": name}, ExpiresIn=LIVES
        )
        parts = urlsplit(signed)
        return f"/_files/far{parts.path}?{parts.query}"


class _Body(io.RawIOBase):
    """What the store sends, read as any file is: where it breaks off, that is an `OSError`."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        with _faults():
            some: bytes = self.body.read(len(into))
        into[: len(some)] = some
        return len(some)

    def close(self) -> None:
        self.body.close()
        super().close()


@contextmanager
def _faults() -> Iterator[None]:
    """Raise what the store could not do as `OSError`, without the words of its answer: they name keys and files."""
    try:
        yield
    except ClientError as fault:
        code = str(fault.response.get("Error", {}).get("Code", ""))
        kind, number = (FileNotFoundError, errno.ENOENT) if code in _GONE else (OSError, errno.EIO)
        raise kind(number, code) from None
    except (BotoCoreError, HTTPClientError, HTTPError) as fault:
        raise OSError(errno.EIO, type(fault).__name__) from None
