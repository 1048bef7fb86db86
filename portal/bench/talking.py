"""What is said: conversations, bulletins and posts, at one department and all over the municipality.

At the measured department everything goes through the real services. Elsewhere rows are written at once, so that the
indexes have something to choose from: for each placed child a conversation of three messages, of which its guardians
have been told, and for each department ten posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.urls import reverse

from accounts.models import User
from children.actors import Actor
from children.models import Department, Preschool, StaffRole
from messaging.models import Addressee, Bulletin, Message, Post, Thread, ThreadChild, ThreadGuardian
from messaging.post_rules import Written, mark_of_pictures
from messaging.selectors.bulletin_readers import Audience, readers_of
from messaging.selectors.post_readers import audience_of, children_at
from messaging.services import posts as post_services
from messaging.services import threads as thread_services
from messaging.services.threads import Words
from notifications.models import Delivery, Kind, Way
from portal.bench import photographs, subjects
from portal.bench.serving import Asked, Browser
from portal.bench.subjects import Hall
from portal.lib import clock, days
from portal.lib.ids import uuid7

TALKS, MESSAGES, POSTS, PICTURES, GUARDIANS = 50, 30, 10, 6, 400
SAID = "Vi var i skogen idag och hittade en grävling som sov. Alla fick titta, en i taget och alldeles tyst. " * 2


@dataclass(frozen=True)
class Talking:
    """What was said at one department, and who reads it."""

    staff: Browser
    family: Browser
    thread_id: UUID
    sending: Sending


@dataclass(frozen=True)
class Sending:
    """A preschool's principal with a bulletin to so many guardians, ready to send again and again."""

    principal: Browser
    preschool_id: UUID
    guardians: int
    seen: str

    def send(self) -> tuple[Browser, Asked]:
        form = {
            "id": uuid7(),
            "where": f"forskola:{self.preschool_id}",
            "title": "Stängt på fredag",
            "text": SAID,
            "language": "sv",
            "when": "nu",
            "remind_after": "24",
            "seen": self.seen,
            "do": "send",
        }
        return self.principal, Asked("POST", reverse("messaging:bulletin_write"), urlencode(form), expects=204)


def forget_bulletins() -> None:
    Bulletin.objects.all().delete()


