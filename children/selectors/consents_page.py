"""Consents as a guardian reads them: what is asked, what was answered, and whether somebody else is waited for.

Every custodian may know whether the own child is shown, and that an answer is missing. What the other guardian said is
not told, and between two homes that do not show each other their days not even who has answered: the outcome alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import Protection
from children.access import Action
from children.actors import Actor
from children.consent_rules import Said, Standing, is_soon_over, standing
from children.consent_words import print_of, seen_by, text_of, title_of, wording_of
from children.models import Consent, ConsentRule, Purpose
from children.prepared_access import Asked, child_rows
from children.selectors.consents import rules_today
from children.selectors.homes import seen_homes
from children.selectors.people import guardians_of
from children.selectors.placing import Place, place_on_or_after, places_of
from portal.lib.prepared import Rows, prepared

CHILDREN = Asked(("id", "given_name", "protection"), order=("given_name", "pk"))
Key = tuple[UUID, Purpose]
SaidBy = dict[UUID, Said | None]
"""What each of a child's guardians of today has said that is in force."""


@dataclass(frozen=True)
class Question:
    """One child and one purpose. `waits` tells that somebody else has not answered, where that may be known."""

    child_id: UUID
    name: str
    purpose: Purpose
    seen_by: str
    wording: str
    own: Said | None
    is_due: bool
    standing: Standing
    waits: bool

    @property
    def field(self) -> str:
        return f"{self.purpose}-{self.child_id}"

    @property
    def is_shown(self) -> bool:
        return self.standing in (Standing.YES, Standing.ENDS_SOON)


@dataclass(frozen=True)
class Topic:
    """One purpose, in plain words, and its questions for each child."""

    purpose: Purpose
    title: str
    text: str
    needs_all: bool
    months: int
    questions: list[Question]

    @property
    def is_by_hand(self) -> bool:
        """Tell whether the house reads the answers before it uses a picture: no page here shows any by them."""
        return self.purpose != Purpose.DEPARTMENT

    @property
    def due(self) -> list[Question]:
        return [question for question in self.questions if question.is_due]

    @property
    def answered(self) -> list[Question]:
        return [question for question in self.questions if question.own]


@dataclass(frozen=True)
class MyConsents:
    """The page. `sign` stands for the very words that are on it."""

    topics: list[Topic]
    sign: str

    @property
    def questions(self) -> list[Question]:
        return [question for topic in self.topics for question in topic.questions]

    @property
    def child_ids(self) -> set[UUID]:
        return {question.child_id for question in self.questions}

    @property
    def of_one_rule(self) -> Topic | None:
        """Return one of those that are asked about, where the same rule holds for all of them."""
        asked = [topic for topic in self.topics if topic.due]
        return asked[0] if len({(topic.needs_all, topic.months) for topic in asked}) == 1 else None

    @property
    def number_due(self) -> int:
        return sum(question.is_due for question in self.questions)


def my_consents(actor: Actor) -> MyConsents:
    """Return what the guardian is asked of the own children, and has answered: six queries."""
    assert actor.person_id  # noqa: S101 (for the type checker)
    children = child_rows(actor, Action.ANSWER_CONSENTS, CHILDREN)
    ids = [child_id for child_id, _name, _protection in children]
    rules, known = rules_today(), places_of(ids, Q(ends_on=None) | Q(ends_on__gte=actor.today))
    places = {child_id: place_on_or_after(found, actor.today) for child_id, found in known.items()}
    said, homes = said_of(ids, actor.today), seen_homes(ids, actor.person_id)
    topics = []
    for purpose, rule in rules.items():
        questions = [
            _question(child, rule, said[child[0], purpose], actor, places.get(child[0]), hidden=homes[child[0]].unseen)
            for child in children
        ]
        # What is not asked any more, or of a child that has left, can still be changed where it was answered.
        questions = [question for question in questions if question.own or question.is_due]
        needs_all = rule.needs == ConsentRule.Needs.BOTH
        if questions:
            topics.append(Topic(purpose, title_of(purpose), text_of(purpose), needs_all, rule.months, questions))
    wordings = [question.wording for topic in topics for question in topic.questions]
    return MyConsents(topics, print_of(wordings))


