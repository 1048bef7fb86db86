"""The first page, by who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from attendance.models import WeekPlan
from children.actors import Actor
from children.models import Block, Child, Guardianship, StaffRole
from messaging.selectors.bulletin_readers import Audience
from messaging.services.bulletins import withdraw_bulletin
from notifications.models import Delivery, Kind, Preference, Way
from notifications.services import notify
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, child, employ, guard, person, place, tablet
from tests.test_bulletins import sent

LogIn = Callable[[User], Client]
OnTablet = Callable[[str], Client]


def page(browser: Client, address: str = "/") -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def plan(*children: Child) -> None:
    """Give the children a plan from this week on."""
    week = [[["07:30", "16:00"]]] * 5 + [[], []]
    for one in children:
        WeekPlan.objects.create(child=one, starts_on=days.monday_of(days.today()), weeks=[week])


def tell(reader: User, kind: Kind, about: Child) -> None:
    Delivery.objects.create(
        person=reader,
        kind=kind,
        way=Way.IN_APP,
        event=uuid7(),
        about={"child": str(about.pk)},
        try_after=clock.now(),
        sent_at=clock.now(),
    )


class TestGuardian:
    def test_it_works(self, cast: Cast, log_in: LogIn) -> None:
        shown = page(log_in(cast.amina))
        for name in ("Amina", "Elsa", "Hugo", "Blåsippan", "Ekorren"):
            assert name in shown
        for name in ("Noor", "Leo"):
            assert name not in shown

    def test_what_must_be_done_is_there_until_it_is_done(self, cast: Cast, log_in: LogIn) -> None:
        week = (days.monday_of(days.today()) + timedelta(days=7)).isocalendar().week
        plan(cast.elsa)
        shown = page(log_in(cast.amina))
        assert f"Vecka {week} saknar tider för Hugo" in shown
        assert f"Vecka {week} saknar tider för Elsa" not in shown
        plan(cast.hugo)
        assert "saknar tider" not in page(log_in(cast.amina))

    def test_what_is_urgent_says_so_before_it_is_opened(self, cast: Cast, log_in: LogIn) -> None:
        """F09: on the first page and in the list, until it is withdrawn."""
        bulletin = sent(cast.maria, Audience(department=cast.blasippan), is_urgent=True, must_confirm=True)
        browser = log_in(cast.amina)
        assert "Brådskande. Läs, och bekräfta att du har läst" in page(browser)
        assert "Brådskande" in page(browser, "/anslag/")
        withdraw_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.maria, days.today()), now=clock.now())
        assert "Brådskande" not in page(browser)
        assert "Brådskande" not in page(browser, "/anslag/")

    def test_each_look_is_written_down(self, cast: Cast, log_in: LogIn) -> None:
        browser = log_in(cast.amina)
        for _time in range(2):
            page(browser)
        entries = AuditEntry.objects.filter(action="home", is_look=True, person_id=cast.amina.id)
        assert [set(entry.children) for entry in entries] == [{str(cast.elsa.id), str(cast.hugo.id)}] * 2

    def test_nobody_confirmed_sees_nothing_and_is_told_what_to_do(self, cast: Cast, log_in: LogIn) -> None:
        """B03"""
        newcomer = person("Nils", "Ny")
        guard(newcomer, cast.elsa, confirmed=False)
        shown = page(log_in(newcomer))
        assert "Inga barn här just nu" in shown
        assert "Elsa" not in shown

    def test_who_waits_and_who_is_kept_away_read_the_same(self, cast: Cast, log_in: LogIn) -> None:
        """The words are true for both, so that they tell nobody which one it is (DOMAIN 6.6)."""
        waiting, kept_away, left = (person("Nils", email=f"nils{number}@example.org") for number in range(3))
        guard(waiting, cast.elsa, confirmed=False)
        guard(kept_away, cast.elsa)
        Block.objects.create(child=cast.elsa, person=kept_away)
        for address in ("/", reverse("attendance:schedule")):
            pages = [page(log_in(one), address) for one in (waiting, kept_away, left)]
            shown = {shown.partition("<main")[2].partition("</main>")[0] for shown in pages}
            assert len(shown) == 1
            assert "har bekräftat" not in shown.pop()

    def test_a_blocked_guardian_sees_neither_the_child_nor_its_notices(self, cast: Cast, log_in: LogIn) -> None:
        tell(cast.johan, Kind.ARRIVED, cast.elsa)
        Block.objects.create(child=cast.elsa, person=cast.johan)
        browser = log_in(cast.johan)
        for address in ("/", reverse("notices")):
            assert "Elsa" not in page(browser, address)
        assert "Hugo" in page(browser)

    def test_the_bell_counts_what_is_new(self, cast: Cast, log_in: LogIn) -> None:
        browser = log_in(cast.amina)
        assert "Nytt, 0 olästa" in page(browser)
        tell(cast.amina, Kind.ARRIVED, cast.elsa)
        shown = page(browser)
        assert "Nytt, 1 oläst" in shown
        assert "Elsa är lämnad" in shown

    @pytest.mark.parametrize("siblings", [0, 6])
    def test_queries_do_not_grow_with_the_children(
        self, cast: Cast, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries, siblings: int
    ) -> None:
        more = [child(f"Syskon{number}") for number in range(siblings)]
        for one in more:
            place(one, cast.blasippan)
        guard(cast.amina, *more)
        plan(cast.elsa, cast.hugo, *more)
        browser = log_in(cast.amina)
        with django_assert_max_num_queries(21):
            page(browser)


class TestBoth:
    """Somebody who works here and has a child here."""

    @pytest.fixture
    def maria(self, cast: Cast) -> User:
        guard(cast.maria, cast.leo)
        return cast.maria

    def test_work_comes_first_and_leads_to_the_children(self, maria: User, log_in: LogIn) -> None:
        shown = page(log_in(maria))
        assert "Blåsippan" in shown
        assert "Leo" not in shown
        assert reverse("my_children") in shown

    def test_her_child_is_on_a_page_of_its_own_which_leads_back(self, cast: Cast, maria: User, log_in: LogIn) -> None:
        tell(maria, Kind.ABSENCE_REPORTED, cast.elsa)
        shown = page(log_in(maria), reverse("my_children"))
        assert "Leo" in shown
        assert "Arbetet" in shown
        assert "Elsa" not in shown  # what she knows from work stays there

    def test_the_page_is_not_there_for_those_who_only_work(self, cast: Cast, log_in: LogIn) -> None:
        assert log_in(cast.vikar).get(reverse("my_children")).status_code == 404


class TestStaff:
    def test_it_works(self, cast: Cast, log_in: LogIn) -> None:
        shown = page(log_in(cast.maria))
        assert reverse("attendance:board", args=[cast.blasippan.id]) in shown
        for elsewhere in ("Ekorren", "Musslan"):
            assert elsewhere not in shown

    def test_guardians_who_wait_are_counted(self, cast: Cast, log_in: LogIn) -> None:
        assert "att bekräfta" not in page(log_in(cast.maria))
        guard(person("Nils", "Ny"), cast.elsa, confirmed=False)
        shown = page(log_in(cast.maria))
        assert "1 vårdnadshavare att bekräfta" in shown
        assert reverse("children:pending") in shown

    def test_those_who_are_kept_away_do_not_wait(self, cast: Cast, log_in: LogIn) -> None:
        nils = person("Nils", "Ny")
        guard(nils, cast.elsa, confirmed=False)
        Block.objects.create(child=cast.elsa, person=nils, reason="Domstol")
        assert "att bekräfta" not in page(log_in(cast.maria))
        assert "Blåsippan" not in page(log_in(cast.maria), reverse("children:pending")).split("<main", 1)[1]

    def test_notices_about_children_are_a_look(self, cast: Cast, log_in: LogIn) -> None:
        tell(cast.maria, Kind.ABSENCE_REPORTED, cast.elsa)
        page(log_in(cast.maria))
        look = AuditEntry.objects.get(action="home", is_look=True)
        assert (look.person_id, look.children) == (cast.maria.id, [str(cast.elsa.id)])

    def test_a_substitute_is_not_asked_to_confirm(self, cast: Cast, log_in: LogIn) -> None:
        guard(person("Nils", "Ny"), cast.elsa, confirmed=False)
        assert "att bekräfta" not in page(log_in(cast.vikar))

    def test_the_role_ends(self, cast: Cast, log_in: LogIn) -> None:
        browser = log_in(cast.maria)
        StaffRole.objects.filter(person=cast.maria).update(ends_on=days.today() - timedelta(days=1))
        assert "Blåsippan" not in page(browser)


class TestOthers:
    def test_a_tablet_goes_to_its_board(self, cast: Cast, on_tablet: OnTablet) -> None:
        _made, cookie = tablet(cast.blasippan)
        answer = on_tablet(cookie).get("/")
        assert answer["Location"] == reverse("attendance:board", args=[cast.blasippan.id])

    @pytest.mark.django_db
    def test_nobody_logs_in_first(self, client: Client) -> None:
        assert client.get("/")["Location"].startswith(reverse("account_login"))

    def test_the_administrator_sees_counts_and_no_child(self, cast: Cast, log_in: LogIn) -> None:
        tablet(cast.blasippan)
        Delivery.objects.create(
            person=cast.amina, kind=Kind.LEFT, way=Way.EMAIL, event=uuid7(), try_after=clock.now(), tries=2
        )
        shown = page(log_in(cast.administrator))
        assert "1 surfplatta" in shown
        assert re.search(r"<strong>1</strong>\s*<span>försöks igen efter fel", shown)
        for name in ("Elsa", "Hugo", "Noor", "Leo", "Amina"):
            assert name not in shown

    def test_the_tablets_of_the_municipality(self, cast: Cast, log_in: LogIn) -> None:
        quiet, _cookie = tablet(cast.musslan)
        quiet.seen_at = clock.now() - timedelta(days=2)
        quiet.save()
        assert "Tyst" in page(log_in(cast.administrator), reverse("tablets_overview"))
        for other in (cast.eva, cast.amina, cast.communicator):
            assert log_in(other).get(reverse("tablets_overview")).status_code == 404

    @pytest.mark.parametrize("who", ["communicator", "archivist", "specialist"])
    def test_those_whose_tools_come_later_are_told_so(self, cast: Cast, log_in: LogIn, who: str) -> None:
        shown = page(log_in(getattr(cast, who)))
        for name in ("Elsa", "Hugo", "Noor", "Leo"):
            assert name not in shown

    def test_a_greeting_follows_the_clock_on_the_wall(self, cast: Cast, log_in: LogIn) -> None:
        hour = days.local(clock.now()).hour
        expected = "God morgon" if 5 <= hour < 10 else "God kväll" if hour >= 18 else "Hej"
        assert f"{expected}, Amina" in page(log_in(cast.amina))


class TestNotices:
    def test_it_works(self, cast: Cast, log_in: LogIn) -> None:
        browser = log_in(cast.amina)
        assert "Inget nytt" in page(browser, reverse("notices"))
        tell(cast.amina, Kind.LEFT, cast.hugo)
        assert "Hugo är hämtad" in page(browser, reverse("notices"))

    def test_reading_marks_and_looking_does_not(self, cast: Cast, log_in: LogIn) -> None:
        tell(cast.amina, Kind.LEFT, cast.hugo)
        browser = log_in(cast.amina)
        page(browser, reverse("notices"))
        assert Delivery.objects.unread().count() == 1
        assert browser.post(reverse("notices")).status_code == 302
        assert Delivery.objects.unread().count() == 0

    def test_others_notices_are_left_alone(self, cast: Cast, log_in: LogIn) -> None:
        tell(cast.johan, Kind.LEFT, cast.hugo)
        log_in(cast.amina).post(reverse("notices"))
        assert Delivery.objects.unread().filter(person=cast.johan).exists()
        assert "Hugo är hämtad" not in page(log_in(cast.amina), reverse("notices"))

    def test_a_notice_is_gone_with_the_relation(self, cast: Cast, log_in: LogIn) -> None:
        tell(cast.amina, Kind.LEFT, cast.hugo)
        Guardianship.objects.filter(guardian=cast.amina, child=cast.hugo).update(
            ends_on=days.today() - timedelta(days=1)
        )
        assert "Hugo" not in page(log_in(cast.amina), reverse("notices"))

    def test_an_odd_notice_does_not_break_the_page(self, cast: Cast, log_in: LogIn) -> None:
        Delivery.objects.create(
            person=cast.amina, kind=Kind.LEFT, way=Way.IN_APP, event=uuid7(), about={}, try_after=clock.now()
        )
        assert "Inget nytt" in page(log_in(cast.amina), reverse("notices"))

    def test_a_guardian_who_wants_it_is_told_of_arrivals(self, cast: Cast, log_in: LogIn) -> None:
        browser, address = log_in(cast.amina), reverse("notice_settings")
        page(browser, address)
        times = {"weekdays": "never", "weekend": "never", "digest_hour": "18"}
        assert browser.post(address, times | {"arrived.in_app": "on", "left.in_app": "on"}).status_code == 302
        assert Preference.objects.filter(person=cast.amina, is_wanted=True).count() == 2
        made = notify(
            person_ids=[cast.amina.id, cast.johan.id],
            kind=Kind.ARRIVED,
            event=uuid7(),
            about={"child": cast.elsa.id},
            now=clock.now(),
        )
        assert [row.person_id for row in made] == [cast.amina.id]

    def test_a_tablet_has_no_notices(self, cast: Cast, on_tablet: OnTablet) -> None:
        _made, cookie = tablet(cast.blasippan)
        for name in ("notices", "notice_settings", "my_children"):
            assert on_tablet(cookie).get(reverse(name)).status_code == 404


def test_the_menu_marks_where_one_is(cast: Cast, log_in: LogIn) -> None:
    employ(cast.eva, StaffRole.Kind.PRINCIPAL, preschool=cast.sjostjarnan)
    browser = log_in(cast.eva)
    for address, label in (
        ("/", "Idag"),
        (reverse("preschool_day", args=[cast.sjostjarnan.id]), "Sjöstjärnan"),
        (reverse("notices"), "Nytt"),
    ):
        found = re.findall(
            r'aria-current="page">\s*<span[^>]*>.*?</span>\s*<span>([^<]+)', page(browser, address), re.S
        )
        assert label in found


def test_long_names_and_markup_are_only_text(cast: Cast, log_in: LogIn) -> None:
    cast.elsa.given_name = "<b>Maximiliana-Alexandra Wilhelmina</b>"
    cast.elsa.save()
    plan(cast.elsa)
    assert "<b>Maximiliana" not in page(log_in(cast.amina))
    assert time(7, 30).isoformat()[:5] in page(log_in(cast.amina)) or days.today().weekday() > 4


def test_who_was_logged_out_is_sent_to_the_login_and_back_to_the_page(cast: Cast, client: Client) -> None:
    """The login page never lands inside of another page."""
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/schema/?vecka=2026-10-19"}
    answer = client.post(f"/barn/{cast.elsa.id}/sjuk/", headers=asked)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == "/konto/logga-in/?next=%2Fschema%2F%3Fvecka%3D2026-10-19"
    elsewhere = asked | {"HX-Current-URL": "https://evil.example/schema/"}
    assert client.post(f"/barn/{cast.elsa.id}/sjuk/", headers=elsewhere)["HX-Redirect"].endswith("?next=%2F")
