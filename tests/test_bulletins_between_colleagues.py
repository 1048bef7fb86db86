"""Bulletins that wait, and what colleagues do with them: changed by two, sent by another, stopped (F08; DOMAIN 4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from children.models import StaffRole
from messaging.models import Bulletin
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_writers import principals_of
from messaging.services.bulletin_release import release_due
from messaging.services.bulletin_stopping import stop_waiting
from notifications.models import Delivery, Kind, Way
from notifications.services import send_waiting
from portal.lib import clock, days
from tests.cast import Cast, employ, local, person
from tests.test_bulletin_pages import WRITE, fields, seen_in, text
from tests.test_bulletins import send, told

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_the_morning() -> Iterator[None]:
    """Quiet hours hold what would be sent at night."""
    with time_machine.travel(local(date(2026, 10, 13), 9), tick=False):
        yield


@pytest.fixture
def colleague(cast: Cast) -> User:
    employ(made := person("Karin", "Kollega"), department=cast.blasippan)
    return made


@pytest.fixture
def planned(cast: Cast) -> Bulletin:
    return send(cast.maria, Audience(department=cast.blasippan), leaves_at=clock.now() + DAY)


def shown_in(answer: Any) -> dict[str, str]:
    """Return what the hidden fields of the form hold."""
    page = answer.content.decode()
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in ("id", "version", "seen")}


def form_of(cast: Cast, browser: Client, bulletin: Bulletin, **more: str) -> dict[str, str]:
    """Return the form of a bulletin as somebody has it on the screen, with what was typed since."""
    held = shown_in(browser.get(f"/anslag/{bulletin.pk}/andra/"))
    tomorrow = (days.today() + DAY).isoformat()
    return fields(cast, when="sen", day=tomorrow, time="09:00", do="send") | held | more


class TestTwoChangeIt:
    def test_the_later_one_is_told_and_loses_nothing(
        self, cast: Cast, log_in: LogIn, planned: Bulletin, colleague: User
    ) -> None:
        address = f"/anslag/{planned.pk}/andra/"
        maria, karin = log_in(cast.maria), log_in(colleague)
        hers, mine = form_of(cast, maria, planned, text="Marias"), form_of(cast, karin, planned, text="Karins")
        assert karin.post(address, mine).status_code == 302
        refused = maria.post(address, hers)
        assert refused.status_code == 422
        assert "Karin Kollega har ändrat anslaget" in text(refused)
        assert "Marias" in text(refused)
        assert "Karins" in text(refused)
        planned.refresh_from_db()
        assert planned.text == "Karins"
        assert maria.post(address, hers | shown_in(refused)).status_code == 302  # knowing what she writes over
        planned.refresh_from_db()
        assert planned.text == "Marias"

    def test_the_same_press_twice_is_no_conflict(self, cast: Cast, log_in: LogIn, planned: Bulletin) -> None:
        maria = log_in(cast.maria)
        form = form_of(cast, maria, planned, text="Marias")
        for _press in range(2):
            assert maria.post(f"/anslag/{planned.pk}/andra/", form).status_code == 302
        assert maria.post(f"/anslag/{planned.pk}/andra/", form | {"time": "10:00"}).status_code == 422

    def test_a_draft_in_two_windows(self, cast: Cast, log_in: LogIn) -> None:
        maria, form = log_in(cast.maria), fields(cast, do="draft")
        for _press in range(2):
            assert maria.post(WRITE, form).status_code == 302
        refused = maria.post(WRITE, form | {"text": "I det andra fönstret"})
        assert refused.status_code == 422
        assert "Anslaget har ändrats sedan du öppnade det." in text(refused)
        assert "I det andra fönstret" in text(refused)


class TestWhoseItIs:
    def test_it_goes_out_by_the_word_of_whoever_changed_it(
        self, cast: Cast, log_in: LogIn, planned: Bulletin, colleague: User
    ) -> None:
        karin = log_in(colleague)
        karin.post(f"/anslag/{planned.pk}/andra/", form_of(cast, karin, planned, text="Karins"))
        assert "Påbörjat av Maria Berg, skickat av Karin Kollega" in text(karin.get(f"/anslag/{planned.pk}/"))
        with time_machine.travel(clock.now() + DAY, tick=False):
            release_due(now=clock.now())
            assert "Påbörjat av Maria Berg, skickat av Karin Kollega" in text(
                log_in(cast.amina).get(f"/anslag/{planned.pk}/")
            )
        assert "Maria" in told(planned)
        assert "Karin" not in told(planned)

    def test_a_draft_is_not_made_of_what_is_to_go_out(
        self, cast: Cast, log_in: LogIn, planned: Bulletin, colleague: User
    ) -> None:
        karin = log_in(colleague)
        assert 'value="draft"' not in text(karin.get(f"/anslag/{planned.pk}/andra/"))
        refused = karin.post(f"/anslag/{planned.pk}/andra/", form_of(cast, karin, planned, text="Karins", do="draft"))
        assert refused.status_code == 422
        assert "Anslaget ska skickas 14 oktober 09:00. Ta tillbaka det först" in text(refused)
        assert "Karins" in text(refused)
        planned.refresh_from_db()
        assert planned.leaves_at == clock.now() + DAY

    def test_taken_back_by_a_colleague_it_is_said_where_it_is(
        self, cast: Cast, log_in: LogIn, planned: Bulletin, colleague: User
    ) -> None:
        page = text(log_in(colleague).post(f"/anslag/{planned.pk}/angra/", follow=True))
        assert "Anslaget är ett utkast igen, hos Maria Berg." in page
        assert "Stängt tidigt" in text(log_in(cast.maria).get("/anslag/"))


class TestARepeatedPress:
    def test_with_another_audience_is_not_taken_for_the_first(self, cast: Cast, log_in: LogIn) -> None:
        eva = log_in(cast.eva)
        form = fields(cast, do="send")
        eva.post(WRITE, form | {"seen": seen_in(eva.post(WRITE, form | {"do": "look"}))})
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            release_due(now=clock.now())
            wider = form | {"where": f"forskola:{cast.granliden.pk}"}
            wider["seen"] = seen_in(eva.post(WRITE, wider | {"do": "look"}))
            refused = eva.post(WRITE, wider)
            assert refused.status_code == 422
            assert "Det som stod här förut är redan skickat." in text(refused)
            assert eva.post(WRITE, wider | shown_in(refused)).status_code == 302
        assert Bulletin.objects.count() == 2

    def test_what_was_typed_while_it_left_is_kept(self, cast: Cast, log_in: LogIn, planned: Bulletin) -> None:
        maria = log_in(cast.maria)
        form = form_of(cast, maria, planned, text="Efteråt")
        with time_machine.travel(clock.now() + DAY, tick=False):
            refused = log_in(cast.maria).post(f"/anslag/{planned.pk}/andra/", form | {"when": "nu"})
            assert "Det som stod här förut är redan skickat." in text(refused)
            assert "Efteråt" in text(refused)
            assert f'action="{WRITE}"' in text(refused)


class TestStopped:
    def test_it_does_not_leave_when_its_writer_may_write_there_no_more(
        self, cast: Cast, log_in: LogIn, planned: Bulletin
    ) -> None:
        """The principal is told, reads why, and sends it or throws it away."""
        StaffRole.objects.filter(person=cast.maria).update(ends_on=days.today())
        with time_machine.travel(clock.now() + DAY, tick=False):
            assert release_due(now=clock.now()) == 0
            assert release_due(now=clock.now()) == 0
            assert not told(planned)
            assert log_in(cast.amina).get(f"/anslag/{planned.pk}/").status_code == 404
            assert log_in(cast.maria).get(f"/anslag/{planned.pk}/andra/").status_code == 404
            eva = log_in(cast.eva)
            assert "Ett anslag är stoppat: Stängt tidigt" in text(eva.get("/nytt/"))
            assert "Stoppat, skulle skickas onsdag 14 oktober 09:00" in text(eva.get("/anslag/"))
            page = text(eva.get(f"/anslag/{planned.pk}/", follow=True))
            assert "Maria Berg får inte längre skriva till Blåsippan." in page
            assert send_waiting(now=clock.now() + timedelta(minutes=1))
            mails = Delivery.objects.filter(person=cast.eva, kind=Kind.BULLETIN_STOPPED, way=Way.EMAIL)
            assert mails.exclude(sent_at=None).count() == 1
            form = form_of(cast, eva, planned, when="nu")
            assert eva.post(f"/anslag/{planned.pk}/andra/", form).status_code == 302
        with time_machine.travel(clock.now() + DAY + timedelta(minutes=1), tick=False):
            assert release_due(now=clock.now()) == 1
            assert "Påbörjat av Maria Berg, skickat av Eva Sandström" in text(
                log_in(cast.amina).get(f"/anslag/{planned.pk}/")
            )
            assert "är stoppat" not in text(log_in(cast.eva).get("/nytt/"))

    def test_it_is_found_before_its_time(self, cast: Cast, log_in: LogIn, planned: Bulletin) -> None:
        """So that there is time to do something about it; a draft is made of it for all who may, not for one."""
        assert stop_waiting(now=clock.now()) == 0
        StaffRole.objects.filter(person=cast.maria).update(ends_on=days.today() - DAY)
        assert stop_waiting(now=clock.now()) == 1
        assert stop_waiting(now=clock.now()) == 0
        eva = log_in(cast.eva)
        form = form_of(cast, eva, planned, text="Evas", do="draft")
        eva.post(f"/anslag/{planned.pk}/andra/", form)
        refused = eva.post(f"/anslag/{planned.pk}/andra/", form | {"text": "Från ett annat fönster"})
        assert "Anslaget har ändrats sedan du öppnade det." in text(refused)
        planned.refresh_from_db()
        assert (planned.text, planned.was_to_leave_at) == ("Evas", clock.now() + DAY)
        assert eva.post(f"/anslag/{planned.pk}/ta-bort/").status_code == 302
        assert not Bulletin.objects.exists()

    @pytest.mark.usefixtures("planned")
    def test_whoever_leads_nothing_there_is_not_told(self, cast: Cast) -> None:
        StaffRole.objects.filter(person=cast.maria).update(ends_on=days.today() - DAY)
        stop_waiting(now=clock.now())
        told_of = Delivery.objects.filter(kind=Kind.BULLETIN_STOPPED).values_list("person", flat=True)
        assert {*told_of} == {cast.eva.pk}

    def test_a_chosen_child_who_has_moved_stops_nothing(self, cast: Cast) -> None:
        chosen = Audience(child_ids=frozenset({cast.elsa.pk, cast.noor.pk}))
        made = send(cast.maria, chosen, leaves_at=clock.now() + DAY)
        cast.noor.placements.update(department=cast.musslan)
        assert stop_waiting(now=clock.now()) == 0
        StaffRole.objects.filter(person=cast.maria).update(ends_on=days.today() - DAY)
        assert stop_waiting(now=clock.now()) == 1
        made.refresh_from_db()
        assert made.leaves_at is None

    def test_an_area_that_nobody_leads_is_told_to_those_who_lead_a_part(self, cast: Cast, log_in: LogIn) -> None:
        """They learn to whom it was to go, and none of its words; whoever runs the system sees that it waits."""
        employ(head := person("Anna", "Chef"), StaffRole.Kind.PRINCIPAL, area=cast.area)
        audience = Audience(area=cast.area)
        gone(head, send(head, audience, leaves_at=clock.now() + DAY))
        leading = principals_of(audience, days.today())
        assert cast.eva.pk in leading
        assert told_of_stopped() == leading
        page = text(log_in(cast.eva).get("/nytt/"))
        assert f"Ett anslag är stoppat: {audience.name}" in page
        assert "Stängt tidigt" not in page
        assert is_stopped_for_administrators(cast, log_in)

    @pytest.mark.parametrize("is_to_all", [False, True])
    def test_where_nobody_leads_whoever_says_who_does_is_told(
        self, cast: Cast, log_in: LogIn, *, is_to_all: bool
    ) -> None:
        sender = cast.communicator if is_to_all else cast.eva
        audience = Audience(is_to_all=True) if is_to_all else Audience(preschool=cast.granliden)
        gone(sender, send(sender, audience, leaves_at=clock.now() + DAY))
        assert told_of_stopped() == {cast.administrator.pk}
        page = text(log_in(cast.administrator).get("/nytt/"))
        assert f"Ett anslag är stoppat: {audience.name}" in page
        assert 'href="/drift/avisering/"' in page
        assert send_waiting(now=clock.now() + timedelta(minutes=1))
        assert is_stopped_for_administrators(cast, log_in)

    def test_of_a_frozen_account_nothing_is_said_that_is_not_so(
        self, cast: Cast, log_in: LogIn, planned: Bulletin
    ) -> None:
        User.objects.filter(pk=cast.maria.pk).update(frozen_at=clock.now())
        assert stop_waiting(now=clock.now()) == 1
        page = text(log_in(cast.eva).get(f"/anslag/{planned.pk}/", follow=True))
        assert "Maria Berg har inget öppet konto just nu." in page
        assert "får inte längre" not in page


def gone(sender: User, bulletin: Bulletin) -> None:
    """Let the sender's roles end, and what is to go out by its word be stopped."""
    StaffRole.objects.filter(person=sender).update(ends_on=days.today() - DAY)
    assert stop_waiting(now=clock.now()) == 1
    bulletin.refresh_from_db()
    assert bulletin.was_to_leave_at


def told_of_stopped() -> set[UUID]:
    return {*Delivery.objects.filter(kind=Kind.BULLETIN_STOPPED).values_list("person", flat=True)}


def is_stopped_for_administrators(cast: Cast, log_in: LogIn) -> bool:
    page = text(log_in(cast.administrator).get("/drift/avisering/"))
    assert "Stängt tidigt" not in page
    return "Stoppat: den som skulle skicka det kan inte göra det nu." in page
