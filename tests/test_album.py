"""A family's album: its pictures by month, as the one rule shows them, and one of them at a time."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, User
from children.actors import Actor
from children.models import Block, Child, Consent, Department, Purpose
from documents import kept
from documents.models import BlurredCopy, PictureTag, StoredFile
from documents.shown_rules import Box, mark_of
from documents.stores import store
from messaging.models import Post, PostChild, PostPicture
from messaging.selectors.album import ON_A_PAGE, Sought, album_of
from portal.lib import clock, days
from tests.cast import Cast, employ, fill, guard
from tests.test_feed import text_of
from tests.test_query_counts import COUNTS, queries

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
BOX = {"x": 100, "y": 100, "width": 200, "height": 200}


def file() -> StoredFile:
    return StoredFile.objects.create(
        name="bild.webp",
        kind=StoredFile.Kind.PICTURE,
        media_type="image/webp",
        size=3,
        digest="0" * 64,
        state=StoredFile.State.READY,
        width=1600,
        height=1200,
        placeholder="UklGRg==",
    )


def told(
    department: Department,
    author: User,
    about: Iterable[Child],
    pictures: int = 1,
    at: datetime | None = None,
    **columns: Any,
) -> list[PostPicture]:
    """Publish a post that reaches these children, with so many pictures that show nobody; return them."""
    at = at or clock.now() - timedelta(hours=1)
    post = Post.objects.create(
        department=department,
        state=columns.pop("state", Post.State.PUBLISHED),
        title=str(columns.pop("title", "Svampskogen")),
        language="sv",
        author=author,
        changed_by=author,
        changed_at=at,
        published_by=author,
        leaves_at=at,
        published_at=at,
        **columns,
    )
    PostChild.objects.bulk_create(PostChild(post=post, child=child) for child in about)
    return [PostPicture.objects.create(post=post, file=file(), position=number) for number in range(1, pictures + 1)]


def allow(child: Child, *guardians: User) -> None:
    for guardian in guardians:
        Consent.objects.create(
            child=child, purpose=Purpose.DEPARTMENT, given_by=guardian, says_yes=True, given_on=days.today()
        )


def ids_of(person: User, child: Child | None = None, *, only_with: bool = False) -> list[UUID]:
    found = album_of(Actor.of_person(person), Sought(child.pk if child else None, only_with)).found
    return [one.picture_id for one in found]


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """Months as headings, siblings together or one by one, one picture large between its neighbours."""
    this, last = clock.now() - timedelta(hours=1), clock.now() - timedelta(days=45)
    (old,) = told(cast.ekorren, cast.maria, [cast.hugo], at=last, title="Snögubben")
    (new,) = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor], at=this)
    new.alt = "Elsa med en svamp"
    new.save()
    amina = log_in(cast.amina)
    html = amina.get("/album/").content.decode()
    text = text_of(html)
    for moment in (this, last):
        assert f'id="m{days.local(moment):%Y-%m}"' in html
    assert "Gå till en månad" in text
    assert 'alt="Elsa med en svamp"' in html
    assert f"Bild ur Snögubben, {days.in_words(days.day_of(last), 'j F')}" in html
    assert html.index(str(new.pk)) < html.index(str(old.pk))
    assert str(old.pk) not in amina.get(f"/album/?barn={cast.elsa.pk}").content.decode()

    one = amina.get(f"/album/{new.pk}/")
    assert "Elsa med en svamp" in text_of(one.content.decode())
    assert f'href="/album/{old.pk}/"' in one.content.decode()
    assert f"/inlagg/{new.post_id}/" in one.content.decode()
    assert amina.get(f"/album/{old.pk}/?barn={cast.elsa.pk}").status_code == 404
    assert str(new.pk) not in log_in(cast.stranger).get("/album/").content.decode()
    assert log_in(cast.stranger).get(f"/album/{new.pk}/").status_code == 404


def test_only_those_where_the_child_is(cast: Cast, log_in: LogIn) -> None:
    with_elsa, without = told(cast.blasippan, cast.maria, [cast.elsa], 2)
    PictureTag.objects.create(file=with_elsa.file, child=cast.elsa)
    assert ids_of(cast.amina) == [with_elsa.pk, without.pk]
    assert ids_of(cast.amina, only_with=True) == [with_elsa.pk]
    assert ids_of(cast.amina, cast.elsa, only_with=True) == [with_elsa.pk]
    assert ids_of(cast.amina, cast.hugo) == []
    page = text_of(log_in(cast.amina).get(f"/album/?barn={cast.hugo.pk}&med=1").content.decode())
    assert "Inga sådana bilder än" in page
    assert "Elsa är med" in text_of(log_in(cast.amina).get(f"/album/{with_elsa.pk}/").content.decode())


def test_what_is_hidden_leaves_no_gap_and_what_is_blurred_waits(cast: Cast, log_in: LogIn) -> None:
    """G03, G04: a child without consent is hidden from others without a box, and blurred with one; consent opens it."""
    hidden, blurred, clear = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor], 3)
    PictureTag.objects.create(file=hidden.file, child=cast.noor)
    PictureTag.objects.create(file=blurred.file, child=cast.noor, **BOX)
    amina, yasmin = log_in(cast.amina), log_in(cast.neighbour)
    assert ids_of(cast.amina) == [blurred.pk, clear.pk]
    html = amina.get("/album/").content.decode()
    assert str(hidden.pk) not in html
    assert "Görs i ordning" in html  # nobody has made its copy
    assert f"/inlagg/bild/{blurred.pk}/" not in html
    assert amina.get(f"/album/{hidden.pk}/").status_code == 404
    assert "Spara bilden" not in amina.get(f"/album/{blurred.pk}/").content.decode()
    BlurredCopy.objects.update(state=BlurredCopy.State.READY)  # the page has asked for it
    html = amina.get("/album/").content.decode()
    assert f"/inlagg/bild/{blurred.pk}/small/" in html
    assert html.count("data:image/webp") == 1  # what stands in for the blurred one would show the child
    assert ids_of(cast.neighbour) == [hidden.pk, blurred.pk, clear.pk]
    assert yasmin.get(f"/album/{hidden.pk}/").status_code == 200
    allow(cast.noor, cast.neighbour)
    assert ids_of(cast.amina) == [hidden.pk, blurred.pk, clear.pk]


def test_the_one_that_this_family_sees_can_be_saved(
    cast: Cast, log_in: LogIn, settings: Settings, tmp_path: Path
) -> None:
    """Blurred for others, clear for the own family, and with a name of its own on the telephone."""
    settings.FILES_ROOT = tmp_path
    (one,) = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor])
    PictureTag.objects.create(file=one.file, child=cast.noor, **BOX)
    copy = BlurredCopy.objects.create(
        file=one.file, boxes=[[*BOX.values()]], digest=mark_of([Box(*BOX.values())]), state=BlurredCopy.State.READY
    )
    for key, words in ((one.file.key, b"clear"), (copy.key, b"blurred")):
        with kept.working_folder() as folder:
            (folder / "made").write_bytes(words)
            store().put(kept.name_of(key, "large"), folder / "made")
    for guardian, words in ((cast.amina, b"blurred"), (cast.neighbour, b"clear")):
        phone = log_in(guardian)
        assert f"/inlagg/bild/{one.pk}/large/?spara" in phone.get(f"/album/{one.pk}/").content.decode()
        saved = phone.get(f"/inlagg/bild/{one.pk}/large/?spara", headers={"Accept": "image/webp"})
        named = re.fullmatch(r'attachment; filename="bild-[-0-9]{10}-[0-9a-f]{4}\.webp"', saved["Content-Disposition"])
        assert named, "by its day, and never by what its author called it"
        assert b"".join(saved) == words
    assert (
        "attachment"
        not in log_in(cast.amina).get(f"/inlagg/bild/{one.pk}/large/", headers={"Accept": "image/webp"})[
            "Content-Disposition"
        ]
    )
    looks = AuditEntry.objects.filter(is_look=True, action__startswith="post_picture", children=[str(cast.noor.pk)])
    assert sorted(looks.values_list("action", "person_id")) == sorted(
        [*[("post_picture.saved", one.pk) for one in (cast.amina, cast.neighbour)], ("post_picture", cast.amina.pk)]
    )


def test_a_block_and_a_withdrawn_post_close_it_at_once(cast: Cast, log_in: LogIn) -> None:
    (one,) = told(cast.blasippan, cast.maria, [cast.elsa])
    johan = log_in(cast.johan)
    assert johan.get(f"/album/{one.pk}/").status_code == 200
    block = Block.objects.create(child=cast.elsa, person=cast.johan)
    assert johan.get(f"/album/{one.pk}/").status_code == 404
    assert str(one.pk) not in johan.get("/album/").content.decode()
    block.delete()
    Post.objects.update(state=Post.State.WITHDRAWN, withdrawn_at=clock.now())
    assert johan.get(f"/album/{one.pk}/").status_code == 404


def test_whoever_works_here_has_an_album_of_the_own_children_alone(cast: Cast, log_in: LogIn) -> None:
    told(cast.blasippan, cast.maria, [cast.noor])
    assert log_in(cast.maria).get("/album/").status_code == 404
    guard(cast.maria, cast.hugo)
    (own,) = told(cast.ekorren, cast.vikar, [cast.hugo])
    assert ids_of(cast.maria) == [own.pk]
    page = log_in(cast.maria).get("/album/").content.decode()
    assert "Arbetet" in page
    assert ">Mer<" not in page


def test_the_album_is_what_the_rules_say_picture_by_picture(cast: Cast) -> None:
    """What each family gets, against a model that asks of every picture by itself; twenty times by chance (G08)."""
    children = [cast.elsa, cast.hugo, cast.noor, *fill(cast.blasippan, 2)]
    guards = {
        cast.amina: {cast.elsa, cast.hugo},
        cast.neighbour: {cast.noor},
        cast.stranger: {cast.leo},
    }
    for number in range(20):
        chance = random.Random(number)
        Post.objects.all().delete()
        Consent.objects.all().delete()
        allowed = {child for child in (cast.elsa, cast.noor) if chance.random() < 0.5}
        for child in allowed:
            allow(child, *([cast.amina, cast.johan] if child == cast.elsa else [cast.neighbour]))
        made: list[tuple[PostPicture, set[Child], list[tuple[Child | None, bool]]]] = []
        for _turn in range(8):
            about = set(chance.sample(children, 2))
            is_out = chance.random() < 0.8
            columns: dict[str, Any] = {} if is_out else {"state": Post.State.WITHDRAWN, "withdrawn_at": clock.now()}
            for one in told(cast.blasippan, cast.maria, about, 2, **columns):
                tags = [(child, chance.random() < 0.5) for child in chance.sample([*children, None], 2)]
                for one_in, has_box in tags:
                    PictureTag.objects.create(file=one.file, child=one_in, **(BOX if has_box else {}))
                if is_out:
                    made.append((one, about, tags))
        for guardian, own in guards.items():
            wanted = {
                one.pk
                for one, about, tags in made
                if about & own and all(has_box or one_in in own | allowed for one_in, has_box in tags)
            }
            assert set(ids_of(guardian)) == wanted, number


@pytest.mark.parametrize("number", [2, 400])
def test_the_album_costs_the_same_however_many_pictures(cast: Cast, log_in: LogIn, number: int) -> None:
    employ(cast.maria, department=cast.ekorren)
    pictures = [
        one for _post in range(number // 2) for one in told(cast.blasippan, cast.maria, [cast.elsa, cast.noor], 2)
    ]
    for one in pictures:
        PictureTag.objects.create(file=one.file, child=cast.noor, **BOX)
    phone = log_in(cast.amina)
    html = phone.get("/album/").content.decode()  # the hour's look is written down
    assert html.count("Görs i ordning") == min(number, ON_A_PAGE)
    phone.get(f"/album/{pictures[0].pk}/")  # it asks for the copy, once
    assert {
        "page": queries(phone, "/album/"),
        "picture": queries(phone, f"/album/{pictures[0].pk}/"),
    } == COUNTS["album"]
    if number > ON_A_PAGE:
        last = phone.get("/album/?sida=7").content.decode()
        assert "Sida 7 av 7" in text_of(last)
        assert len(set(re.findall(r"#m(\d{4}-\d\d)", html))) <= 1
