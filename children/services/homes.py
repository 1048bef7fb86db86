"""Two homes: one proposes in whose days a child is and the other agrees, or the staff set it for both (DOMAIN 2.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from children import home_rules
from children.access import Action, children_for, get_child
from children.actors import Actor
from children.models import Child, Household, HouseholdWeeks
from children.selectors.homes import agreed_homes
from children.selectors.people import guardians_of
from children.services.relations import touch_boards
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import days

LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Pattern:
    """In whose days a child is, as it is proposed: weeks of letters that repeat from a Monday (`home_rules.Living`)."""

    starts_on: date
    weeks: tuple[str, ...]
    handover: home_rules.Handover


def propose_homes(
    *,
    child_ids: Iterable[UUID],
    own: Collection[UUID],
    other: Collection[UUID],
    pattern: Pattern,
    actor: Actor,
    now: datetime,
) -> list[HouseholdWeeks]:
    """Propose to the other home in whose days these children are; for all of them or none. Decides nothing yet.

    `own` and `other` are the guardians of the two homes, the actor among the first. All of a child's guardians are in
    one of them, and where it has two homes already nobody moves: what takes somebody's home away is for the staff. A
    new proposal takes the place of the own home's earlier one; the same again changes nothing. The other home is
    told. Raises what the door raises, and `ValidationError`, by field.
    """
    _check_pattern(pattern, actor.today)
    if actor.person_id not in own:
        raise PermissionDenied
    with transaction.atomic():
        children = _locked(actor, Action.PLAN, child_ids)
        there = {row.pk for row in HouseholdWeeks.objects.filter(child__in=children, is_proposed=True)}
        rows = [_proposed(child, own, other, pattern, actor) for child in children]
        _tell(Kind.HOMES_PROPOSED, [(row, other) for row in rows if row.pk not in there], now)
        audit.did("homes.proposed", person_id=actor.person_id, now=now, children=[child.pk for child in children])
    return rows


def agree_homes(*, proposal_ids: Collection[UUID], actor: Actor, now: datetime) -> None:
    """Say yes for the home that was asked: from its Monday on the proposal holds, and what held before ends.

    One whose Monday has passed begins on the next, its weeks as they would have been by then. All or none; raises
    `Http404` for what does not concern the actor, and `PermissionDenied` for the own home's proposal.
    """
    with transaction.atomic():
        proposals = _pending(proposal_ids, actor)
        if any(_home_of(row, row.made_by_id) in (None, _home_of(row, actor.person_id)) for row in proposals):
            raise PermissionDenied
        _tell(Kind.HOMES_AGREED, [(row, _settled(row, actor, now)) for row in proposals], now)


def drop_proposal(*, proposal_ids: Collection[UUID], actor: Actor, now: datetime) -> None:
    """Decline what the other home has proposed, or take back one's own. Raises `Http404` as `agree_homes`."""
    with transaction.atomic():
        proposals = _pending(proposal_ids, actor)
        HouseholdWeeks.objects.filter(pk__in=[row.pk for row in proposals]).delete()
        audit.did("homes.declined", person_id=actor.person_id, now=now, children=[row.child_id for row in proposals])


def end_homes(*, child_ids: Iterable[UUID], starts_on: date, actor: Actor, now: datetime) -> bool:
    """Propose one home again from a Monday; return whether it holds at once.

    It does where nobody is left in the other home who could agree. Raises what the door raises, `ValidationError`
    for a day that cannot be, and `Http404` where the actor is in neither of the two homes.
    """
    _check_start(starts_on, actor.today)
    with transaction.atomic():
        rows = [_standing(child, actor) for child in _locked(actor, Action.PLAN, child_ids)]
        asked = [_ending(row, starts_on, actor, now) for row in rows]
        _tell(Kind.HOMES_PROPOSED, [(made, others) for made, others in asked if others], now)
        alone = [made for made, others in asked if not others]
        _tell(Kind.HOMES_AGREED, [(made, _settled(made, actor, now)) for made in alone], now)
    return len(alone) == len(asked)


