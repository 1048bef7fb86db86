"""Some weeks of a realistic stream (DOMAIN 4.8, 4.9, F12): calm, complete, nothing twice, nothing at night."""

from __future__ import annotations

from datetime import date
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from accounts.models import User
from notifications.models import Delivery
from portal.simulated.families import settle
from portal.simulated.figures import figures_of
from portal.simulated.month import Month

MONDAY = date(2026, 10, 19)  # the clocks go back on the Sunday


@pytest.mark.django_db
def test_forty_families_for_a_week() -> None:
    random = Random(7)
    places = settle(40, MONDAY, random)
    Month(places, MONDAY, 1, random).play()
    guardians = {one.pk for place in places for one in place.guardians}
    found = figures_of(guardians, {one.pk for place in places for one in place.staff})
    assert found.calm.most == 1, "not urgent: one a day at most"
    assert found.without_digest.most >= 3, "and it would have been many"
    assert found.urgent.most >= 1
    assert (found.in_quiet_hours, found.told_twice, found.in_two_ways) == (0, 0, 0)
    assert found.to_do > 0
    assert found.to_do == found.to_do_read_before + found.to_do_in_digest + found.to_do_without_digest
    waiting = Delivery.objects.for_digest().filter(person__quiet_hours=None, kind__in=["enquiry_opened"])
    assert not waiting.exists(), "who has a digest has had what was to do, once"


@pytest.mark.django_db
def test_it_prints_and_leaves_nothing_behind() -> None:
    out = StringIO()
    call_command("simulate_month", families=2, weeks=1, stdout=out)
    assert "outside, not urgent" in out.getvalue()
    assert not User.objects.exists()
