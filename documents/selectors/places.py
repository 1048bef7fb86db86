"""The places that have documents: a department, a preschool, the municipality."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from children.access import Action, can, departments_for, get_department, get_preschool, preschools_for
from children.actors import Actor
from children.models import Department, Preschool
from documents.models import Folder


@dataclass(frozen=True)
class Place:
    """A department, a preschool, or (neither) the municipality."""

    department: Department | None = None
    preschool: Preschool | None = None

    @classmethod
    def of(cls, folder: Folder) -> Place:
        return cls(folder.department, folder.preschool)

    @property
    def preschool_id(self) -> UUID | None:
        """Return the preschool whose room its files take; None for the municipality."""
        return self.department.preschool_id if self.department else self.preschool.pk if self.preschool else None

    @property
    def columns(self) -> dict[str, Department | Preschool | None]:
        return {"department": self.department, "preschool": self.preschool}

    @property
    def name(self) -> str:
        return str(self.department or self.preschool or _("Hela kommunen"))

    @property
    def address(self) -> str:
        if self.department:
            return reverse("documents:department", args=[self.department.pk])
        if self.preschool:
            return reverse("documents:preschool", args=[self.preschool.pk])
        return reverse("documents:municipality")

    def is_shared_by(self, actor: Actor) -> bool:
        """Tell whether the actor shares documents of this place."""
        if self.department or self.preschool:
            return can(actor, Action.SHARE_DOCUMENTS, self.department or self.preschool)
        return can(actor, Action.BROADCAST)

    def folders(self) -> QuerySet[Folder]:
        return Folder.objects.filter(**self.columns)


def places_of(actor: Actor) -> list[Place]:
    """Return where the actor finds documents as one of the house: what is led first, then the departments."""
    if not actor.roles:
        return []
    departments = departments_for(actor, Action.SEE_FILE).select_related("preschool")
    return [
        *([Place()] if can(actor, Action.BROADCAST) else []),
        *(Place(preschool=one) for one in preschools_for(actor, Action.SHARE_DOCUMENTS).order_by("name", "pk")),
        *(Place(department=one) for one in departments.order_by("preschool__name", "name", "pk")),
    ]


def get_department_place(actor: Actor, department_id: UUID) -> Place:
    """Return a department whose documents the actor reads. Raises as `get_department` does."""
    return Place(department=get_department(actor, Action.SEE_FILE, department_id))


def get_preschool_place(actor: Actor, preschool_id: UUID) -> Place:
    """Return a preschool whose documents the actor keeps. Raises `Http404` for any other."""
    return Place(preschool=get_preschool(actor, Action.SHARE_DOCUMENTS, preschool_id))
