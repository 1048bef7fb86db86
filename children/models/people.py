"""Children, and the dated relations that decide who may do what."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Protection
from children.models.places import Area, Department, Preschool
from portal.lib.constraints import NoOverlap
from portal.lib.crypto import BlindIndexField, EncryptedTextField
from portal.lib.models import Base, Dated, DatedQuerySet


class Child(Base):
    """A child, under the name that everybody may see.

    For a child with protected identity that is the alias; the real name lies sealed in `ProtectedIdentity`.
    """

    given_name = models.CharField(max_length=150)
    family_name = models.CharField(max_length=150, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    personal_number = EncryptedTextField(blank=True, default="")
    personal_number_index = BlindIndexField(source="personal_number", unique=True)
    protection = models.CharField(max_length=20, choices=Protection, default=Protection.NONE)
    allergy = EncryptedTextField(blank=True, default="")
    register_id = models.UUIDField(null=True, blank=True, unique=True)
    register_print = models.CharField(max_length=64, blank=True, editable=False)
    left_register_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["given_name", "family_name"], name="children_child_by_name")]
        # The words of `children.access.Action` that can be granted to one person for one child (django-guardian).
        permissions = [
            ("see_child", "May see the child"),
            ("see_file", "May open the child's page"),
            ("see_notes", "May read notes for the staff"),
            ("report_absence", "May report the child absent"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def tile_name(self) -> str:
        """First name and the first letter of the family name: what a wall in a public hall may say."""
        return f"{self.given_name} {self.family_name[:1]}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    @property
    def tint(self) -> int:
        """A number from 0 to 5 that stays the same for the child: the colour behind its initials."""
        return self.id.int % 6

    @property
    def is_protected(self) -> bool:
        return self.protection != Protection.NONE


class Placement(Dated):
    """A child in a department, with the weekly hours that it is entitled to. One at a time."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="placements")
    department = models.ForeignKey(Department, models.PROTECT, related_name="placements")
    hours_per_week = models.PositiveSmallIntegerField(null=True, blank=True)
    register_id = models.CharField(max_length=80, null=True, blank=True, unique=True)
    register_print = models.CharField(max_length=64, blank=True, editable=False)

    objects = DatedQuerySet["Placement"].as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            NoOverlap(name="children_placement_one_at_a_time", owner="child", starts="starts_on", ends="ends_on"),
        ]
        indexes = [models.Index(fields=["department", "starts_on", "ends_on"], name="children_placement_by_dept")]

    def __str__(self) -> str:
        return str(self.id)


class BackupPlacement(Dated):
    """Another department for some days; on those days it decides where the child is."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="backup_placements")
    department = models.ForeignKey(Department, models.PROTECT, related_name="backup_placements")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DatedQuerySet["BackupPlacement"].as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(name="children_backupplacement_has_end", condition=Q(ends_on__isnull=False)),
            NoOverlap(name="children_backup_one_at_a_time", owner="child", starts="starts_on", ends="ends_on"),
        ]
        indexes = [models.Index(fields=["department", "starts_on", "ends_on"], name="children_backup_by_dept")]

    def __str__(self) -> str:
        return str(self.id)


class GuardianshipQuerySet(DatedQuerySet["Guardianship"]):
    def confirmed(self) -> Self:
        return self.exclude(confirmed_at=None)

    def pending(self) -> Self:
        return self.filter(confirmed_at=None)


class Guardianship(Dated):
    """A guardian and a child: one row for each pair. Opens nothing until a person has confirmed it."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="guardianships")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    from_register = models.BooleanField(default=False)

    objects = GuardianshipQuerySet.as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["child", "guardian"], name="children_guardianship_one_per_pair"),
        ]
        indexes = [models.Index(fields=["guardian", "child"], name="children_guardianship_by_adult")]

    def __str__(self) -> str:
        return str(self.id)


class BlockQuerySet(models.QuerySet["Block"]):
    def in_force(self) -> Self:
        return self.filter(lifted_at=None)


class Block(Base):
    """Somebody who must be kept away from a child. Outlives every import and wins over every relation."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="blocks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocks")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = EncryptedTextField(blank=True, default="")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "person"], condition=Q(lifted_at=None), name="children_block_one_in_force"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class ContactQuerySet(models.QuerySet["Contact"]):
    def current(self) -> Self:
        return self.filter(removed_at=None)


class Contact(Base):
    """Somebody without an account who may be called about a child, or may collect it."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="contacts")
    name = EncryptedTextField()
    relation = models.CharField(max_length=40)
    phone = EncryptedTextField(blank=True, default="")
    may_collect = models.BooleanField(default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)


class StaffRole(Dated):
    """A person works at a department, a preschool or an area, or for the whole municipality."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("Pedagog")
        SUBSTITUTE = "substitute", _("Vikarie")
        SPECIALIST = "specialist", _("Specialpedagog")
        PRINCIPAL = "principal", _("Rektor")
        ADMINISTRATOR = "administrator", _("Systemförvaltare")
        COMMUNICATOR = "communicator", _("Kommunikatör")
        ARCHIVIST = "archivist", _("Arkivarie")

    MUNICIPAL = (Kind.ADMINISTRATOR, Kind.COMMUNICATOR, Kind.ARCHIVIST)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_roles")
    kind = models.CharField(max_length=20, choices=Kind)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="staff_roles")
    preschool = models.ForeignKey(Preschool, models.PROTECT, null=True, blank=True, related_name="staff_roles")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="staff_roles")
    register_id = models.CharField(max_length=80, null=True, blank=True, unique=True)
    register_print = models.CharField(max_length=64, blank=True, editable=False)

    objects = DatedQuerySet["StaffRole"].as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                name="children_staffrole_one_place",
                condition=(
                    Q(kind__in=["administrator", "communicator", "archivist"])
                    & Q(area=None, preschool=None, department=None)
                )
                | (
                    ~Q(kind__in=["administrator", "communicator", "archivist"])
                    & (
                        Q(area__isnull=False, preschool=None, department=None)
                        | Q(area=None, preschool__isnull=False, department=None)
                        | Q(area=None, preschool=None, department__isnull=False)
                    )
                ),
            ),
        ]
        indexes = [models.Index(fields=["person", "starts_on"], name="children_staffrole_by_person")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def place(self) -> Area | Preschool | Department | None:
        """Where it is; None for the whole municipality."""
        return self.department or self.preschool or self.area
