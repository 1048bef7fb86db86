"""Who stands in front of the server under measurement: tablets, guardians with two children, and their cookies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest

from accounts.models import User
from children.models import Department, StaffRole, Tablet
from children.tablets import PIN_COOKIE, TABLET_COOKIE
from portal.bench.serving import Browser
from portal.lib import clock, days
from portal.lib.crypto import keyed_digest


@dataclass(frozen=True)
class Hall:
    """A department with its tablet and the children who are placed there today."""

    department_id: UUID
    tablet: Browser
    child_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Parent:
    """A guardian, logged in, and the children that are theirs."""

    person_id: UUID
    browser: Browser
    child_ids: tuple[UUID, ...]


def rows(query: str, *arguments: Any) -> list[tuple[object, ...]]:
    """Run a statement, and return what it gives."""
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return list(cursor.fetchall()) if cursor.description else []


def halls(most: int) -> list[Hall]:
    """Pair a tablet with each of the largest departments."""
    made = []
    placed = Count("placements")
    for department in Department.objects.annotate(placed=placed).order_by("-placed", "pk")[:most]:
        tablet = Tablet.objects.create(
            department=department,
            name="Hallen",
            secret_digest=keyed_digest("bench", purpose="tablet"),
            seen_at=clock.now(),
        )
        cookie = signing.dumps([str(tablet.id), "bench"], salt="tablet")
        made.append(Hall(department.pk, Browser({TABLET_COOKIE: cookie}), _children_of(department.pk)))
    return made


def _children_of(department_id: UUID) -> tuple[UUID, ...]:
    found = rows(
        """SELECT child_id FROM children_placement
           WHERE department_id = %s AND starts_on <= %s AND (ends_on IS NULL OR ends_on >= %s) ORDER BY child_id""",
        department_id,
        days.today(),
        days.today(),
    )
    return tuple(UUID(str(row[0])) for row in found)


def hall_of(children: int) -> Hall:
    """Make the largest department one of exactly so many children, with children of the others of its preschool."""
    hall = halls(1)[0]
    missing = children - len(hall.child_ids)
    if missing > 0:
        rows(
            """UPDATE children_placement SET department_id = %s WHERE id IN (
                 SELECT p.id FROM children_placement p
                 WHERE p.department_id <> %s AND p.starts_on <= %s AND (p.ends_on IS NULL OR p.ends_on >= %s)
                 ORDER BY p.id LIMIT %s)""",
            hall.department_id,
            hall.department_id,
            days.today(),
            days.today(),
            missing,
        )
    elif missing < 0:
        raise RuntimeError(f"the largest department has more than {children} children")
    return Hall(hall.department_id, hall.tablet, _children_of(hall.department_id))


def parents_of(children: int, most: int) -> list[Parent]:
    """Return guardians of exactly so many placed children, each with a session of their own."""
    found = rows(
        """SELECT g.guardian_id, array_agg(g.child_id ORDER BY g.child_id) FROM children_guardianship g
           WHERE EXISTS (SELECT 1 FROM children_placement p WHERE p.child_id = g.child_id AND p.starts_on <= %s
                         AND (p.ends_on IS NULL OR p.ends_on >= %s))
             AND NOT EXISTS (SELECT 1 FROM children_staffrole r WHERE r.person_id = g.guardian_id)
             AND g.ends_on IS NULL
           GROUP BY g.guardian_id HAVING count(*) = %s ORDER BY g.guardian_id LIMIT %s""",
        days.today(),
        days.today(),
        children,
        most,
    )
    children_of = {UUID(str(row[0])): tuple(UUID(str(one)) for one in listed(row[1])) for row in found}
    people = User.objects.in_bulk(list(children_of))
    return [Parent(person_id, logged_in(people[person_id]), ids) for person_id, ids in children_of.items()]


def listed(value: object) -> Iterable[object]:
    """Return the values of an array as PostgreSQL's driver gives it."""
    return value.strip("{}").split(",") if isinstance(value, str) else value  # type: ignore[return-value]  # psycopg2's


def logged_in(person: User) -> Browser:
    """Return a browser with a session of this person's, as the login would have made it."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.LoginBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    request = HttpRequest()
    request.session = session
    record_authentication(request, person, "mfa")
    session["last_seen"] = int(clock.now().timestamp())
    session.save()
    return Browser({settings.SESSION_COOKIE_NAME: str(session.session_key)})


def colleague_of(hall: Hall) -> User:
    """Let somebody work at the hall's department, and return who."""
    person = User.objects.filter(staff_roles__kind=StaffRole.Kind.STAFF).order_by("pk")[0]
    person.staff_roles.create(kind=StaffRole.Kind.STAFF, department_id=hall.department_id, starts_on=days.today())
    return person


def with_pin(hall: Hall, person: User) -> Browser:
    """Return the hall's tablet as it is when this person has just given a PIN."""
    tablet_id = signing.loads(hall.tablet.cookies[TABLET_COOKIE], salt="tablet")[0]
    pin = signing.dumps([tablet_id, str(person.id), 0], salt="pin")
    return Browser(hall.tablet.cookies | {PIN_COOKIE: pin})


def forget_today(child_ids: Iterable[UUID]) -> None:
    """Take back what happened today to these children, so that the same can be measured again."""
    begins, _ends = days.day_bounds(days.today())
    chosen = [str(child_id) for child_id in child_ids]
    rows("DELETE FROM attendance_stay WHERE child_id = ANY(%s::uuid[]) AND arrived_at >= %s", chosen, begins)
    rows("DELETE FROM attendance_tapevent WHERE child_id = ANY(%s::uuid[]) AND occurred_at >= %s", chosen, begins)
    rows("DELETE FROM attendance_absence WHERE child_id = ANY(%s::uuid[]) AND ends_on >= %s", chosen, days.today())


def forget_plans(child_ids: Iterable[UUID], monday: date) -> None:
    """Take back the plans that were laid from this Monday on: those before go on until further notice."""
    chosen = [str(child_id) for child_id in child_ids]
    rows("DELETE FROM attendance_weekplan WHERE child_id = ANY(%s::uuid[]) AND starts_on >= %s", chosen, monday)
    rows(
        "UPDATE attendance_weekplan SET ends_on = NULL WHERE child_id = ANY(%s::uuid[]) AND ends_on >= %s",
        chosen,
        monday - timedelta(days=1),
    )
    rows("DELETE FROM attendance_plansave_children WHERE child_id = ANY(%s::uuid[])", chosen)
    rows(
        """DELETE FROM attendance_plansave s
           WHERE NOT EXISTS (SELECT 1 FROM attendance_plansave_children c WHERE c.plansave_id = s.id)"""
    )