def _question(
    child: tuple[UUID, str, str],
    rule: ConsentRule,
    said: SaidBy,
    actor: Actor,
    place: Place | None,
    *,
    hidden: Collection[UUID],
) -> Question:
    child_id, name, protection = child
    purpose = Purpose(rule.purpose)
    own = said.get(actor.person_id) if actor.person_id else None
    others = {person_id: one for person_id, one in said.items() if person_id != actor.person_id}
    return Question(
        child_id=child_id,
        name=name,
        purpose=purpose,
        seen_by=seen_by(purpose, place),
        wording=wording_of(purpose, place),
        own=own,
        is_due=rule.is_asked and place is not None and is_due(own, actor.today),
        standing=standing_of(said, rule, actor.today, is_protected=protection != Protection.NONE),
        waits=rule.needs == ConsentRule.Needs.BOTH
        and None in others.values()
        and not any(person_id in hidden for person_id in others),
    )


def standing_of(said: SaidBy, rule: ConsentRule, today: date, *, is_protected: bool) -> Standing:
    """Return how a child stands. One with protected identity is not shown, whatever was said, as after any no."""
    if is_protected:
        return Standing.NO
    return standing(said.values(), needs_all=rule.needs == ConsentRule.Needs.BOTH, today=today)


def is_due(own: Said | None, today: date) -> bool:
    """Tell whether a guardian is to be asked: nothing is in force, or it soon is over."""
    return own is None or is_soon_over(own.until, today)


def number_to_answer(child_ids: Collection[UUID], person_id: UUID, today: date) -> int:
    """Return how many questions about these own children wait for the guardian: two queries."""
    asked = [purpose for purpose, rule in rules_today().items() if rule.is_asked]
    own = {(row[0], row[2]): Said(row[3], row[4]) for row in _in_force(child_ids, today) if row[1] == person_id}
    return sum(is_due(own.get((child_id, purpose)), today) for child_id in set(child_ids) for purpose in asked)


def said_of(child_ids: Collection[UUID], today: date) -> Mapping[Key, SaidBy]:
    """Return what each guardian of today says of each child, for every purpose: two queries."""
    guardians = _guardians(child_ids, today)
    said: dict[Key, SaidBy] = defaultdict(dict)
    for child_id, guardian_id in guardians:
        for purpose in Purpose:
            said[child_id, purpose][guardian_id] = None
    for child_id, guardian_id, purpose, says_yes, until in _in_force(child_ids, today):
        if guardian_id in (by := said[child_id, Purpose(purpose)]):
            by[guardian_id] = Said(says_yes, until)
    return said


@prepared
def _guardians(child_ids: Collection[UUID], today: date) -> Rows:
    return guardians_of(child_ids, today).order_by().values_list("child_id", "guardian_id")


@prepared
def _in_force(child_ids: Collection[UUID], today: date) -> Rows:
    answers = Consent.objects.in_force(today).filter(child__in=child_ids).order_by()
    return answers.values_list("child_id", "given_by_id", "purpose", "says_yes", "expires_on")


# What was answered, from the beginning -------------------------------------------------------------------------------


@dataclass(frozen=True)
class PastAnswer:
    """One answer. `recorder` is who wrote it down from paper; `ended_at` when another took its place, and `why`."""

    child: str
    giver: str
    title: str
    says_yes: bool
    at: datetime
    given_on: date
    until: date | None
    recorder: str
    ended_at: datetime | None
    why: str
    wording: str
    is_over: bool


def answers_ever(child_ids: Collection[UUID], today: date, *, given_by: UUID | None = None) -> list[PastAnswer]:
    """Return all answers about these children, one guardian's or everybody's, newest first: one query."""
    rows = Consent.objects.filter(child__in=child_ids).select_related("child", "given_by", "recorded_by")
    if given_by:
        rows = rows.filter(given_by=given_by)
    return [
        PastAnswer(
            child=row.child.given_name,
            giver=row.given_by.full_name,
            title=title_of(Purpose(row.purpose)),
            says_yes=row.says_yes,
            at=row.created_at,
            given_on=row.given_on,
            until=row.expires_on,
            recorder=row.recorded_by.full_name if row.recorded_by else "",
            ended_at=row.ended_at,
            why=row.get_ended_why_display(),
            wording=row.wording,
            is_over=row.ended_at is not None or (row.expires_on is not None and row.expires_on < today),
        )
        for row in rows.order_by("-given_on", "-created_at", "-pk")
    ]
