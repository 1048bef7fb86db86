"""Absence: reported, ended early, withdrawn. The planned times lie beneath it and come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from attendance import rules
from attendance.models import Absence
from attendance.selectors.facts import Known, absence_of, known
from attendance.selectors.readers import readers_of
from attendance.services.telling import Family, tell_family
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child
from children.prepared_access import Asked, child_rows
from children.selectors.people import staff_of
from children.selectors.placing import Place, departments_of
from notifications.models import Kind
from notifications.services import notify
from portal.lib import days, live
from portal.lib.models import of_row

LONGEST = timedelta(days=366)
HELD = Asked(("id", "given_name", "family_name"), order=("pk",), hold=True)


@dataclass(frozen=True)
class Report:
    """The absences that were made, none for what was reported before, and what is known of the children after it."""

    absences: list[Absence]
    facts: Known


def lock_children(actor: Actor, action: Action, child_ids: Iterable[UUID]) -> list[Child]:
    """Hold these children's rows, in the order of their ids, when the actor may do this with every one of them.

    Raises `Http404` or `PermissionDenied` as the door does.
    """
    wanted = set(child_ids)
    found = [of_row(Child, HELD.columns, row) for row in child_rows(actor, action, HELD, among=wanted)]
    missing = wanted - {child.pk for child in found}
    if missing:
        if children_for(actor, Action.SEE_CHILD).filter(pk__in=missing).count() == len(missing):
            raise PermissionDenied
        raise Http404
    return found


def report_absence(
    *,
    child_ids: Iterable[UUID],
    starts_on: date,
    ends_on: date,
    reason: rules.Reason,
    actor: Actor,
    now: datetime,
    parts: rules.Intervals = (),
    words: str = "",
    for_family: Family | None = None,
) -> Report:
    """Report children absent for whole days, or for `parts` of one day; all of them or none.

    The same report again changes nothing, and one that overlaps an absence for the same reason becomes one with it;
    but what the staff reported stays theirs, whatever a guardian says over it (D05), and hours that are another home's
    neither hinder nor take in what is said here, nor tell of themselves (DOMAIN 2.8). With `for_family` it is somebody
    of the staff who reports what the family has said (`Action.PLAN_FOR`). Own `words` only where the place takes any.
    Raises `ValidationError`, by field, for days in the past, for a child that is here today or has been and is
    reported for the whole day (DOMAIN 3.6), and where another absence stands. The department's staff are told of what
    concerns today, and the guardians of what staff have reported.
    """
    today = days.day_of(now)
    _check_dates(starts_on, ends_on, today, parts)
    with transaction.atomic():
        children = lock_children(actor, Action.PLAN_FOR if for_family else Action.REPORT_ABSENCE, child_ids)
        facts = known([child.id for child in children], starts_on, ends_on, with_stays=starts_on <= today <= ends_on)
        _refuse_those_who_are_here(children, facts, now, is_whole_day=not parts)
        if words:
            _check_words(children, facts, starts_on)
        readers = readers_of(list(facts.absences), actor.person_id) if parts and actor.person_id else {}
        made: list[Absence] = []
        for child in children:
            by_staff = for_family is not None or _is_staffs_report(actor, child.id)
            for part in parts or (None,):
                wished = rules.DayAbsence(starts_on, ends_on, reason, part, None, actor.person_id, by_staff)
                standing = _known_to(None if by_staff else readers.get(child.id), child, facts)
                wanted = _merged(child, wished, standing, has_words=bool(words))
                if wanted is not None:
                    made.append(_taken_in(child, wanted, standing, words, facts, actor, now))
        Absence.objects.bulk_create(made)
        for absence in made:
            facts.absences[absence.child_id].append(absence_of(absence))
        if made:
            audit.did(
                "absence.reported",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                children=[absence.child_id for absence in made],
                starts_on=starts_on,
                ends_on=ends_on,
            )
            places = {child.id: place for child in children if (place := facts.place(child.id, today))}
            tell_department(made, Kind.ABSENCE_REPORTED, places, actor=actor, now=now)
            for child_id, absence in {absence.child_id: absence for absence in made if absence.is_by_staff}.items():
                tell_family(child_id=child_id, event=absence.id, actor=actor, now=now, day=absence.starts_on)
    return Report(made, facts)


def end_absence(*, absence_id: UUID, actor: Actor, now: datetime, for_family: Family | None = None) -> Absence:
    """ "Well again": the absence ends today, and from tomorrow the planned times hold; one begun today is withdrawn.

    The same for an absence that has not begun. Does nothing to one that is over or withdrawn. What staff reported only
    staff end: raises `ValidationError` for a guardian, and whoever else stands in for one. `for_family` as above.
    """
    today = days.day_of(now)
    with transaction.atomic():
        absence = _lock_absence(absence_id, actor, Action.PLAN_FOR if for_family else Action.REPORT_ABSENCE)
        if absence.withdrawn_at or absence.ends_on < today:
            return absence
        by_staff = for_family is not None or _is_staffs_report(actor, absence.child_id)
        if absence.is_by_staff and not by_staff:
            raise ValidationError(_("Avdelningen har anmält frånvaron. Ring eller säg till där, så ändrar de."))
        if by_staff:
            tell_family(
                child_id=absence.child_id, event=uuid5(absence.id, "ended"), actor=actor, now=now, day=absence.starts_on
            )
        if absence.starts_on >= today:
            return _withdraw(absence, actor, now)
        if absence.ends_on > today:
            absence.reported_until = absence.reported_until or absence.ends_on
            absence.ends_on, absence.ended_at, absence.ended_by = today, now, actor.person
            absence.save(update_fields=["ends_on", "reported_until", "ended_at", "ended_by"])
            _write_ended(absence, actor, now)
    return absence


def tell_department(
    absences: Sequence[Absence], kind: Kind, places: Mapping[UUID, Place], *, actor: Actor, now: datetime
) -> None:
    """Tell the staff of each child's department today (`places`) of absence that concerns today; renew its board."""
    today = days.day_of(now)
    present = [absence for absence in absences if absence.starts_on <= today <= absence.ends_on]
    if not present:
        return
    staff: dict[UUID, list[UUID]] = {}
    for absence in present:
        place = places.get(absence.child_id)
        if place is None:
            continue
        if place.department_id not in staff or len(present) > 1:
            staff[place.department_id] = staff_of(place, [absence.child_id], today)
        notify(
            person_ids=[person for person in staff[place.department_id] if person != actor.person_id],
            kind=kind,
            event=absence.id,
            about={"child": absence.child_id, "absence": absence.id},
            now=now,
        )
    live.touch({place.department_id for place in places.values()})


