"""Holiday enquiries: made, changed and withdrawn by those who lead a place; answered by families, or for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit
from attendance import rules
from attendance.models import EnquiryAnswer, HolidayEnquiry
from attendance.rules import EnquiryState
from attendance.selectors.enquiries import Asking, asking_family, departments_asked, guardians_of_days, rule_of
from attendance.selectors.facts import Known
from attendance.selectors.laying import answered_free
from attendance.services.absence import lock_children
from attendance.services.enquiry_notices import tell_of_withdrawal
from children.access import Action, can, get_preschool, leads_area
from children.actors import Actor
from children.models import Area, Child, Preschool
from notifications.models import Kind
from notifications.services import notify
from portal.lib import days, live
from portal.lib.ids import uuid7

LONGEST = timedelta(days=120)
FURTHEST = timedelta(days=550)


@dataclass(frozen=True)
class Question:
    """What an enquiry says: its words, the days that it asks about, when it may be answered, what silence means."""

    title: str
    text: str
    starts_on: date
    ends_on: date
    opens_on: date
    answer_by: date
    silence: rules.Silence


def make_enquiry(
    *, question: Question, actor: Actor, now: datetime, preschool_id: UUID, is_for_area: bool = False
) -> HolidayEnquiry:
    """Ask the families of a preschool, or of the whole area that it is in.

    Nothing is sent now: families are told on the day on which it opens. Raises `Http404` as the door does, for an area
    to whoever does not lead all of it; and `ValidationError`, by field, for dates out of order, and for days of which
    the same families are asked already.
    """
    with transaction.atomic():
        preschool = get_preschool(actor, Action.OVERSEE, preschool_id)
        area = _hold_area(preschool)
        made = HolidayEnquiry(**asdict(question), made_by=actor.person)
        if not is_for_area:
            made.preschool = preschool
        elif area and leads_area(actor, area.pk):
            made.area = area
        else:
            raise Http404
        _check_dates(question, days.day_of(now))
        _refuse_asked_before(made)
        made.save()
        _write("enquiry.made", made, actor, now)
    return made


def change_enquiry(*, enquiry_id: UUID, question: Question, actor: Actor, now: datetime) -> HolidayEnquiry:
    """Change what an enquiry says, as long as it has not opened: what families have been asked stands.

    Raises `Http404` and `ValidationError` as `make_enquiry`.
    """
    with transaction.atomic():
        row = _hold_led(enquiry_id, actor)
        if rules.enquiry_state(rule_of(row), actor.today) != EnquiryState.COMING:
            raise ValidationError(
                _("Frågan har öppnat och kan inte ändras. Återta den och gör en ny, om något är fel.")
            )
        _check_dates(question, days.day_of(now))
        for name, value in asdict(question).items():
            setattr(row, name, value)
        _refuse_asked_before(row)
        row.save()
        _write("enquiry.changed", row, actor, now)
    return row


def withdraw_enquiry(*, enquiry_id: UUID, actor: Actor, now: datetime) -> HolidayEnquiry:
    """Take an enquiry back: its answers, and silence, hide no times any more. They stay in the record.

    Those who were asked are told. Does nothing to one that is withdrawn. Raises `Http404` as the door does.
    """
    with transaction.atomic():
        row = _hold_led(enquiry_id, actor)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by = now, actor.person
            row.save(update_fields=["withdrawn_at", "withdrawn_by"])
            _write("enquiry.withdrawn", row, actor, now)
            tell_of_withdrawal(row, now=now)
            if rule_of(row).asks_about(actor.today):
                live.touch(set(departments_asked(row).values_list("pk", flat=True)))
    return row


def may_lead(actor: Actor, row: HolidayEnquiry) -> bool:
    """Tell whether the actor may change and withdraw the enquiry."""
    if row.area_id:
        return leads_area(actor, row.area_id)
    return row.preschool is not None and can(actor, Action.OVERSEE, row.preschool)


def _hold_area(preschool: Preschool) -> Area | None:
    """Hold the area's row, or the preschool's own without one, so that nobody else asks the same families meanwhile."""
    if preschool.area_id is None:
        Preschool.objects.select_for_update(no_key=True).get(pk=preschool.pk)
    return Area.objects.select_for_update(no_key=True).filter(pk=preschool.area_id).first()


def _hold_led(enquiry_id: UUID, actor: Actor) -> HolidayEnquiry:
    row = HolidayEnquiry.objects.select_for_update(of=("self",)).filter(pk=enquiry_id).first()
    if row is None or not may_lead(actor, row):
        raise Http404
    return row


def _check_dates(question: Question, today: date) -> None:
    if question.ends_on < question.starts_on:
        raise ValidationError({"ends_on": _("Sista dagen kan inte vara före den första.")})
    if question.ends_on - question.starts_on > LONGEST:
        raise ValidationError({"ends_on": _("Fråga om högst fyra månader i taget.")})
    if question.starts_on - today > FURTHEST:
        raise ValidationError({"starts_on": _("Fråga om dagar inom ett och ett halvt år.")})
    if question.opens_on < today:
        raise ValidationError({"opens_on": _("Dagen har varit. Välj idag eller en dag framåt.")})
    if question.answer_by < question.opens_on:
        raise ValidationError({"answer_by": _("Sista dagen att svara kan inte vara före den dag då frågan öppnar.")})
    if question.answer_by >= question.starts_on:
        raise ValidationError({"answer_by": _("Sista dagen att svara ska vara före den första dagen ni frågar om.")})


def _refuse_asked_before(row: HolidayEnquiry) -> None:
    """Raise `ValidationError` where some of the same families are asked about some of the same days already."""
    if row.area_id:
        same = Q(area=row.area_id) | Q(preschool__area=row.area_id)
    else:
        same = Q(preschool=row.preschool_id) | Q(area=row.preschool.area_id if row.preschool else None)
    others = HolidayEnquiry.objects.standing().exclude(pk=row.pk).filter(same)
    if other := others.filter(starts_on__lte=row.ends_on, ends_on__gte=row.starts_on).order_by("starts_on").first():
        raise ValidationError(
            {
                "starts_on": _("Det finns redan en fråga om de dagarna: {title}, {first}–{last}.").format(
                    title=other.title,
                    first=date_format(other.starts_on, "j F"),
                    last=date_format(other.ends_on, "j F"),
                )
            }
        )


def _write(what: str, row: HolidayEnquiry, actor: Actor, now: datetime) -> None:
    audit.did(
        what,
        person_id=actor.person_id,
        now=now,
        enquiry=row.pk,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        answer_by=row.answer_by,
    )


# Answers --------------------------------------------------------------------------------------------------------------

Answers = Mapping[UUID, Mapping[date, bool]]
"""By child and day, whether the child comes."""


def answer_enquiry(*, enquiry_id: UUID, answers: Answers, actor: Actor, now: datetime, for_family: bool = False) -> int:
    """Keep a family's answers, for all of its children or for none; return how many days' answers are new or changed.

    A guardian answers while the enquiry is open, for the days of its own home; staff (`for_family`) at any time, for
    days that have not been, and the guardians are told. The same answers again change nothing. Raises `Http404` or
    `PermissionDenied` as the door does, and `ValidationError` under "answers".
    """
    row = HolidayEnquiry.objects.standing().filter(pk=enquiry_id).first()
    if row is None:
        raise Http404
    given = {child_id: dict(own) for child_id, own in answers.items() if own}
    with transaction.atomic():
        children = lock_children(actor, Action.PLAN_FOR if for_family else Action.PLAN, given)
        if not for_family:
            _refuse_locked(row, actor.today)
        asking = asking_family(row, given, reader=None if for_family else actor.person_id)
        changed = [
            EnquiryAnswer(
                enquiry=row,
                child=child,
                household_id=home,
                day=day,
                attends=attends,
                answered_at=now,
                answered_by=actor.person,
                is_by_staff=for_family,
            )
            for child in children
            for day, attends in _accepted(asking, child, given[child.pk], actor.today).items()
            for home in asking.homes_asked(child.pk, day)
            if asking.answer(child.pk, day, home) is not attends
        ]
        _replace(changed)
        if changed:
            ids = {answer.child_id for answer in changed}
            audit.did(
                "enquiry.answered",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                children=ids,
                enquiry=row.pk,
                days=len({(answer.child_id, answer.day) for answer in changed}),
            )
            _touch(asking, changed, actor.today)
            if for_family:
                _tell_guardians(asking, changed, actor, now)
    return len({(answer.child_id, answer.day) for answer in changed})


def _replace(answers: list[EnquiryAnswer]) -> None:
    """Keep these answers in place of those that there were; whoever calls it holds the children."""
    there = EnquiryAnswer.objects.filter(
        enquiry__in={answer.enquiry_id for answer in answers},
        child__in={answer.child_id for answer in answers},
        day__in={answer.day for answer in answers},
    )
    replaced = {(answer.child_id, answer.day, answer.household_id) for answer in answers}
    rows = there.values_list("pk", "child", "day", "household") if answers else ()
    EnquiryAnswer.objects.filter(pk__in=[pk for pk, *whose in rows if tuple(whose) in replaced]).delete()
    EnquiryAnswer.objects.bulk_create(answers)


def locked_words(row: HolidayEnquiry | rules.Enquiry) -> str:
    """Return the sentence that says since when the answers stand fast, and what helps."""
    return _("Sista dagen att svara var {day}. Skriv eller ring till avdelningen, så ändrar de åt er.").format(
        day=date_format(row.answer_by, "l j F")
    )


def refuse_answered(facts: Known, child_id: UUID, day: date, *, field: str) -> None:
    """Raise `ValidationError` on a day's times where an answer that stands fast, or silence, says that it is free."""
    if enquiry := answered_free(facts, child_id, day):
        raise ValidationError({field: locked_words(enquiry)})


