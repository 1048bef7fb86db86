"""What happens at the preschool: announced to the families, answered by them, and called off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from attendance.models import CalendarEvent, EventAnswer
from attendance.selectors.scopes import Scope, demand_decision, families_of, placed_on
from attendance.services.absence import lock_children
from attendance.services.own_homes import Homes, homes_to_plan_for, of_homes
from attendance.services.telling import Family, tell_family
from children.access import Action
from children.actors import Actor
from children.models import Child
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import days
from portal.lib.ids import uuid7

FURTHEST = timedelta(days=800)
MOST_PEOPLE = 20  # of one child's family


@dataclass(frozen=True)
class Happening:
    """What is announced. Without times it is the whole day; one that `asks` with no `answer_by` asks until its day."""

    title: str
    day: date
    text: str = ""
    from_time: time | None = None
    to_time: time | None = None
    asks: bool = False
    answer_by: date | None = None


def announce_event(*, scope: Scope, happening: Happening, actor: Actor, now: datetime) -> CalendarEvent:
    """Put an event into the calendar, and tell the guardians of the children who are placed there on its day.

    The same announcement again, as a press twice makes it, is the one that stands. Raises `Http404` or
    `PermissionDenied` as the door does, and `ValidationError`, by field.
    """
    _check(happening, days.day_of(now))
    with transaction.atomic():
        demand_decision(actor, Action.ANNOUNCE, scope)
        scope.hold()
        columns = {**vars(happening), **scope.columns}
        if standing := CalendarEvent.objects.standing().filter(**columns).first():
            return standing
        event = CalendarEvent.objects.create(made_by=actor.person, **columns)
        audit.did("event.announced", person_id=actor.person_id, now=now, event=event.pk, day=event.day)
        _tell(event, Kind.EVENT_ANNOUNCED, actor, now)
    return event


def change_event(*, event_id: UUID, happening: Happening, actor: Actor, now: datetime) -> CalendarEvent:
    """Change what was announced. What families have answered stays, and they are told once of what is another now.

    Told are those whom it concerned and those whom it does now. Changes nothing, and tells nobody, where nothing is
    another. Raises `Http404` or `PermissionDenied` as the door does, and `ValidationError`, by field.
    """
    today = days.day_of(now)
    with transaction.atomic():
        event = _held(event_id, actor)
        if event.cancelled_at or event.day < today:
            raise ValidationError({"day": _("Det här har varit eller är inställt. Skriv in en ny händelse i stället.")})
        _check(happening, today, standing=event.answer_by)
        changed = [name for name, value in vars(happening).items() if getattr(event, name) != value]
        if not changed:
            return event
        days_concerned = {event.day, happening.day}
        for name in changed:
            setattr(event, name, getattr(happening, name))
        event.save(update_fields=changed)
        audit.did("event.changed", person_id=actor.person_id, now=now, event=event.pk, changed=",".join(changed))
        _tell(event, Kind.EVENT_ANNOUNCED, actor, now, on=days_concerned, changed=changed)
    return event


def call_off_event(*, event_id: UUID, actor: Actor, now: datetime) -> CalendarEvent:
    """Call an event off and tell those who were told of it. Does nothing to one that is off, or has been.

    Raises `Http404` or `PermissionDenied` as the door does.
    """
    with transaction.atomic():
        event = _held(event_id, actor)
        if event.cancelled_at is None and event.day >= days.day_of(now):
            event.cancelled_at, event.cancelled_by = now, actor.person
            event.save(update_fields=["cancelled_at", "cancelled_by"])
            audit.did("event.called_off", person_id=actor.person_id, now=now, event=event.pk, day=event.day)
            _tell(event, Kind.EVENT_CANCELLED, actor, now)
    return event


def answer_event(
    *,
    event_id: UUID,
    coming: Mapping[UUID, bool],
    people: int,
    actor: Actor,
    now: datetime,
    for_family: Family | None = None,
) -> None:
    """Say for one's children whether they come, and how many the family is in all, with the children.

    All of them or none; the last answer holds, of a child with two homes the last of the own home. Each child is
    counted once: the first that comes brings the rest of the family. Staff say it `for_family` until the day itself,
    and the guardians are told. Raises `Http404` for children that are not one's own or whom the event does not
    concern, and `ValidationError`, by field, after the last day to answer and for whoever lives in neither of two
    homes.
    """
    with transaction.atomic():
        event = CalendarEvent.objects.filter(pk=event_id).first()
        if event is None or not coming:
            raise Http404
        children = lock_children(actor, Action.PLAN_FOR if for_family else Action.PLAN, coming.keys())
        if not coming.keys() <= placed_on(Scope.of(event), [event.day]).days.keys():
            raise Http404
        _check_answer(event, coming, people, days.day_of(now), is_bound=for_family is None)
        homes = _own_homes(children, event.day, actor, for_family)
        bringing = next((child.pk for child in children if coming[child.pk]), None)
        number = sum(coming.values())
        answers = [
            EventAnswer(
                event=event,
                child=child,
                household_id=homes[child.pk],
                is_coming=coming[child.pk],
                how_many=people - number + 1 if child.pk == bringing else int(coming[child.pk]),
                answered_at=now,
                answered_by=actor.person,
                is_by_staff=for_family is not None,
            )
            for child in children
        ]
        EventAnswer.objects.filter(of_homes(homes), event=event).delete()
        EventAnswer.objects.bulk_create(answers)
        audit.did(
            "event.answered",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            children=coming.keys(),
            event=event.pk,
        )
        if for_family:
            for child in children:
                tell_family(child_id=child.pk, event=uuid7(), actor=actor, now=now, home=homes[child.pk])


def _own_homes(children: Sequence[Child], day: date, actor: Actor, for_family: Family | None) -> Homes:
    """Return for whom is answered: the child (None), or the own of the two homes that the child has then."""
    try:
        return homes_to_plan_for(children, day, actor, for_family)
    except ValidationError as refused:
        raise ValidationError({"coming": _("Barnet har två hem, och de svarar var för sig.")}) from refused


def _held(event_id: UUID, actor: Actor) -> CalendarEvent:
    """Return the event, held until the transaction ends, to whoever may announce it."""
    event = CalendarEvent.objects.select_for_update(of=("self",)).filter(pk=event_id).first()
    if event is None:
        raise Http404
    demand_decision(actor, Action.ANNOUNCE, Scope.of(event))
    return event


def _check(happening: Happening, today: date, *, standing: date | None = None) -> None:
    """Refuse what cannot be announced; a last day to answer that is `standing` may have been."""
    if happening.day < today:
        raise ValidationError({"day": _("Dagen har varit. Välj idag eller en dag framåt.")})
    if happening.day - today > FURTHEST:
        raise ValidationError({"day": _("Dagen ligger för långt fram. Välj en dag inom två år.")})
    if happening.to_time and (happening.from_time is None or happening.to_time <= happening.from_time):
        raise ValidationError({"to_time": _("Tiden måste sluta efter att den börjar.")})
    begins = min(today, standing or today)
    if happening.answer_by and not begins <= happening.answer_by <= happening.day:
        raise ValidationError({"answer_by": _("Sista dagen att svara är från idag till dagen då det händer.")})


def _check_answer(
    event: CalendarEvent, coming: Mapping[UUID, bool], people: int, today: date, *, is_bound: bool
) -> None:
    """Refuse an answer that is late, or makes no sense; whoever is not bound may give it until the day has been."""
    if event.cancelled_at or not event.asks or today > event.day:
        raise ValidationError({"coming": _("Det här behöver inget svar längre.")})
    last = event.answer_by or event.day
    if is_bound and today > last:
        raise ValidationError(
            {
                "coming": _("Sista dagen att svara var {day}. Säg till avdelningen om något har ändrats.").format(
                    day=days.in_words(last, "l j F")
                )
            }
        )
    number = sum(coming.values())
    if number and not number <= people <= MOST_PEOPLE:
        raise ValidationError(
            {
                "people": ngettext(
                    "Skriv hur många ni är, barnet medräknat: {least} till {most}.",
                    "Skriv hur många ni är, barnen medräknade: {least} till {most}.",
                    number,
                ).format(least=number, most=MOST_PEOPLE)
            }
        )


def _tell(
    event: CalendarEvent,
    kind: Kind,
    actor: Actor,
    now: datetime,
    *,
    on: Collection[date] = (),
    changed: Collection[str] = (),
) -> None:
    """Tell those who are placed there on the event's day, or `on` several. What is `changed` is told each time."""
    concerned: Collection[UUID] = placed_on(Scope.of(event), on or [event.day]).days
    about: dict[str, object] = {"event": event.pk, "first": event.day, "last": event.day}
    if changed:
        about["changed"] = ",".join(changed)
    happened = uuid7() if changed else event.pk
    told = [
        Told(happened, people, {"child": child_id} | about)
        for child_id, people in families_of(concerned, actor.today).items()
    ]
    notify_of_all(told=told, kind=kind, now=now)