def _check_dates(starts_on: date, ends_on: date, today: date, parts: rules.Intervals) -> None:
    if starts_on < today:
        raise ValidationError({"starts_on": _("Dagen har varit. Välj idag eller en dag framåt.")})
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("Sista dagen kan inte vara före den första.")})
    if ends_on - starts_on > LONGEST or starts_on - today > LONGEST:
        raise ValidationError({"ends_on": _("Frånvaro kan anmälas högst ett år i taget.")})
    if parts and ends_on != starts_on:
        raise ValidationError({"ends_on": _("Del av dag gäller en dag i taget.")})
    if any(part.ends == time.min or not part.is_in_order for part in parts):
        raise ValidationError({"to_time": _("Tiden måste sluta efter att den börjar.")})
    if rules.faults_in(parts) == "overlap":
        raise ValidationError({"again_from": _("Tiderna går över varandra.")})


def _check_words(children: Sequence[Child], facts: Known, day: date) -> None:
    """Refuse own words for a child whose place takes none: they are often about health, and nobody asked for them."""
    for child in children:
        if not facts.rules_at(facts.place(child.id, day)).takes_absence_words:
            raise ValidationError(
                {
                    "words": _("{name}s förskola tar inte emot egna ord om frånvaro. Välj bara varför.").format(
                        name=child.given_name
                    )
                }
            )


def _refuse_those_who_are_here(children: Sequence[Child], facts: Known, now: datetime, *, is_whole_day: bool) -> None:
    """Raise `ValidationError` for the first child that is here, or has been: what happened is not reported away.

    Of a child with two homes without the time: it may be the other home that brought or collected it (DOMAIN 2.8).
    """
    for child in children:
        if facts.livings.get(child.id) and (since_when := facts.stays.get(child.id)):
            _refuse_without_times(child, since_when, facts, now, is_whole_day=is_whole_day)
            continue
        own = [stay for stay in facts.stays.get(child.id, ()) if not stay.is_forgotten]
        since = next((stay.arrived_at for stay in own if stay.is_open and _is_here(child, stay, facts, now)), None)
        left_at = max((stay.left_at for stay in own if stay.left_at), default=None)
        if since is not None:
            raise ValidationError(
                {
                    "starts_on": _(
                        "{name} är här sedan {time}. Hämta {name} eller ändra hämtningstiden, "
                        "och anmäl frånvaro från imorgon."
                    ).format(name=child.given_name, time=f"{days.local(since):%H:%M}")
                }
            )
        if left_at is not None and is_whole_day:
            raise ValidationError(
                {
                    "starts_on": _(
                        "{name} har varit här idag och gick {time}. Anmäl en del av dagen, eller frånvaro från imorgon."
                    ).format(name=child.given_name, time=f"{days.local(left_at):%H:%M}")
                }
            )


def _refuse_without_times(
    child: Child, stays: Sequence[rules.Stay], facts: Known, now: datetime, *, is_whole_day: bool
) -> None:
    own = [stay for stay in stays if not stay.is_forgotten]
    if any(stay.is_open and _is_here(child, stay, facts, now) for stay in own):
        said = _("{name} är på förskolan nu. Ring avdelningen, eller anmäl frånvaro från imorgon.")
    elif is_whole_day and any(stay.left_at for stay in own):
        said = _("{name} har varit på förskolan idag. Anmäl en del av dagen, eller frånvaro från imorgon.")
    else:
        return
    raise ValidationError({"starts_on": said.format(name=child.given_name)})


