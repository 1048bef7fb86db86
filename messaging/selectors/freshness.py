"""When departments last published, and after how many days without a post each is reminded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max

from children.models import Department
from messaging import post_rules
from messaging.models import Post, PostRhythm
from portal.lib import days


@dataclass(frozen=True)
class Rhythm:
    """A department, after how many days it is reminded (0 is never), and the day of its last post."""

    department: Department
    days: int
    last: date | None

    @property
    def silent_since(self) -> date:
        """The day since which nothing was published: at first the one on which the department came here."""
        return self.last or days.day_of(self.department.created_at)


def rhythms_of(departments: Collection[Department]) -> list[Rhythm]:
    """Return the rhythm of each of these departments: two queries. A post that was withdrawn counts, too."""
    ids = [department.pk for department in departments]
    chosen = dict(PostRhythm.objects.filter(department__in=ids).values_list("department", "days"))
    published = Post.objects.shown().filter(department__in=ids).order_by().values_list("department")
    last: dict[UUID, date] = {
        department_id: days.day_of(moment) for department_id, moment in published.annotate(Max("published_at"))
    }
    return [Rhythm(one, chosen.get(one.pk, post_rules.QUIET_DAYS), last.get(one.pk)) for one in departments]
