"""Some weeks of a realistic stream (DOMAIN 4.8, 4.9, F12): calm, complete, nothing twice, nothing at night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from notifications.models import Delivery, Kind
from portal.lib import clock, days
from portal.simulated.clock import turned_by_hand
from portal.simulated.families import settle
from portal.simulated.figures import Figures, figures_of
from portal.simulated.month import Month

MONDAY = date(2026, 10, 19)  # the clocks go back on the Sunday


@pytest.fixture
def month() -> Iterator[Month]:
    """Twenty families for a week."""
    random = Random(7)
    with turned_by_hand() as turn:
        turn(days.day_bounds(MONDAY)[0])
        played = Month(settle(20, MONDAY, random), MONDAY, 1, random, turn)
        played.play()
        yield played


def figures(month: Month) -> Figures:
    town = month.town
    return figures_of({one.pk for one in town.guardians}, {one.pk for one in town.staff}, month.to_do)


@pytest.mark.django_db
def test_a_week_keeps_its_promises_and_a_broken_one_is_found(month: Month) -> None:
    """F12; and a simulation that could not fail would show nothing: each promise is broken once, by hand."""
    found = figures(month)
    assert all(found.promises().values()), found.promises()
    assert found.calm.most == 1
    assert found.in_app.most >= 3, "it would have been many"
    assert found.urgent.most >= 1
    assert all(told.asked for told in found.to_do if told.words != "answer, a reminder")
    assert any(len(family.homes) > 1 for family in month.town.families)
    assert {"posts", "bulletins", "bulletins to confirm", "absences", "messages"} <= month.happened.keys()

    def broken() -> list[int]:
        return [number for number, is_kept in enumerate(figures(month).promises().values()) if not is_kept]

    guardian = month.town.guardians[0]
    waited = Delivery.objects.in_app().filter(kind=Kind.BULLETIN_TO_CONFIRM, person=guardian).get()
    bulletin = waited.about
    Delivery.objects.filter(pk=waited.pk).delete()
    assert broken() == [3], "never told"
    waited.save(force_insert=True)
    again = Delivery.objects.create(
        person=guardian, kind=waited.kind, way="in_app", event=guardian.pk, about=bulletin, try_after=clock.now()
    )
    assert broken() == [3], "told of the same thing under another name"
    again.delete()
    Delivery.objects.filter(pk=waited.pk).update(read_at=None, digest=None, created_at=clock.now() - timedelta(days=3))
    assert 4 in broken(), "told in the portal and nowhere else"
    digest = Delivery.objects.outside().filter(kind=Kind.DIGEST, about={}).exclude(sent_at=None)[0]
    Delivery.objects.filter(pk=digest.pk).update(sent_at=days.at(MONDAY, days.local(clock.now()).time()))
    assert 1 in broken(), "in quiet hours"


@pytest.mark.django_db
def test_it_prints_leaves_nothing_behind_and_fails_where_a_promise_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    call_command("simulate_month", families=2, weeks=0, stdout=out, stderr=StringIO())
    assert "kept    at most one notice a day that is not urgent" in out.getvalue()
    assert not User.objects.exists()
    monkeypatch.setattr(Figures, "promises", lambda _figures: {"at most one notice a day": False})
    with pytest.raises(CommandError, match="A promise was broken"):
        call_command("simulate_month", families=2, weeks=0, stdout=StringIO(), stderr=StringIO())
