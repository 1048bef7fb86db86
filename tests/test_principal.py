"""The principal's pages: today, a preschool's day and month, a stay that nobody ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, User
from attendance.models import Absence, Stay, TapEvent, WeekPlan
from attendance.rules import Tap
from attendance.services import MadeTap, flag_forgotten_stays, record_taps
from children.actors import Actor
from children.models import Block, Child, Department, Placement
from portal.lib import live
from portal.lib.downloads import harmless
from portal.lib.ids import uuid7
from tests.cast import Cast, child, guard, local, person, place, tablet

LogIn = Callable[[User], Client]

TUESDAY = date(2026, 10, 13)
LIVE = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _on_a_tuesday_morning() -> object:
    with time_machine.travel(local(TUESDAY, 9), tick=False):
        yield


@pytest.fixture
def eva(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.eva)


def page(browser: Client, address: str = "/") -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def plan(*children: Child, begins: str = "07:30", ends: str = "16:00") -> None:
    for one in children:
        week = [[[begins, ends]]] * 5 + [[], []]
        WeekPlan.objects.create(child=one, starts_on=date(2026, 10, 5), weeks=[week])


def tap(one: Child, department: Department, kind: Tap, at: datetime) -> None:
    made, _cookie = tablet(department)
    record_taps(taps=[MadeTap(uuid7(), one.id, kind, at)], actor=Actor.of_tablet(made, today=at.date()), now=at)


def figures(shown: str, name: str) -> list[int]:
    """Return here, expected, gone, absent of a row of the table."""
    row = re.search(rf"<th scope=\"row\"[^>]*>\s*<a[^>]*>{name}</a>.*?</tr>", shown, re.DOTALL)
    assert row
    return [int(number) for number in re.findall(r"<td class=\"number(?: gone-cell)?\">(?:<strong>)?(\d+)", row[0])]


class TestToday:
    def test_it_works(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa, cast.hugo)
        plan(cast.noor, begins="10:00")
        tap(cast.elsa, cast.blasippan, Tap.ARRIVED, local(TUESDAY, 7, 34))
        Absence.objects.create(child=cast.hugo, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
        shown = page(eva)
        assert figures(shown, "Granliden") == [1, 1, 0, 1]
        assert figures(shown, "Blåsippan") == [1, 1, 0, 0]
        assert figures(shown, "Ekorren") == [0, 0, 0, 1]

    def test_others_preschools_are_not_there(self, eva: Client) -> None:
        shown = page(eva)
        assert "Musslan" not in shown
        assert "Sjöstjärnan" not in shown

    def test_no_child_is_named(self, eva: Client) -> None:
        for name in ("Elsa", "Hugo", "Noor"):
            assert name not in page(eva)

    def test_every_figure_leads_to_what_it_is_made_of(self, cast: Cast, eva: Client) -> None:
        shown = page(eva)
        day = reverse("preschool_day", args=[cast.granliden.id])
        assert f'href="{day}"' in shown
        assert f'href="{day}#avdelning-{cast.ekorren.id}"' in shown
        assert f'id="avdelning-{cast.ekorren.id}"' in page(eva, day)

    def test_the_late_are_late_by_themselves(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa, begins="09:00")
        assert "<strong>1</strong><span>sena" not in re.sub(r"\s+<", "<", page(eva))
        with time_machine.travel(local(TUESDAY, 9, 16), tick=False):
            assert "<strong>1</strong><span>sena" in re.sub(r"\s+<", "<", page(eva))

    def test_nothing_new_is_answered_with_nothing(self, cast: Cast, eva: Client) -> None:
        address = re.search(r'hx-get="([^"]+)"', page(eva))
        assert address
        assert eva.get(address[1], headers=LIVE).status_code == 204
        live.touch([cast.ekorren.id])
        live._renew({cast.ekorren.id})  # the test's transaction is never committed
        fresh = eva.get(address[1], headers=LIVE)
        assert fresh.status_code == 200
        assert b"<html" not in fresh.content
        assert b'id="today"' in fresh.content

    def test_the_hours_are_a_picture_and_a_table(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa, cast.hugo)
        tap(cast.elsa, cast.blasippan, Tap.ARRIVED, local(TUESDAY, 7, 20))
        shown = page(eva)
        hours = dict(re.findall(r'<th scope="row">(\d\d)</th>\s*<td class="number">([^<]*)</td>', shown))
        assert hours["06"] == "0"
        assert hours["07"] == hours["08"] == "1"
        assert hours["09"] == "–"  # half past nine has not been
        planned = dict(re.findall(r'<th scope="row">(\d\d)</th>\s*<td[^>]*>[^<]*</td>\s*<td[^>]*>([^<]*)', shown))
        assert (planned["07"], planned["15"], planned["16"]) == ("2", "2", "0")

    @pytest.mark.parametrize("departments", [0, 18])
    def test_queries_do_not_grow_with_the_departments(self, cast: Cast, eva: Client, departments: int) -> None:
        for number in range(departments):
            made = Department.objects.create(name=f"Avdelning {number:02}", preschool=cast.granliden)
            tablet(made)
            one = child(f"Barn{number}")
            place(one, made)
            plan(one)
            guard(person(f"Ny{number}", "Ny"), one, confirmed=False)
        guard(person("Nils", "Ny"), cast.elsa, confirmed=False)
        tablet(cast.blasippan)
        with CaptureQueriesContext(connection) as queries:
            page(eva)
        counted = [row["sql"] for row in queries if "cache" not in row["sql"] and "SAVEPOINT" not in row["sql"]]
        assert len(counted) <= 36


class TestNeeds:
    def test_nothing_waits(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa, cast.hugo, cast.noor)
        tablet(cast.blasippan)
        tablet(cast.ekorren)
        assert "Inget som väntar just nu" in page(eva)

    def test_guardians_to_confirm(self, cast: Cast, eva: Client) -> None:
        guard(person("Nils", "Ny"), cast.elsa, confirmed=False)
        guard(person("Nora", "Ny"), cast.leo, confirmed=False)  # at another preschool
        shown = page(eva)
        assert "1 vårdnadshavare att bekräfta" in shown
        assert reverse("children:pending") in shown

    def test_children_without_times_next_week(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa)
        Absence.objects.create(
            child=cast.hugo, starts_on=date(2026, 10, 19), ends_on=date(2026, 10, 23), reason="leave"
        )
        shown = page(eva)
        assert "1 barn utan tider vecka 43" in shown
        address = reverse("preschool_day", args=[cast.granliden.id]) + "?dag=2026-10-19"
        assert address in shown
        assert "Inga tider" in page(eva, address)

    def test_departments_without_a_tablet_and_tablets_that_are_silent(self, cast: Cast, eva: Client) -> None:
        quiet, _cookie = tablet(cast.ekorren)
        quiet.seen_at = local(TUESDAY - timedelta(days=2), 9)
        quiet.save()
        shown = page(eva)
        assert "Blåsippan har ingen platta" in shown
        assert "Plattan på Ekorren är tyst" in shown
        assert reverse("children:tablets", args=[cast.granliden.id]) in shown


class TestDay:
    def test_it_works(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa)
        tap(cast.elsa, cast.blasippan, Tap.ARRIVED, local(TUESDAY, 7, 34))
        shown = page(eva, reverse("preschool_day", args=[cast.granliden.id]))
        assert "Elsa Lind" in shown
        assert "Här 07:34" in shown
        assert "07:30–16:00" in shown
        assert "Leo" not in shown

    def test_other_days(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa)
        address = reverse("preschool_day", args=[cast.granliden.id])
        assert "Onsdag 14 oktober 2026" in page(eva, f"{address}?dag=2026-10-14")
        for wrong in ("2026-13-01", "i morgon", "2026-10-1", "1999-01-01", "2026-10-13T00:00"):
            assert eva.get(address, {"dag": wrong}).status_code == 404

    @pytest.mark.parametrize("who", ["amina", "maria", "vikar", "ulf", "specialist", "administrator", "communicator"])
    def test_the_door(self, cast: Cast, log_in: LogIn, who: str) -> None:
        browser = log_in(getattr(cast, who))
        for address in (
            reverse("preschool_day", args=[cast.granliden.id]),
            reverse("preschool_month", args=[cast.granliden.id, "2026-10"]),
            reverse("preschool_month", args=[cast.granliden.id, "2026-10"]) + "?format=csv",
        ):
            answer = browser.get(address)
            assert answer.status_code == 404
            assert "Elsa" not in answer.content.decode()

    def test_a_look_is_written_down_with_how_far_back_it_went(self, cast: Cast, eva: Client) -> None:
        page(eva, reverse("preschool_day", args=[cast.granliden.id]) + "?dag=2026-10-05")
        entry = AuditEntry.objects.get(action="preschool_day")
        assert entry.back_to == date(2026, 10, 5)
        assert set(entry.children) == {str(one.id) for one in (cast.elsa, cast.hugo, cast.noor)}


class TestMonth:
    def test_it_works(self, cast: Cast, eva: Client) -> None:
        plan(cast.elsa)
        tap(cast.elsa, cast.blasippan, Tap.ARRIVED, local(date(2026, 10, 12), 8))
        tap(cast.elsa, cast.blasippan, Tap.LEFT, local(date(2026, 10, 12), 16, 30))
        shown = page(eva, reverse("preschool_month", args=[cast.granliden.id, "2026-10"]))
        row = re.search(r"Mån 12</a>.*?</tr>", shown, re.DOTALL)
        assert row
        assert re.findall(r'class="number">\s*(\d+)', row[0]) == ["1", "1", "0"]
        assert re.findall(r'class="hours">([^<]+)', row[0]) == ["8,5 tim", "8,5 tim"]
        assert "Ingen frånvaro är anmäld den här månaden." in shown

    def test_the_reasons_for_absence(self, cast: Cast, eva: Client) -> None:
        for number in range(6):
            ill = child(f"Barn {number}", "Ek")
            place(ill, cast.blasippan)
            Absence.objects.create(child=ill, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
        shown = page(eva, reverse("preschool_month", args=[cast.granliden.id, "2026-10"]))
        assert "<strong>6</strong><span>sjuk</span>" in shown
        assert "färre än fem barn" not in shown

    @pytest.mark.parametrize("month", ["2026-13", "2026-1", "oktober", "1999-01", "2026-10-01"])
    def test_what_is_no_month(self, cast: Cast, eva: Client, month: str) -> None:
        assert eva.get(reverse("preschool_month", args=[cast.granliden.id, month])).status_code == 404

    def test_as_a_file(self, cast: Cast, eva: Client) -> None:
        """H10, as far as there are tables."""
        plan(cast.elsa)
        cast.granliden.name = '=HYPERLINK("http://evil.example")'
        cast.granliden.save()
        answer = eva.get(reverse("preschool_month", args=[cast.granliden.id, "2026-10"]), {"format": "csv"})
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="manad-2026-10.csv"' in answer["Content-Disposition"]
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0].split(";")[:3] == ["Förskola", "Dag", "Planerade"]
        assert len(lines) == 32
        assert all(line.lstrip('"').startswith("'=HYPERLINK") for line in lines[1:])
        assert AuditEntry.objects.filter(action="preschool_month.downloaded").exists()

    @pytest.mark.parametrize(("language", "line"), [("sv", ";0;0;0;0,0;0,0"), ("en", ",0,0,0,0.0,0.0")])
    def test_a_file_opens_in_the_reader_s_spreadsheet(self, cast: Cast, eva: Client, language: str, line: str) -> None:
        """A spreadsheet takes the decimal sign and what parts the cells from the reader's language."""
        User.objects.filter(pk=cast.eva.pk).update(language=language)
        answer = eva.get(reverse("preschool_month", args=[cast.granliden.id, "2026-10"]), {"format": "csv"})
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.content.decode("utf-8-sig").splitlines()[1].endswith(f"2026-10-01{line}")

    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            ("=1+1", "'=1+1"),
            ("+46", "'+46"),
            ("-x", "'-x"),
            ("@x", "'@x"),
            ("\t=x", "'\t=x"),
            (-3, "-3"),
            ("a=b", "a=b"),
        ],
    )
    def test_a_cell_is_no_formula(self, cell: object, expected: str) -> None:
        assert harmless(cell) == expected


