"""What the house does in its inbox: who answers, what is done, what waits, labels; and what closes (DOMAIN 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts.models import User
from children.actors import Actor
from children.models import Guardianship, Placement, StaffRole
from messaging.models import Addressee, Label, Message, Thread, ThreadLabel
from messaging.selectors.inbox import answering, chosen, houses_threads, readings
from messaging.selectors.labels import labels_on
from messaging.selectors.readers import circle_of, readers_of, threads_for, with_children
from messaging.selectors.unread import unread_threads
from messaging.services.inbox import assign, make_label, set_done, set_labels
from messaging.services.threads import release_due, reply
from notifications.models import Delivery, Kind
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, employ, guard, person
from tests.test_threads import HALF_A_MINUTE, TO_PRINCIPAL, begin, words

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


def of(one: User) -> Actor:
    return Actor.of_person(one)


@pytest.fixture
def thread(cast: Cast) -> Thread:
    """Amina has written to Blåsippan about Elsa, and it has left."""
    now = clock.now() - timedelta(hours=1)
    (message,) = begin(cast.amina, cast.elsa, now=now)
    release_due(now=now + HALF_A_MINUTE)
    return Thread.objects.get(pk=message.thread_id)


def label(cast: Cast, text: str = "Inskolning") -> Label:
    return make_label(inbox_id=cast.blasippan.pk, words=text, actor=of(cast.maria), now=clock.now())


class TestWhatWaits:
    def test_it_waits_until_the_house_answers(self, cast: Cast, thread: Thread) -> None:
        maria, now = of(cast.maria), clock.now()
        assert list(chosen(maria, "vantar")) == [thread]
        reply(thread_id=thread.pk, words=words("Tack!"), actor=maria, now=now)
        release_due(now=now + HALF_A_MINUTE)
        assert list(chosen(maria, "vantar")) == []

    def test_what_is_done_waits_no_more_until_the_family_writes(self, cast: Cast, thread: Thread) -> None:
        maria, now = of(cast.maria), clock.now()
        set_done(thread_id=thread.pk, is_done=True, actor=maria, now=now)
        assert list(chosen(maria, "vantar")) == []
        assert list(chosen(maria, "klara")) == [thread]
        later = now + timedelta(days=1)
        message = reply(thread_id=thread.pk, words=words("En sak till"), actor=of(cast.amina), now=later)
        release_due(now=later + HALF_A_MINUTE)
        assert list(chosen(maria, "klara")) == []
        assert chosen(maria, "vantar").get().waits_since == message.leaves_at

    def test_an_answer_of_the_house_leaves_done_what_is_done(self, cast: Cast, thread: Thread) -> None:
        maria, now = of(cast.maria), clock.now()
        reply(thread_id=thread.pk, words=words("Tack!"), actor=maria, now=now)
        set_done(thread_id=thread.pk, is_done=True, actor=maria, now=now)
        release_due(now=now + HALF_A_MINUTE)
        assert list(chosen(maria, "klara")) == [thread]

    def test_a_colleague_s_own_family_is_not_the_house_s(self, cast: Cast, thread: Thread) -> None:
        """Who works here and writes as a guardian does not count as somebody whom the house must answer."""
        employ(cast.amina, department=cast.musslan)
        assert list(threads_for(of(cast.amina))) == [thread]
        assert list(houses_threads(of(cast.amina))) == []
        assert list(chosen(of(cast.amina), "vantar")) == []
        assert list(chosen(of(cast.amina), "")) == [thread]


class TestWhoAnswers:
    def test_it_is_given_to_a_colleague_who_is_told(self, cast: Cast, thread: Thread) -> None:
        assign(thread_id=thread.pk, person_id=cast.vikar.pk, actor=of(cast.maria), now=clock.now())
        told = Delivery.objects.filter(kind=Kind.THREAD_ASSIGNED)
        assert [(one.person_id, one.about) for one in told] == [(cast.vikar.pk, {"thread": str(thread.pk)})]
        assert list(chosen(of(cast.vikar), "mina")) == [thread]
        assert list(chosen(of(cast.maria), "mina")) == []

    def test_who_takes_it_is_not_told_of_the_own_doing(self, cast: Cast, thread: Thread) -> None:
        for _again in range(2):
            assign(thread_id=thread.pk, person_id=cast.maria.pk, actor=of(cast.maria), now=clock.now())
        assert not Delivery.objects.filter(kind=Kind.THREAD_ASSIGNED).exists()

    def test_nobody_who_does_not_read_it_is_given_it(self, cast: Cast, thread: Thread) -> None:
        """A forged id: of another department, of the family, of nobody."""
        for other in (cast.jonas.pk, cast.amina.pk, cast.administrator.pk, thread.pk):
            with pytest.raises(ValidationError):
                assign(thread_id=thread.pk, person_id=other, actor=of(cast.maria), now=clock.now())

    def test_nobody_else_gives_it(self, cast: Cast, thread: Thread) -> None:
        for other in (cast.jonas, cast.amina, cast.stranger, cast.administrator):
            with pytest.raises(Http404):
                assign(thread_id=thread.pk, person_id=cast.vikar.pk, actor=of(other), now=clock.now())

    def test_whoever_has_left_is_nobody(self, cast: Cast, thread: Thread) -> None:
        assign(thread_id=thread.pk, person_id=cast.vikar.pk, actor=of(cast.maria), now=clock.now())
        thread.refresh_from_db()
        assert answering([thread], of(cast.maria)) == {thread.pk: cast.vikar.pk}
        StaffRole.objects.filter(person=cast.vikar).update(ends_on=days.today() - timedelta(days=1))
        assert answering([thread], of(cast.maria)) == {}


class TestLabels:
    def test_put_on_and_off(self, cast: Cast, thread: Thread) -> None:
        maria, one = of(cast.maria), label(cast)
        set_labels(thread_id=thread.pk, label_ids=[one.pk], actor=maria, now=clock.now())
        assert list(chosen(maria, "", one.pk)) == [thread]
        set_labels(thread_id=thread.pk, label_ids=[], actor=maria, now=clock.now())
        assert list(chosen(maria, "", one.pk)) == []

    def test_another_inbox_s_labels_are_neither_seen_nor_put_on(self, cast: Cast, thread: Thread) -> None:
        other = make_label(inbox_id=cast.musslan.pk, words="Allergi", actor=of(cast.jonas), now=clock.now())
        principals = make_label(inbox_id=cast.granliden.pk, words="Klagomål", actor=of(cast.eva), now=clock.now())
        for one in (other, principals):
            with pytest.raises(Http404):
                set_labels(thread_id=thread.pk, label_ids=[one.pk], actor=of(cast.maria), now=clock.now())
        with pytest.raises(Http404):  # the principal's own, but it is the department's conversation
            set_labels(thread_id=thread.pk, label_ids=[principals.pk], actor=of(cast.eva), now=clock.now())
        ThreadLabel.objects.create(thread=thread, label=other)
        assert labels_on([thread.pk], of(cast.maria)) == {}
        assert list(chosen(of(cast.amina), "", other.pk)) == []

    def test_what_another_inbox_put_on_stays(self, cast: Cast, thread: Thread) -> None:
        """Siblings in two departments: each sorts for itself."""
        other = make_label(inbox_id=cast.musslan.pk, words="Allergi", actor=of(cast.jonas), now=clock.now())
        ThreadLabel.objects.create(thread=thread, label=other)
        set_labels(thread_id=thread.pk, label_ids=[label(cast).pk], actor=of(cast.maria), now=clock.now())
        assert ThreadLabel.objects.filter(thread=thread).count() == 2

    @pytest.mark.parametrize("text", ["", "   ", "x" * 31, "inskolning"])
    def test_what_is_no_label_is_refused(self, cast: Cast, text: str) -> None:
        label(cast)
        with pytest.raises(ValidationError):
            label(cast, text)

    def test_nobody_else_s_inbox_gets_one(self, cast: Cast) -> None:
        for other in (cast.jonas, cast.amina, cast.administrator):
            with pytest.raises(Http404):
                make_label(inbox_id=cast.blasippan.pk, words="Hej", actor=of(other), now=clock.now())


def test_what_is_said_of_one_conversation_is_said_of_many(cast: Cast, thread: Thread) -> None:
    """From when on somebody reads: the list answers as the door does, for each that it shows."""
    newcomer = person("Nils")
    employ(newcomer, department=cast.blasippan)
    StaffRole.objects.filter(person=newcomer).update(starts_on=days.today())
    guard(newcomer, cast.noor)
    begin(cast.amina, cast.elsa, cast.hugo)
    begin(cast.johan, cast.hugo, to=TO_PRINCIPAL)
    begin(cast.maria, cast.noor)
    for one in (cast.maria, cast.vikar, cast.eva, cast.amina, newcomer):
        mine = list(threads_for(of(one)))
        found = readings(of(one), mine, with_children(mine))
        for one_of_mine in mine:
            reader = readers_of(circle_of(one_of_mine), Addressee(one_of_mine.addressee), days.today())[one.pk]
            assert (found[one_of_mine.pk].is_house, found[one_of_mine.pk].sees_from) == (
                reader.relation != "guardian",
                reader.sees_from,
            )


def test_what_was_over_before_somebody_began_is_neither_listed_nor_opened(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.12: the list, the number in the menu and the door say one thing, also of whoever has worked long
    elsewhere.
    """
    long_ago = clock.now() - timedelta(days=60)
    (message,) = begin(cast.amina, cast.elsa, now=long_ago)
    release_due(now=long_ago + HALF_A_MINUTE)
    new = person("Nils")
    employ(new, department=cast.musslan)
    employ(new, department=cast.blasippan)
    StaffRole.objects.filter(person=new, department=cast.blasippan).update(starts_on=days.today() - timedelta(days=1))
    browser, page = log_in(new), f"/samtal/{message.thread_id}/"
    assert str(message.thread_id) not in browser.get("/samtal/").content.decode()
    assert unread_threads(of(new)) == 0
    assert browser.get(page).status_code == 404
    fields = {"body": "Hej", "language": "sv", "seen": "", "sending": uuid7()}
    assert browser.post(page, fields).status_code == 404
    reply(
        thread_id=message.thread_id, words=words("Är ni kvar?"), actor=of(cast.amina), now=clock.now() - HALF_A_MINUTE
    )
    release_due(now=clock.now())
    assert str(message.thread_id) in browser.get("/samtal/").content.decode()
    assert unread_threads(of(new)) == 1
    opened = browser.get(page).content.decode()
    assert "Är ni kvar?" in opened
    assert words().body not in opened


