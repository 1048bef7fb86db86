"""What somebody has begun to write and not sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class Draft(Base):
    """The fields of a form as one person left them, by the address of its page. Nobody else sees it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.CharField(max_length=200)
    fields = EncryptedTextField()  # JSON: each name with its list of values
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "address"], name="messaging_draft_once")]

    def __str__(self) -> str:
        return str(self.id)