def _refuse_locked(row: HolidayEnquiry, today: date) -> None:
    state = rules.enquiry_state(rule_of(row), today)
    if state == EnquiryState.COMING:
        raise Http404
    if state == EnquiryState.CLOSED:
        raise ValidationError({"answers": locked_words(row)})


def _accepted(asking: Asking, child: Child, own: Mapping[date, bool], today: date) -> Mapping[date, bool]:
    """Return the child's answers. Raises `ValidationError` for a day that is not asked of it, or that has been."""
    asked = {day for day in asking.days_of(child.pk) if day >= today}
    if wrong := sorted(set(own) - asked):
        raise ValidationError(
            {
                "answers": _("{day} kan inte besvaras för {name}. Ladda om sidan och svara igen.").format(
                    day=date_format(wrong[0], "l j F").capitalize(), name=child.given_name
                )
            }
        )
    return own


def _touch(asking: Asking, changed: list[EnquiryAnswer], today: date) -> None:
    here = [asking.facts.place(answer.child_id, today) for answer in changed if answer.day == today]
    live.touch({place.department_id for place in here if place})


def _tell_guardians(asking: Asking, changed: list[EnquiryAnswer], actor: Actor, now: datetime) -> None:
    for child_id in sorted({answer.child_id for answer in changed}):
        those = [answer.day for answer in changed if answer.child_id == child_id]
        people = guardians_of_days(asking, child_id, those)
        notify(
            person_ids=[person for person in people if person != actor.person_id],
            kind=Kind.PLANNED_BY_STAFF,
            event=uuid7(),
            about={"child": child_id, "enquiry": asking.row.pk},
            now=now,
        )
