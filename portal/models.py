"""What people outside tell the municipality about the portal itself."""

from typing import Self

from django.conf import settings
from django.db import models

from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)


class Feedback(Base):
    """Something on the portal that was hard to use, as somebody wrote it. Read by the administrators.

    Encrypted: people write names and telephone numbers where nobody asked for them.
    """

    text = EncryptedTextField()
    reply_to = EncryptedTextField(blank=True, default="")
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)
