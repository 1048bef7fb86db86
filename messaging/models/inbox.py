"""What is done in an inbox: labels on conversations, what is sent with messages, and who is out of office."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from children.models import Department, Preschool
from documents.models import StoredFile
from messaging.models.threads import Message, Thread
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base, DatedQuerySet


class Label(Base):
    """A short word by which an inbox sorts its conversations; no family ever sees it.

    It is a department's, or of the inbox of whoever leads the preschool.
    """

    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    preschool = models.ForeignKey(Preschool, models.CASCADE, null=True, related_name="+")
    words = EncryptedTextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="messaging_label_of_one_inbox",
                condition=Q(department=None, preschool__isnull=False) | Q(department__isnull=False, preschool=None),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class ThreadLabel(models.Model):
    """That a conversation bears a label."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="labelled")
    label = models.ForeignKey(Label, models.CASCADE, related_name="on_threads")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "thread"], name="messaging_threadlabel_once")]

    def __str__(self) -> str:
        return str(self.id)


class MessageAttachment(Base):
    """A file that goes with a message; until that is sent it is `added_by`'s alone.

    A message to several families has one for each: the file itself is the same.
    """

    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="messaging_attachment_unsent", condition=Q(message=None)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Away(Base):
    """That nobody answers for a department, or that somebody who leads does not, from a day to a day, both included.

    Families read `words`, and in `instead` to whom to turn, before they write (DOMAIN 4.14).
    """

    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    words = EncryptedTextField(blank=True)
    instead = EncryptedTextField(blank=True)

    objects = DatedQuerySet["Away"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="messaging_away_of_one",
                condition=Q(department=None, person__isnull=False) | Q(department__isnull=False, person=None),
            ),
            models.CheckConstraint(name="messaging_away_dates_in_order", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return str(self.id)