def set_homes(
    *,
    child_ids: Iterable[UUID],
    first: Collection[UUID],
    second: Collection[UUID],
    pattern: Pattern,
    actor: Actor,
    now: datetime,
) -> None:
    """Set for both homes at once in whose days these children are: by the staff, when the family has said so.

    What was proposed falls. Both homes are told. Raises what the door raises, and `ValidationError`, by field.
    """
    _check_pattern(pattern, actor.today)
    with transaction.atomic():
        made = []
        for child in _locked(actor, Action.SET_HOMES, child_ids):
            _check_people(child, first, second, actor.today)
            HouseholdWeeks.objects.filter(child=child, is_proposed=True).delete()
            made.append(_made(child, first, second, pattern, actor))
        _tell(Kind.HOMES_AGREED, [(row, _settled(row, actor, now)) for row in made], now)


def set_one_home(*, child_ids: Iterable[UUID], starts_on: date, actor: Actor, now: datetime) -> None:
    """Let these children have one home again from a Monday: by the staff. Raises as `set_homes`."""
    _check_start(starts_on, actor.today)
    with transaction.atomic():
        made = []
        for child in _locked(actor, Action.SET_HOMES, child_ids):
            row = HouseholdWeeks.objects.agreed().on_or_after(actor.today).filter(child=child).first()
            if row is None:
                raise ValidationError({"starts_on": _("Barnet har redan ett hem.")})
            HouseholdWeeks.objects.filter(child=child, is_proposed=True).delete()
            made.append(_end_of(row, starts_on, actor))
        _tell(Kind.HOMES_AGREED, [(row, _settled(row, actor, now)) for row in made], now)


def share_times(*, child_ids: Iterable[UUID], shares: bool, actor: Actor, now: datetime) -> None:
    """Let the other home see the own home's times, or no longer. Raises `Http404` for whoever lives in no home."""
    with transaction.atomic():
        children = _locked(actor, Action.PLAN, child_ids)
        own = agreed_homes().filter(child__in=children, guardians=actor.person)
        if own.values("child").distinct().count() != len(children):
            raise Http404
        Household.objects.filter(pk__in=list(own.values_list("pk", flat=True))).update(shares=shares)
        audit.did(
            "homes.shared", person_id=actor.person_id, now=now, children=[child.pk for child in children], shares=shares
        )


# Checks ---------------------------------------------------------------------------------------------------------------


def first_monday(today: date) -> date:
    """Return the first Monday from which something can hold: today, or the next."""
    return days.monday_of(today + timedelta(days=6))


def _check_start(starts_on: date, today: date) -> None:
    if starts_on.weekday() != 0 or not first_monday(today) <= starts_on <= today + LONGEST_AHEAD:
        raise ValidationError({"starts_on": _("Välj en måndag, högst ett år framåt.")})


def _check_pattern(pattern: Pattern, today: date) -> None:
    _check_start(pattern.starts_on, today)
    if not home_rules.are_weeks(pattern.weeks):
        raise ValidationError({"nights": _("Markera minst en natt hos er, och lämna minst en till det andra hemmet.")})


def _check_people(child: Child, one: Collection[UUID], other: Collection[UUID], today: date) -> None:
    guardians = set(guardians_of([child.pk], today).values_list("guardian", flat=True))
    if not one or not other or set(one) & set(other) or not {*one, *other} <= guardians:
        said = _("Välj vilka av {name}s vårdnadshavare som bor i vilket hem: minst en i varje.")
        raise ValidationError({"homes": said.format(name=child.given_name)})


def _check_nobody_moves(child: Child, own: Collection[UUID], other: Collection[UUID], today: date) -> None:
    """Refuse what one home cannot decide over the head of somebody who is not asked."""
    guardians = set(guardians_of([child.pk], today).values_list("guardian", flat=True))
    standing = HouseholdWeeks.objects.agreed().on_or_after(today).filter(child=child)
    homes = [
        (_people(row.first) & guardians, _people(row.second) & guardians)
        for row in standing.prefetch_related("first__guardians", "second__guardians")
    ]
    if {*own, *other} != guardians or any(set(own) not in pair or set(other) not in pair for pair in homes):
        said = _("Vem av {name}s vårdnadshavare som bor var kan ni inte ändra själva. Avdelningen hjälper er.")
        raise ValidationError({"homes": said.format(name=child.given_name)})


