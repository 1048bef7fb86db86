"""Where files lie, behind one small interface: a folder, or a store that speaks S3 (`FILES_S3`).

Django's own Storage was looked at and left: it gives a file another name where one is taken, does not wait until the
disk has what was written, lists a whole folder at once and removes one file at a time. What is here for S3 is one call
of boto3 each, which is less than it takes to steer what django-storages puts on top of it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from documents.stores.folder import Folder
from documents.stores.store import Listed, Store

__all__ = ["Listed", "Store", "store"]


def store() -> Store:
    """Return the store that the settings name."""
    return _far(settings.FILES_S3) if settings.FILES_S3 else Folder(Path(settings.FILES_ROOT))


@lru_cache(maxsize=4)
def _far(address: str) -> Store:
    bucket: Store = import_string("documents.stores.s3.Bucket")(address)  # boto3 is there only where it is used
    return bucket