def talk(hall: Hall, colleague: User) -> Talking:
    """Let everybody have said something; return what the pages of one department are about."""
    now = clock.now() - timedelta(hours=1)
    _elsewhere(now - timedelta(days=2))
    guardian = _guardian_of(hall)
    staff, family = Actor.of_person(colleague), Actor.of_person(guardian)
    begun = list(islice(_begun(hall, staff, now), TALKS))
    own = next(one for one in begun if one.thread.family.filter(guardian=guardian).exists())
    for number in range(1, MESSAGES):
        writer = family if number % 2 else staff
        at = now + timedelta(minutes=number)
        thread_services.reply(thread_id=own.thread_id, words=_words(), actor=writer, now=at)
    ((child_id,), *_others) = ThreadChild.objects.filter(thread=own.thread).values_list("child")
    _posts(hall, staff, child_id, now)
    while thread_services.release_due(now=clock.now()):
        pass
    post_services.release_due(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Talking(subjects.logged_in(colleague), subjects.logged_in(guardian), own.thread_id, _sending(hall))


def _words() -> Words:
    return Words("Skogen", SAID, "sv")


def _begun(hall: Hall, staff: Actor, now: datetime) -> Iterator[Message]:
    for turn in range(TALKS):
        for child_id in hall.child_ids:
            yield from thread_services.start_threads(
                child_ids=[child_id],
                addressee=Addressee.DEPARTMENT,
                words=_words(),
                actor=staff,
                now=now - timedelta(minutes=turn),
            )


def _posts(hall: Hall, staff: Actor, own: UUID, now: datetime) -> None:
    department = Department.objects.get(pk=hall.department_id)
    for turn in range(POSTS):
        at = now - timedelta(minutes=turn)  # whoever works here has done so since today
        post = post_services.begin(department_id=department.pk, language="sv", actor=staff, now=at)
        photographs.hang(post, [own, *[one for one in hall.child_ids if one != own][:3]], PICTURES)
        post_services.save(
            post_id=post.pk,
            written=Written("Grävlingen", SAID, "sv", is_for_all=True, child_ids=frozenset(), goals=frozenset()),
            alts={},
            all_tagged=mark_of_pictures(post.pictures.values_list("pk", flat=True)),
            version=post.version,
            actor=staff,
            now=at,
        )
        children = children_at(department.pk, days.day_of(at))
        shown = audience_of(staff, department, children, clock.now(), is_for_all=True)
        post_services.publish(post_id=post.pk, seen=shown.print, actor=staff, now=at)


def _guardian_of(hall: Hall) -> User:
    """Return somebody who guards a child of the hall's department, and works nowhere."""
    ((person_id,), *_others) = subjects.rows(
        """SELECT g.guardian_id FROM children_guardianship g
           WHERE g.child_id = ANY(%s::uuid[]) AND g.ends_on IS NULL
             AND NOT EXISTS (SELECT 1 FROM children_staffrole r WHERE r.person_id = g.guardian_id)
           ORDER BY g.guardian_id""",
        [str(child_id) for child_id in hall.child_ids],
    )
    return User.objects.get(pk=str(person_id))


def _sending(hall: Hall) -> Sending:
    """Lay departments together until a preschool has so many guardians; let somebody lead it."""
    here = Department.objects.get(pk=hall.department_id)
    preschool = Preschool.objects.exclude(pk=here.preschool_id).order_by("pk")[0]
    today = days.today()
    for department in Department.objects.exclude(preschool=here.preschool_id).order_by("pk"):
        Department.objects.filter(pk=department.pk).update(preschool=preschool)
        if len(readers_of(Audience(preschool=preschool), today).guardians) >= GUARDIANS:
            break
    person = User.objects.filter(staff_roles__kind=StaffRole.Kind.PRINCIPAL).order_by("pk")[0]
    person.staff_roles.create(kind=StaffRole.Kind.PRINCIPAL, preschool=preschool, starts_on=today)
    readers = readers_of(Audience(preschool=preschool), today)
    return Sending(subjects.logged_in(person), preschool.pk, len(readers.guardians), readers.sign)


# Elsewhere ------------------------------------------------------------------------------------------------------------


def _elsewhere(at: datetime) -> None:
    found = subjects.rows(
        """SELECT p.child_id, array_agg(g.guardian_id ORDER BY g.guardian_id)
           FROM (SELECT DISTINCT child_id FROM children_placement WHERE ends_on IS NULL OR ends_on >= %s) p
           JOIN children_guardianship g ON g.child_id = p.child_id AND g.ends_on IS NULL GROUP BY p.child_id""",
        days.today(),
    )
    families = [(UUID(str(child)), [UUID(str(one)) for one in subjects.listed(people)]) for child, people in found]
    threads = [Thread(addressee=Addressee.DEPARTMENT, subject="Skogen", last_at=at) for _family in families]
    made = list(zip(threads, families, strict=True))
    told = [(thread, guardian) for thread, (_child, guardians) in made for guardian in guardians]
    _write(threads)
    _write([ThreadChild(thread=thread, child_id=child) for thread, (child, _guardians) in made])
    _write([ThreadGuardian(thread=thread, guardian_id=guardian) for thread, guardian in told])
    _write([message for thread, (_child, guardians) in made for message in _three(thread, guardians[0], at)])
    _write([_notice(thread, guardian, at) for thread, guardian in told])
    _posts_elsewhere(at)


def _three(thread: Thread, writer: UUID, at: datetime) -> Iterator[Message]:
    for number in range(3):
        yield Message(
            thread=thread,
            side=Message.Side.FAMILY,
            written_by_id=writer,
            language="sv",
            body="Tack för idag.",
            sending=uuid7(),
            number=0,
            leaves_at=at - timedelta(hours=number),
            told_at=at,
        )


def _notice(thread: Thread, guardian: UUID, at: datetime) -> Delivery:
    return Delivery(
        person_id=guardian,
        kind=Kind.MESSAGE_RECEIVED,
        way=Way.IN_APP,
        event=uuid7(),
        about={"thread": str(thread.pk)},
        try_after=at,
        sent_at=at,
    )


def _posts_elsewhere(at: datetime) -> None:
    author = User.objects.filter(staff_roles__kind=StaffRole.Kind.STAFF).order_by("pk")[0]
    moments = [at - timedelta(days=turn) for turn in range(POSTS)]
    _write(
        [
            Post(
                department_id=department_id,
                state=Post.State.PUBLISHED,
                title="Skogen",
                text="Vi var i skogen.",
                language="sv",
                author=author,
                changed_at=moment,
                changed_by=author,
                leaves_at=moment,
                published_at=moment,
            )
            for department_id in Department.objects.values_list("pk", flat=True)
            for moment in moments
        ]
    )
    subjects.rows(
        """INSERT INTO messaging_postchild (post_id, child_id)
           SELECT DISTINCT post.id, placed.child_id FROM messaging_post post
           JOIN children_placement placed ON placed.department_id = post.department_id
           WHERE placed.starts_on <= %s AND (placed.ends_on IS NULL OR placed.ends_on >= %s)""",
        days.today(),
        days.today(),
    )


def _write(rows: Sequence[Model]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=5_000)