def _locked(actor: Actor, action: Action, child_ids: Iterable[UUID]) -> list[Child]:
    """Hold the children's rows, in the order of their ids; raises as the door does when one may not be reached."""
    wanted = set(child_ids)
    rows = children_for(actor, action).filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")
    found = list(rows)
    for child_id in wanted - {child.pk for child in found}:
        get_child(actor, action, child_id)
    if not found:
        raise ValidationError({"children": _("Välj minst ett barn.")})
    return found


def _pending(proposal_ids: Collection[UUID], actor: Actor) -> list[HouseholdWeeks]:
    """Return the proposals, their children held; each has the actor in one of its homes."""
    wanted = set(proposal_ids)
    about = HouseholdWeeks.objects.filter(pk__in=wanted, is_proposed=True)
    if not wanted or about.count() != len(wanted):
        raise Http404
    _locked(actor, Action.PLAN, about.values_list("child", flat=True))
    rows = list(about.prefetch_related("first__guardians", "second__guardians").order_by("child"))
    if len(rows) != len(wanted) or any(_home_of(row, actor.person_id) is None for row in rows):
        raise Http404
    return rows


# Rows -----------------------------------------------------------------------------------------------------------------


def _people(home: Household) -> set[UUID]:
    return {person.pk for person in home.guardians.all()}


def _home_of(row: HouseholdWeeks, person_id: UUID | None) -> UUID | None:
    """Return the one of the two homes in which the person lives."""
    return next((home.pk for home in (row.first, row.second) if person_id in _people(home)), None)


def _home(child: Child, people: Collection[UUID]) -> Household:
    """Return the child's home of exactly these people, a new one if there was none."""
    for home in Household.objects.filter(child=child).prefetch_related("guardians").order_by("created_at"):
        if _people(home) == set(people):
            return home
    made = Household.objects.create(child=child)
    made.guardians.set(User.objects.filter(pk__in=people))
    return made


def _made(
    child: Child, one: Collection[UUID], other: Collection[UUID], pattern: Pattern, actor: Actor
) -> HouseholdWeeks:
    return HouseholdWeeks.objects.create(
        child=child,
        first=_home(child, one),
        second=_home(child, other),
        starts_on=pattern.starts_on,
        weeks=list(pattern.weeks),
        handover=pattern.handover,
        made_by=actor.person,
    )


def _end_of(row: HouseholdWeeks, starts_on: date, actor: Actor) -> HouseholdWeeks:
    """Make the proposal that these two homes become one again: weeks of nothing."""
    return HouseholdWeeks.objects.create(
        child=row.child, first=row.first, second=row.second, starts_on=starts_on, weeks=[], made_by=actor.person
    )


def _make_room(child: Child, actor: Actor) -> None:
    """Take back what the own home has proposed; raises where the other home waits for an answer."""
    waiting = HouseholdWeeks.objects.filter(child=child, is_proposed=True)
    for row in waiting.prefetch_related("first__guardians", "second__guardians"):
        if _home_of(row, row.made_by_id) != _home_of(row, actor.person_id):
            said = _("Det andra hemmet har redan ett förslag för {name} som väntar på svar. Svara på det först.")
            raise ValidationError(said.format(name=child.given_name))
    waiting.delete()


def _proposed(
    child: Child, own: Collection[UUID], other: Collection[UUID], pattern: Pattern, actor: Actor
) -> HouseholdWeeks:
    _check_people(child, own, other, actor.today)
    _check_nobody_moves(child, own, other, actor.today)
    same = HouseholdWeeks.objects.filter(
        child=child,
        is_proposed=True,
        made_by=actor.person,
        starts_on=pattern.starts_on,
        weeks=list(pattern.weeks),
        handover=pattern.handover,
        first=_home(child, own),
        second=_home(child, other),
    )
    if there := same.first():
        return there
    _make_room(child, actor)
    return _made(child, own, other, pattern, actor)


