"""Folders are begun, added, renamed, put away and moved by those who share documents there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from documents import paper_rules
from documents.models import Folder
from documents.selectors.places import Place
from documents.selectors.reading import get_folder

# With which folders a place begins: in Swedish whoever opens them first, for they are kept, and renamed at will.
OF_DEPARTMENT = ("Veckobrev", "Pedagogisk planering", "Om barnen")
OF_PRESCHOOL = ("Matsedel", "Information", "Kvalitetsarbete")
OF_MUNICIPALITY = ("Information", "Riktlinjer")


def begin(place: Place) -> None:
    """Give a place its first folders. Any number of times, by any number of people at once."""
    usual = OF_DEPARTMENT if place.department else OF_PRESCHOOL if place.preschool else OF_MUNICIPALITY
    Folder.objects.bulk_create(
        [Folder(**place.columns, name=name, position=number) for number, name in enumerate(usual, 1)],
        ignore_conflicts=True,
    )


def add(*, place: Place, name: str, actor: Actor, now: datetime) -> Folder:
    """Add a folder at a place where the caller has found that the actor shares documents. Raises `ValidationError`."""
    with transaction.atomic():
        own = Folder.objects.filter(**place.columns)
        number = own.count()
        if number >= paper_rules.MOST_FOLDERS:
            raise ValidationError(_("Här finns redan så många mappar som får plats."))
        clean = _clean(own.values_list("name", flat=True), name)
        made = Folder.objects.create(**place.columns, name=clean, position=number + 1)
        audit.did("folder.added", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, folder=made.pk)
    return made


def rename(*, folder_id: UUID, name: str, actor: Actor, now: datetime) -> Folder:
    """Call a folder something else. Raises `ValidationError`, and `Http404` for whoever may not."""
    with transaction.atomic():
        folder = get_folder(actor, folder_id, lock=True)
        others = Place.of(folder).folders().exclude(pk=folder.pk).values_list("name", flat=True)
        folder.name = _clean(others, name)
        folder.save(update_fields=["name"])
        audit.did("folder.renamed", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, folder=folder.pk)
    return folder


def _clean(others: Iterable[str], name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise ValidationError(_("Skriv vad mappen ska heta."))
    if len(clean) > paper_rules.LONGEST_FOLDER:
        raise ValidationError(_("Skriv högst {number} tecken.").format(number=paper_rules.LONGEST_FOLDER))
    if clean.casefold() in {other.casefold() for other in others}:
        raise ValidationError(_("Det finns redan en mapp som heter {name}.").format(name=clean))
    return clean


def put_away(*, folder_id: UUID, is_away: bool, actor: Actor, now: datetime) -> Folder:
    """Archive a folder with what lies in it, or take it back. Families still read what they have been given."""
    with transaction.atomic():
        folder = get_folder(actor, folder_id, lock=True)
        folder.archived_at = now if is_away else None
        folder.save(update_fields=["archived_at"])
        deed = "folder.archived" if is_away else "folder.taken_back"
        audit.did(deed, person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, folder=folder.pk)
    return folder


def move_up(*, folder_id: UUID, actor: Actor) -> Folder:
    """Move a folder one place up among those of its place."""
    with transaction.atomic():
        folder = get_folder(actor, folder_id, lock=True)
        order = list(Place.of(folder).folders().filter(archived_at=None))
        at = next((number for number, one in enumerate(order) if one.pk == folder.pk), 0)
        if at:
            order[at - 1], order[at] = order[at], order[at - 1]
        for number, one in enumerate(order, 1):
            if one.position != number:
                one.position = number
                one.save(update_fields=["position"])
    return folder
