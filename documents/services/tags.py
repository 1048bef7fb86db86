"""Who is in a picture is written down: small changes, so that two who tag at once lose nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import audit
from children.actors import Actor
from documents.models import PictureTag, StoredFile
from documents.shown_rules import Box


@dataclass(frozen=True)
class Change:
    """What somebody has changed: children tagged and not any more, places drawn, moved and taken away (None).

    `places` are by child, `unknown` by the tag of somebody unknown, `new` is one for somebody unknown.
    """

    added: frozenset[UUID] = frozenset()
    removed: frozenset[UUID] = frozenset()
    places: Mapping[UUID, Box | None] = field(default_factory=dict)
    unknown: Mapping[UUID, Box | None] = field(default_factory=dict)
    new: Box | None = None

    @property
    def tagged(self) -> set[UUID]:
        """The children who are tagged by it."""
        return {*self.added, *(child for child, box in self.places.items() if box)} - self.removed


def change(*, file: StoredFile, to: Change, actor: Actor, now: datetime) -> None:
    """Write down who is in the picture. Who may be tagged, and by whom, the caller has asked."""
    with transaction.atomic():
        StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        tags = PictureTag.objects.filter(file=file)
        tags.filter(child__in=to.removed).delete()
        for child_id in to.tagged:
            tags.get_or_create(file=file, child_id=child_id)
        for child_id, box in to.places.items():
            tags.filter(child=child_id).update(**_columns(box))
        for tag_id, box in to.unknown.items():
            those = tags.filter(pk=tag_id, child=None)
            those.update(**_columns(box)) if box else those.delete()
        # It may be sent anew, where only the answer was lost.
        if to.new and not tags.filter(child=None, **_columns(to.new)).exists():
            tags.create(file=file, **_columns(to.new))
        audit.did(
            "picture.tagged",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            children=sorted({*to.tagged, *to.removed, *to.places}),
            file=file.pk,
        )


def _columns(box: Box | None) -> dict[str, int | None]:
    x, y, width, height = box.as_list if box else (None,) * 4
    return {"x": x, "y": y, "width": width, "height": height}
