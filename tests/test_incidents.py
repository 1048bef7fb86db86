"""What was withdrawn is listed for whoever answers for it (DOMAIN 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Protection, User
from children.actors import Actor
from children.models import BackupPlacement, Child, StaffRole
from children.protection import protect_child
from documents.services import papers
from messaging.models import Addressee, Incident, IncidentPlace, Message
from messaging.selectors.bulletin_readers import Audience, size_of
from messaging.services import bulletins, posts, threads
from messaging.services.bulletins import BulletinWords
from messaging.services.threads import Words
from notifications.models import Delivery, Kind
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, employ, place
from tests.papers import shared, version_of
from tests.test_posts import published

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
PAGE = "/aterkallat/"
SIBLINGS = [("elsa", "Ekorren", "Blåsippan"), ("hugo", "Blåsippan", "Ekorren")]


def withdrawn(cast: Cast, by: User, *, seen_by: User | None = None) -> Message:
    """Return the first message of a conversation about Elsa, which was read and withdrawn."""
    now = clock.now() - timedelta(minutes=5)
    (message,) = threads.start_threads(
        child_ids=[cast.elsa.pk],
        addressee=Addressee.DEPARTMENT,
        words=Words("Om löss", "Hemligheten", "sv"),
        actor=Actor.of_person(by),
        now=now,
    )
    threads.release_due(now=clock.now())
    if seen_by:
        threads.mark_read(thread=message.thread, person_id=seen_by.pk, now=clock.now())
    return threads.withdraw(message_id=message.pk, actor=Actor.of_person(by), now=clock.now())


def withdrawn_bulletin(audience: Audience, by: User, *, seen_by: User | None = None) -> None:
    actor, then = Actor.of_person(by), clock.now() - timedelta(minutes=5)
    sent = bulletins.send_bulletin(
        bulletin_id=uuid7(),
        audience=audience,
        words=BulletinWords("Vattenläcka", "Hemligheten", "sv"),
        seen=size_of(audience, days.day_of(then)).sign,
        actor=actor,
        now=then,
    )
    if seen_by:
        bulletins.mark_read(bulletin=sent, person_id=seen_by.pk, now=clock.now())
    bulletins.withdraw_bulletin(bulletin_id=sent.pk, actor=actor, now=clock.now())


def protect(one: Child) -> None:
    protect_child(child=one, level=Protection.CONFIDENTIAL, now=clock.now())


def shown(log_in: LogIn, who: User) -> str:
    return log_in(who).get(PAGE).content.decode()


def rows_of(log_in: LogIn, who: User) -> str:
    """Return the same without what stands around the list."""
    page = shown(log_in, who)
    return page[page.index('class="said-entry"') : page.rindex("</main>")]


def test_who_leads_sees_what_was_withdrawn_by_whom_and_who_had_read_it(cast: Cast, log_in: LogIn) -> None:
    withdrawn(cast, cast.maria, seen_by=cast.johan)
    withdrawn_bulletin(Audience(department=cast.blasippan), cast.maria)
    posts.withdraw(post_id=published(cast).pk, actor=Actor.of_person(cast.maria), now=clock.now())
    page = shown(log_in, cast.eva)
    for words in (cast.maria.full_name, "Blåsippan", "1 hade läst det", cast.johan.full_name):
        assert words in page, words
    for words in ("Meddelande", "Anslag", "Inlägg"):
        assert f"<h2>{words}" in page
    for words in ("Om löss", "Hemligheten", "Svampskogen", "Vattenläcka"):
        assert words not in page, words


def test_nobody_else_sees_it(cast: Cast, log_in: LogIn) -> None:
    """One who leads elsewhere sees an empty page; families, staff and other roles none."""
    withdrawn(cast, cast.maria, seen_by=cast.johan)
    posts.withdraw(post_id=published(cast).pk, actor=Actor.of_person(cast.maria), now=clock.now())
    withdrawn_bulletin(Audience(preschool=cast.granliden), cast.eva)
    assert "Inget är återkallat" in shown(log_in, cast.ulf)
    for other in (cast.maria, cast.amina, cast.archivist, cast.communicator):
        assert log_in(other).get(PAGE).status_code == 404


def test_who_runs_the_system_sees_all_of_it_in_numbers(cast: Cast, log_in: LogIn) -> None:
    """No reading of messages: no subject, no names of readers, no way to the conversation."""
    message = withdrawn(cast, cast.amina, seen_by=cast.johan)
    page = shown(log_in, cast.administrator)
    assert "1 hade läst det" in page
    for words in ("Om löss", cast.johan.full_name, cast.amina.full_name, str(message.thread_id)):
        assert words not in page, words
    assert "Familjen" in page


def test_who_leads_sees_none_about_the_own_child(cast: Cast, log_in: LogIn) -> None:
    withdrawn(cast, cast.amina)
    employ(cast.johan, StaffRole.Kind.PRINCIPAL, preschool=cast.granliden)
    assert "Inget är återkallat" in shown(log_in, cast.johan)


def test_a_protected_childs_guardian_is_not_named(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.1."""
    withdrawn(cast, cast.maria, seen_by=cast.johan)
    protect(cast.elsa)
    page = shown(log_in, cast.eva)
    assert "Färre än fem hade läst det" in page
    assert cast.johan.full_name not in page


