"""What becomes of a post between "Publicera" and its families: decided when it goes out, and never in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Protection, User
from children.actors import Actor
from children.models import Child, StaffRole
from children.protection import protect_child
from documents import pictures as sizes
from documents.models import StoredFile
from messaging.models import Post, PostPicture
from messaging.services import posts
from messaging.services.reactions import thank
from notifications.models import Delivery, Kind
from portal.lib import clock, days
from portal.notices import is_still_told
from tests.cast import Cast, child, guard, place
from tests.test_posts import draft, mark, publish, published, reads, told, with_pictures, written

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
LONG_AGO = timedelta(minutes=11)


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


def on_its_way(cast: Cast, *about: Child) -> tuple[Post, PostPicture]:
    """Return a post that was let out an hour ago and waits for its picture."""
    post = draft(cast, about=about)
    (picture,) = with_pictures(post, cast.maria, "waiting")
    publish(post, cast.vikar)
    Post.objects.filter(pk=post.pk).update(leaves_at=clock.now() - timedelta(hours=1))
    assert posts.release_due(now=clock.now()) == 0
    return post, picture


def move(one: Child) -> None:
    one.placements.update(ends_on=days.today() - timedelta(days=1))


def protect(one: Child) -> None:
    protect_child(child=one, level=Protection.CONFIDENTIAL, now=clock.now())


@pytest.mark.parametrize("change", [move, protect])
def test_a_child_that_may_no_longer_be_shown_stops_the_post(
    cast: Cast, log_in: LogIn, change: Callable[[Child], None]
) -> None:
    """F11, DOMAIN 5.4: whoever wrote it and whoever published it are told, and not why."""
    post, picture = on_its_way(cast, cast.elsa, cast.noor)
    change(cast.noor)
    mark(picture, "ready")
    assert posts.release_due(now=clock.now()) == posts.release_due(now=clock.now()) == 0
    assert (told(), told(Kind.POST_STOPPED)) == ([], ["Maria", "Viktor"])
    assert reads(cast.amina, cast.neighbour) == []
    maria = log_in(cast.maria)
    assert "Inlägget gick inte ut: Svampskogen" in maria.get("/nytt/").content.decode()
    page = maria.get(f"/inlagg/{post.pk}/", follow=True).content.decode()
    assert "Ett av barnen kan inte vara med längre" in page
    assert "skydd" not in page.lower()


def test_that_it_was_stopped_is_told_until_it_has_gone_out(cast: Cast, log_in: LogIn) -> None:
    """Neither in the portal nor outside it, whatever else is told of the same post."""
    post, picture = on_its_way(cast, cast.elsa, cast.noor)
    move(cast.noor)
    mark(picture, "ready")
    assert posts.release_due(now=clock.now()) == 0
    maria, words = log_in(cast.maria), "Inlägget gick inte ut"
    rows = list(Delivery.objects.filter(person=cast.maria, kind=Kind.POST_STOPPED))
    assert words in maria.get("/nytt/").content.decode()
    assert is_still_told(rows, clock.now())

    post.refresh_from_db()
    posts.save(
        post_id=post.pk,
        written=written(about=(cast.elsa,)),
        alts={},
        version=post.version,
        actor=Actor.of_person(cast.maria),
        now=clock.now(),
    )
    post.refresh_from_db()
    publish(post, cast.maria)
    Post.objects.filter(pk=post.pk).update(leaves_at=clock.now())
    assert words in maria.get("/nytt/").content.decode()  # it may be stopped again
    assert posts.release_due(now=clock.now()) == 1
    thank(post_id=post.pk, text="Tack", actor=Actor.of_person(cast.amina), now=clock.now())
    page = maria.get("/nytt/").content.decode()
    assert "En familj tackar för Svampskogen" in page
    assert words not in page
    assert not is_still_told(rows, clock.now())


def test_for_all_is_for_those_who_are_there_when_it_goes_out(cast: Cast) -> None:
    post, picture = on_its_way(cast)
    move(cast.noor)
    place(newcomer := child("Ture"), cast.blasippan)
    guard(cast.stranger, newcomer)
    mark(picture, "ready")
    assert posts.release_due(now=clock.now()) == 1
    assert told() == sorted(["Amina", "Johan", cast.stranger.given_name])
    assert reads(cast.neighbour) == []
    post.refresh_from_db()
    assert post.published_by == cast.vikar


def test_what_nobody_would_read_is_not_published(cast: Cast) -> None:
    _post, picture = on_its_way(cast)
    for one in (cast.elsa, cast.noor):
        move(one)
    mark(picture, "ready")
    assert posts.release_due(now=clock.now()) == 0
    assert told(Kind.POST_STOPPED) == ["Maria", "Viktor"]


@pytest.mark.parametrize(("gone", "house"), [(("vikar",), ["Maria"]), (("maria", "vikar"), ["Eva"])])
def test_it_does_not_go_out_by_the_word_of_somebody_who_may_write_there_no_more(
    cast: Cast, log_in: LogIn, gone: tuple[str, ...], house: list[str]
) -> None:
    """DOMAIN 4.1, as a bulletin: it is a draft again, of which whoever wrote it is told, or else the house."""
    post, picture = on_its_way(cast, cast.elsa)
    StaffRole.objects.filter(person__in=[getattr(cast, one) for one in gone]).update(
        ends_on=days.today() - timedelta(days=1)
    )
    mark(picture, "ready")
    assert posts.release_due(now=clock.now()) == 0
    assert (told(), told(Kind.POST_STOPPED)) == ([], house)
    assert reads(cast.amina) == []
    reader = log_in(cast.eva if house == ["Eva"] else cast.maria)
    assert "Inlägget gick inte ut: Svampskogen" in reader.get("/nytt/").content.decode()
    assert reader.get(f"/inlagg/{post.pk}/", follow=True).status_code == 200


def test_a_picture_that_nobody_makes_ready_is_told_of_and_tried_again(cast: Cast, log_in: LogIn) -> None:
    """F10: its worker died, or none comes. The writer has a way on, and so has whoever runs the system."""
    post, picture = on_its_way(cast)
    maria, address = log_in(cast.maria), f"/inlagg/{post.pk}/"
    assert "kunde inte göras i ordning" not in maria.get(address).content.decode()
    StoredFile.objects.update(created_at=clock.now() - LONG_AGO)
    assert posts.release_due(now=clock.now()) == posts.release_due(now=clock.now()) == 0
    assert told(Kind.PICTURE_DAMAGED) == ["Maria", "Viktor"]
    page = maria.get(address).content.decode()
    assert "Bild 1 kunde inte göras i ordning" in page
    assert 'name="again"' in page
    assert "Bilder att göra i ordning" in log_in(cast.administrator).get("/drift/avisering/").content.decode()

    maria.post(f"{address}utan/", {"again": "", "without": str(picture.pk)})
    assert "kunde inte göras i ordning" not in maria.get(address).content.decode()  # it has as long as at first
    assert sizes.make_waiting(now=clock.now()) == 1
    assert posts.release_due(now=clock.now()) == 1


def test_a_post_goes_out_without_a_picture_that_is_stuck(cast: Cast, log_in: LogIn) -> None:
    post, picture = on_its_way(cast)
    without = {"without": str(picture.pk)}
    maria = log_in(cast.maria)
    maria.post(f"/inlagg/{post.pk}/utan/", without)
    assert post.pictures.exists()  # one that is worked at is waited for
    StoredFile.objects.update(created_at=clock.now() - LONG_AGO)
    maria.post(f"/inlagg/{post.pk}/utan/", without)
    assert posts.release_due(now=clock.now()) == 1
    assert not post.pictures.exists()


def test_a_stuck_picture_of_a_draft_is_tried_again_or_taken_away(cast: Cast, log_in: LogIn) -> None:
    post = draft(cast)
    with_pictures(post, cast.maria, "waiting")
    StoredFile.objects.update(created_at=clock.now() - LONG_AGO, tries=3)
    maria, address = log_in(cast.maria), f"/inlagg/{post.pk}/skriv/"
    assert "Bild 1 kunde inte göras i ordning" in maria.get(address).content.decode()
    with pytest.raises(ValidationError, match="Bild 1"):
        publish(post, cast.maria)
    fields = {"title": "Svampskogen", "text": "Vi letade svamp.", "readers": "all", "language": "sv"}
    maria.post(address, fields | {"version": str(post.version), "do": "again"})
    assert "Bild 1 görs i ordning" in maria.get(address).content.decode()
    assert StoredFile.objects.get().tries == 0


def test_what_comes_too_late_is_answered_kindly(cast: Cast, log_in: LogIn) -> None:
    """F04, F05: undone after its half minute, withdrawn twice. Whoever may not is told nothing, as before."""
    post = published(cast)
    maria, amina = log_in(cast.maria), log_in(cast.amina)

    def said(word: str) -> str:
        return maria.post(f"/inlagg/{post.pk}/{word}/", follow=True).content.decode()

    assert "redan publicerat. Du kan återkalla det." in said("angra")
    assert "publiceras inte just nu" in said("utan")
    said("aterkalla")
    assert "redan återkallat" in said("aterkalla")
    for word in ("angra", "utan", "aterkalla"):
        assert amina.post(f"/inlagg/{post.pk}/{word}/").status_code == 404
    waiting, _picture = on_its_way(cast)
    answer = maria.post(f"/inlagg/{waiting.pk}/aterkalla/", follow=True)
    assert "inte publicerat än" in answer.content.decode()
    with pytest.raises(Http404):
        posts.withdraw(post_id=waiting.pk, actor=Actor.of_person(cast.amina), now=clock.now())
