"""What the house says in a simulated month, through the services that its pages use."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import User
from attendance.models import HolidayEnquiry
from attendance.rules import Silence
from attendance.selectors.scopes import Scope
from attendance.services import Question, close_days, make_enquiry
from attendance.services.events import Happening, announce_event
from children.actors import Actor
from children.models import Preschool
from children.reader_rules import print_of
from messaging.models import Bulletin
from messaging.post_rules import Written
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_readers import readers_of as bulletin_readers
from messaging.selectors.post_readers import children_at, readers_of_post
from messaging.services.bulletins import BulletinWords, send_bulletin
from messaging.services.posts import begin, publish, save
from portal.lib import days
from portal.lib.ids import uuid7
from portal.simulated.families import Place

ORDINARY = BulletinWords("Regnkläder", "Ta med regnkläder hela veckan.", "sv")
TO_CONFIRM = BulletinWords("Ny rutin vid hämtning", "Läs igenom vilka som får hämta era barn.", "sv", must_confirm=True)
URGENT = BulletinWords("Vattnet är borta", "Ta med fyllda vattenflaskor imorgon.", "sv", is_urgent=True)


def announce(words: BulletinWords, audience: Audience, by: User, now: datetime) -> Bulletin:
    """Send a bulletin to its readers of today."""
    actor = Actor.of_person(by, days.day_of(now))
    seen = bulletin_readers(audience, actor.today).sign
    return send_bulletin(bulletin_id=uuid7(), audience=audience, words=words, seen=seen, actor=actor, now=now)


def tell_a_story(place: Place, by: User, about: Collection[UUID], now: datetime) -> None:
    """Publish a post without pictures about these children, or for the whole department where none are chosen."""
    actor, tagged = Actor.of_person(by, days.day_of(now)), frozenset(about)
    post = begin(department_id=place.department.pk, language="sv", actor=actor, now=now)
    written = Written("I skogen", "Vi räknade kottar.", "sv", not tagged, tagged, frozenset())
    save(post_id=post.pk, written=written, alts={}, version=post.version, actor=actor, now=now)
    children = tagged or children_at(place.department.pk, actor.today)
    readers = readers_of_post(place.department, children, actor.today, is_for_all=not tagged)
    seen = print_of((one.person_id, one.relation, one.child_ids) for one in readers.values())
    publish(post_id=post.pk, seen=seen, actor=actor, now=now)


def invite(place: Place, by: User, day: date, now: datetime) -> None:
    """Put something that happens into the department's calendar."""
    actor = Actor.of_person(by, days.day_of(now))
    announce_event(scope=Scope(department=place.department), happening=Happening("Utflykt", day), actor=actor, now=now)


def close(preschool: Preschool, by: User, day: date, now: datetime) -> None:
    """Close the preschool for a day."""
    actor = Actor.of_person(by, days.day_of(now))
    close_days(scope=Scope(preschool=preschool), first=day, last=day, reason="Vattenläcka", actor=actor, now=now)


def ask_about_a_holiday(preschool: Preschool, by: User, now: datetime) -> HolidayEnquiry:
    """Ask of two weeks in two months, to be answered by the Friday of the third week from now."""
    today = days.day_of(now)
    question = Question(
        title="Lovet",
        text="",
        starts_on=today + timedelta(days=56),
        ends_on=today + timedelta(days=67),
        opens_on=today,
        answer_by=today + timedelta(days=18),
        silence=Silence.ATTENDS,
    )
    actor = Actor.of_person(by, today)
    return make_enquiry(question=question, actor=actor, now=now, preschool_id=preschool.pk)
