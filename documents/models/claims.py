"""Rows that workers claim: what is to be made of files, by exactly one of them at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from documents import rules
from portal.lib.models import Base

Row = TypeVar("Row", bound="Claimed")


class ClaimedQuerySet(models.QuerySet[Row]):
    def waiting(self) -> Self:
        """Return what is still to be made."""
        return self.filter(state=Claimed.State.WAITING)

    def free(self, now: datetime) -> Self:
        """Return what waits and no worker has."""
        return self.waiting().filter(Q(claimed_until=None) | Q(claimed_until__lte=now))

    def claim(self, now: datetime) -> Row | None:
        """Take one row for this worker: each is taken by exactly one, by a conditional UPDATE."""
        for row in self.free(now).order_by("created_at")[:10]:
            seen = self.free(now).filter(pk=row.pk, tries=row.tries)
            if seen.update(claimed_until=now + rules.CLAIM_HOLDS, tries=F("tries") + 1):
                row.tries += 1
                return row
        return None


class Claimed(Base):
    """Something that a worker makes: `waiting` until it is made, and `damaged` where that cannot be done."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Görs i ordning")
        READY = "ready", _("Klar")
        DAMAGED = "damaged", _("Går inte att visa")

    state = models.CharField(max_length=10, choices=State)
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_damaged(self) -> bool:
        return self.state == self.State.DAMAGED