def names_nothing(page: str, cast: Cast) -> None:
    assert "1 hade läst det" in page
    for words in (cast.johan.full_name, "Elsa", "Vårdnadshavare", "Musslan", "Öppna"):
        assert words not in page, words


@pytest.mark.parametrize("what", ["message", "bulletin"])
def test_who_led_there_then_keeps_it_in_numbers_and_nobody_else_gets_it(cast: Cast, log_in: LogIn, what: str) -> None:
    """DOMAIN 4.6: the child moves to another preschool, and then it leaves."""
    if what == "message":
        withdrawn(cast, cast.maria, seen_by=cast.johan)
    else:
        withdrawn_bulletin(Audience(child_ids=frozenset({cast.elsa.pk})), cast.maria, seen_by=cast.johan)
    assert "Öppna" in rows_of(log_in, cast.eva)
    cast.elsa.placements.update(department=cast.musslan)
    names_nothing(rows_of(log_in, cast.eva), cast)
    assert "Inget är återkallat" in shown(log_in, cast.ulf)
    cast.elsa.placements.update(ends_on=days.today() - timedelta(days=1))
    names_nothing(rows_of(log_in, cast.eva), cast)
    assert "Inget är återkallat" in shown(log_in, cast.ulf)
    names_nothing(rows_of(log_in, cast.administrator), cast)


def test_both_who_led_there_see_it_where_the_child_was_about_to_move(cast: Cast, log_in: LogIn) -> None:
    cast.elsa.placements.update(ends_on=days.today())
    place(cast.elsa, cast.musslan, days.today() + timedelta(days=1))
    withdrawn(cast, cast.maria)
    for who in (cast.eva, cast.ulf):
        assert Delivery.objects.filter(person=who, kind=Kind.MESSAGE_WITHDRAWN).exists()
        assert "Meddelande" in rows_of(log_in, who)


def test_of_what_was_withdrawn_before_places_were_kept_they_are_found(cast: Cast, log_in: LogIn) -> None:
    """Where the child was on that day, by its backup placement if it had one."""
    withdrawn(cast, cast.maria)
    withdrawn_bulletin(Audience(child_ids=frozenset({cast.elsa.pk, cast.hugo.pk})), cast.eva)
    withdrawn_bulletin(Audience(department=cast.blasippan), cast.maria)
    BackupPlacement.objects.create(
        child=cast.hugo, department=cast.musslan, starts_on=days.today(), ends_on=days.today()
    )
    IncidentPlace.objects.all().delete()
    import_module("messaging.migrations.0010_where_it_was_withdrawn").fill_in(apps, None)
    found = IncidentPlace.objects.values_list(
        "incident__bulletin__is_to_chosen", "child__given_name", "department__name"
    )
    assert {*found} == {(None, "Elsa", "Blåsippan"), (True, "Elsa", "Blåsippan"), (True, "Hugo", "Musslan")}
    assert "Meddelande" in rows_of(log_in, cast.eva)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("hidden", "shown_place", "hidden_place"), SIBLINGS)
def test_one_protected_sibling_keeps_the_guardians_of_both_unnamed(
    cast: Cast, log_in: LogIn, hidden: str, shown_place: str, hidden_place: str, when: str
) -> None:
    """DOMAIN 6.1: protected before it is withdrawn, or after."""
    now, amina = clock.now() - timedelta(minutes=5), Actor.of_person(cast.amina)
    (message,) = threads.start_threads(
        child_ids=[cast.elsa.pk, cast.hugo.pk],
        addressee=Addressee.DEPARTMENT,
        words=Words("Om löss", "Hemligheten", "sv"),
        actor=amina,
        now=now,
    )
    threads.release_due(now=clock.now())
    for reader in (cast.johan, cast.maria):
        threads.mark_read(thread=message.thread, person_id=reader.pk, now=clock.now())
    if when == "before":
        protect(getattr(cast, hidden))
    threads.withdraw(message_id=message.pk, actor=amina, now=clock.now())
    if when == "after":
        protect(getattr(cast, hidden))
    page = rows_of(log_in, cast.eva)
    for words in ("Färre än fem hade läst det", cast.maria.full_name, shown_place):
        assert words in page, words
    for words in ("Johan", "Amina", "Elsa", "Hugo", "Vårdnadshavare", hidden_place):
        assert words not in page, words
    assert hidden_place not in rows_of(log_in, cast.administrator)


