"""The registry: what was handed over to it, sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class JournalPackage(Base):
    """A conversation or a bulletin as it was on a day, sealed (DOMAIN 4.13). Never changed, never removed.

    The database itself refuses both (see the migration); and as in the log of what was done there are ids and no
    relations, so that nothing else has to stay for its sake. `digest` is that of the package's list of contents, which
    holds the digest of the package before: `before`. `aliased` are those in it who had protected identity by then and
    are in it without their names; whoever is protected later is in it by name, and then nobody gets it here any more.
    """

    class Kind(models.TextChoices):
        THREAD = "thread", _("Samtal")
        BULLETIN = "bulletin", _("Anslag")

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    about = models.UUIDField()
    title = EncryptedTextField()
    children = models.JSONField(default=list)
    people = models.JSONField(default=list)
    aliased = models.JSONField(default=list)
    sealed_at = models.DateTimeField()
    sealed_by = models.UUIDField()
    before = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()  # bytes

    class Meta:
        constraints = [
            # Two who seal at once would fork the chain.
            models.UniqueConstraint(fields=["before"], name="messaging_journal_one_chain"),
            models.CheckConstraint(
                name="messaging_journal_begins_once", condition=Q(number=1, before="") | Q(number__gt=1) & ~Q(before="")
            ),
        ]
        indexes = [models.Index(fields=["about"], name="messaging_journal_by_about")]

    def __str__(self) -> str:
        return str(self.number)


class JournalPart(models.Model):
    """A piece of a package's file, encrypted."""

    package = models.ForeignKey(JournalPackage, models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "position"], name="messaging_journalpart_once")]

    def __str__(self) -> str:
        return f"{self.package_id} {self.position}"
