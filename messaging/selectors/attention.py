"""What families of a department have been told of lately: shown to whoever is about to tell them more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from children.models import Department
from children.selectors.reach_places import family_counts_to
from messaging.models import Addressee, Bulletin, BulletinChild, Message, Post, ThreadChild
from portal.lib import days

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Attention:
    """How often something was sent to families of a department in the last seven days."""

    department: str
    number: int


def attention(department_ids: Collection[UUID] | QuerySet[Any, Any], now: datetime) -> Attention | None:
    """Return the one of these departments to whose families most was sent in the last seven days, and how much: one
    query. None where nothing was.

    The highest and not the sum: no family was sent what others were.
    """
    week = {"leaves_at__lte": now, "leaves_at__gt": now - WEEK, "withdrawn_at": None}
    department = OuterRef(OuterRef(OuterRef("pk")))  # what was said, about whom, and where they are
    is_here = family_counts_to(department, days.day_of(now))
    chosen = BulletinChild.objects.filter(is_here).values("bulletin")
    above = Q(department=OuterRef("pk")) | Q(preschool=OuterRef("preschool")) | Q(area=OuterRef("preschool__area"))
    written = Message.objects.filter(**week, side=Message.Side.HOUSE, thread__addressee=Addressee.DEPARTMENT)
    number = (
        _count(Bulletin.objects.filter(above | Q(is_to_all=True) | Q(pk__in=chosen), **week))
        + _count(
            Post.objects.filter(
                department=OuterRef("pk"),
                state=Post.State.PUBLISHED,
                published_at__gt=now - WEEK,
                published_at__lte=now,
            )
        )
        + _count(written.filter(thread__in=ThreadChild.objects.filter(is_here).values("thread")))
    )
    rows = Department.objects.filter(pk__in=department_ids).annotate(number=number).filter(number__gt=0)
    most = rows.order_by("-number", "name").values_list("name", "number").first()
    return Attention(*most) if most else None


def _count(rows: QuerySet[Any, Any]) -> Subquery:
    return Subquery(
        rows.order_by().annotate(counted=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("counted")
    )
