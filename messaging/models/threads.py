"""Conversations: one family, about its children, with the department or with the principal."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from children.models import Child, Department
from portal.lib.crypto import EncryptedTextField
from portal.lib.ids import uuid7
from portal.lib.models import Base


class Addressee(models.TextChoices):
    """Whose inbox it lies in. Which department, and who leads it, is where the children are when it is read."""

    DEPARTMENT = "department", _("Avdelningen")
    PRINCIPAL = "principal", _("Rektor")


class Thread(Base):
    """A conversation about one child, or siblings, with the guardians that it was begun with.

    Nobody is added to it: guardians who come later read none of it, and whoever is no longer a guardian of all of its
    children reads it no more (DOMAIN 4.1, 4.4). For the house it follows the children: it is read where they are.
    """

    addressee = models.CharField(max_length=20, choices=Addressee)
    subject = EncryptedTextField()
    is_sensitive = models.BooleanField(default=False)
    waits_since = models.DateTimeField(null=True, blank=True)  # the family, for an answer
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)  # when its last message left
    last_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # who wrote that

    class Meta:
        indexes = [models.Index(fields=["-last_at"], name="messaging_thread_by_last")]

    def __str__(self) -> str:
        return str(self.id)


class ThreadChild(models.Model):
    """A child that a conversation is about."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="about")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "thread"], name="messaging_threadchild_once")]

    def __str__(self) -> str:
        return str(self.id)


class ThreadGuardian(models.Model):
    """A guardian whom a conversation was begun with."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="family")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guardian", "thread"], name="messaging_threadguardian_once")]

    def __str__(self) -> str:
        return str(self.id)


class MessageQuerySet(models.QuerySet["Message"]):
    def out(self, now: datetime) -> Self:
        """Return what has left the hand that wrote it: nobody else sees a message before that."""
        return self.filter(leaves_at__lte=now)

    def due(self, now: datetime) -> Self:
        """Return what has left, and of which nobody has been told."""
        return self.out(now).filter(told_at=None, withdrawn_at=None)


class Message(Base):
    """One message. Until `leaves_at` whoever wrote it may take it back, and nobody else sees it (DOMAIN 4.6).

    A withdrawn one keeps its place and its words in the log of incidents, and shows them to nobody.
    """

    class Side(models.TextChoices):
        FAMILY = "family", _("Familjen")
        HOUSE = "house", _("Förskolan")

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages")
    side = models.CharField(max_length=10, choices=Side)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    body = EncryptedTextField()
    phrase = models.CharField(max_length=60, blank=True)  # the set phrase that the body is, word for word
    # What one press of "Skicka" made, in however many conversations: a second press makes nothing, and one undoes all.
    sending = models.UUIDField(default=uuid7, editable=False)
    number = models.PositiveSmallIntegerField(default=0, editable=False)
    leaves_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="messaging_message_withdrawn_after",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("leaves_at")),
            ),
            models.UniqueConstraint(fields=["sending", "number"], name="messaging_message_sent_once"),
        ]
        indexes = [
            models.Index(fields=["thread", "leaves_at"], name="messaging_message_by_thread"),
            models.Index(fields=["leaves_at"], name="messaging_message_due", condition=Q(told_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ReadMark(models.Model):
    """How far somebody has read a conversation: everything that had left by `read_to`."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="read_marks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    read_to = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="messaging_readmark_once")]

    def __str__(self) -> str:
        return str(self.id)


class Incident(Base):
    """What was withdrawn: by whom, and who had read it by then. The principal is told (DOMAIN 4.6)."""

    message = models.OneToOneField(Message, models.CASCADE, null=True, related_name="incident")
    bulletin = models.OneToOneField("messaging.Bulletin", models.CASCADE, null=True, related_name="incident")
    post = models.OneToOneField("messaging.Post", models.CASCADE, null=True, related_name="incident")
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    had_read = models.JSONField(default=list)  # ids of people
    subject = EncryptedTextField(blank=True)  # of the conversation that a withdrawn message had begun

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="messaging_incident_of_one",
                condition=(
                    Q(message__isnull=False, bulletin=None, post=None)
                    | Q(message=None, bulletin__isnull=False, post=None)
                    | Q(message=None, bulletin=None, post__isnull=False)
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class IncidentPlace(models.Model):
    """Where a child was, or was to begin soon, when a message or bulletin about it was withdrawn.

    Kept of conversations and of bulletins to chosen children; a post and any other bulletin say themselves where.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="places")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "child", "department"], name="messaging_incidentplace_once")
        ]

    def __str__(self) -> str:
        return str(self.id)
