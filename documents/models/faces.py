"""Where faces are in the pictures of a draft (FIND_FACES): proposals, thrown away with the draft."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from documents.models.claims import Claimed, ClaimedQuerySet
from documents.models.files import StoredFile
from documents.shown_rules import Box


class FaceSearch(Claimed):
    """Rectangles round what looks like a face, and nothing else: not whose, and nothing to know it by.

    It is there only while its picture's post is a draft. Damaged: nobody could look.
    """

    file = models.OneToOneField(StoredFile, models.CASCADE, related_name="+")
    found = models.JSONField(default=list)  # lists of four numbers, as in PictureTag

    objects = ClaimedQuerySet["FaceSearch"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="documents_faces_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def boxes(self) -> list[Box]:
        return [Box(*rectangle) for rectangle in self.found]
