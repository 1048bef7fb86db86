"""What is known of how the store is: the checks of it, and the sizes that were made anew. Kept some weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from portal.lib.models import Base

QUIET_FOR = timedelta(minutes=5)  # then whoever was at work says no more


class FileCheck(Base):
    """What a comparison of the store with the rows found; without an end it goes on, or was interrupted."""

    ended_at = models.DateTimeField(null=True)
    mends = models.BooleanField()
    is_held_back = models.BooleanField(default=False, db_default=False)  # too much was wrong to mend it unasked
    rows = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    strays = models.PositiveIntegerField(default=0)  # files without a row
    missing = models.PositiveIntegerField(default=0)  # rows' files that were not there
    lost = models.PositiveIntegerField(default=0)  # of those the ones that nothing could be mended from
    unused = models.PositiveIntegerField(default=0, db_default=0)  # ready files that nothing uses

    def __str__(self) -> str:
        return str(self.id)

    @property
    def mended(self) -> int:
        return self.strays + self.missing - self.lost if self.mends else 0


class SizesRun(Base):
    """Sizes of pictures made anew by `manage.py make_sizes`, and how far it is."""

    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)  # of those that are done

    def __str__(self) -> str:
        return str(self.id)

    def is_at_work(self, now: datetime) -> bool:
        return self.ended_at is None and self.seen_at > now - QUIET_FOR
