"""What families of a department have been told of lately: shown to whoever is about to tell them more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from children.models import Department
from children.selectors.reach_places import families_in
from messaging.models import Addressee, Bulletin, Message, Post
from portal.lib import days

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Attention:
    """How much has been sent to the families of a department, or of several, in the last seven days."""

    bulletins: int = 0
    posts: int = 0
    messages: int = 0

    @property
    def total(self) -> int:
        return self.bulletins + self.posts + self.messages


def attention(department_ids: Collection[UUID], now: datetime) -> Attention:
    """Return what the families of these departments were told of in the last seven days: four queries."""
    week = {"leaves_at__lte": now, "leaves_at__gt": now - WEEK}
    there = Department.objects.filter(pk__in=department_ids)
    above = Q(department__in=department_ids) | Q(preschool__in=there.values("preschool")) | Q(is_to_all=True)
    above |= Q(area__in=there.exclude(preschool__area=None).values("preschool__area"))
    children = families_in(there, days.day_of(now))
    written = Message.objects.filter(
        **week, side=Message.Side.HOUSE, withdrawn_at=None, thread__addressee=Addressee.DEPARTMENT
    )
    return Attention(
        bulletins=Bulletin.objects.filter(above, **week, withdrawn_at=None).count(),
        posts=Post.objects.filter(
            department__in=department_ids, state=Post.State.PUBLISHED, published_at__gt=now - WEEK
        ).count(),
        messages=written.filter(thread__about__child__in=children).distinct().count(),
    )