def _standing(child: Child, actor: Actor) -> HouseholdWeeks:
    rows = HouseholdWeeks.objects.agreed().on_or_after(actor.today).filter(child=child).order_by("-starts_on")
    row = rows.prefetch_related("first__guardians", "second__guardians").first()
    if row is None or _home_of(row, actor.person_id) is None:
        raise Http404
    return row


def _ending(
    row: HouseholdWeeks, starts_on: date, actor: Actor, now: datetime
) -> tuple[HouseholdWeeks, Collection[UUID]]:
    """Propose that the homes become one; return the proposal, and who is asked."""
    _make_room(row.child, actor)
    own = _home_of(row, actor.person_id)
    others = _people(row.second if row.first_id == own else row.first)
    asked = guardians_of([row.child_id], actor.today).filter(guardian__in=others).values_list("guardian", flat=True)
    made = _end_of(row, starts_on, actor)
    audit.did("homes.proposed", person_id=actor.person_id, now=now, children=[row.child_id])
    return made, list(asked)


def _tell(kind: Kind, told: Iterable[tuple[HouseholdWeeks, Iterable[UUID]]], now: datetime) -> None:
    """Tell each person once, however many siblings it is about."""
    people: set[UUID] = set()
    once: list[Told] = []
    for row, those in told:
        once.append(Told(row.pk, set(those) - people, {"child": row.child_id}))
        people.update(those)
    notify_of_all(told=once, kind=kind, now=now)


def _settled(row: HouseholdWeeks, actor: Actor, now: datetime) -> list[UUID]:
    """Let the proposal hold, and what held before end; return whom it is to be told: both homes."""
    starts_on = max(row.starts_on, first_monday(actor.today))
    people = _people(row.first) | _people(row.second)
    before = HouseholdWeeks.objects.agreed().on_or_after(starts_on).filter(child=row.child)
    olds = list(agreed_homes().filter(child=row.child).prefetch_related("guardians").order_by("created_at"))
    before.filter(starts_on__gte=starts_on).delete()
    before.update(ends_on=starts_on - timedelta(days=1))
    if row.weeks:
        row.first, row.second = _kept(row, olds)
        row.weeks = list(home_rules.turned(tuple(row.weeks), (starts_on - row.starts_on).days // 7))
        row.starts_on, row.is_proposed, row.agreed_at, row.agreed_by = starts_on, False, now, actor.person
        row.save()
    else:
        HouseholdWeeks.objects.filter(pk=row.pk).delete()
    audit.did("homes.agreed", person_id=actor.person_id, now=now, children=[row.child_id], starts_on=starts_on)
    allowed = guardians_of([row.child_id], actor.today).filter(guardian__in=people).values_list("guardian", flat=True)
    touch_boards(row.child, actor)
    return [person for person in allowed if person != actor.person_id]


def _kept(row: HouseholdWeeks, olds: Collection[Household]) -> tuple[Household, Household]:
    """Return the homes that the row is to be about: those that there were, with the people of now.

    A home is the same while somebody stays in it, so that its times go on with it. Nobody lives in more than one home
    of a child: whoever moves takes no times along, and reads no more of those that were left.
    """
    chosen: list[Household] = []
    for home in (row.first, row.second):
        people = _people(home)
        staying = (old for old in olds if old not in chosen and (old == home or people & _people(old)))
        chosen.append(next(staying, home))
    wanted = [_people(row.first), _people(row.second)]
    for home in Household.objects.filter(child=row.child).exclude(pk__in=[home.pk for home in chosen]):
        home.guardians.remove(*User.objects.filter(pk__in=wanted[0] | wanted[1]))
    for home, people in zip(chosen, wanted, strict=True):
        home.guardians.set(User.objects.filter(pk__in=people))
    return chosen[0], chosen[1]
