"""A store that speaks S3, on this machine, by real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer


@contextmanager
def bucket() -> Iterator[str]:
    """Lend the address of a store that speaks S3, with a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    made = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    made.create_bucket(Bucket="filer")
    try:
        yield f"http://key:secret@127.0.0.1:{port}/filer?region=us-east-1"
    finally:
        server.stop()
