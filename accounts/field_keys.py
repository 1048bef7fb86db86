"""Sealing everything again with the newest key, so that an old one can be taken out of `FIELD_KEYS`.

Works on the columns as they lie in the database, for every model with an encrypted field, and on the second factors,
which allauth keeps sealed inside a JSON value. Each value is replaced only if it is still what was read: somebody who
saves meanwhile wins, and has sealed with the newest key anyway.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from portal.lib import crypto
from portal.lib.crypto import EncryptedTextField

BATCH = 500
SEALED_PARTS = ("secret", "seed", "migrated_codes")


def encrypted_fields() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Yield every model of the house that has encrypted columns, with their names."""
    for model in apps.get_models():
        columns = [field.attname for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
        if columns:
            yield model, columns


def _renewed(sealed: str) -> str:
    """Return the same value sealed with the newest key; the value itself when it already is."""
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(sealed.encode())
    except InvalidToken:
        return crypto.encrypt(crypto.decrypt(sealed))
    return sealed


def rotate_column(model: type[models.Model], column: str) -> int:
    """Seal one column again in batches by primary key; return how many values changed."""
    quote = connection.ops.quote_name
    table, key, name = quote(model._meta.db_table), quote(model._meta.pk.attname), quote(column)
    select = f"SELECT {key}, {name} FROM {table} WHERE {name} <> ''"  # noqa: S608 (names from the models, quoted)
    update = f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s"  # noqa: S608 (as above)
    last: Any = None
    changed = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            after = f" AND {key} > %s" if last is not None else ""
            cursor.execute(f"{select}{after} ORDER BY {key} LIMIT {BATCH}", [last] if last is not None else [])
            rows = cursor.fetchall()
            for row_id, sealed in rows:
                renewed = _renewed(sealed)
                if renewed != sealed:
                    cursor.execute(update, [renewed, row_id, sealed])
                    changed += cursor.rowcount
        if len(rows) < BATCH:
            return changed
        last = rows[-1][0]


def rotate_second_factors() -> int:
    """Seal the secrets of apps and recovery codes again; return how many rows changed."""
    changed = 0
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            authenticator = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if authenticator is None:
                continue
            before = dict(authenticator.data)
            for part in SEALED_PARTS:
                kept = before.get(part)
                if isinstance(kept, str):
                    authenticator.data[part] = _renewed(kept)
                elif isinstance(kept, list):
                    authenticator.data[part] = [_renewed(one) for one in kept]
            if authenticator.data != before:
                authenticator.save(update_fields=["data"])
                changed += 1
    return changed
