"""What is said, at its edges: a worker that is faster, one row that cannot be told of, and the hall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from children.actors import Actor
from children.tablets import PIN_COOKIE
from messaging.models import Bulletin, BulletinCopy, Message
from messaging.selectors.bulletin_readers import Audience
from messaging.services import bulletin_release, bulletins, telling, threads
from notifications.models import Delivery, Kind
from notifications.rules import Side
from notifications.selectors import hours_of
from notifications.services import notify_of_all
from portal.lib import clock
from tests.cast import Cast, guard, local, tablet
from tests.test_bulletins import send
from tests.test_threads import TO_DEPARTMENT

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
A_MOMENT = timedelta(milliseconds=1)
BEGIN, DRAFT = "/samtal/nytt/", "/samtal/utkast/"


@pytest.fixture(autouse=True)
def _at_one() -> Iterator[None]:
    with time_machine.travel(local(date(2026, 10, 13), 13, 4), tick=False):
        yield


def write(cast: Cast, by: User, **more: Any) -> Message:
    words = threads.Words("Ämne", "Hemliga ord", "sv", **more)
    children, actor = [cast.elsa.pk], Actor.of_person(by)
    made = threads.start_threads(child_ids=children, addressee=TO_DEPARTMENT, words=words, actor=actor, now=clock.now())
    return made[0]


def in_the_hall(cast: Cast, on_tablet: Callable[[str], Client], who: User) -> Client:
    """Return the browser of Blåsippan's tablet with somebody's PIN."""
    made, cookie = tablet(cast.blasippan)
    hall = on_tablet(cookie)
    hall.cookies[PIN_COOKIE] = signing.dumps([str(made.id), str(who.id)], salt="pin")
    return hall


def test_what_a_worker_has_told_of_is_not_undone_by_a_clock_that_is_late(cast: Cast) -> None:
    """F04: either nobody saw it, or it is withdrawn."""
    message = write(cast, cast.amina)
    threads.release_due(now=message.leaves_at)
    assert Delivery.objects.filter(kind=Kind.MESSAGE_RECEIVED).exists()
    with pytest.raises(ValidationError):
        threads.undo(message_id=message.pk, actor=Actor.of_person(cast.amina), now=message.leaves_at - A_MOMENT)
    assert Message.objects.filter(pk=message.pk).exists()


@pytest.mark.parametrize("is_half_way", [True, False])
def test_a_bulletin_that_a_worker_has_begun_with_is_neither_taken_back_nor_changed(
    cast: Cast, *, is_half_way: bool
) -> None:
    bulletin = send(cast.maria, Audience(department=cast.blasippan))
    assert bulletin.leaves_at
    if is_half_way:
        assert bulletin_release.claim(bulletin.pk, bulletin.leaves_at)
    else:
        bulletin_release.release_due(now=bulletin.leaves_at)
        assert BulletinCopy.objects.exists()
    before, actor = bulletin.leaves_at - A_MOMENT, Actor.of_person(cast.maria)
    with pytest.raises(ValidationError):
        bulletins.take_back(bulletin_id=bulletin.pk, actor=actor, now=before)
    other = bulletins.BulletinWords("Något annat", "Något annat", "sv")
    with pytest.raises(ValidationError):
        bulletins.save_draft(
            bulletin_id=bulletin.pk,
            audience=Audience(department=cast.blasippan),
            words=other,
            actor=actor,
            now=before,
        )
    kept = Bulletin.objects.get(pk=bulletin.pk)
    assert (kept.leaves_at, kept.title) == (bulletin.leaves_at, bulletin.title)


def test_one_message_that_cannot_be_told_of_holds_up_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write(cast, cast.amina), write(cast, cast.amina)
    really = notify_of_all

    def notify(*, told: Any, **more: Any) -> Any:
        if told[0].event == first.pk:
            raise RuntimeError
        return really(told=told, **more)

    monkeypatch.setattr(telling, "notify_of_all", notify)
    assert threads.release_due(now=second.leaves_at) == 1
    told = dict(Message.objects.values_list("pk", "told_at"))
    assert told[first.pk] is None
    assert told[second.pk]


class TestInTheHall:
    """DOMAIN 3.14: other families read the tablet."""

    def test_what_was_begun_elsewhere_is_not_shown_there(
        self, cast: Cast, on_tablet: Callable[[str], Client], log_in: LogIn
    ) -> None:
        guard(cast.maria, cast.hugo)
        maria = log_in(cast.maria)
        for child, body in ((cast.elsa, "Känsligt om Elsa"), (cast.hugo, "Om mitt eget barn")):
            fields = {"page": BEGIN, "body": body, "subject": "Ämne", "barn": str(child.pk), "till": "department"}
            maria.post(DRAFT, fields | {"is_sensitive": "on"})
            assert body in maria.get(BEGIN).content.decode()
            assert body not in in_the_hall(cast, on_tablet, cast.maria).get(BEGIN).content.decode()

    def test_what_is_begun_there_is_kept_there(self, cast: Cast, on_tablet: Callable[[str], Client]) -> None:
        hall = in_the_hall(cast, on_tablet, cast.maria)
        hall.post(DRAFT, {"page": BEGIN, "body": "Från hallen", "subject": "Ämne", "barn": str(cast.elsa.pk)})
        assert "Från hallen" in hall.get(BEGIN).content.decode()

    def test_what_is_sensitive_is_not_taken_back_there(self, cast: Cast, on_tablet: Callable[[str], Client]) -> None:
        message = write(cast, cast.maria, is_sensitive=True)
        hall = in_the_hall(cast, on_tablet, cast.maria)
        assert hall.post(f"/samtal/meddelande/{message.pk}/angra/").status_code == 404
        assert Message.objects.filter(pk=message.pk).exists()


def test_staff_keep_the_hours_that_the_house_chose_for_them(cast: Cast, log_in: LogIn) -> None:
    """The digest's hour lies within them: that is no fault of whoever only changes something else."""
    hours = hours_of({cast.maria.pk: Side.STAFF})[cast.maria.pk]
    assert hours.weekdays
    begins, ends = (f"{at:%H:%M}" for at in hours.weekdays)
    unchanged = {
        "weekdays": "span",
        "weekdays_from": begins,
        "weekdays_to": ends,
        "weekend": "all",
        "digest_hour": str(hours.digest_hour),
    }
    browser = log_in(cast.maria)
    assert browser.post("/nytt/val/", unchanged).status_code == 302
    answer = browser.post("/nytt/val/", unchanged | {"weekdays_from": "16:00"})
    assert "Välj en annan timme" in answer.content.decode()
