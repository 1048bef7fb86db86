"""What lies ahead in the demo, whenever it is looked at: holidays to answer about, a planning day, a feast.

All of it is made as if some days ago, so that families have read of it and many have answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from accounts.models import User
from attendance.models import CalendarEvent, ClosedDay, HolidayEnquiry
from attendance.rules import Interval, Reason, Silence
from attendance.selectors.enquiries import asking_family, enquiries_of
from attendance.selectors.facts import known
from attendance.selectors.scopes import Scope, open_days
from attendance.services import (
    Question,
    answer_enquiry,
    change_day,
    close_days,
    make_enquiry,
    make_feed,
    report_absence,
    tell_of_enquiries,
)
from attendance.services.events import Happening, announce_event, answer_event
from attendance.services.telling import Family
from children.actors import Actor
from children.models import Child, Preschool
from portal.demo.cast import Cast, dice
from portal.demo.families import SETTLING_IN, WITH_GRANDMOTHER, guardian_of
from portal.demo.people import AMINA, DEPARTMENT, MARIA
from portal.demo.register import TWO_HOMES
from portal.lib import days

ANSWERS_NOTHING = (AMINA.family_name, TWO_HOMES)  # left for the visitor
LET_IT_PASS = 16  # days since families were asked what stands fast today
FEASTS = {"Luciafest": (12,), "Vårfest": (1, 2, 3, 4), "Sommarfest": (5, 6, 7, 8), "Höstfest": (9, 10, 11)}


def keep_something_coming(cast: Cast, now: datetime) -> None:
    """See to it that something lies ahead: an open question and one that is not, a closed day, an outing, a feast.

    Makes only what is missing.
    """
    preschool = cast.department(DEPARTMENT).preschool
    before = _morning(now, days_ago=3)
    closed = _close_a_day(cast, preschool, days.day_of(now), before)
    _announce(cast, preschool, closed, days.day_of(now), before)
    _ask(cast, preschool, days.day_of(now))


def do_for_families(cast: Cast, now: datetime) -> None:
    """Let somebody of the staff say what a family has phoned in, and a guardian have a calendar of her own."""
    maria = Actor.of_person(User.objects.with_email(MARIA.email).get(), days.day_of(now))
    preschool = cast.department(DEPARTMENT).preschool
    day = _weekdays(preschool, maria.today + timedelta(days=2))[0]
    change_day(
        child_id=cast.child(WITH_GRANDMOTHER).id,
        day=day,
        intervals=(Interval(time(9, 30), time(15)),),
        actor=maria,
        now=now,
        for_family=Family(),
    )
    away = _somebody_expected(cast, day)
    report_absence(
        child_ids=[away.id],
        starts_on=day,
        ends_on=day,
        reason=Reason.OTHER,
        parts=(Interval(time(10), time(12)),),
        actor=maria,
        now=now,
        for_family=Family(),
    )
    make_feed(actor=Actor.of_person(User.objects.with_email(AMINA.email).get(), maria.today), now=now)


def _somebody_expected(cast: Cast, day: date) -> Child:
    """Return a child of Maria's department, with one home, that comes on `day` and of which she has said nothing."""
    placed = cast.at(day)[cast.department(DEPARTMENT).id]
    facts = known([child.id for child in placed], day, day, with_stays=False)
    return next(
        child
        for child in placed
        if guardian_of(cast, child)
        and child.full_name != WITH_GRANDMOTHER
        and not child.is_protected
        and facts.planned(child.id, day).attending
        and not facts.absences[child.id]
        and not facts.livings.get(child.id)
    )


# The preschool's calendar ---------------------------------------------------------------------------------------------


def _close_a_day(cast: Cast, preschool: Preschool, today: date, now: datetime) -> date:
    """Close a day in two weeks for planning; return it, or the one that is closed already."""
    standing = ClosedDay.objects.standing().filter(preschool=preschool, day__gt=today).order_by("day").first()
    if standing:
        return standing.day
    day = _weekdays(preschool, today + timedelta(days=14))[0]
    actor = cast.leads(days.day_of(now))
    close_days(scope=Scope(preschool=preschool), first=day, last=day, reason="Planeringsdag", actor=actor, now=now)
    return day


def _announce(cast: Cast, preschool: Preschool, closed: date, today: date, now: datetime) -> None:
    """Invite to a feast, which families answer, and say when a department goes to the woods, which needs no answer."""
    if CalendarEvent.objects.standing().filter(preschool=preschool, day__gt=today).exists():
        return
    actor = cast.leads(days.day_of(now))
    feast = next(day for day in _weekdays(preschool, today + timedelta(days=9)) if day != closed)
    made = announce_event(
        scope=Scope(preschool=preschool),
        happening=Happening(
            title=next(name for name, months in FEASTS.items() if feast.month in months),
            day=feast,
            text="Ta med något till knytkalaset. Vi bjuder på korv och saft, och barnen sjunger klockan fyra.",
            from_time=time(15, 30),
            to_time=time(18),
            asks=True,
            answer_by=feast - timedelta(days=3),
        ),
        actor=actor,
        now=now,
    )
    woods = next(day for day in _weekdays(preschool, today + timedelta(days=3)) if day not in (closed, feast))
    outing = Happening("Utflykt till skogen", woods, "Matsäck och kläder efter väder.", time(9), time(13))
    announce_event(scope=Scope(department=cast.department(DEPARTMENT)), happening=outing, actor=actor, now=now)
    for guardian, children in _families(cast, _placed(cast, preschool, feast)):
        chance = dice("feast", children[0].register_id)
        if chance.random() < 0.6:
            is_coming = chance.random() < 0.8
            answer_event(
                event_id=made.id,
                coming={child.id: is_coming for child in children},
                people=len(children) + chance.randint(0, 3),
                actor=Actor.of_person(guardian, days.day_of(now)),
                now=now + timedelta(hours=9),
            )


