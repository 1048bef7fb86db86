"""The pages of posts: the feed, a post, and writing one. Who is shown, who can open and who is told are one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, Protection, User
from children import access, protection
from children.access import Action
from children.actors import Actor
from children.models import NamedReader, ProtectedIdentity
from children.selectors.reach_places import who_may_at
from documents.models import BlurredCopy, StoredFile
from documents.services import copies
from documents.shown_rules import Box
from messaging import curriculum, post_rules
from messaging.models import Post, PostChild, PostRead
from messaging.selectors.feed import Before, Sought, feed_for
from messaging.selectors.post_readers import (
    audience_of,
    children_at,
    guardians_among,
    readers_of_post,
    readers_today,
)
from messaging.selectors.posts import posts_for
from messaging.selectors.tagging import still_to_tag
from messaging.services import posts
from notifications.models import Delivery, Kind, Way
from portal.lib import clock, days
from tests.cast import Cast, child, employ, fill, guard, person, place, tablet
from tests.test_access_property import TODAY, World, build, plans
from tests.test_posts import HALF_A_MINUTE, allow, draft, picture, published, tag, with_pictures
from tests.test_posts import publish as go_out
from tests.test_query_counts import COUNTS, queries

LogIn = Callable[[User], Client]
PHASES = [phase for phase in Phase if phase != Phase.explain]


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def page(browser: Client, address: str, **fields: Any) -> str:
    response = browser.post(address, fields, follow=True) if fields else browser.get(address, follow=True)
    assert response.status_code == 200, response.status_code
    return text_of(response.content.decode())


def sent(cast: Cast, post: Post, **more: Any) -> dict[str, Any]:
    """Return the fields of the form as somebody filled it in who saw the readers of the whole department."""
    children = children_at(post.department_id, days.today())
    seen = audience_of(Actor.of_person(cast.maria), post.department, children, clock.now(), is_for_all=True).print
    fields = {"title": "Svampskogen", "text": "Vi letade svamp.", "readers": "all", "language": "sv"}
    return fields | {"version": post.version, "seen": seen, "do": "save"} | more


# The pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """Begun by one of the department, gone on with by another, published, read, answered."""
    maria, viktor, amina = log_in(cast.maria), log_in(cast.vikar), log_in(cast.amina)
    begun = maria.post(f"/inlagg/avdelning/{cast.blasippan.pk}/nytt/")
    post = Post.objects.get()
    assert begun["Location"] == f"/inlagg/{post.pk}/skriv/"
    saved = page(maria, begun["Location"], **sent(cast, post, title="Svamp"))
    assert "Läses av 3 vårdnadshavare till 2 barn" in saved
    assert "Amina Lind Vårdnadshavare · Elsa L" in saved
    assert "Maria Berg skrev senast idag" in page(viktor, "/inlagg/")

    post.refresh_from_db()
    out = page(viktor, f"/inlagg/{post.pk}/skriv/", **sent(cast, post, goals="normer", do="publish"))
    assert "Publiceras om" in out
    assert "Inga inlägg än" in page(amina, "/inlagg/")
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    feed = page(amina, "/inlagg/")
    assert "Svampskogen" in feed
    assert "Blåsippan · idag" in feed
    assert PostRead.objects.get().person == cast.amina
    assert "Läst av 1 av 3" in page(maria, f"/inlagg/{post.pk}/")

    own = page(amina, f"/inlagg/{post.pk}/")
    assert "Normer och värden" in own
    assert "Läst av" not in own
    assert "Avdelningen läser det" in page(amina, f"/inlagg/{post.pk}/tack/", text="Så fint!")
    page(amina, f"/inlagg/{post.pk}/hjarta/", on="1")
    received = page(viktor, f"/inlagg/{post.pk}/")
    assert "Så fint! Amina Lind · Elsa" in received
    assert "1 hjärta" in received
    johan = page(log_in(cast.johan), f"/inlagg/{post.pk}/")
    assert "Så fint!" not in johan
    assert "hjärta" not in johan.replace("Hjärta", "")


@pytest.mark.django_db
def test_the_feed_merges_siblings_and_goes_on_page_by_page(cast: Cast, log_in: LogIn) -> None:
    employ(cast.maria, department=cast.ekorren)
    made = []
    for turn in range(12):
        post = published(cast, title=f"Dag {turn}")
        Post.objects.filter(pk=post.pk).update(department=cast.ekorren if turn % 2 else cast.blasippan)
        made.append(post.pk)
    actor = Actor.of_person(cast.amina)
    first = feed_for(actor)
    second = feed_for(actor, sought=Sought(before=first.more))
    assert [one.id for one in (*first.posts, *second.posts)] == made[::-1]
    assert {one.department for one in first.posts} == {"Blåsippan", "Ekorren"}
    assert second.more is None
    phone = log_in(cast.amina)
    more = re.search(r'hx-get="(\?fore=[^"]+)"', phone.get("/inlagg/").content.decode())
    assert more
    answer = phone.get(f"/inlagg/{more.group(1)}", headers={"HX-Request": "true"}).content.decode()
    assert "Dag 1" in answer
    assert "Dag 11" not in answer
    assert "<html" not in answer
    for wrong in ("x", "1~x", "nan~" + str(made[0]), "1e400~" + str(made[0]), "~"):
        assert phone.get("/inlagg/", {"fore": wrong}).status_code == 404, wrong


@pytest.mark.django_db
def test_posts_that_came_out_in_the_same_moment_are_all_found(cast: Cast) -> None:
    now = clock.now()
    for turn in range(5):
        published(cast, title=f"Dag {turn}")
    Post.objects.update(published_at=now + timedelta(minutes=1))
    actor, found, before = Actor.of_person(cast.amina), [], None
    for _page in range(3):
        feed = feed_for(actor, most=2, sought=Sought(before=before))
        found += [one.id for one in feed.posts]
        before = Before(feed.more.moment, feed.more.post_id) if feed.more else None
    assert len(found) == len(set(found)) == 5


@pytest.mark.django_db
def test_the_house_looks_for_a_goal(cast: Cast, log_in: LogIn) -> None:
    published(cast, title="Alla är olika", goals=frozenset({"normer"}))
    published(cast, title="Vi bygger", goals=frozenset({"omsorg"}))
    found = page(log_in(cast.eva), "/inlagg/?mal=normer")
    assert "Alla är olika" in found
    assert "Vi bygger" not in found
    assert "Inga inlägg om det målet" in page(log_in(cast.eva), "/inlagg/?mal=finns-inte")


@pytest.mark.django_db
def test_the_municipalitys_own_goals(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "goals.toml"
    own.write_text('[goals]\nlek = "Lek och glädje"\n')
    settings.CURRICULUM = str(own)
    assert [goal.heading for goal in curriculum.goals()] == ["Lek och glädje"]
    assert curriculum.headings(["normer", "lek"]) == [curriculum.Goal("lek", "Lek och glädje")]
    post = draft(cast, goals=frozenset({"lek", "normer"}))
    assert list(post.goals.values_list("key", flat=True)) == ["lek"]


@pytest.mark.django_db
def test_a_refused_publish_comes_back_filled_in(cast: Cast, log_in: LogIn) -> None:
    post = draft(cast)
    fields = sent(cast, post, title="", text="Många ord", do="publish")
    answer = log_in(cast.maria).post(f"/inlagg/{post.pk}/skriv/", fields)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Skriv en rubrik." in shown
    assert "Många ord" in shown
    post.refresh_from_db()
    assert (post.is_draft, post.text) == (True, "Många ord")  # saved all the same


@pytest.mark.django_db
def test_two_write_at_once_and_nothing_is_lost(cast: Cast, log_in: LogIn) -> None:
    post = draft(cast)
    seen = post.version
    viktor, maria, address = log_in(cast.vikar), log_in(cast.maria), f"/inlagg/{post.pk}/skriv/"
    page(viktor, address, **sent(cast, post, text="Viktors ord", version=seen))
    answer = maria.post(address, sent(cast, post, text="Marias ord", version=seen))
    told = text_of(answer.content.decode())
    assert answer.status_code == 422
    assert "Viktor Vik sparade utkastet" in told
    assert "Viktors ord" in told
    assert "Marias ord" in told
    # A page that saves by itself is told the same, and goes on being told until somebody has chosen.
    again = maria.post(
        address, sent(cast, post, text="Marias ord", version=seen), headers={"HX-Request": "true"}
    ).content.decode()
    assert "Viktors ord" in again
    assert "post-version" not in again
    page(maria, address, **sent(cast, post, text="Marias ord", version=seen, over=seen + 1, do="join"))
    post.refresh_from_db()
    assert post.text == "Marias ord\n\nViktors ord"


@pytest.mark.django_db
def test_a_choice_upon_what_was_seen_does_not_overwrite_what_came_after_it(cast: Cast, log_in: LogIn) -> None:
    post = draft(cast)
    seen = post.version
    viktor, maria, address = log_in(cast.vikar), log_in(cast.maria), f"/inlagg/{post.pk}/skriv/"
    page(viktor, address, **sent(cast, post, text="Viktors ord", version=seen))
    page(viktor, address, **sent(cast, post, text="Viktors nästa ord", version=seen + 1))
    answer = maria.post(address, sent(cast, post, text="Marias ord", version=seen, over=seen + 1, do="mine"))
    assert answer.status_code == 422
    post.refresh_from_db()
    assert post.text == "Viktors nästa ord"


@pytest.mark.django_db
def test_pictures_come_with_a_plain_form(cast: Cast, log_in: LogIn) -> None:
    post, maria = draft(cast), log_in(cast.maria)
    address = f"/inlagg/{post.pk}/skriv/"
    fields = sent(cast, post, do="upload", text="Med bilder", pictures=[picture(), picture("b.jpg")])
    assert "2 bilder" in page(maria, address, **fields)
    first, second = post.pictures.all()
    post.refresh_from_db()
    described = sent(cast, post, text="Med bilder", do=f"earlier.{second.pk}", **{f"alt-{first.pk}": "En svamp"})
    page(maria, address, **described)
    assert [one.alt for one in post.pictures.all()] == ["", "En svamp"]
    page(maria, address, **sent(cast, post, do=f"remove.{first.pk}"))
    assert post.pictures.get().pk == second.pk
    wrong = SimpleUploadedFile("virus.exe", b"MZ" + b"\0" * 200)
    assert "virus.exe:" in page(maria, address, **sent(cast, post, do="upload", pictures=[wrong]))


@pytest.mark.django_db
def test_another_drafts_picture_is_not_moved_or_thrown_away_by_this_one(cast: Cast, log_in: LogIn) -> None:
    own = draft(cast)
    employ(cast.vikar, department=cast.musslan)
    other = posts.begin(
        department_id=cast.musslan.pk, language="sv", actor=Actor.of_person(cast.vikar), now=clock.now()
    )
    (foreign,) = with_pictures(other, cast.vikar, "ready")
    fields = sent(cast, own, **{f"alt-{foreign.pk}": "x"})
    page(log_in(cast.maria), f"/inlagg/{own.pk}/skriv/", **fields | {"do": f"remove.{foreign.pk}"})
    foreign.refresh_from_db()
    assert foreign.alt == ""
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_on_the_tablet_with_a_pin_a_post_is_written_and_no_family_is_answered_for(
    cast: Cast, log_in: LogIn, on_tablet: Callable[[str], Client]
) -> None:
    """A PIN opens the tablet's own department, and never what somebody reads as a guardian."""
    guard(cast.maria, cast.leo)
    post = published(cast)
    elsewhere = _published_at_musslan(cast)
    paired, cookie = tablet(cast.blasippan)
    actor = Actor.of_tablet(paired, cast.maria)
    assert [one.id for one in feed_for(actor).posts] == [post.pk]
    assert set(posts_for(Actor.of_person(cast.maria))) == {post, elsewhere}
    hall = on_tablet(cookie)
    assert hall.get("/inlagg/").headers["Location"].startswith("/platta/pin/")
    assert not PostRead.objects.exists()


