"""Keeping what must not be read from a stolen disk: encrypted fields and blind indexes.

`FIELD_KEYS` is a list of keys, newest first: values are written with the first and read with any, so that
keys can be changed while the portal runs. `INDEX_KEY` never changes without rebuilding the indexes.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

if TYPE_CHECKING:  # Django's fields take type arguments only for the type checker
    TextField = models.TextField[str, str]
    NullableCharField = models.CharField[str | None, str | None]
else:
    TextField, NullableCharField = models.TextField, models.CharField


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return `text` sealed with the newest key; the same text never looks the same twice."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return what was sealed with any of the keys. Raises `cryptography.fernet.InvalidToken` otherwise."""
    return _box(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode()).decode()


def encrypt_bytes(data: bytes) -> bytes:
    """Return `data` sealed with the newest key."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(data)


def decrypt_bytes(sealed: bytes) -> bytes:
    """Return what was sealed with any of the keys. Raises `cryptography.fernet.InvalidToken` otherwise."""
    return _box(tuple(settings.FIELD_KEYS)).decrypt(sealed)


def keyed_digest(text: str, *, purpose: str) -> str:
    """Return 64 hexadecimal digits that only somebody with the key can make from `text`."""
    return hmac.new(settings.INDEX_KEY.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def blind_index(value: str, *, purpose: str) -> str | None:
    """Return the digest by which an encrypted value can be found again, or None for an empty value.

    Upper and lower case and surrounding space make no difference. `purpose` keeps the same value in two columns
    from being recognised as the same.
    """
    normal = value.strip().casefold()
    return keyed_digest(normal, purpose=purpose) if normal else None


class EncryptedTextField(TextField):
    """Text that is encrypted in the database and plain in Python.

    It can be compared with nothing in a query but emptiness: look it up by its blind index.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up by its blind index")
        return super().get_lookup(lookup_name)


class BlindIndexField(NullableCharField):
    """The blind index of another, encrypted field of the same row; kept right whenever the row is written.

    `save()` and `bulk_create()` fill it, provided that the field is among those written. `bulk_update()` writes what
    the attribute holds: set it with `index_of` first.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        kwargs |= {"max_length": 64, "null": True, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)
        self.source = source

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:  # noqa: ARG002, FBT001 (Django's signature)
        index = self.index_of(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, index)
        return index

    def index_of(self, value: str | None) -> str | None:
        """Return what this column holds for a row with `value`: what to look up by."""
        return blind_index(value, purpose=self.source) if value else None

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "null", "blank", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs | {"source": self.source}
