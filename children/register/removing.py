"""Who and what vanished from the register: access ends today, the rows are kept for the retention rules.

Only a list that was read to its end can miss somebody, and a run that would take away a large part of what is there
is more likely a broken export than a changed municipality: then nothing is taken away. That leaves people with access
who should have none, so the report says it first and the run does not count as gone in whole.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from children.models import Area, Child, Department, Guardianship, Placement, Preschool, StaffRole
from children.register.children_writing import end_guardianships
from children.register.rows import Entity
from children.register.staff_writing import end_roles, roles_without_duty
from children.register.writing import Run, batches

LARGEST_SHARE = 0.2
ALWAYS_ALLOWED = 10


@dataclass(slots=True)
class Missing:
    """What the register no longer names, and may be taken away."""

    adults: list[UUID] = field(default_factory=list)
    children: list[UUID] = field(default_factory=list)
    may_end_placements: bool = False
    may_close_places: bool = True
    roles: list[StaffRole] = field(default_factory=list)


def find_missing(run: Run) -> Missing:
    """Return what is to be taken away, decided before anything is written."""
    missing = Missing()
    gathered = run.gathered
    if Entity.PERSONS in gathered.whole or run.plan.dead:
        adults = _absent(run, User.objects.filter(left_register_on=None))
        children = _absent(run, Child.objects.filter(left_register_on=None))
        known = User.objects.filter(left_register_on=None).exclude(register_id=None).count()
        known += Child.objects.filter(left_register_on=None).exclude(register_id=None).count()
        if _is_allowed(run, len(adults) + len(children), known, _("personer")):
            missing.adults, missing.children = adults, children
        else:
            missing.may_close_places = False
    source = Entity.PLACEMENTS if Entity.PLACEMENTS in gathered.sent else Entity.GROUPS
    if source in gathered.whole:
        missing.may_end_placements = _is_allowed(run, *_absent_placements(run), _("placeringar"))
        missing.may_close_places &= missing.may_end_placements
    roles = roles_without_duty(run) if Entity.DUTIES in gathered.read else []
    known = StaffRole.objects.on_or_after(run.today).exclude(register_id=None).count()
    if _is_allowed(run, len(roles), known, _("tjänster")):
        missing.roles = roles
    return missing


def _is_allowed(run: Run, gone: int, known: int, what: str) -> bool:
    if run.may_remove_many or gone <= max(ALWAYS_ALLOWED, known * LARGEST_SHARE):
        return True
    run.report.stop(
        _("%(gone)d av %(known)d %(what)s saknas i registret. De togs inte bort. Kontrollera filerna.")
        % {"gone": gone, "known": known, "what": what}
    )
    return False


def _absent(run: Run, rows: object) -> list[UUID]:
    """Return our ids of persons whom the register no longer names, or says are dead."""
    plan, gathered = run.plan, run.gathered
    is_whole = Entity.PERSONS in gathered.whole
    absent = []
    pairs = rows.exclude(register_id=None).values_list("pk", "register_id")  # type: ignore[attr-defined]  # a model
    for pk, register_id in pairs.iterator():
        key = str(register_id)
        if key in plan.dead or (is_whole and not gathered.is_named(Entity.PERSONS, key)):
            absent.append(pk)
    return absent


def _absent_placements(run: Run) -> tuple[int, int]:
    wanted = {row.id for rows in run.plan.placements.values() for row in rows}
    bad = run.gathered.bad[Entity.PLACEMENTS]
    current = Placement.objects.on_or_after(run.today).exclude(register_id=None)
    ids = list(current.values_list("register_id", flat=True))
    return sum(row_id not in wanted and row_id not in bad for row_id in ids), len(ids)


def remove_missing(run: Run, missing: Missing) -> None:
    """Close what vanished, from this day on. A person who was found again under a new id is not among them."""
    adults = list(User.objects.filter(pk__in=missing.adults).exclude(register_id__in=list(run.plan.adults)))
    for users in batches(adults, 500):
        end_guardianships(run, Guardianship.objects.filter(guardian__in=users).on_or_after(run.today))
        roles = StaffRole.objects.filter(person__in=users).on_or_after(run.today)
        end_roles(run, roles.exclude(kind__in=StaffRole.MUNICIPAL))
        User.objects.filter(pk__in=[user.pk for user in users]).update(left_register_on=run.today)
        run.report.removed += len(users)
    _remove_children(run, missing)
    _end_roles_of_duties(run, missing.roles)
    if missing.may_close_places:
        _close_places(run)


def _remove_children(run: Run, missing: Missing) -> None:
    children = Child.objects.filter(pk__in=missing.children).exclude(register_id__in=list(run.plan.children))
    for batch in batches(children.values_list("pk", flat=True), 500):
        placements = Placement.objects.filter(child__in=batch).on_or_after(run.today)
        run.touched.update(placements.values_list("department", flat=True))
        named = run.gathered.placements
        for placement in placements:
            run.report.removed += placement.register_id not in named and placement.register_id is not None
        placements.filter(starts_on__gt=run.yesterday).delete()
        placements.filter(starts_on__lte=run.yesterday).update(ends_on=run.yesterday)
        Child.objects.filter(pk__in=batch).update(left_register_on=run.today)
        run.report.removed += len(batch)


def _end_roles_of_duties(run: Run, roles: list[StaffRole]) -> None:
    gone_duties = {(role.register_id or "").partition(":")[0] for role in roles}
    run.report.removed += len(gone_duties - run.plan.roles.keys())
    end_roles(run, roles)


def _close_places(run: Run) -> None:
    """Close departments, preschools and areas that the register no longer names, once nobody is in them."""
    gathered, places = run.gathered, run.plan.places
    kept = 0
    for model, entity, wanted, in_use in (
        (
            Department,
            Entity.GROUPS,
            {group.id for group, _preschool in places.departments},
            Placement.objects.on_or_after(run.today).values("department"),
        ),
        (
            Preschool,
            Entity.ORGANISATIONS,
            {row.id for row, _area in places.preschools},
            Department.objects.open_on(run.today).values("preschool"),
        ),
        (
            Area,
            Entity.ORGANISATIONS,
            {row.id for row in places.areas},
            Preschool.objects.open_on(run.today).exclude(area=None).values("area"),
        ),
    ):
        if entity not in gathered.whole:
            continue
        used = {pk for row in in_use for pk in row.values()}
        for place in model.objects.open_on(run.today).exclude(register_id=None):
            if str(place.register_id) in wanted | gathered.bad[entity]:
                continue
            if place.pk in used or (place.starts_on and place.starts_on > run.yesterday):
                kept += 1
                continue
            model.objects.filter(pk=place.pk).update(ends_on=run.yesterday, register_print="")
            run.report.removed += 1
    if kept:
        run.report.note(_("Enheter som saknas i registret men ännu används står kvar: %(count)s."), kept)
