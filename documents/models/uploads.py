"""Files on their way to us, in parts: what has come of each, and whether it has been taken."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class Upload(Base):
    """A file that somebody is sending. Its id is the sender's choice: whoever asks twice for the same has one.

    Its parts lie in the store, by where each begins (`documents.services.uploads`). What it is for is said when it has
    come whole: a form names it, and it is taken once. All is thrown away after a day.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = EncryptedTextField()
    size = models.PositiveIntegerField()  # bytes that it has when it is whole
    received = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)  # the bytes at which they begin
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="documents_upload_not_more_than_it_is", condition=Q(size__gt=0, received__lte=F("size"))
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="documents_upload_by_age")]

    def __str__(self) -> str:
        return str(self.id)
