"""What is to be removed of children that have left: the countdowns as families see them, the report before a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import ngettext_lazy

from children.access import Action, children_for
from children.actors import Actor
from children.prepared_access import named_children
from children.selectors.placed import Left, left_before, placed_since
from documents.models import StoredFile
from documents.selectors.references import Going, only_kept_by
from documents.selectors.removal import papers_going, with_papers
from messaging.selectors.removal import UNNAMED, posts_going, tags_to_unname, with_posts
from oversight import removal_rules
from oversight.models import Extract, Removal, RemovalRule
from portal.lib import days

AT_ONCE = 500  # children asked about at a time
A_NIGHT = 200  # children at most
FETCHED = timedelta(days=1)  # for so long a download can be gone on with
KINDS = {
    "messaging.Post": ngettext_lazy("%(number)d inlägg", "%(number)d inlägg", "number"),
    "messaging.PostPicture": ngettext_lazy("%(number)d bild", "%(number)d bilder", "number"),
    "documents.Document": ngettext_lazy("%(number)d dokument", "%(number)d dokument", "number"),
    "documents.FormAnswer": ngettext_lazy("%(number)d svar", "%(number)d svar", "number"),
    "documents.StoredFile": ngettext_lazy("%(number)d fil", "%(number)d filer", "number"),
}


@dataclass(frozen=True)
class Countdown:
    """What a family sees: whose pictures and documents go, and in how many days; 0 when it is their turn."""

    id: UUID
    child_id: UUID
    name: str
    day: date
    days: int


def countdowns(actor: Actor) -> list[Countdown]:
    """Return the countdowns of the actor's own children, the nearest first: one query, two where there is one.

    None for a child that is placed again, though no night has passed since.
    """
    left = children_for(actor, Action.SEE_OWN).exclude(pk__in=placed_since(actor.today).values("pk"))
    rows = list(Removal.objects.ahead().filter(child__in=left.values("pk")).order_by("removes_on", "pk"))
    children = named_children(actor, Action.SEE_OWN, [row.child for row in rows])
    return [
        Countdown(row.pk, row.child, child.given_name, row.removes_on, max(0, (row.removes_on - actor.today).days))
        for row in rows
        if (child := children.get(row.child))
    ]


def with_anything(child_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these children of whom there is something to remove."""
    ids = sorted(child_ids)
    portions = [ids[place : place + AT_ONCE] for place in range(0, len(ids), AT_ONCE)]
    return {child_id for those in portions for child_id in with_papers(those) | with_posts(those)}


def waits_for_extract(now: datetime) -> Q:
    """Return the condition of countdowns that wait while everything about the child is made, or is to be fetched.

    Some weeks after their day they wait no more: what nobody ever fetches, or asks for again and again, is no reason.
    """
    awaited = Extract.objects.filter(Q(fetched_at=None) | Q(fetched_at__gt=now - FETCHED))
    return Q(child__in=awaited.values("child"), removes_on__gt=days.day_of(now) - removal_rules.WAITS_FOR_EXTRACTS)


def going(now: datetime, left: Mapping[UUID, Left]) -> list[Removal]:
    """Return what goes in a run now, the longest waiting first: never more than a night's."""
    today, months = days.day_of(now), RemovalRule.current().months
    if months is None:
        return []
    rows = Removal.objects.due(today).exclude(waits_for_extract(now))
    over = (row for row in rows if row.child in left and removal_rules.due_on(left[row.child].on, months) <= today)
    return list(islice(over, A_NIGHT))


@dataclass(frozen=True)
class Ahead:
    """How many children of a preschool have a countdown; of how many it ends in a month, a week, the next night."""

    preschool: str
    all: int
    month: int
    week: int
    tonight: int


@dataclass(frozen=True)
class Report:
    """What a run would do now: of how many children, how many rows of which kind; and what is ahead."""

    months: int | None
    children: int
    waiting: int  # children whose family is fetching everything first
    removed: dict[str, int]
    ahead: list[Ahead]


def report(now: datetime) -> Report:
    """Return what a run would remove now, files included: the run removes just that (H08)."""
    today = days.day_of(now)
    child_ids = [row.child for row in going(now, left_before(today))]
    held = Removal.objects.due(today).filter(waits_for_extract(now))
    return Report(
        months=RemovalRule.current().months,
        children=len(child_ids),
        waiting=held.count(),
        removed=_counted(child_ids, today),
        ahead=ahead(today),
    )


def _counted(child_ids: Collection[UUID], today: date) -> dict[str, int]:
    extracts = Extract.objects.filter(child__in=child_ids)
    those: Going = {**papers_going(child_ids), **posts_going(child_ids), Extract: extracts}
    found = {model._meta.label: rows.count() for model, rows in those.items()}
    found[StoredFile._meta.label] = len(only_kept_by(those))
    found[UNNAMED] = sum(tags_to_unname(one, today).count() for one in child_ids)
    return {kind: number for kind, number in found.items() if number}


def ahead(today: date) -> list[Ahead]:
    """Return what is ahead, preschool by preschool: one query."""

    def within(number: int) -> Count:
        return Count("pk", filter=Q(removes_on__lte=today + timedelta(days=number)))

    rows = Removal.objects.ahead().order_by("preschool__name").values("preschool__name")
    counted = rows.annotate(all=Count("pk"), month=within(30), week=within(7), tonight=within(1))
    return [Ahead(*row) for row in counted.values_list("preschool__name", "all", "month", "week", "tonight")]


@dataclass(frozen=True)
class Certified:
    """What was removed on a day: of how many children, and how many rows of which kind."""

    day: date
    children: int
    removed: Counter[str]

    @property
    def words(self) -> str:
        """What it was, as whoever decides knows it: "14 inlägg, 120 bilder"."""
        return ", ".join(
            str(words % {"number": self.removed[kind]}) for kind, words in KINDS.items() if self.removed[kind]
        )


def certified(most: int) -> list[Certified]:
    """Return what the newest certificates say, day by day, newest first."""
    rows = Removal.objects.filter(done_at__isnull=False).order_by("-done_at").values_list("done_at", "removed")[:most]
    found: dict[date, list[Counter[str]]] = defaultdict(list)
    for done_at, removed in rows:
        if done_at:
            found[days.day_of(done_at)].append(Counter(removed))
    return [Certified(day, len(those), sum(those, Counter())) for day, those in found.items()]


def rules_ever() -> list[RemovalRule]:
    """Return all that was decided, newest first, with who decided it: one query."""
    return list(RemovalRule.objects.select_related("made_by").order_by("-created_at", "-pk"))