@pytest.mark.parametrize("hidden", ["elsa", "noor"])
def test_nor_the_readers_of_a_post_or_of_a_bulletin_to_chosen_children(cast: Cast, log_in: LogIn, hidden: str) -> None:
    """DOMAIN 6.1: not even those of the other children."""
    post = published(cast, about=(cast.elsa, cast.noor))
    for reader in (cast.johan, cast.neighbour):
        posts.mark_read(post_ids=[post.pk], person_id=reader.pk, now=clock.now())
    posts.withdraw(post_id=post.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    withdrawn_bulletin(Audience(child_ids=frozenset({cast.elsa.pk, cast.noor.pk})), cast.maria, seen_by=cast.johan)
    assert "Johan" in shown(log_in, cast.eva)
    protect(getattr(cast, hidden))
    page = rows_of(log_in, cast.eva)
    assert page.count("Färre än fem hade läst det") == 2
    for words in ("Johan", "Yasmin", "Elsa", "Noor", "Vårdnadshavare"):
        assert words not in page, words


def test_the_notice_leads_there_and_is_read_with_it(cast: Cast, log_in: LogIn) -> None:
    withdrawn(cast, cast.maria)
    eva, address = log_in(cast.eva), f"{PAGE}#{Incident.objects.get().pk}"
    assert address in eva.get("/nytt/").content.decode()
    assert f'id="{Incident.objects.get().pk}"' in eva.get(PAGE).content.decode()
    assert Delivery.objects.get(person=cast.eva, kind=Kind.MESSAGE_WITHDRAWN, way="in_app").read_at
    assert f'href="{PAGE}"' in eva.get("/").content.decode()


def test_it_is_paged_and_costs_the_same_for_many(cast: Cast, log_in: LogIn) -> None:
    eva = log_in(cast.eva)
    for _number in range(2):
        withdrawn(cast, cast.maria, seen_by=cast.johan)
    eva.get(PAGE)
    counts = []
    for more in (0, 20):
        for _number in range(more):
            withdrawn(cast, cast.maria, seen_by=cast.johan)
        with CaptureQueriesContext(connection) as captured:
            page = eva.get(PAGE).content.decode()
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 1  # the paginator counts
    assert page.count('class="said-entry"') == 20
    assert eva.get(f"{PAGE}?sida=2").content.decode().count('class="said-entry"') == 2


def test_withdrawn_documents_stand_there_too(cast: Cast, log_in: LogIn, settings: Settings, tmp_path: Path) -> None:
    """To whoever leads with the way to it, to whoever runs the system in numbers; of an unknown family no number."""
    settings.FILES_ROOT = tmp_path
    (paper,) = shared(cast.blasippan, cast.maria, cast.elsa)
    papers.mark_opened(version=version_of(paper), actor=Actor.of_person(cast.amina), now=clock.now())
    papers.withdraw(document_id=paper.pk, reason="Fel barn", actor=Actor.of_person(cast.maria), now=clock.now())
    eva, adam = log_in(cast.eva), log_in(cast.administrator)
    assert Delivery.objects.in_app().unread().filter(person=cast.eva, kind=Kind.MESSAGE_WITHDRAWN).exists()
    led, run = eva.get(PAGE).content.decode(), adam.get(PAGE).content.decode()
    assert not Delivery.objects.in_app().unread().filter(person=cast.eva, kind=Kind.MESSAGE_WITHDRAWN).exists()
    for page in (led, run):
        assert "1 hade läst det" in page
        assert "Blåsippan" in page
        for planted in ("Brev till hemmet", "Elsa", "Fel barn"):
            assert planted not in page
    assert f"/dokument/{paper.pk}/" in led
    assert f"/dokument/{paper.pk}/" not in run
    assert "hade läst det" not in log_in(cast.ulf).get(PAGE).content.decode()
    assert log_in(cast.maria).get(PAGE).status_code == 404
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=clock.now())
    assert "Färre än fem hade läst det" in eva.get(PAGE).content.decode()
    assert "Färre än fem hade läst det" in adam.get(PAGE).content.decode()
