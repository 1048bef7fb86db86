"""What is taken out of the house: the extract about one child that one of its guardians has asked for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from children.models import Child
from documents.models import StoredFile
from documents.models.claims import Claimed, ClaimedQuerySet


class Extract(Claimed):
    """Everything about a child that this guardian may see, in one file: one row for both, whoever asks twice.

    A worker packs it, `packed` of `number` files so far. `begun_at` is when it was put together, and `marks` how each
    picture in it was shown then: where that no longer holds it is not handed out. Kept for seven days.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField(default=0)
    packed = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)  # files that were not there when they were to be packed
    begun_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    is_sensitive = models.BooleanField(default=False)  # fetched behind the strong login only
    marks = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    objects = ClaimedQuerySet["Extract"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "person"], name="oversight_extract_once"),
            models.CheckConstraint(
                name="oversight_extract_ready_with_its_file",
                condition=~Q(state="ready") | Q(file__isnull=False, ready_at__isnull=False, begun_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="oversight_extract_waiting", condition=Q(state="waiting")),
            models.Index(fields=["ready_at"], name="oversight_extract_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.id)
