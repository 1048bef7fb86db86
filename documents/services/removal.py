"""Papers about a child that has left are removed, a portion at a time."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.db import transaction

from documents.models import Document, FormAnswer, FormChild, StoredFile
from documents.selectors.removal import documents_about
from documents.services.sharing import discard_unused


def remove_papers(*, child_id: UUID, most: int) -> Counter[str]:
    """Remove so many documents about the child with all their versions, or else what forms hold about it.

    Files that nothing refers to any more leave the store. Returns how many rows of each kind are gone: none when there
    is nothing left. Whether it is time, the caller has asked.
    """
    with transaction.atomic():
        documents = list(documents_about([child_id]).order_by("pk").values_list("pk", flat=True)[:most])
        if documents:
            those = Document.objects.filter(pk__in=documents)
            held = list(StoredFile.objects.filter(pk__in=those.values("versions__file")))
            return Counter(those.delete()[1]) + discard_unused(held)
        answers = Counter(FormAnswer.objects.filter(child=child_id).delete()[1])
        return answers + Counter(FormChild.objects.filter(child=child_id).delete()[1])
