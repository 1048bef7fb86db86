"""What a push service asks for: a message that only the device can open, and a signature of who sends it.

The message is sealed as RFC 8291 says, the sender's as RFC 8292 (VAPID). Both are little on top of `cryptography` and
PyJWT, which we have; the usual library brings an HTTP client that follows redirects and looks names up by itself.
"""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD = 4096
SIGNED_FOR = timedelta(hours=12)  # at most a day (RFC 8292)


def to_text(raw: bytes) -> str:
    """Return bytes as browsers write them: base64 for addresses, without the equals signs."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Return what such a text stands for. Raises `ValueError`."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def sealed(
    text: bytes,
    *,
    device_key: bytes,
    secret: bytes,
    size: int = 0,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the body (aes128gcm) that only the device with these keys can open.

    Filled up to `size` bytes, so that its length says nothing. `own` and `salt` are new for each message, but in a
    test. Raises `ValueError` when the key is no point of the curve.
    """
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    own_key = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, device_key))
    both = HKDF(SHA256(), 32, secret, b"WebPush: info\0" + device_key + own_key).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(both)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(both)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(own_key)]) + own_key
    return head + AESGCM(key).encrypt(nonce, (text + b"\2").ljust(size, b"\0"), None)


def signature(endpoint: str, *, key: str, subject: str, now: datetime) -> str:
    """Return the `Authorization` by which the push service of this endpoint knows us."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + SIGNED_FOR).timestamp()), "sub": subject}
    token = jwt.encode(claims, private_key(key), algorithm="ES256")
    return f"vapid t={token}, k={public_key(key)}"


@lru_cache(maxsize=2)
def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the key that 32 bytes in base64 stand for. Raises `ValueError`, which does not show it."""
    try:
        raw = from_text(text)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ValueError("not 32 bytes in url-safe base64")
    return ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)


def public_key(text: str) -> str:
    """Return the public half of such a key, as browsers take it."""
    return to_text(_point(private_key(text).public_key()))


def is_point(raw: bytes) -> bool:
    """Tell whether these bytes are a key that something can be sealed for."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)
    except ValueError:
        return False
    return len(raw) == 65


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
