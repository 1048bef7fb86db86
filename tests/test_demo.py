"""The invented municipality: filled through the importer and the services, alive at any hour, nowhere but a demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from attendance.models import (
    CalendarEvent,
    CalendarFeed,
    ClosedDay,
    EnquiryAnswer,
    EventAnswer,
    HolidayEnquiry,
    PlanningRule,
    PlanSave,
    Stay,
    UsualTime,
)
from attendance.rules import Seam
from attendance.selectors.facts import known
from attendance.selectors.preschool import DepartmentTotal, department_totals, forgotten_stays
from children.actors import Actor
from children.models import (
    BackupPlacement,
    Block,
    Child,
    Department,
    Guardianship,
    Preschool,
    ProtectedIdentity,
    Tablet,
)
from children.tablets import TABLET_COOKIE
from messaging.models import JournalPackage, Thread
from portal.demo import people
from portal.demo.register import TWO_HOMES
from portal.lib import clock, days
from portal.management.commands import run
from tests.cast import PASSWORD, Cast, local

pytestmark = pytest.mark.django_db

MONDAY_MORNING = local(date(2026, 10, 12), 8, 40)
SATURDAY = local(date(2026, 10, 17), 11, 5)
NIGHT = local(date(2026, 10, 14), 23, 20)


@pytest.fixture
def is_demo(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO, settings.SECOND_FACTOR_FOR_STAFF = True, False
    settings.VAR = tmp_path  # the importer's lock is another for each test process


def fill() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def filled(is_demo: None, request: pytest.FixtureRequest) -> Iterator[datetime]:
    """The demo, filled at the moment that the test names (a Monday morning otherwise)."""
    moment: datetime = getattr(request, "param", MONDAY_MORNING)
    with time_machine.travel(moment):
        fill()
        yield moment


def totals() -> dict[str, DepartmentTotal]:
    departments = Department.objects.all()
    return {total.name: total for total in department_totals(departments, clock.now())}


def become(who: str) -> Client:
    browser = Client()
    assert browser.post("/demo/", {"who": who}).status_code == 302
    return browser


def page(browser: Client, address: str = "/") -> str:
    answer = browser.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.slow
class TestFilling:
    def test_it_works(self, filled: datetime) -> None:
        assert 100 <= sum(total.placed for total in totals().values()) <= 150
        assert len(totals()) == 7
        assert ProtectedIdentity.objects.filter(child__isnull=False).count() == 1
        assert ProtectedIdentity.objects.filter(child__isnull=False, named_readers__isnull=False).exists()
        assert Block.objects.in_force().count() == 1
        assert 3 <= Guardianship.objects.pending().count() <= 20  # three, and those of children who begin later
        assert BackupPlacement.objects.on(days.today()).count() == 1
        assert ClosedDay.objects.filter(day__gt=days.today()).exists()
        assert Tablet.objects.paired().count() == 6
        eva = Actor.of_person(User.objects.with_email(people.EVA.email).get())
        assert len(forgotten_stays(eva, Preschool.objects.all(), clock.now())) == 1
        assert Stay.objects.filter(arrived_at__lt=filled - timedelta(days=14)).count() > 100
        self._prints_who_to_be()
        self._keeps_everything_the_second_time()

    def _prints_who_to_be(self) -> None:
        out = StringIO()
        call_command("demo", who=True, stdout=out)
        for figure in people.FIGURES:
            assert figure.email in out.getvalue()
            assert User.objects.with_email(figure.email).get().check_password(people.PASSWORD)
        assert people.PASSWORD in out.getvalue()
        assert people.PIN in out.getvalue()

    def _keeps_everything_the_second_time(self) -> None:
        before = (User.objects.count(), Stay.objects.count())
        fill()
        assert (User.objects.count(), Stay.objects.count()) == before

    @pytest.mark.usefixtures("filled")
    def test_what_asks_for_a_strong_login_can_be_tried(self) -> None:
        """F14: who is chosen is let in; who has the password alone is asked, as everywhere."""
        sensitive = reverse("messaging:thread", args=[Thread.objects.get(is_sensitive=True).pk])
        for who, page in (("amina", sensitive), ("eva", sensitive), ("ulla", reverse("messaging:journal"))):
            assert become(who).get(page).status_code == 200, who
            browser = Client()
            browser.force_login(
                User.objects.with_email(people.BY_KEY[who].email).get(), backend="accounts.backends.LoginBackend"
            )
            assert browser.get(page).status_code == 403, who
        assert JournalPackage.objects.count() == 1

    def test_days_pass_while_it_is_shut(self, filled: datetime) -> None:
        with time_machine.travel(filled + timedelta(days=2)):
            fill()
            assert sum(total.present for total in totals().values()) > 20
            yesterday = days.day_bounds(days.today() - timedelta(days=1))
            assert Stay.objects.filter(arrived_at__range=yesterday, left_at__isnull=False).count() > 50
            left_open = Stay.objects.filter(arrived_at__lt=yesterday[1], left_at=None)
            assert left_open.count() <= 2

    def test_something_lies_ahead(self, filled: datetime) -> None:
        """C08, C09, C10"""
        today = days.day_of(filled)
        asked = HolidayEnquiry.objects.standing()
        still_open, shut = asked.get(answer_by__gte=today), asked.get(answer_by__lt=today)
        assert still_open.starts_on > today
        assert shut.ends_on > today
        for row in (still_open, shut):
            families = Child.objects.filter(enquiry_answers__enquiry=row).distinct().count()
            assert 10 < families < 85  # of the hundred or so who were asked
        closed = ClosedDay.objects.get(day__gt=today)
        events = CalendarEvent.objects.standing().filter(day__gt=today)
        assert {event.asks for event in events} == {True, False}
        assert closed.day not in {event.day for event in events}
        assert EventAnswer.objects.filter(is_coming=True).count() > 10
        assert PlanningRule.objects.exclude(cut_off="").count() == 1
        assert CalendarFeed.objects.count() == 1
        self._two_homes_take_turns(today)
        self._staff_have_said_what_families_phoned_in()
        self._usual_times_and_hours_are_known()
        self._keeps_what_lies_ahead(filled)

    def _two_homes_take_turns(self, today: date) -> None:
        """C03: both know their own days only, and the staff see the hour that nobody has said."""
        alma = Child.objects.get(given_name="Alma", family_name=TWO_HOMES)
        month = list(days.span(today, today + timedelta(days=27)))
        for figure in (people.SARA, people.MIKAEL):
            reader = User.objects.with_email(figure.email).get()
            own = known([alma.id], month[0], month[-1], with_stays=False, reader=reader.id)
            assert 10 < sum(own.planned(alma.id, day).is_elsewhere for day in month) < 18
            assert "Två hem" in page(become(figure.key), reverse("children:homes"))
        merged = known([alma.id], month[0], month[-1], with_stays=False)
        assert {merged.planned(alma.id, day).seam for day in month} == {Seam.NONE, Seam.GAP}

    def _staff_have_said_what_families_phoned_in(self) -> None:
        save = PlanSave.objects.get(is_by_staff=True)
        assert save.made_by == User.objects.with_email(people.MARIA.email).get()
        elsa = Child.objects.get(given_name="Elsa", family_name="Lind")
        shown = page(become("amina"), reverse("attendance:family_history", args=[elsa.id]))
        assert "Maria" in shown
        assert "09:30–15:00" in shown

    def _usual_times_and_hours_are_known(self) -> None:
        assert UsualTime.objects.values("child").distinct().count() > 60
        preschool = Preschool.objects.get(departments__name="Tallkotten")
        shown = page(become("eva"), reverse("preschool_hours", args=[preschool.id]))
        assert "Noor Ek" in shown

    def _keeps_what_lies_ahead(self, filled: datetime) -> None:
        """A second start adds nothing; a start after weeks makes what has passed anew, and once."""
        kinds = (HolidayEnquiry, EnquiryAnswer, CalendarEvent, EventAnswer, ClosedDay, PlanSave)
        before = [kind.objects.count() for kind in kinds]
        fill()
        assert [kind.objects.count() for kind in kinds] == before
        with time_machine.travel(filled + timedelta(days=25)):
            fill()
            assert HolidayEnquiry.objects.filter(answer_by__gte=days.today()).count() == 1
            assert CalendarEvent.objects.filter(day__gt=days.today(), asks=True).count() == 1
            assert ClosedDay.objects.filter(day__gt=days.today()).count() == 1

    @pytest.mark.usefixtures("filled")
    @pytest.mark.parametrize("filled", [SATURDAY, NIGHT], indirect=True)
    def test_the_board_is_alive_at_any_hour(self) -> None:
        found = totals()
        assert found["Blåsippan"].present >= 4
        assert sum(total.expected for total in found.values()) >= 3
        assert "Sjuk idag" in page(become("amina"))

    @pytest.mark.usefixtures("filled")
    def test_everybody_in_the_table_can_try_what_it_says(self) -> None:
        assert "Sjuk idag" in page(become("amina"))
        assert "Hugo" in page(become("johan"))
        assert "Noor" in page(become("jonas"), reverse("my_children"))
        assert "Vistelse utan hämtning" in page(become("eva"))
        assert "att bekräfta" in page(become("eva"))
        assert "Barnregister" in page(become("adam"))
        assert "Nytt anslag" in page(become("klara"))
        assert "Blåsippan" in page(become("maria"))
        tablet = become("tablet")
        assert tablet.cookies[TABLET_COOKIE].value
        assert "Elsa L" in page(tablet)
        self._nobody_reads_a_protected_name()

    def _nobody_reads_a_protected_name(self) -> None:
        """B08"""
        identity = ProtectedIdentity.objects.get(child__isnull=False)
        for who in ("eva", "maria", "tablet", "jonas"):
            shown = page(become(who), "/")
            assert f"{identity.given_name} {identity.family_name}" not in shown
        department = Department.objects.get(name=people.DEPARTMENT)
        shown = page(become("maria"), reverse("attendance:board", args=[department.id]))
        assert identity.child is not None
        assert identity.child.given_name in shown


class TestDoor:
    def test_there_is_none_outside_a_demo(self, client: Client) -> None:
        assert client.get("/demo/").status_code == 404
        assert client.post("/demo/", {"who": "eva"}).status_code == 404

    @pytest.mark.usefixtures("is_demo")
    def test_nor_in_production_whatever_is_set(self, client: Client, settings: Settings) -> None:
        settings.PRODUCTION = True
        assert client.get("/demo/").status_code == 404

    @pytest.mark.usefixtures("is_demo")
    def test_an_empty_municipality_says_what_to_do(self, client: Client) -> None:
        assert "make demo" in page(client, "/demo/")

    @pytest.mark.usefixtures("is_demo")
    @pytest.mark.parametrize("who", ["nobody", "", "tablet", "amina"])
    def test_nobody_becomes_somebody_who_is_not_there(self, client: Client, who: str) -> None:
        assert client.post("/demo/", {"who": who}).status_code == 404


class TestCommand:
    def test_it_is_refused_outside_a_demo(self, cast: Cast) -> None:
        with pytest.raises(CommandError, match="not a demo"):
            call_command("demo")
        assert cast.amina.check_password(PASSWORD)
        assert User.objects.count() > 5

    @pytest.mark.usefixtures("cast", "is_demo")
    def test_it_does_not_touch_other_people(self) -> None:
        before = User.objects.count()
        with pytest.raises(CommandError, match="not the demo's"):
            call_command("demo")
        assert User.objects.count() == before


def test_starting_over_throws_the_demos_files_away_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures of the municipality before belong to nobody; what lies beside them is left."""
    settings.DEMO, settings.VAR = True, tmp_path
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / run.DEMO_DATABASE))
    monkeypatch.setattr(run, "_is_sqlite", lambda: True)
    monkeypatch.setattr(connection, "close", lambda: None)
    left, gone = tmp_path / "log" / "web.log", tmp_path / "files" / "ab" / "picture"
    for file in (left, gone):
        file.parent.mkdir(parents=True)
        file.write_text("")
    run.Command()._start_over(tmp_path)
    assert left.exists()
    assert not gone.exists()
