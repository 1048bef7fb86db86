"""What refers to files: as long as something does, a file stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import PROTECT, Exists, ManyToOneRel, Model, OuterRef, QuerySet

from documents.models import BlurredCopy, StoredFile

Going = Mapping[type[Model], QuerySet[Any]]
"""Rows that are to be removed, by their model."""


def references() -> Iterator[tuple[type[Model], str]]:
    """Give the models of all rooms that keep a file, with the column; not a file's own copies."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        is_own = relation.related_model is BlurredCopy
        if isinstance(relation, ManyToOneRel) and relation.on_delete is PROTECT and not is_own:
            yield relation.related_model, relation.field.name


def unused() -> QuerySet[StoredFile]:
    """Return the files to which nothing refers but their own copies and what is known of them."""
    files = StoredFile.objects.all()
    for model, column in references():
        files = files.filter(~Exists(model._base_manager.filter(**{column: OuterRef("pk")})))
    return files


def only_kept_by(going: Going) -> set[UUID]:
    """Return the files that these rows refer to and no others."""
    found = {one for model, column in references() if model in going for one in _files(going[model], column)}
    for model, column in references():
        rows = model._base_manager.filter(**{f"{column}__in": found})
        others = rows.exclude(pk__in=going[model].order_by().values("pk")) if model in going else rows
        found -= _files(others, column)
    return found


def _files(rows: QuerySet[Any], column: str) -> set[UUID]:
    return set(rows.order_by().values_list(column, flat=True)) - {None}
