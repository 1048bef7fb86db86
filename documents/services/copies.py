"""Blurred copies are asked for and thrown away; and all sizes get new names when who may see them has changed."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Case, F, QuerySet, UUIDField, Value, When

from children.models import Purpose, ShownChange
from documents import kept, rules, shown_rules
from documents.models import BlurredCopy, PictureTag, Renewal, StoredFile
from documents.selectors.shown import Blurs, Circles, Unmade, wanted_copies
from documents.services.files import discard_rows
from portal.lib import bell

log = logging.getLogger(__name__)
MOST_CHANGES = 50  # at a time: each child may be in some thousand pictures


def ask(wanted: Mapping[UUID, Blurs]) -> None:
    """Ask for the copies of these files that are not there yet: a worker makes them."""
    rows = [
        BlurredCopy(
            file_id=file_id,
            boxes=sorted(box.as_list for box in boxes),
            digest=shown_rules.mark_of(boxes),
            state=BlurredCopy.State.WAITING,
        )
        for file_id, blurs in wanted.items()
        for boxes in blurs
    ]
    known = set(BlurredCopy.objects.filter(file__in=wanted.keys()).values_list("file_id", "digest")) if rows else set()
    new = [row for row in rows if (row.file_id, row.digest) not in known]
    if new:
        BlurredCopy.objects.bulk_create(new, ignore_conflicts=True)
        transaction.on_commit(lambda: bell.ring("documents.tasks.make_copies"), robust=True)


def ask_missing(unmade: Unmade) -> None:
    """Ask for copies of which a page that is printed now can only show the place: no query where all are asked for."""
    wanted: dict[UUID, Blurs] = defaultdict(set)
    for (file_id, boxes), is_asked in unmade.items():
        if not is_asked:
            wanted[file_id].add(boxes)
    ask(wanted)


def try_given_up() -> int:
    """Let copies that were given up be tried again, for a day at most; return how many. Run every hour."""
    most = rules.MOST_ROUNDS * (rules.MOST_TRIES + 1)
    given_up = BlurredCopy.objects.filter(state=BlurredCopy.State.DAMAGED, tries__lt=most)
    if number := given_up.update(state=BlurredCopy.State.WAITING):
        transaction.on_commit(lambda: bell.ring("documents.tasks.make_copies"), robust=True)
    return number


def throw_away_unwanted(wanted: Mapping[UUID, Blurs]) -> None:
    """Throw away the copies of these files that nobody needs any more."""
    marks = {(file_id, shown_rules.mark_of(boxes)) for file_id, blurs in wanted.items() for boxes in blurs}
    copies = BlurredCopy.objects.filter(file__in=wanted.keys())
    gone = [copy.pk for copy in copies if (copy.file_id, copy.digest) not in marks]
    discard_rows(BlurredCopy.objects.filter(pk__in=gone))


def rename(pictures: Sequence[StoredFile | BlurredCopy]) -> set[UUID]:
    """Give pictures' clean sizes, or copies', new random names: from then on nothing lies where it did.

    Both names are there until the rows say the new ones, and what a fault leaves of either is found by its note.
    One that has lost a size keeps its name: `manage.py make_sizes` mends it, and nobody's tags wait for that.
    Returns the ids of those that the store could not rename just now.
    """
    new: dict[UUID, tuple[UUID, UUID]] = {}
    failed = set()
    for picture in pictures:
        names = picture.key, uuid4()
        try:
            kept.begin(names[0])
            kept.link(*names)
        except FileNotFoundError:
            log.exception("A picture lacks a size: %s", picture.pk)
        except OSError:
            log.exception("A picture could not be renamed: %s", picture.pk)
            failed.add(picture.pk)
        else:
            new[picture.pk] = names
    if new:
        _rename_rows(type(pictures[0])._default_manager.filter(pk__in=new, state=StoredFile.State.READY), new)
    return failed


def _rename_rows(rows: QuerySet[Any], new: Mapping[UUID, tuple[UUID, UUID]]) -> None:
    """Let those of these rows that still have their old name, the first, say the new one."""
    cases = [When(pk=one, key=old, then=Value(key, UUIDField())) for one, (old, key) in new.items()]
    with transaction.atomic():
        rows.update(key=Case(*cases, default=F("key")))
        said = dict(rows.values_list("pk", "key"))
    for one, (old, key) in new.items():
        if said.get(one) == key:
            transaction.on_commit(lambda old=old, key=key: _renamed(old, key), robust=True)  # type: ignore[misc]  # typed
        else:  # it is gone, or another worker was faster
            transaction.on_commit(lambda key=key: kept.remove(key), robust=True)  # type: ignore[misc]  # the default is typed


def _renamed(old: UUID, new: UUID) -> None:
    kept.settle(new)
    kept.remove(old)


def note_changes() -> int:
    """Let the pictures wait that show a child of whom it has changed to whom it may be shown; return how many changes.

    Each change is taken by one worker, and is gone when its pictures wait: how many of a picture's children changed,
    it waits once.
    """
    with transaction.atomic():
        changes = list(ShownChange.objects.select_for_update(skip_locked=True).order_by("pk")[:MOST_CHANGES])
        children = {change.child_id for change in changes}
        tags = PictureTag.objects.filter(child__in=children).order_by().values_list("file_id", flat=True)
        Renewal.objects.wait(list(tags.distinct()) if changes else [])
        ShownChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return len(changes)


def renew(file_ids: Collection[UUID], purpose: Purpose, today: date, circles: Circles) -> set[UUID]:
    """Let nothing of these pictures lie where it did, and nothing be there that nobody may see any more.

    What viewers need now is asked for, `circles` among them (`wanted_copies`). What one of them gets was decided anew
    at the very change: this is about the files (PROMISES 3.4). May be done any number of times. As many queries for
    one as for many. Returns the files of which the store could not rename everything just now.
    """
    wanted = wanted_copies(file_ids, purpose, today, circles)
    throw_away_unwanted(wanted)
    ask(wanted)
    clean = StoredFile.objects.filter(pk__in=file_ids, state=StoredFile.State.READY)
    copies = {copy.pk: copy for copy in BlurredCopy.objects.filter(file__in=file_ids, state=BlurredCopy.State.READY)}
    return rename(list(clean)) | {copies[one].file_id for one in rename(list(copies.values()))}
