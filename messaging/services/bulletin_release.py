"""What a worker does with bulletins: lets them out when their time has come, and tells those who read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from children.selectors.placing import places_of
from children.selectors.reach_places import to_families
from messaging.models import Bulletin, BulletinCopy
from messaging.selectors.bulletin_readers import Audience, by_guardian, readers_of
from messaging.services.bulletin_stopping import stop_if_barred
from notifications.models import Kind
from notifications.selectors import told_of
from notifications.services import Told, notify_of_all
from portal.lib import days
from portal.lib.alone import each_alone

# With the sweep's ten seconds: what a killed worker was at is resumed within half a minute. Renewed with each batch.
CLAIM_HOLDS = timedelta(seconds=15)
AT_ONCE = 500  # copies in one transaction


def claim(bulletin: UUID, now: datetime) -> bool:
    """Take a bulletin for this worker for a while: of those that ask at once, one gets it."""
    free = Bulletin.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), pk=bulletin)
    return free.update(claimed_until=now + CLAIM_HOLDS) == 1


def release_due(*, now: datetime) -> int:
    """Make the copies of every bulletin that has left, and tell its readers; return how many bulletins it was.

    Any number of workers may do this at once. One that is killed leaves what it has made, and the next goes on there.
    A bulletin that cannot be sent is tried again later, and holds up no other.
    """
    due = Bulletin.objects.due(now).order_by("leaves_at").select_related("written_by", "sent_by")[:50]
    started = monotonic()

    def release(bulletin: Bulletin) -> bool:
        moment = now + timedelta(seconds=monotonic() - started)
        if (bulletin.claimed_until is None and stop_if_barred(bulletin, moment)) or not claim(bulletin.pk, moment):
            return False
        return _release(Bulletin.objects.get(pk=bulletin.pk), moment)

    return each_alone(due, release, fault="A bulletin could not be sent")


def _release(bulletin: Bulletin, now: datetime) -> bool:
    """Tell the guardians in batches, then the house; tell whether it was done to the end."""
    audience, today, started = Audience.of(bulletin), days.day_of(now), monotonic()
    readers = readers_of(audience, today)
    counted_at = _departments(audience, readers.child_ids, now)
    left = sorted(readers.guardians.keys() - told_of(_kind(bulletin), bulletin.pk))
    for first in range(0, len(left), AT_ONCE):
        people = left[first : first + AT_ONCE]
        with transaction.atomic():
            until = now + timedelta(seconds=monotonic() - started) + CLAIM_HOLDS
            if not Bulletin.objects.due(now).filter(pk=bulletin.pk).update(claimed_until=until):
                return False  # withdrawn meanwhile
            _make_copies(bulletin, {person: readers.guardians[person] for person in people}, counted_at, now)
            _tell_guardians(bulletin, people, now)
    with transaction.atomic():
        done = Bulletin.objects.due(now).filter(pk=bulletin.pk).update(released_at=now, claimed_until=None)
        if done:
            told = readers.house.keys() - readers.guardians.keys() - {bulletin.sender_id}
            _tell(bulletin, Kind.BULLETIN_PUBLISHED, told, now)
    return bool(done)


def ask_newcomers(*, now: datetime) -> int:
    """Ask those who have become readers of what must be known since it went out; return how many it was.

    Whoever has a copy is passed by: each is told once, however many workers do this at once.
    """
    standing = Bulletin.objects.asking_newcomers(now)

    def ask(bulletin_id: UUID) -> int:
        with transaction.atomic():
            # Waits for whoever withdraws it just now.
            held = standing.filter(pk=bulletin_id).select_for_update(of=("self",), no_key=True)
            return sum(_ask_newcomers(bulletin, now) for bulletin in held)

    ids = standing.values_list("pk", flat=True)
    return each_alone(ids, ask, fault="New readers of a bulletin could not be asked")


def _ask_newcomers(bulletin: Bulletin, now: datetime) -> int:
    audience, today = Audience.of(bulletin), days.day_of(now)
    new = audience.families(today).exclude(guardian__in=bulletin.copies.values("guardian"))
    people = dict(islice(by_guardian(new).items(), AT_ONCE))
    if people:
        counted_at = _departments(audience, {child for children in people.values() for child in children}, now)
        _make_copies(bulletin, people, counted_at, now)
        _tell_guardians(bulletin, people, now)
    return len(people)


def _departments(audience: Audience, child_ids: Iterable[UUID], now: datetime) -> dict[UUID, UUID]:
    """Return in which of the audience's departments each child counts itself."""
    places = places_of(child_ids, to_families(days.day_of(now)))
    inside = None if audience.is_to_chosen else set(audience.departments().values_list("pk", flat=True))
    return {
        child_id: place.department_id
        for child_id, own in places.items()
        for place in own
        if inside is None or place.department_id in inside
    }


def _make_copies(
    bulletin: Bulletin, people: dict[UUID, frozenset[UUID]], counted_at: dict[UUID, UUID], now: datetime
) -> None:
    copies = [
        BulletinCopy(
            bulletin=bulletin,
            guardian_id=person,
            department_id=next((counted_at[child] for child in sorted(children) if child in counted_at), None),
            # Whoever sent it has read it.
            read_at=now if person == bulletin.sender_id else None,
            confirmed_at=now if person == bulletin.sender_id and bulletin.must_confirm else None,
            remind_at=bulletin.next_step_at(now),
        )
        for person, children in people.items()
    ]
    # Whoever opened it before we came here has a copy already, and counts at their department, too.
    BulletinCopy.objects.bulk_create(
        copies, update_conflicts=True, unique_fields=["guardian", "bulletin"], update_fields=["department"]
    )


def _tell_guardians(bulletin: Bulletin, people: Iterable[UUID], now: datetime) -> None:
    """Tell those of them who have not opened it by themselves; all have their copies."""
    left = bulletin.copies.filter(guardian__in=people, read_at=None).values_list("guardian", flat=True)
    _tell(bulletin, _kind(bulletin), set(left), now, urgent=bulletin.breaks_through(now))


def _kind(bulletin: Bulletin) -> Kind:
    return Kind.BULLETIN_TO_CONFIRM if bulletin.must_confirm else Kind.BULLETIN_PUBLISHED


def _tell(bulletin: Bulletin, kind: Kind, people: Collection[UUID], now: datetime, *, urgent: bool = False) -> None:
    notify_of_all(told=[Told(bulletin.pk, people, {"bulletin": bulletin.pk})], kind=kind, now=now, urgent=urgent)
