"""The form by which the municipality says how much room there is for files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from children.models import Preschool
from documents.room_rules import MOST


class RoomForm(forms.Form):
    """Gigabytes for every preschool, and for those that have more or less."""

    def __init__(
        self,
        sent: Mapping[str, Any] | None,
        *,
        preschools: Iterable[Preschool],
        limits: Mapping[UUID | None, int],
    ) -> None:
        super().__init__(sent, label_suffix="")
        self._ids = {f"preschool-{one.pk}": one.pk for one in preschools}
        self.fields["all"] = _gigabytes(_("Alla förskolor, i GB"), limits[None], required=True)
        for one in preschools:
            self.fields[f"preschool-{one.pk}"] = _gigabytes(one.name, limits.get(one.pk), required=False)

    @property
    def has_own(self) -> bool:
        """Tell whether some preschool has another limit than all others."""
        return any(field.initial for name, field in self.fields.items() if name in self._ids)

    @property
    def own(self) -> list[BoundField]:
        return [self[name] for name in self._ids]

    @property
    def limits(self) -> dict[UUID | None, int | None]:
        """Return what was decided, as `services.room.decide` takes it."""
        return {None: self.cleaned_data["all"]} | {
            preschool_id: self.cleaned_data[name] for name, preschool_id in self._ids.items()
        }


def _gigabytes(label: str, now: int | None, *, required: bool) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MOST, initial=now, required=required)
