"""What the pages of bulletins cost: the same number of queries for two families and for forty."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from children.models import Department
from messaging.models import Bulletin, BulletinCopy
from messaging.selectors.bulletin_readers import Audience, readers_of
from portal.lib import clock, days
from tests import cast as people
from tests.cast import Cast
from tests.test_query_counts import COUNTS, LogIn, at_0842, queries

__all__ = ["at_0842"]


@pytest.mark.parametrize("number", [2, 40])
def test_bulletins(cast: Cast, log_in: LogIn, number: int) -> None:
    department = Department.objects.create(name="Stora", preschool=cast.granliden)
    children = people.fill(department, number)
    guardian, staff = people.person("Signe"), people.person("Stina")
    people.guard(guardian, *children)
    people.employ(staff, department=department)
    phone, desk = log_in(guardian), log_in(staff)
    for turn in range(number):
        made = Bulletin.objects.create(
            written_by=staff,
            department=department,
            title="Stängt",
            text="Hej",
            language="sv",
            leaves_at=clock.now() - timedelta(hours=turn + 1),
            must_confirm=True,
        )
        BulletinCopy.objects.create(bulletin=made, guardian=guardian, department=department)
    phone.get("/anslag/"), desk.get("/anslag/")
    there = f"/anslag/{made.pk}/"
    phone.get(there)
    audience = Audience(department=department)
    form = {
        "id": str(uuid4()),
        "where": f"avdelning:{department.pk}",
        "title": "Stängt",
        "text": "Hej",
        "language": "sv",
        "when": "nu",
        "do": "send",
        "seen": readers_of(audience, days.today()).sign,
    }
    assert {
        "own": queries(phone, "/anslag/"),
        "one": queries(phone, there),
        "house": queries(desk, "/anslag/"),
        "figures": queries(desk, there),
        "nothing_new": queries(desk, f"{there}siffror/?sedan=1.1.0.0"),
        "calls": queries(desk, f"{there}ringlista/"),
        "write": queries(desk, "/anslag/skriv/"),
        "send": queries(desk, "/anslag/skriv/", form),
    } == COUNTS["bulletins"]
