"""Extracts are asked for, put together by a worker, told of, and thrown away."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from accounts import audit
from accounts.models import User
from children.access import Action, children_for, get_child
from children.actors import Actor
from children.models import Child
from documents import copying, kept
from documents import rules as file_rules
from documents.services import copies
from documents.services.files import discard
from documents.services.made import keep_made
from documents.turns import take_turn
from messaging.selectors.extract import blurred_in, marks_of, pictures_of
from notifications.models import Kind
from notifications.services import notify
from oversight import rules
from oversight.models import Extract
from oversight.packing import pack
from oversight.selectors.extracts import is_current, parts_of
from portal.lib import bell, days

log = logging.getLogger(__name__)


class Lost(Exception):
    """Another worker has it now, or nobody wants it any more."""


def ask(*, child_id: UUID, actor: Actor, now: datetime, language: str, anew: bool = False) -> Extract:
    """Ask for everything about a child. What is there or on its way already is that; with `anew` another is made, once
    an hour (`Extract.anew_at`), and at once where what is there may not be handed out any more.

    Raises as `get_child` does for whoever is not its guardian today.
    """
    with transaction.atomic():
        child = get_child(actor, Action.SEE_OWN, child_id, lock=True)
        assert actor.person  # noqa: S101 (for the type checker: a guardian is somebody)
        found = Extract.objects.select_related("file").filter(child=child, person=actor.person_id).first()
        if found and (found.state == Extract.State.WAITING or not anew or _is_too_early(found, actor, now)):
            return found
        if found:
            throw_away(found)
        made = Extract.objects.create(child=child, person=actor.person, language=language, state=Extract.State.WAITING)
        audit.did("extract.asked", person_id=actor.person_id, now=now, children=[child.pk], extract=made.pk)
        transaction.on_commit(lambda: bell.ring("oversight.tasks.make_extracts"), robust=True)
        return made


def _is_too_early(extract: Extract, actor: Actor, now: datetime) -> bool:
    """Tell whether it is too early to make this one once more."""
    return now < extract.anew_at and (not extract.is_ready or is_current(actor, extract))


def note_fetched(*, extract: Extract, actor: Actor, now: datetime) -> None:
    """Write down that an extract was fetched: nothing of its child waits to be removed for its sake any more."""
    with transaction.atomic():
        Extract.objects.filter(pk=extract.pk).update(fetched_at=now)
        child_ids = [extract.child_id]
        audit.did("extract.fetched", person_id=actor.person_id, now=now, children=child_ids, extract=extract.pk)


def throw_away(extract: Extract) -> Counter[str]:
    """Remove an extract with its file; return how many rows of each kind. Goes with the caller's transaction."""
    file = extract.file
    gone = Counter(extract.delete()[1])
    return gone + discard([file]) if file else gone


def make_waiting(*, now: datetime, seconds: float = inf) -> int:
    """Make every extract that waits, for a turn of so many seconds; return how many were tried."""
    rows, task = Extract.objects.select_related("child"), "oversight.tasks.make_extracts"
    return take_turn(rows, lambda extract, at: make(extract, now=at), now=now, seconds=seconds, task=task)


def make(extract: Extract, *, now: datetime) -> None:
    """Put one claimed extract together, as its guardian sees everything at this moment.

    Whoever is no guardian any more gets nothing. What does not succeed is tried again, three times in all.
    """
    if extract.tries > rules.MOST_TRIES:
        _ours(extract).update(state=Extract.State.DAMAGED, claimed_until=None)
        return
    actor = Actor.of_person(User.objects.get(pk=extract.person_id), days.day_of(now))
    child = children_for(actor, Action.SEE_OWN).filter(pk=extract.child_id).first()
    if child is None:
        _ours(extract).delete()
        return
    try:
        with translation.override(extract.language):
            _make(extract, actor, child, now)
    except Lost:
        return
    except OSError:
        log.exception("An extract could not be kept")


def _make(extract: Extract, actor: Actor, child: Child, now: datetime) -> None:
    started = monotonic()

    def go_on(**columns: object) -> None:
        until = now + timedelta(seconds=monotonic() - started) + file_rules.CLAIM_HOLDS
        _go_on(extract, claimed_until=until, **columns)

    def told(packed: int) -> None:
        if packed % 20 == 0:
            go_on(packed=packed)

    album = pictures_of(actor, child)
    blurred = blurred_in(album)
    copies.ask(blurred)
    copying.make_these(blurred, now=now, told=go_on)
    parts = []
    for part in parts_of(actor, child, now, album):
        parts.append(part)
        go_on()
    go_on(number=sum(len(part.files) for part in parts), packed=0, begun_at=now)
    with kept.working_folder() as folder:
        place = folder / "utdrag.zip"
        done = pack(place, parts, name=child.given_name, now=now, told=told)
        go_on()
        with transaction.atomic():
            if Extract.objects.select_for_update().filter(pk=extract.pk, tries=extract.tries).first() is None:
                raise Lost
            name = f"{rules.safe_name(child.given_name)}-{days.day_of(now).isoformat()}.zip"
            file = keep_made(place, name=name, by_id=extract.person_id, now=now)
            _go_on(
                extract,
                state=Extract.State.READY,
                claimed_until=None,
                ready_at=now,
                packed=done.number,
                missing=done.missing,
                is_sensitive=any(part.is_sensitive for part in parts),
                marks=marks_of(album),
                held=[str(entry.of) for part in parts for entry in part.entries if entry.of],
                file=file,
            )
            audit.did("extract.made", person_id=extract.person_id, now=now, children=[child.pk], extract=extract.pk)
            about = {"child": str(child.pk)}
            notify(person_ids=[extract.person_id], kind=Kind.MEMORY_READY, event=extract.pk, about=about, now=now)


def _ours(extract: Extract) -> QuerySet[Extract]:
    return Extract.objects.waiting().filter(pk=extract.pk, tries=extract.tries)


def _go_on(extract: Extract, **columns: object) -> None:
    """Write down how far it is, and that it is still in work. Raises `Lost`."""
    if not _ours(extract).update(**columns):
        raise Lost


def forget(*, now: datetime) -> int:
    """Throw away what has been kept for its days, and what could not be made; return how many."""
    old = Extract.objects.select_related("file").filter(created_at__lte=now - rules.KEPT_FOR)
    number = 0
    for extract in old.exclude(ready_at__gt=now - rules.KEPT_FOR):
        with transaction.atomic():
            audit.did("extract.removed", person_id=None, now=now, children=[extract.child_id], extract=extract.pk)
            throw_away(extract)
        number += 1
    return number
