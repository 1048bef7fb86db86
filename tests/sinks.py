"""A device that opens what was pushed to it, as a browser would: written apart from what sealed it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.models import User
from notifications import devices
from notifications.device_models import Device
from portal.faults.sinks import Taken
from portal.lib import clock
from portal.lib.web_push import to_text


class Phone:
    """A device with its keys, and its address at the push service; `own` and `secret` where a browser has made them."""

    def __init__(
        self, service: str, own: ec.EllipticCurvePrivateKey | None = None, secret: bytes | None = None
    ) -> None:
        self.path = f"/push/{uuid4().hex}"
        self.endpoint = service + self.path
        self._own = own or ec.generate_private_key(ec.SECP256R1())
        self.secret = secret or uuid4().bytes
        self.key = self._own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def form(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "public_key": to_text(self.key), "secret": to_text(self.secret)}

    def given_to(self, person: User) -> Device:
        return devices.keep_device(person=person, agent="Firefox/140 (Android)", now=clock.now(), **self.form)

    def opened(self, taken: Taken) -> dict[str, Any]:
        """Return what was pushed. Raises when it was not sealed for this device."""
        body = taken.body
        salt, size, sender = body[:16], body[20], body[21 : 21 + body[20]]
        shared = self._own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        both = HKDF(SHA256(), 32, self.secret, b"WebPush: info\x00" + self.key + sender).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(both)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(both)
        text, end, _filling = AESGCM(key).decrypt(nonce, body[21 + size :], None).rpartition(b"\x02")
        assert end
        found: dict[str, Any] = json.loads(text)
        return found