def test_where_no_family_reads_any_more_the_house_writes_to_nobody(cast: Cast, thread: Thread) -> None:
    Guardianship.objects.filter(child=cast.elsa).update(ends_on=days.today() - timedelta(days=1))
    assert thread in threads_for(of(cast.maria))
    with pytest.raises(ValidationError, match="Ingen i familjen"):
        reply(thread_id=thread.pk, words=words(), actor=of(cast.maria), now=clock.now())
    assert Message.objects.count() == 1


def test_after_the_placement_nobody_here_has_it_any_more(cast: Cast, thread: Thread) -> None:
    """F07: the department's acts end with its reading."""
    Placement.objects.filter(child=cast.elsa).update(ends_on=days.today() - timedelta(days=1))
    with pytest.raises(Http404):
        set_done(thread_id=thread.pk, is_done=True, actor=of(cast.maria), now=clock.now())


class TestThePages:
    """The same through the pages that people use."""

    def post(self, browser: Client, thread: Thread, what: str, **fields: object) -> int:
        return browser.post(f"/samtal/{thread.pk}/{what}/", fields).status_code

    def test_the_inbox_is_sorted(self, cast: Cast, thread: Thread, log_in: LogIn) -> None:
        desk, one = log_in(cast.maria), label(cast)
        self.post(desk, thread, "etiketter", label=str(one.pk))
        self.post(desk, thread, "ansvarig", person=str(cast.vikar.pk))
        for shown in ("", "?visa=vantar", f"?etikett={one.pk}", f"?visa=vantar&etikett={one.pk}", "?visa=trams"):
            html = desk.get(f"/samtal/{shown}").content.decode()
            assert f"/samtal/{thread.pk}/" in html, shown
            assert "Inskolning" in html
        for shown in ("?visa=mina", "?visa=klara"):
            assert f"/samtal/{thread.pk}/" not in desk.get(f"/samtal/{shown}").content.decode()
        assert f"/samtal/{thread.pk}/" in log_in(cast.vikar).get("/samtal/?visa=mina").content.decode()

    def test_a_family_sees_nothing_of_it(self, cast: Cast, thread: Thread, log_in: LogIn) -> None:
        desk, one = log_in(cast.maria), label(cast)
        self.post(desk, thread, "etiketter", label=str(one.pk))
        self.post(desk, thread, "ansvarig", person=str(cast.vikar.pk))
        phone = log_in(cast.amina)
        for address in ("/samtal/", "/samtal/?visa=vantar", f"/samtal/?etikett={one.pk}", f"/samtal/{thread.pk}/"):
            html = phone.get(address).content.decode()
            assert "Väntar på svar" not in html
            assert "Inskolning" not in html
            assert "Vem svarar?" not in html
            assert "Viktor" not in html.split('class="talk"')[0]
        assert f"/samtal/{thread.pk}/" in phone.get(f"/samtal/?etikett={one.pk}").content.decode()
        for what in ("klart", "etiketter", "ansvarig"):
            assert self.post(phone, thread, what) == 404

    def test_done_and_open_again(self, cast: Cast, thread: Thread, log_in: LogIn) -> None:
        desk = log_in(cast.maria)
        assert self.post(desk, thread, "klart", done="1") == 302
        assert "Öppna igen" in desk.get(f"/samtal/{thread.pk}/").content.decode()
        assert self.post(desk, thread, "klart", done="0") == 302
        thread.refresh_from_db()
        assert thread.done_at is None

    def test_what_is_no_id_changes_nothing(self, cast: Cast, thread: Thread, log_in: LogIn) -> None:
        desk = log_in(cast.maria)
        assert self.post(desk, thread, "etiketter", label="trams") == 302
        assert self.post(desk, thread, "ansvarig", person=str(cast.jonas.pk)) == 302
        assert "Välj någon som läser samtalet här." in desk.get(f"/samtal/{thread.pk}/").content.decode()
        assert desk.get("/samtal/?etikett=trams&visa=trams").status_code == 200

    def test_labels_are_made_and_removed(self, cast: Cast, log_in: LogIn) -> None:
        desk = log_in(cast.maria)
        desk.post("/samtal/etiketter/", {"inbox": str(cast.blasippan.pk), "words": "  Special  kost "})
        assert Label.objects.get().words == "Special kost"
        again = desk.post("/samtal/etiketter/", {"inbox": str(cast.blasippan.pk), "words": "special kost"})
        assert again.status_code == 422
        assert "finns redan" in again.content.decode()
        forged = desk.post("/samtal/etiketter/", {"inbox": str(cast.musslan.pk), "words": "Hej"})
        assert forged.status_code == 422
        address = f"/samtal/etiketter/{Label.objects.get().pk}/ta-bort/"
        assert log_in(cast.jonas).post(address).status_code == 404
        assert desk.post(address).status_code == 302
        assert not Label.objects.exists()

    def test_a_closed_conversation_says_so_to_the_house(self, cast: Cast, thread: Thread, log_in: LogIn) -> None:
        Guardianship.objects.filter(child=cast.elsa).update(ends_on=days.today() - timedelta(days=1))
        html = log_in(cast.maria).get(f"/samtal/{thread.pk}/").content.decode()
        assert "Ingen i familjen läser det här samtalet längre." in html