class TestForgottenStay:
    @pytest.fixture
    def stay(self, cast: Cast) -> UUID:
        plan(cast.elsa)
        tap(cast.elsa, cast.blasippan, Tap.ARRIVED, local(date(2026, 10, 12), 7, 40))
        flag_forgotten_stays(now=local(TUESDAY, 6))
        stay_id: UUID = Stay.objects.values_list("id", flat=True).get()
        return stay_id

    def test_it_is_mended_where_the_need_leads(self, cast: Cast, eva: Client, stay: UUID) -> None:
        """E14"""
        address = reverse("stay_correction", args=[stay])
        assert address in page(eva)
        assert "07:40" in page(eva, address)
        answer = eva.post(address, {"left_at": "16:10", "reason": "Enligt Maria, som stängde."}, follow=True)
        assert "Vistelsen är rättad" in answer.content.decode()
        assert address not in answer.content.decode()
        mended = Stay.objects.get(pk=stay)
        assert mended.left_at == local(date(2026, 10, 12), 16, 10)
        assert mended.left_event
        kept = TapEvent.objects.get(pk=mended.left_event)
        assert (kept.reason, kept.person) == ("Enligt Maria, som stängde.", cast.eva)
        assert TapEvent.objects.filter(pk=stay, kind="arrived").exists()
        assert eva.get(address).status_code == 404  # nothing is left to mend

    def test_also_after_the_child_has_come_again(self, cast: Cast, eva: Client, stay: UUID) -> None:
        tap(cast.elsa, cast.blasippan, Tap.ARRIVED, local(TUESDAY, 7, 50))
        eva.post(reverse("stay_correction", args=[stay]), {"left_at": "16:10", "reason": "Maria minns."})
        assert Stay.objects.get(pk=stay).left_at == local(date(2026, 10, 12), 16, 10)
        assert Stay.objects.open().filter(child=cast.elsa).count() == 1

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"left_at": "07:30", "reason": "x"}, "Barnet kom 07:40"),
            ({"left_at": "", "reason": "x"}, "Fyll i klockslaget"),
            ({"left_at": "snart", "reason": "x"}, "Skriv klockslaget som 16:30"),
            ({"left_at": "16:10", "reason": " "}, "Skriv en orsak"),
        ],
    )
    def test_what_cannot_be_is_said_on_the_field(
        self, eva: Client, stay: UUID, typed: dict[str, str], said: str
    ) -> None:
        answer = eva.post(reverse("stay_correction", args=[stay]), typed)
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert said in shown
        assert all(f'value="{text}"' in shown for text in typed.values() if text)
        assert Stay.objects.get(pk=stay).left_at is None

    @pytest.mark.parametrize("who", ["amina", "maria", "ulf", "administrator"])
    def test_the_door(self, cast: Cast, log_in: LogIn, stay: UUID, who: str) -> None:
        browser, address = log_in(getattr(cast, who)), reverse("stay_correction", args=[stay])
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"left_at": "16:10", "reason": "x"}).status_code == 404
        assert Stay.objects.get(pk=stay).left_at is None

    def test_the_door_is_shut_for_a_principal_who_is_kept_from_the_child(
        self, cast: Cast, eva: Client, stay: UUID
    ) -> None:
        """DOMAIN 6.2"""
        Block.objects.create(child=cast.elsa, person=cast.eva, reason="Egen familj")
        address = reverse("stay_correction", args=[stay])
        assert eva.get(address).status_code == 404
        assert eva.post(address, {"left_at": "16:10", "reason": "x"}).status_code == 404
        assert Stay.objects.get(pk=stay).left_at is None
        assert address not in page(eva)
        day = page(eva, reverse("preschool_day", args=[cast.granliden.id]) + "?dag=2026-10-12")
        assert "Elsa" not in day
        assert "Noor" in day
        assert "1 barn räknas med utan namn" in day

    def test_the_door_is_shut_when_the_child_has_moved_away(self, cast: Cast, eva: Client, stay: UUID) -> None:
        Placement.objects.filter(child=cast.elsa).update(ends_on=TUESDAY - timedelta(days=1))
        answer = eva.post(reverse("stay_correction", args=[stay]), {"left_at": "16:10", "reason": "x"})
        assert answer.status_code == 404
