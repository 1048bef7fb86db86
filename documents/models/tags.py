"""Who is in a picture, and the copies of it in which somebody is blurred."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from children.models import Child
from documents.models.claims import Claimed, ClaimedQuerySet
from documents.models.files import StoredFile
from documents.shown_rules import Box, Tag, boxes_in
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

    @property
    def as_rule(self) -> Tag:
        return Tag(self.child_id, self.box)


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
