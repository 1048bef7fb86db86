"""Files that the house makes itself are kept as those that were uploaded: in the store, with a row."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction

from accounts import audit
from documents import kept
from documents.models import StoredFile
from documents.stores import store


def keep_made(place: Path, *, name: str, by_id: UUID | None, now: datetime) -> StoredFile:
    """Put an archive that lies in a working folder into the store, and return its row.

    Where the transaction around it is undone the file is removed within the hour. Raises `OSError`.
    """
    key, size = uuid4(), place.stat().st_size
    with place.open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    kept.begin(key)
    store().put(kept.name_of(key), place)
    file = StoredFile.objects.create(
        key=key,
        name=name,
        kind=StoredFile.Kind.ARCHIVE,
        media_type="application/zip",
        size=size,
        stored=size,
        digest=digest,
        state=StoredFile.State.READY,
        uploaded_by_id=by_id,
    )
    audit.did("file.kept", person_id=by_id, now=now, file=file.pk)
    transaction.on_commit(lambda: kept.settle(key), robust=True)
    return file