def _is_here(child: Child, stay: rules.Stay, facts: Known, now: datetime) -> bool:
    """Tell whether an open stay is presence: begun today, or in a night that today's plan goes on with.

    What was forgotten on an earlier day is not, and the day's state says which it is.
    """
    return days.day_of(stay.arrived_at) >= days.day_of(now) or facts.state(child.id, now).state == rules.State.PRESENT


def _known_to(reader: rules.Reader | None, child: Child, facts: Known) -> list[rules.DayAbsence]:
    """Return the child's absences of which the reader may know; all of them for the staff (None)."""
    standing = facts.absences[child.id]
    return [one for one in standing if reader is None or facts.may_see_hours(child.id, one, reader)]


def _merged(
    child: Child, wished: rules.DayAbsence, standing: Sequence[rules.DayAbsence], *, has_words: bool
) -> rules.DayAbsence | None:
    """Return the absence to write, or None when one stands that says it already.

    It grows by what it overlaps of the same reason and from the same side: family or staff.
    """
    wanted = wished
    for there in standing:
        if there.reason == wished.reason and there.part == wished.part:
            if there.starts_on <= wished.starts_on and there.ends_on >= wished.ends_on and not has_words:
                return None
            first, last = min(there.starts_on, wanted.starts_on), max(there.ends_on, wanted.ends_on)
            if there.is_by_staff == wished.is_by_staff and last - first <= LONGEST:
                wanted = replace(wanted, starts_on=first, ends_on=last)
        elif not (wished.part is None and there.part) and not _are_apart(wished.part, there.part):
            said = _("{name} är redan anmäld frånvarande {days}. Ta bort den anmälan först.")
            if there.is_by_staff and not wished.is_by_staff:
                said = _("Avdelningen har redan anmält {name} frånvarande {days}. Ring eller säg till där.")
            raise ValidationError({"starts_on": said.format(name=child.given_name, days=_days(there))})
    return wanted


def _taken_in(
    child: Child,
    wanted: rules.DayAbsence,
    standing: Sequence[rules.DayAbsence],
    words: str,
    facts: Known,
    actor: Actor,
    now: datetime,
) -> Absence:
    """Return the absence to write, and withdraw those of the standing that it takes in."""
    taken_in = [absence for absence in standing if _is_within(absence, wanted)]
    said_before = _withdraw_all(taken_in, actor, now)
    facts.absences[child.id] = [absence for absence in facts.absences[child.id] if absence not in taken_in]
    return Absence(
        child=child,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        from_time=wanted.part.starts if wanted.part else None,
        to_time=wanted.part.ends if wanted.part else None,
        reason=wanted.reason,
        words=words or said_before,
        reported_by=actor.person,
        is_by_staff=wanted.is_by_staff,
    )


def _are_apart(one: rules.Interval | None, other: rules.Interval | None) -> bool:
    return one is not None and other is not None and (one.ends <= other.starts or other.ends <= one.starts)


def _is_within(row: rules.DayAbsence, wanted: rules.DayAbsence) -> bool:
    """Tell whether a standing row becomes part of the new one."""
    return (
        row.part == wanted.part
        and row.reason == wanted.reason
        and row.is_by_staff == wanted.is_by_staff
        and wanted.starts_on <= row.starts_on
        and row.ends_on <= wanted.ends_on
    )


def _days(absence: rules.DayAbsence) -> str:
    said = days.span_in_words(absence.starts_on, absence.ends_on)
    return f"{said} {absence.part}" if absence.part else said


def _is_staffs_report(actor: Actor, child_id: UUID) -> bool:
    """Tell whether the actor speaks for the preschool: works there, and is not one of the child's guardians."""
    return actor.is_staff and not children_for(actor, Action.PLAN).filter(pk=child_id).exists()


def _lock_absence(absence_id: UUID, actor: Actor, action: Action) -> Absence:
    """Return the absence, its child's row held. An absence of a child that one may not see does not exist."""
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is None:
        raise Http404
    lock_children(actor, action, [absence.child_id])
    absence.refresh_from_db()
    return absence


def _withdraw(absence: Absence, actor: Actor, now: datetime) -> Absence:
    absence.withdrawn_at, absence.withdrawn_by = now, actor.person
    absence.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _write_ended(absence, actor, now)
    return absence


def _withdraw_all(absences: Iterable[rules.DayAbsence], actor: Actor, now: datetime) -> str:
    """Withdraw these; return the words that were said of them."""
    ids = [absence.id for absence in absences if absence.id]
    if not ids:
        return ""
    rows = Absence.objects.filter(pk__in=ids)
    said = [words for words in rows.order_by("pk").values_list("words", flat=True) if words]
    rows.update(withdrawn_at=now, withdrawn_by=actor.person)
    return said[-1] if said else ""


def _write_ended(absence: Absence, actor: Actor, now: datetime) -> None:
    audit.did(
        "absence.ended",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        now=now,
        children=[absence.child_id],
        absence=absence.id,
    )
    places = departments_of([absence.child_id], days.day_of(now))
    tell_department([absence], Kind.ABSENCE_ENDED, places, actor=actor, now=now)
