"""Who is in a picture, and the copies of it in which somebody is blurred."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Q

from children.models import Child
from documents import rules
from documents.models.claims import Claimed, ClaimedQuerySet
from documents.models.files import StoredFile
from documents.shown_rules import Box, boxes_in
from portal.lib.models import Base

WHOLE = 1000


class PictureTag(Base):
    """That a child is in a picture, and where; a box without a child is somebody whom nobody has tagged.

    A box is in thousandths of the picture's width and height, from its corner at the top left. What is left of a
    child that was erased, without a box, is still somebody: the picture is shown to nobody then.
    """

    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="tags")
    child = models.ForeignKey(Child, models.SET_NULL, null=True, related_name="+")
    x = models.PositiveSmallIntegerField(null=True)
    y = models.PositiveSmallIntegerField(null=True)
    width = models.PositiveSmallIntegerField(null=True)
    height = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "child"], name="documents_picturetag_once"),
            models.CheckConstraint(
                name="documents_picturetag_box_inside",
                condition=Q(x=None, y=None, width=None, height=None)
                | Q(
                    x__isnull=False,
                    y__isnull=False,
                    width__gte=1,
                    height__gte=1,
                    x__lte=WHOLE - models.F("width"),
                    y__lte=WHOLE - models.F("height"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def box(self) -> Box | None:
        return Box.of(self.x, self.y, self.width, self.height)


class BlurredCopy(Claimed):
    """A picture with some places blurred: files of their own under `key`, made from its clean sizes (DOMAIN 5.2)."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="copies")
    boxes = models.JSONField()  # what is blurred: lists of four numbers, as in PictureTag
    digest = models.CharField(max_length=32)  # of the boxes
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    stored = models.PositiveBigIntegerField(default=0, db_default=0)  # bytes, as in StoredFile

    objects = ClaimedQuerySet["BlurredCopy"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "digest"], name="documents_blurredcopy_once")]
        indexes = [models.Index(fields=["created_at"], name="documents_copy_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return str(self.id)

    is_picture = True

    @property
    def blurred(self) -> frozenset[Box]:
        return boxes_in(self.boxes)


class RenewalQuerySet(models.QuerySet["Renewal"]):
    def wait(self, file_ids: Collection[UUID]) -> None:
        """Let these pictures be seen to, each once; of one with which a worker is at work it is due again after."""
        rows = [Renewal(file_id=file_id) for file_id in sorted(set(file_ids))]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["file"], update_fields=["noted"], batch_size=1_000)

    def claim(self, now: datetime, most: int) -> list[Renewal]:
        """Take so many rows for this worker, each by exactly one."""
        free = self.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).order_by("created_at", "pk")
        with transaction.atomic():
            rows = list(free.select_for_update(skip_locked=True)[:most])
            self.filter(pk__in=[row.pk for row in rows]).update(claimed_until=now + rules.CLAIM_HOLDS)
        return rows

    def done(self, rows: Collection[Renewal]) -> None:
        """Take these away, and let go of those that were noted again meanwhile. Must run in a transaction."""
        held = self.filter(pk__in=[row.pk for row in rows]).select_for_update().order_by("file")
        noted = {row.noted for row in rows}
        again = [row.pk for row in held if row.noted not in noted]
        self.filter(pk__in=again).update(claimed_until=None)
        self.filter(pk__in=[row.pk for row in rows if row.pk not in again]).delete()


class Renewal(Base):
    """A picture that is to get new names in the store, and other copies: to whom it shows may have changed.

    There until a worker that claimed it has seen to all of it. `noted` is another each time that it changes.
    """

    file = models.OneToOneField(StoredFile, models.CASCADE, related_name="+")
    noted = models.UUIDField(default=uuid4, editable=False)
    claimed_until = models.DateTimeField(null=True)

    objects = RenewalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at", "id"], name="documents_renewal_waiting")]

    def __str__(self) -> str:
        return str(self.id)
