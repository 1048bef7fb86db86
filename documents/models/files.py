"""Files that were uploaded: what each is called, what it is, and what has become of it."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Department, Preschool
from documents import rules
from documents.models.claims import Claimed, ClaimedQuerySet
from portal.lib.crypto import EncryptedTextField


def is_stuck(now: datetime, prefix: str = "") -> Q:
    """Return the condition of a picture that waits, and with which nobody has been at work for ten minutes."""
    before = now - rules.STUCK_AFTER
    unclaimed = Q(**{f"{prefix}claimed_until": None}) | Q(**{f"{prefix}claimed_until__lte": before})
    return unclaimed & Q(**{f"{prefix}state": "waiting", f"{prefix}created_at__lte": before})


class StoredFile(Claimed):
    """A file in the store, by a random name that says nothing (`documents.kept`).

    Whoever has it says who may see it: a message, a post. Of a picture only its sizes are kept, never what was
    uploaded (DOMAIN 5.1); it is `waiting` until they are made, and `damaged` where that cannot be done.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", _("Bild")
        PDF = "pdf", _("PDF")
        OFFICE = "office", _("Dokument")
        TEXT = "text", _("Text")
        ARCHIVE = "archive", _("Samling")  # made by the house itself, never uploaded

    class Problem(models.TextChoices):
        UNREADABLE = "unreadable", _("Bilden är skadad och går inte att öppna.")
        TOO_MUCH = "too_much", _("Bilden är för stor för att göras i ordning.")
        GONE = "gone", _("Filen finns inte kvar.")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # the file's name in the store
    name = EncryptedTextField()
    kind = models.CharField(max_length=10, choices=Kind)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes of what is served as the whole: a collection may have many
    digest = models.CharField(max_length=64)  # SHA-256 of what was uploaded
    problem = models.CharField(max_length=20, choices=Problem, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    placeholder = models.CharField(max_length=400, blank=True, db_default="")  # its colours: WebP in Base64
    # In whose posts it is: the same picture there again is the same file.
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    # Whose room it takes, and how much of it (documents.selectors.room); of no preschool: the municipality's.
    preschool = models.ForeignKey(Preschool, models.PROTECT, null=True, related_name="+", db_index=False)
    stored = models.PositiveBigIntegerField(default=0, db_default=0)  # bytes of all that lies in the store for it
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = ClaimedQuerySet["StoredFile"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "digest"],
                name="documents_file_once_at_department",
                condition=~Q(state="damaged"),
            )
        ]
        indexes = [
            models.Index(fields=["created_at"], name="documents_file_waiting", condition=Q(state="waiting")),
            models.Index(fields=["digest"], name="documents_file_by_digest"),
            models.Index(fields=["preschool", "stored"], name="documents_file_room"),  # read alone, never the rows
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def blur(self) -> str:
        """The address of what stands in a picture's place until it has come, or nothing."""
        return rules.blur_address(self.placeholder)

    @property
    def is_picture(self) -> bool:
        return self.kind == self.Kind.PICTURE
