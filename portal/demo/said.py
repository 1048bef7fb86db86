"""What has been said in the demo: conversations of some families, bulletins, and a department's posts."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from accounts.models import User
from children.actors import Actor
from children.models import Child
from children.reader_rules import print_of
from documents.pictures import make_waiting
from messaging.models import Addressee, Message
from messaging.post_rules import Written, mark_of_pictures
from messaging.rules import UNDO
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_readers import readers_of as bulletin_readers
from messaging.selectors.post_readers import children_at, readers_of_post
from messaging.services.bulletin_release import release_due as release_bulletins
from messaging.services.bulletins import BulletinWords, send_bulletin
from messaging.services.journal import seal_thread
from messaging.services.post_pictures import add
from messaging.services.posts import begin, publish, save
from messaging.services.posts import release_due as release_posts
from messaging.services.threads import Words, mark_read, release_due, reply, start_threads
from portal.demo.cast import Cast
from portal.demo.drawing import Scene, leaves, picture, pond, wood
from portal.demo.people import AMINA, EVA, JOHAN, MARIA, SARA, Figure
from portal.demo.people import DEPARTMENT as DEPARTMENT_NAME
from portal.lib import days
from portal.lib.ids import uuid7

When = tuple[int, str]  # so many working days before today, at that time

LUNCH = BulletinWords(
    "Nya matsedlar", "Från och med måndag lagar vi maten i eget kök. Matsedeln sitter i hallen varje fredag.", "sv"
)
RAIN = BulletinWords("Regnkläder", "Ta med regnkläder och stövlar hela veckan. Vi är ute även när det regnar.", "sv")
SURVEY = BulletinWords(
    "Ny rutin vid hämtning",
    "Från och med nästa vecka lämnar vi barn bara till personer som ni har skrivit in i Kapprummet. "
    "Läs igenom vilka som får hämta era barn.",
    "sv",
    must_confirm=True,
)
SENSITIVE, HANDED_OVER = "Inför vårens utredning", "Byte av avdelning till våren"
# Each story: when, what it is called and tells, its goals, its pictures, and whom it is about (else all).
STORIES: tuple[
    tuple[When, str, str, tuple[str, ...], tuple[tuple[str, Scene], ...], tuple[str, ...]],
    ...,
] = (
    (
        (23, "14:10"),
        "Första dagarna tillsammans",
        "Vi har lärt känna varandra, gården och skogen bakom grinden. Alla har valt en egen sten att måla.",
        (),
        (("skog-4", wood), ("regn-2", pond)),
        (),
    ),
    (
        (16, "14:30"),
        "Bäcken i skogen",
        "Vi gick till bäcken med barkbåtar. De flesta kom ända till bron, och en fastnade i löven.",
        (),
        (("regn-3", pond), ("lov-4", leaves), ("skog-5", wood)),
        (),
    ),
    (
        (4, "14:20"),
        "Löven på gården",
        "Vi samlade löv, sorterade dem efter färg och form och räknade till tjugo. Sedan blev de en matta att rulla i.",
        (),
        (("lov-1", leaves), ("lov-2", leaves)),
        (),
    ),
    (
        (2, "14:05"),
        "Regn, pölar och en jättesvamp",
        (
            "Idag regnade det hela förmiddagen. Vi mätte pölarna med pinnar och fann den djupaste vid sandlådan. "
            "På vägen hem letade vi svamp."
        ),
        (),
        (("regn-1", pond), ("skog-1", wood), ("lov-3", leaves), ("skog-2", wood)),
        (),
    ),
    (
        (1, "14:40"),
        "Elsa hittade den största",
        "Vi letade efter flugsvampar och räknade till elva. Elsa hittade den största, under en gran vid bäcken.",
        (),
        (("skog-3", wood),),
        ("Elsa",),
    ),
)

DEPARTMENT, PRINCIPAL = Addressee.DEPARTMENT, Addressee.PRINCIPAL

# Each conversation: its subject, to whom, the family name of the children (and which), and what was said by whom and
# when. The last of some waits for an answer.
TALKS: tuple[tuple[str, Addressee, str, tuple[str, ...], tuple[tuple[Figure, When, str], ...]], ...] = (
    (
        "Gula stövlar",
        DEPARTMENT,
        AMINA.family_name,
        ("Elsa",),
        (
            (AMINA, (2, "07:12"), "Hej! Elsa har nya stövlar idag, de gula. Hon vill visa dem för alla."),
            (
                MARIA,
                (2, "12:40"),
                "Så fina! Hon har hoppat i varenda pöl på gården. Ta gärna med ett par extra strumpor imorgon.",
            ),
            (JOHAN, (2, "15:05"), "Det gör vi. Tack!"),
            (MARIA, (1, "09:20"), "På torsdag går vi till biblioteket kl. 9. Kommer Elsa till dess?"),
            (AMINA, (1, "16:48"), "Ja, vi är där senast halv nio."),
        ),
    ),
    (
        "Sovstunden",
        DEPARTMENT,
        "Nyberg Holm",
        (),
        ((SARA, (1, "18:55"), "Nils somnar sent på kvällarna nu. Går det att väcka honom efter en halvtimme?"),),
    ),
    (
        HANDED_OVER,
        PRINCIPAL,
        AMINA.family_name,
        ("Hugo",),
        (
            (AMINA, (4, "08:10"), "Hej Eva! Vi undrar när Hugo kan få plats på samma avdelning som Elsa."),
            (EVA, (3, "13:30"), "Hej! Jag vet mer när vårens grupper är klara i januari. Jag hör av mig då."),
        ),
    ),
    (
        SENSITIVE,
        PRINCIPAL,
        AMINA.family_name,
        ("Elsa",),
        (
            (
                AMINA,
                (1, "19:30"),
                "Elsa utreds på barnkliniken i vår. Vi vill berätta mer innan avdelningen får veta något.",
            ),
        ),
    ),
)


def _at(now: datetime, when: When) -> datetime:
    day, (left, clock) = days.day_of(now), when
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < 5
    return days.at(day, time.fromisoformat(clock))


def talk(cast: Cast, now: datetime) -> None:
    """Let families and staff write to each other over the last days; each message leaves before the next."""
    for subject, addressee, family, names, said in TALKS:
        children = [
            child
            for child in cast.children.values()
            if child.family_name == family and (not names or child.given_name in names)
        ]
        thread_id = _talk(children, subject, addressee, said, now)
        if subject == HANDED_OVER:
            seal_thread(thread_id=thread_id, actor=Actor.of_person(User.objects.with_email(EVA.email).get()), now=now)


def _talk(
    children: list[Child],
    subject: str,
    addressee: Addressee,
    said: tuple[tuple[Figure, When, str], ...],
    now: datetime,
) -> UUID:
    message: Message | None = None
    for figure, when, body in said:
        at = _at(now, when)
        person = User.objects.with_email(figure.email).get()
        actor = Actor.of_person(person, days.day_of(at))
        words = Words(subject=subject, body=body, language="sv", is_sensitive=subject == SENSITIVE)
        if message is None:
            ids = [child.id for child in children]
            message = start_threads(child_ids=ids, addressee=addressee, words=words, actor=actor, now=at)[0]
        else:
            mark_read(thread=message.thread, person_id=person.id, now=at)
            message = reply(thread_id=message.thread_id, words=words, actor=actor, now=at)
        release_due(now=at + UNDO)
    assert message is not None  # noqa: S101 (nothing is said in no conversation)
    return message.thread_id


def announce(cast: Cast, now: datetime) -> None:
    """Let the department and the principal put up what everybody should know; one is to be confirmed."""
    department = cast.department(DEPARTMENT_NAME)
    for figure, when, audience, words in (
        (EVA, (3, "14:00"), Audience(preschool=department.preschool), LUNCH),
        (MARIA, (2, "08:30"), Audience(department=department), RAIN),
        (EVA, (1, "13:15"), Audience(preschool=department.preschool), SURVEY),
    ):
        at = _at(now, when)
        actor = Actor.of_person(User.objects.with_email(figure.email).get(), days.day_of(at))
        seen = bulletin_readers(audience, actor.today).sign
        send_bulletin(bulletin_id=uuid7(), audience=audience, words=words, seen=seen, actor=actor, now=at)
        release_bulletins(now=at + UNDO)


def publish_posts(cast: Cast, now: datetime) -> None:
    """Let the department tell of its days, in words and pictures. Not within a transaction: pictures are made apart."""
    department = cast.department(DEPARTMENT_NAME)
    maria = User.objects.with_email(MARIA.email).get()
    for when, title, text, goals, pictures, names in STORIES:
        at = _at(now, when)
        actor = Actor.of_person(maria, days.day_of(at))
        post = begin(department_id=department.id, language="sv", actor=actor, now=at)
        tagged = frozenset(child.id for child in cast.at(actor.today)[department.id] if child.given_name in names)
        written = Written(title, text, "sv", not names, tagged, frozenset(goals))
        save(post_id=post.id, written=written, alts={}, version=post.version, actor=actor, now=at)
        add(post_id=post.id, uploads=[picture(name, scene) for name, scene in pictures], actor=actor, now=at)
        make_waiting(now=now)
        post = save(
            post_id=post.id,
            written=written,
            alts={},
            version=post.version + 1,
            actor=actor,
            now=at,
            all_tagged=mark_of_pictures(post.pictures.values_list("pk", flat=True)),
        )
        children = tagged or children_at(department.id, actor.today)
        readers = readers_of_post(department, children, actor.today, is_for_all=not names)
        seen = print_of((one.person_id, one.relation, one.child_ids) for one in readers.values())
        publish(post_id=post.id, seen=seen, actor=actor, now=at)
        release_posts(now=at + UNDO)