# Holidays -------------------------------------------------------------------------------------------------------------


def _ask(cast: Cast, preschool: Preschool, today: date) -> None:
    """Ask about the next holiday, open until next week; and about two days soon, of which the answers stand fast."""
    standing = [row for row in enquiries_of(preschool) if row.ends_on >= today]
    if not any(row.answer_by >= today for row in standing):
        title, first, last = next(holiday for holiday in _holidays(today) if not _is_asked(standing, *holiday[1:]))
        question = Question(
            title=title,
            text="Svara dag för dag, så vet vi hur många som arbetar och om avdelningarna kan slås ihop.",
            starts_on=first,
            ends_on=last,
            opens_on=today - timedelta(days=5),
            answer_by=min(first - timedelta(days=14), today + timedelta(days=11)),
            silence=Silence.ATTENDS,
        )
        _have_answered(cast, _made(cast, preschool, question), often=0.55)
    if not any(row.answer_by < today for row in standing):
        first, last = _weekdays(preschool, today + timedelta(days=8))[:2]
        if not _is_asked(list(enquiries_of(preschool)), first, last):
            question = Question(
                title="Skolans studiedagar",
                text="Många är lediga när de äldre syskonen är det. Kommer ditt barn?",
                starts_on=first,
                ends_on=last,
                opens_on=today - timedelta(days=LET_IT_PASS),
                answer_by=today - timedelta(days=2),
                silence=Silence.ATTENDS,
            )
            _have_answered(cast, _made(cast, preschool, question), often=0.85)


def _made(cast: Cast, preschool: Preschool, question: Question) -> HolidayEnquiry:
    """Make the enquiry on the morning on which it opens, and tell the families that day."""
    moment = days.at(question.opens_on, time(9))
    actor = cast.leads(question.opens_on)
    row = make_enquiry(question=question, actor=actor, now=moment, preschool_id=preschool.id)
    tell_of_enquiries(now=moment)
    return row


def _have_answered(cast: Cast, row: HolidayEnquiry, often: float) -> None:
    """Let most families answer on the evening after it opened: mostly for the whole period, some for single days."""
    moment = days.at(row.opens_on + timedelta(days=1), time(20, 15))
    placed = _placed(cast, cast.department(DEPARTMENT).preschool, row.starts_on)
    for guardian, children in _families(cast, placed):
        chance = dice("holiday", row.title, children[0].register_id)
        if children[0].family_name in ANSWERS_NOTHING or chance.random() > often:
            continue
        asking = asking_family(row, [child.id for child in children], reader=guardian.id)
        comes = chance.choices((1.0, 0.6, 0.0), (45, 20, 35))[0]
        said = {day: chance.random() < comes for day in days.span(row.starts_on, row.ends_on)}
        answers = {child.id: {day: said[day] for day in asking.days_of(child.id)} for child in children}
        actor = Actor.of_person(guardian, days.day_of(moment))
        answer_enquiry(enquiry_id=row.id, answers=answers, actor=actor, now=moment)


def _holidays(today: date) -> Iterator[tuple[str, date, date]]:
    """Yield the holidays that begin in three weeks or later, the next first: name, first and last day."""
    for year in (today.year, today.year + 1):
        for title, first, last in (
            ("Sportlovet", date.fromisocalendar(year, 9, 1), date.fromisocalendar(year, 9, 5)),
            ("Sommaren", date.fromisocalendar(year, 26, 1), date.fromisocalendar(year, 31, 5)),
            ("Höstlovet", date.fromisocalendar(year, 44, 1), date.fromisocalendar(year, 44, 5)),
            ("Jul och nyår", date(year, 12, 22), date(year + 1, 1, 5)),
        ):
            if first >= today + timedelta(days=21):
                yield title, first, last


def _is_asked(standing: Iterable[HolidayEnquiry], first: date, last: date) -> bool:
    return any(row.starts_on <= last and row.ends_on >= first for row in standing)


# Who and when ---------------------------------------------------------------------------------------------------------


def _placed(cast: Cast, preschool: Preschool, day: date) -> list[Child]:
    here = cast.at(day)
    own = [department for department in cast.departments if department.preschool_id == preschool.id]
    return [child for department in own for child in here[department.id] if child.full_name != SETTLING_IN]


def _families(cast: Cast, children: Iterable[Child]) -> Iterator[tuple[User, list[Child]]]:
    """Yield the guardian who does things in each family, and its children among these."""
    found: dict[UUID, list[Child]] = defaultdict(list)
    for child in children:
        if guardian := guardian_of(cast, child):
            found[guardian.id].append(child)
    for own in found.values():
        guardian = guardian_of(cast, own[0])
        if guardian is not None:
            yield guardian, own


def _weekdays(preschool: Preschool, first: date) -> list[date]:
    """Return the days from `first` on, three weeks of them, on which the preschool is open in an ordinary week."""
    every = open_days(Scope(preschool=preschool), first, first + timedelta(days=21))
    return [day for day in every if day.weekday() < 5]


def _morning(now: datetime, days_ago: int) -> datetime:
    return days.at(days.day_of(now) - timedelta(days=days_ago), time(10))
