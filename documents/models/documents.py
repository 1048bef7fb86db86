"""Documents: papers about a child, a department, a preschool or the municipality, in versions and in folders."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Child, Department, Preschool
from documents.models.claims import Claimed, ClaimedQuerySet
from documents.models.files import StoredFile
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class FolderQuerySet(models.QuerySet["Folder"]):
    def kept(self) -> Self:
        return self.filter(archived_at=None)


class Folder(Base):
    """Where a department, a preschool or (neither) the municipality keeps its documents: "Veckobrev", "Matsedel".

    An archived one stays, with what lies in it; nothing new is put there.
    """

    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    preschool = models.ForeignKey(Preschool, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    archived_at = models.DateTimeField(null=True)

    objects = FolderQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="documents_folder_of_one_place", condition=Q(department=None) | Q(preschool=None)
            ),
            models.UniqueConstraint(fields=["department", "name"], name="documents_folder_of_department_once"),
            models.UniqueConstraint(fields=["preschool", "name"], name="documents_folder_of_preschool_once"),
            models.UniqueConstraint(
                fields=["name"],
                name="documents_folder_of_municipality_once",
                condition=Q(department=None, preschool=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def room_of(self) -> UUID | None:
        """The preschool whose room its files take: none for the municipality's."""
        return self.department.preschool_id if self.department else self.preschool_id


class DocumentQuerySet(models.QuerySet["Document"]):
    def drafts(self) -> Self:
        """Return what is uploaded, and shared with nobody yet."""
        return self.filter(shared_at=None, removed_at=None)

    def shared(self) -> Self:
        """Return what somebody reads; of what is withdrawn only that it is."""
        return self.filter(shared_at__isnull=False, removed_at=None)

    def standing(self) -> Self:
        """Return what can be opened."""
        return self.shared().filter(withdrawn_at=None)

    def untold(self) -> Self:
        """Return what was shared and can be opened, and families have not been told of."""
        opened = DocumentVersion.objects.filter(is_current=True, file__state=Claimed.State.READY)
        return self.standing().filter(told_at=None, pk__in=opened.values("document"))


class Document(Base):
    """A paper about exactly one child, department, preschool, or the municipality. Who reads it is asked each time.

    The same paper to five families is five documents with one file. `only_to` is the one guardian who reads it, of
    several. Until it is shared it is about its folder's place, and only those who may share there see it. A removed one
    has no files any more.
    """

    class Asks(models.TextChoices):
        NOTHING = "", _("Inget svar behövs")
        READ = "read", _("Bekräfta att det är läst")
        AGREE = "agree", _("Godkänn")

    folder = models.ForeignKey(Folder, models.PROTECT, related_name="documents")
    child = models.ForeignKey(Child, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    preschool = models.ForeignKey(Preschool, models.PROTECT, null=True, related_name="+")
    is_for_all = models.BooleanField(default=False)
    only_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    title = EncryptedTextField()
    asks = models.CharField(max_length=10, choices=Asks, blank=True)
    asks_each = models.BooleanField(default=False)  # every guardian answers, not one of each child
    due_on = models.DateField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(null=True)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)  # by hand: once
    withdrawn_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = EncryptedTextField(blank=True)  # why it was withdrawn or removed

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="documents_document_about_one",
                condition=Q(child__isnull=False, department=None, preschool=None, is_for_all=False)
                | Q(child=None, department__isnull=False, preschool=None, is_for_all=False)
                | Q(child=None, department=None, preschool__isnull=False, is_for_all=False)
                | Q(child=None, department=None, preschool=None, is_for_all=True),
            ),
            models.CheckConstraint(
                name="documents_document_only_to_of_a_child", condition=Q(only_to=None) | Q(child__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["shared_at"], name="documents_untold", condition=Q(told_at=None)),
            models.Index(fields=["due_on"], name="documents_due", condition=~Q(asks="")),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_draft(self) -> bool:
        return self.shared_at is None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class DocumentVersion(Base):
    """A file of a document: the current one is what everybody reads, earlier ones are the house's."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    is_current = models.BooleanField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    note = EncryptedTextField(blank=True)  # what is new
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="documents_version_once"),
            models.UniqueConstraint(
                fields=["document"], name="documents_version_one_current", condition=Q(is_current=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DocumentRead(models.Model):
    """That a guardian has opened a version, and has answered what it asks."""

    version = models.ForeignKey(DocumentVersion, models.CASCADE, related_name="reads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="documents_read_once")]

    def __str__(self) -> str:
        return str(self.pk)


class PdfPreview(Claimed):
    """The pages of a PDF as pictures: `pages` is how many it has, of which the first are drawn. Damaged: none."""

    file = models.OneToOneField(StoredFile, models.CASCADE, related_name="preview")
    pages = models.PositiveSmallIntegerField(default=0)

    objects = ClaimedQuerySet["PdfPreview"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="documents_preview_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return str(self.id)


class PdfPage(models.Model):
    """A page of a PDF, drawn: a picture as any other."""

    preview = models.ForeignKey(PdfPreview, models.CASCADE, related_name="drawn")
    number = models.PositiveSmallIntegerField()
    picture = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["preview", "number"], name="documents_page_once")]

    def __str__(self) -> str:
        return str(self.pk)