def _published_at_musslan(cast: Cast) -> Post:
    actor, now = Actor.of_person(cast.jonas), clock.now()
    post = posts.begin(department_id=cast.musslan.pk, language="sv", actor=actor, now=now)
    Post.objects.filter(pk=post.pk).update(title="Krabbor", text="Vi fann krabbor.")
    go_out(post, cast.jonas)
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    post.refresh_from_db()
    return post


@pytest.mark.django_db
def test_the_family_of_a_protected_child_is_unnamed_to_those_who_do_not_know(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.1, 5.4: neither its guardians' names nor a tag nor the word."""
    protection.protect_child(child=cast.noor, level=Protection.CONFIDENTIAL, now=clock.now())
    cast.noor.refresh_from_db()
    post = draft(cast)
    shown = page(log_in(cast.vikar), f"/inlagg/{post.pk}/skriv/")
    assert "Läses av 3 vårdnadshavare till 2 barn" in shown
    assert f"Vårdnadshavare {cast.noor.given_name}" in shown
    assert "Yasmin" not in shown
    assert "skyddad" not in shown.lower()
    assert str(cast.noor.pk) not in log_in(cast.vikar).get(f"/inlagg/{post.pk}/skriv/").content.decode()
    NamedReader.objects.create(
        identity=ProtectedIdentity.objects.get(child=cast.noor), reader=cast.maria, starts_on=days.today()
    )
    assert "Yasmin Aziz" in page(log_in(cast.maria), f"/inlagg/{post.pk}/skriv/")


@pytest.mark.django_db
def test_a_withdrawn_post_says_nothing_to_anybody(cast: Cast, log_in: LogIn) -> None:
    post = published(cast, title="Hemligheten", text="Det som inte skulle sagts")
    assert "återkallat" in page(log_in(cast.maria), f"/inlagg/{post.pk}/aterkalla/", do="ja")
    for one in (cast.amina, cast.maria, cast.eva):
        for address in ("/inlagg/", f"/inlagg/{post.pk}/", "/nytt/"):
            shown = log_in(one).get(address, follow=True).content.decode()
            assert "Hemligheten" not in shown
            assert "inte skulle sagts" not in shown
    assert log_in(cast.amina).post(f"/inlagg/{post.pk}/tack/", {"text": "Tack"}).status_code == 404
    assert "Ett meddelande är återkallat: ett återkallat inlägg" in page(log_in(cast.eva), "/nytt/")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/inlagg/", "/inlagg/{}/"])
def test_what_nobody_sees_is_not_read(cast: Cast, log_in: LogIn, address: str) -> None:
    """PROMISES 3.2: a page fetched ahead, or only asked after, makes nobody a reader."""
    address, phone = address.format(published(cast).pk), log_in(cast.amina)
    phone.get(address, headers={"Sec-Purpose": "prefetch"})
    phone.head(address)
    assert not PostRead.objects.exists()
    phone.get(address)
    assert PostRead.objects.get().person == cast.amina


@pytest.mark.django_db
def test_looks_are_written_down(cast: Cast, log_in: LogIn) -> None:
    """PROMISES 3.5."""
    post = published(cast, about=(cast.elsa,))
    log_in(cast.amina).get(f"/inlagg/{post.pk}/")
    entry = AuditEntry.objects.filter(is_look=True).latest("pk")
    assert (entry.action, entry.children) == ("post", [str(cast.elsa.pk)])


@pytest.mark.django_db
def test_what_to_think_of_before_publishing(cast: Cast) -> None:
    """Somebody new since the last post, and a child with many readers."""
    published(cast)
    place(newcomer := child("Ture"), cast.blasippan)
    guard(person("Tilde"), newcomer)
    actor = Actor.of_person(cast.maria)
    children = children_at(cast.blasippan.pk, actor.today)

    def said() -> list[str]:
        shown = audience_of(actor, cast.blasippan, children, clock.now(), is_for_all=True)
        return [caution.said for caution in shown.cautions]

    assert said() == [
        "En vårdnadshavare läser för första gången.",
        "Till familjerna på Blåsippan har det gått 1 avisering den senaste veckan.",
    ]
    for turn in range(post_rules.MANY_READERS):
        guard(person(f"Vuxen{turn}"), newcomer)
    assert said()[0] == "67 personer läser det här. Titta på listan en gång till."


@pytest.mark.django_db
def test_its_colours_stand_in_a_pictures_place_but_nobodys_who_is_blurred(cast: Cast, log_in: LogIn) -> None:
    """G03: of a face that fills the picture sixteen pixels are enough for whoever knows it."""
    post = draft(cast)
    clear, blurred = with_pictures(post, cast.maria, "ready", "ready")
    box = Box(10, 10, 100, 100)
    tag(blurred.file, cast.noor, box=box)
    copies.ask({blurred.file_id: {frozenset([box])}})
    for one, colours in ((clear, "S0xBUg=="), (blurred, "RE9MRA==")):
        StoredFile.objects.filter(pk=one.file_id).update(placeholder=colours)
    written = log_in(cast.maria).get(f"/inlagg/{post.pk}/skriv/").content.decode()
    assert written.count("data:image/webp;base64,") == 2
    go_out(post, cast.maria)
    BlurredCopy.objects.update(state=BlurredCopy.State.READY)
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    for address in ("/inlagg/", f"/inlagg/{post.pk}/"):
        shown = log_in(cast.amina).get(address).content.decode()
        assert 'src="data:image/webp;base64,S0xBUg=="' in shown
        assert f"/inlagg/bild/{blurred.pk}/medium/" in shown
        assert "RE9MRA==" not in shown


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, 10])
def test_what_the_pages_cost(cast: Cast, log_in: LogIn, number: int) -> None:
    """The same with two posts and two children as with ten and ten; each post has six pictures.

    In each are an own child and, blurred, another family's.
    """
    for one in fill(cast.blasippan, number):
        guard(cast.amina, one)
    allow(cast.elsa)
    for turn in range(number):
        post = draft(cast, title=f"Dag {turn}")
        for place_in, added in enumerate(with_pictures(post, cast.maria, *["ready"] * 6)):
            box = Box(10 + place_in, 10, 100, 100)
            tag(added.file, cast.elsa, cast.noor, box=box)
            copies.ask({added.file_id: {frozenset([box])}})
        go_out(post, cast.maria)
    BlurredCopy.objects.update(state=BlurredCopy.State.READY)
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    unwritten = draft(cast)
    (shown,) = with_pictures(unwritten, cast.maria, "ready")
    phone, desk = log_in(cast.amina), log_in(cast.maria)
    phone.get("/inlagg/"), desk.get(f"/inlagg/{unwritten.pk}/skriv/")
    with patch("documents.serving.serve", return_value=HttpResponse(b"jpg")):
        picture_costs = queries(desk, f"/inlagg/bild/{shown.pk}/small/")
        published_costs = queries(phone, f"/inlagg/bild/{post.pictures.all()[0].pk}/small/")
    assert {
        "feed": queries(phone, "/inlagg/"),
        "house": queries(desk, "/inlagg/"),
        "post": queries(phone, f"/inlagg/{post.pk}/"),
        "reception": queries(desk, f"/inlagg/{post.pk}/"),
        "write": queries(desk, f"/inlagg/{unwritten.pk}/skriv/"),
        "picture": picture_costs,
        "blurred": published_costs,
    } == COUNTS["posts"]


