"""What leaves the house: the extract about a child that a guardian has asked for, and what is removed in the end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from children.models import Child, Preschool
from documents.models import StoredFile
from documents.models.claims import Claimed, ClaimedQuerySet
from oversight import removal_rules, rules
from portal.lib.models import Base


class Extract(Claimed):
    """Everything about a child that this guardian may see, in one file: one row for both, whoever asks twice.

    A worker packs it, `packed` of `number` files so far. `begun_at` is when it was put together, `marks` how each
    picture in it was shown then, and `held` the ids of what in it may be withdrawn: where that no longer holds, or is
    not known, it is not handed out. Kept for seven days.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField(default=0)
    packed = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)  # files that were not there when they were to be packed
    begun_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)  # the last time
    is_sensitive = models.BooleanField(default=False)  # fetched behind the strong login only
    marks = models.JSONField(default=dict)
    held = models.JSONField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    objects = ClaimedQuerySet["Extract"].as_manager()

    @property
    def anew_at(self) -> datetime:
        """When it may be made once more, while it may be handed out."""
        return self.created_at + rules.ANEW_AFTER

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


class RemovalRule(Base):
    """What the municipality decided about what is kept of a child that has left: the latest row counts.

    `months` after the last day of its last placement pictures and documents are removed; None: they are not.
    """

    LONGEST = 120

    months = models.PositiveSmallIntegerField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="oversight_removalrule_months", condition=Q(months=None) | Q(months__gte=1, months__lte=120)
            )
        ]
        indexes = [models.Index(fields=["-created_at"], name="oversight_removalrule_latest")]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def current(cls) -> RemovalRule:
        """Return what holds. Nothing is removed until the municipality has decided it."""
        return cls.objects.order_by("-created_at", "-pk").first() or cls(months=None)


class RemovalQuerySet(models.QuerySet["Removal"]):
    def ahead(self) -> Self:
        """Return the countdowns, and what is being removed."""
        return self.filter(done_at=None)

    def due(self, today: date) -> Self:
        """Return those whose day has come, and whose families were told in time: the longest waiting first."""
        told = Q(told=removal_rules.STEPS[-1], told_on__lte=today - removal_rules.AFTER_THE_LAST)
        return self.ahead().filter(told, removes_on__lte=today).order_by("removes_on", "pk")


class Removal(Base):
    """The countdown to the removal of a child's pictures and documents; done, its certificate (DOMAIN 7.9).

    A certificate holds ids and numbers and no relation to the child: nothing has to stay for its sake. `removed` is how
    many rows of which kind. What was begun when the child was placed again is done, too.
    """

    child = models.UUIDField()
    preschool = models.ForeignKey(Preschool, models.PROTECT, related_name="+")  # of its last placement
    left_on = models.DateField()
    removes_on = models.DateField()
    told = models.PositiveSmallIntegerField(null=True)  # the last step, by its days before
    told_on = models.DateField(null=True)
    rule = models.ForeignKey(RemovalRule, models.PROTECT, related_name="+")
    removed = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child"], name="oversight_removal_one_ahead", condition=Q(done_at=None)),
            models.CheckConstraint(
                name="oversight_removal_told_on_a_day",
                condition=Q(told=None, told_on=None) | Q(told__isnull=False, told_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["removes_on"], name="oversight_removal_ahead", condition=Q(done_at=None)),
            models.Index(fields=["-done_at"], name="oversight_removal_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)
