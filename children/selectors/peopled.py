"""Departments with children: for what is done at each of them, by nobody's wish."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from children.models import Department, Placement


def departments_with_children(today: date) -> QuerySet[Department]:
    """Return the departments at which somebody is placed today, with their preschools."""
    placed = Exists(Placement.objects.on(today).filter(department=OuterRef("pk")))
    return Department.objects.open_on(today).filter(placed).select_related("preschool").order_by("pk")