# List, door, notice ---------------------------------------------------------------------------------------------------

some = st.sets(st.integers(0, 3), max_size=3)
stories = st.lists(st.tuples(some, st.booleans(), st.integers(0, 2)), min_size=1, max_size=4)


def told_of(world: World, story: tuple[set[int], bool, int]) -> Post:
    children, is_for_all, where = story
    department = world.departments[where % len(world.departments)]
    now, author = clock.now(), person("Astrid", email=f"astrid.{Post.objects.count()}@example.org")
    employ(author, department=department)  # by the word of somebody who does not work there it would not go out
    post = Post.objects.create(
        department=department,
        title="x",
        text="y",
        language="sv",
        is_for_all=is_for_all,
        author=author,
        changed_by=author,
        changed_at=now,
        published_by=author,
        state=Post.State.PUBLISHING,
        leaves_at=days.at(TODAY, clock.now().time()),
    )
    chosen = {world.children[number].pk for number in children}
    here = children_at(department.pk, TODAY) if is_for_all else still_to_tag(department.pk, chosen, TODAY)
    PostChild.objects.bulk_create([PostChild(post=post, child_id=child_id) for child_id in here])
    return post


@pytest.mark.django_db
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES)
@given(plan=plans, stories=stories)
def test_who_is_shown_who_can_open_and_who_is_told_are_the_same(
    plan: dict[str, Any], stories: list[tuple[set[int], bool, int]]
) -> None:
    with transaction.atomic():
        world = build(plan)
        made = [told_of(world, story) for story in stories]
        made = [post for post in made if guardians_among(readers_today(post, TODAY))]  # the others do not go out
        shown = [readers_today(post, TODAY) for post in made]
        for post in made:
            posts.release_due(now=post.leaves_at or clock.now())
        for post, readers in zip(made, shown, strict=True):
            told = Delivery.objects.filter(event=post.pk, kind=Kind.POST_PUBLISHED, way=Way.IN_APP)
            people = list(told.values_list("person", flat=True))
            assert sorted(people) == sorted(one for one, reader in readers.items() if reader.relation == "guardian")
        for human in world.people:
            actor = Actor.of_person(human, TODAY)
            listed = set(posts_for(actor))
            for post, readers in zip(made, shown, strict=True):
                assert (human.pk in readers) == (post in listed)
                assert (human.pk in readers) == (
                    human.pk in readers_of_post(post.department, _chosen(post), TODAY, is_for_all=post.is_for_all)
                )
            assert {one.id for one in feed_for(actor, most=50).posts} == {post.pk for post in listed}
        transaction.set_rollback(True)


def _chosen(post: Post) -> set[Any]:
    return set(PostChild.objects.filter(post=post).values_list("child", flat=True))


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES)
@given(plan=plans)
def test_the_table_says_the_same_from_the_departments_as_from_the_people(plan: dict[str, Any]) -> None:
    with transaction.atomic():
        world = build(plan)
        for department in world.departments:
            reached = set(who_may_at(Action.WRITE_POSTS, department, TODAY))
            expected = {
                one.pk
                for one in world.people
                if access.departments_for(Actor.of_person(one, TODAY), Action.WRITE_POSTS)
                .filter(pk=department.pk)
                .exists()
            }
            assert reached == expected
        transaction.set_rollback(True)
