"""Bulletins: from the house to the families of some children, of a department, a preschool, an area or all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from children.models import Area, Child, Department, Preschool
from messaging import bulletin_rules
from messaging.bulletin_rules import ASKS_NEWCOMERS_FOR, READ_FOR
from notifications.models import Way
from portal.lib import days
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def drafts_of(self, person_id: UUID | None) -> Self:
        """Return the drafts that somebody goes on with: the own ones, and what was stopped at its leaving."""
        own = Q(written_by=person_id) | Q(sent_by=person_id)
        return self.filter(own | Q(was_to_leave_at__isnull=False), leaves_at=None)

    def stopped(self) -> Self:
        return self.filter(was_to_leave_at__isnull=False)

    def waiting(self, now: datetime) -> Self:
        """Return what is to go out later, and can be taken back until then."""
        return self.filter(leaves_at__gt=now)

    def out(self, now: datetime) -> Self:
        """Return what has left the house."""
        return self.filter(leaves_at__lte=now)

    def fresh(self, now: datetime) -> Self:
        """Return what families still read."""
        return self.out(now).filter(leaves_at__gt=now - READ_FOR)

    def due(self, now: datetime) -> Self:
        """Return what has left, and of which not everybody has been told."""
        return self.out(now).filter(released_at=None, withdrawn_at=None)

    def asking_newcomers(self, now: datetime) -> Self:
        """Return what whoever becomes a reader of it now must know, too."""
        return self.filter(must_confirm=True, withdrawn_at=None, released_at__gt=now - ASKS_NEWCOMERS_FOR)


class Bulletin(Base):
    """What the house says to many families. To whom: exactly one of a place, everybody, and some chosen children.

    Whose children are there, and who works there, is asked when it is read (DOMAIN 4.1). Without `leaves_at` it is a
    draft of whoever wrote it, and of whoever sent it before it was taken back. One that was stopped, because its sender
    may write there no more, has `was_to_leave_at`, and belongs to all who may. A withdrawn one keeps its words in the
    log of incidents, and shows them to nobody.
    """

    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1)  # one more each time that it is changed
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    preschool = models.ForeignKey(Preschool, models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    is_to_all = models.BooleanField(default=False)
    is_to_chosen = models.BooleanField(default=False)
    title = EncryptedTextField(blank=True)
    text = EncryptedTextField(blank=True)
    language = models.CharField(max_length=10)
    phrase = models.CharField(max_length=60, blank=True)  # the set phrase that the text is, word for word
    must_confirm = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    remind_after = models.PositiveSmallIntegerField(default=24)  # hours, and again as many to each next way
    leaves_at = models.DateTimeField(null=True, blank=True)
    was_to_leave_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BulletinQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="messaging_bulletin_to_one_audience",
                condition=Q(department__isnull=False, preschool=None, area=None, is_to_all=False, is_to_chosen=False)
                | Q(department=None, preschool__isnull=False, area=None, is_to_all=False, is_to_chosen=False)
                | Q(department=None, preschool=None, area__isnull=False, is_to_all=False, is_to_chosen=False)
                | Q(department=None, preschool=None, area=None, is_to_all=True, is_to_chosen=False)
                | Q(department=None, preschool=None, area=None, is_to_all=False, is_to_chosen=True),
            ),
            models.CheckConstraint(
                name="messaging_bulletin_withdrawn_after",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("leaves_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["-leaves_at"], name="messaging_bulletin_by_time"),
            models.Index(fields=["leaves_at"], name="messaging_bulletin_due", condition=Q(released_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def sender_id(self) -> UUID:
        """By whose word it goes out: whoever changed it last before it left."""
        return self.sent_by_id or self.written_by_id

    def next_step_at(self, told_at: datetime) -> datetime | None:
        """Return when somebody who was told then is to be told in the next way; None where nobody has to confirm."""
        if not self.must_confirm or self.withdrawn_at:
            return None
        return told_at + timedelta(hours=self.remind_after)

    def breaks_through(self, now: datetime) -> bool:
        """Tell whether a notice of it that is written now disturbs those who want to be left alone."""
        # Until everybody has been told it is leaving, midnight or not.
        left_on = days.day_of(self.released_at or now)
        return self.is_urgent and bulletin_rules.breaks_through(left_on, days.day_of(now))


class BulletinChild(models.Model):
    """A child whose families a bulletin was written to."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="chosen")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "bulletin"], name="messaging_bulletinchild_once")]

    def __str__(self) -> str:
        return str(self.id)


class BulletinCopyQuerySet(models.QuerySet["BulletinCopy"]):
    def to_remind(self, now: datetime) -> Self:
        """Return those of people who have neither confirmed nor been spoken to, and whose next step is due."""
        return self.filter(confirmed_at=None, reached_at=None, remind_at__lte=now)


class BulletinCopy(Base):
    """One guardian's copy, one however many children are concerned. It opens nothing: today's relation does.

    `department` is where a child of theirs was then, to count by. `reached_at` is when somebody of the house spoke to
    them of it instead. `remind_at` is when they are told in the next way unless they have confirmed by then; none when
    only the telephone is left.
    """

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="copies")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    reached_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    remind_at = models.DateTimeField(null=True, blank=True)

    objects = BulletinCopyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guardian", "bulletin"], name="messaging_bulletincopy_once")]
        indexes = [
            models.Index(
                fields=["remind_at"],
                name="messaging_copy_to_remind",
                condition=Q(confirmed_at=None, reached_at=None, remind_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class BulletinReminder(Base):
    """That somebody who had not confirmed was told once more, in the next of their ways; each step once.

    The last step is without a way: none is left, and it is the telephone's turn.
    """

    copy = models.ForeignKey(BulletinCopy, models.CASCADE, related_name="reminders")
    step = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=10, choices=Way, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "step"], name="messaging_bulletinreminder_once")]

    def __str__(self) -> str:
        return str(self.id)
