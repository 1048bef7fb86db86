"""Posts: begun, gone on with, published when their pictures are ready, taken back, withdrawn (F10, F11)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from accounts.models import Protection, User
from children import protection
from children.actors import Actor
from children.models import Block, Child, Consent
from documents.models import PictureTag, StoredFile
from documents.shown_rules import Box
from messaging import post_rules
from messaging.models import Incident, Post, PostChild, PostPicture, PostThanks
from messaging.post_rules import Written
from messaging.selectors.feed import feed_for
from messaging.selectors.post_readers import audience_of, children_at
from messaging.selectors.posts import posts_for
from messaging.selectors.reactions import own_reaction
from messaging.selectors.shown_pictures import get_picture
from messaging.services import post_pictures, posts
from messaging.services.posts import ChangedMeanwhile
from messaging.services.reactions import put_heart, thank
from notifications.models import Delivery, Kind, Way
from portal.lib import clock, days
from tests.cast import Cast, child, guard, place

pytestmark = pytest.mark.django_db
HALF_A_MINUTE = timedelta(seconds=30)
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


def written(text: str = "Vi letade svamp.", *, about: tuple[Child, ...] = (), **more: Any) -> Written:
    columns = {"title": "Svampskogen", "language": "sv", "goals": frozenset[str]()} | more
    return Written(text=text, is_for_all=not about, child_ids=frozenset(one.pk for one in about), **columns)


def draft(cast: Cast, by: User | None = None, *, about: tuple[Child, ...] = (), **more: Any) -> Post:
    actor, now = Actor.of_person(by or cast.maria), clock.now()
    post = posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=now)
    return posts.save(
        post_id=post.pk, written=written(about=about, **more), alts={}, version=post.version, actor=actor, now=now
    )


def seen_by(actor: Actor, post: Post) -> str:
    """Return the mark of the readers as they are shown."""
    chosen = set(PostChild.objects.filter(post=post).values_list("child", flat=True))
    children = children_at(post.department_id, actor.today) if post.is_for_all else chosen
    return audience_of(actor, post.department, children, clock.now(), is_for_all=post.is_for_all).print


def publish(post: Post, by: User) -> Post:
    """Publish it as somebody who has said that all who are seen in its pictures are tagged or blurred."""
    actor = Actor.of_person(by)
    pictures = post.pictures.values_list("pk", flat=True)
    Post.objects.filter(pk=post.pk).update(all_tagged=post_rules.mark_of_pictures(pictures))
    return posts.publish(post_id=post.pk, seen=seen_by(actor, post), actor=actor, now=clock.now())


def published(cast: Cast, by: User | None = None, *, about: tuple[Child, ...] = (), **more: Any) -> Post:
    post = publish(draft(cast, by, about=about, **more), by or cast.maria)
    Post.objects.filter(pk=post.pk).update(leaves_at=clock.now())
    assert posts.release_due(now=clock.now()) == 1
    post.refresh_from_db()
    return post


def picture(name: str = "skogen.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), tuple(token_bytes(3))).save(out, "PNG")  # never twice the same: that would be one file
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def with_pictures(post: Post, by: User, *states: str) -> list[PostPicture]:
    """Add a picture for each of these states; what the worker makes of a picture is tested where pictures are made."""
    problems = post_pictures.add(
        post_id=post.pk,
        uploads=[picture(f"bild{number}.jpg") for number, _state in enumerate(states, 1)],
        actor=Actor.of_person(by),
        now=clock.now(),
    )
    assert problems == []
    added = list(post.pictures.select_related("file"))
    for one, state in zip(added, states, strict=True):
        mark(one, state)
    return added


def mark(picture: PostPicture, state: str) -> None:
    problem = "unreadable" if state == "damaged" else ""
    StoredFile.objects.filter(pk=picture.file_id).update(state=state, problem=problem, width=64, height=48)


def tag(file: StoredFile, *children: Child, box: Box | None = None) -> None:
    """Write down that these children are in the picture: the last of them in the box, where one is given."""
    for one in children:
        drawn = box.as_list if box and one == children[-1] else [None] * 4
        PictureTag.objects.create(file=file, child=one, **dict(zip(("x", "y", "width", "height"), drawn, strict=True)))


def allow(*children: Child) -> None:
    """Let every guardian of these children say yes to pictures that the department's families see."""
    for one in children:
        for held in one.guardianships.all():
            Consent.objects.create(
                child=one, given_by=held.guardian, purpose="department", says_yes=True, given_on=days.today()
            )


def told(kind: Kind = Kind.POST_PUBLISHED) -> list[str]:
    rows = Delivery.objects.filter(kind=kind, way=Way.IN_APP)
    return sorted(rows.values_list("person__given_name", flat=True))


def reads(*people: User) -> list[str]:
    return [one.given_name for one in people if feed_for(Actor.of_person(one)).posts]


# Who reads ------------------------------------------------------------------------------------------------------------


def test_a_post_about_two_children_is_seen_by_their_guardians_only(cast: Cast) -> None:
    """F11: a guardian of both sees it once, is told once, and reads the own children's names alone."""
    place(both := child("Tove"), cast.blasippan)
    guard(cast.amina, both)
    post = published(cast, about=(cast.elsa, both, cast.noor))
    assert told() == ["Amina", "Johan", "Yasmin"]
    assert [one.id for one in feed_for(Actor.of_person(cast.amina)).posts] == [post.pk]
    assert feed_for(Actor.of_person(cast.amina)).posts[0].about == "Elsa och Tove"
    assert feed_for(Actor.of_person(cast.neighbour)).posts[0].about == "Noor"
    assert reads(cast.amina, cast.johan, cast.neighbour, cast.stranger) == ["Amina", "Johan", "Yasmin"]


def test_a_post_about_one_child_is_not_the_others(cast: Cast) -> None:
    """F11."""
    published(cast, about=(cast.noor,))
    assert told() == ["Yasmin"]
    assert reads(cast.amina, cast.johan, cast.stranger, cast.jonas, cast.ulf, cast.administrator) == []
    assert reads(cast.maria, cast.vikar, cast.eva) == ["Maria", "Viktor", "Eva"]


def test_a_post_for_all_stays_with_those_for_whom_it_was_published(cast: Cast) -> None:
    post = published(cast)
    assert told() == ["Amina", "Johan", "Yasmin"]
    place(newcomer := child("Ture"), cast.blasippan)
    guard(cast.stranger, newcomer)
    assert reads(cast.stranger) == []  # it was told to other families
    cast.elsa.placements.update(ends_on=days.today() - timedelta(days=1))
    assert reads(cast.amina) == ["Amina"]  # a memory stays when the child has moved on
    cast.elsa.guardianships.update(ends_on=days.today() - timedelta(days=1))
    assert not posts_for(Actor.of_person(cast.johan)).filter(pk=post.pk).exists()  # DOMAIN 4.1


def test_nobody_reads_of_a_child_from_whom_it_must_be_kept(cast: Cast) -> None:
    """DOMAIN 6.2: neither as another child's guardian nor as somebody who works there."""
    for kept in (cast.neighbour, cast.vikar):
        Block.objects.create(child=cast.elsa, person=kept, made_by=cast.eva)
    published(cast, about=(cast.elsa, cast.noor))
    assert told() == ["Amina", "Johan"]
    assert reads(cast.neighbour, cast.vikar) == []


def test_a_day_in_another_department_takes_no_family_away(cast: Cast) -> None:
    today = days.today()
    cast.elsa.backup_placements.create(department=cast.musslan, starts_on=today, ends_on=today)
    published(cast)
    assert told() == ["Amina", "Johan", "Yasmin"]


# Who may write --------------------------------------------------------------------------------------------------------


def test_a_draft_is_the_departments_and_nobody_elses(cast: Cast) -> None:
    post = draft(cast)
    again = written("Vi letade och fann.")
    posts.save(
        post_id=post.pk,
        written=again,
        alts={},
        version=post.version,
        actor=Actor.of_person(cast.vikar),
        now=clock.now(),
    )
    for other in (cast.jonas, cast.ulf, cast.amina, cast.administrator, cast.specialist):
        actor = Actor.of_person(other)
        with pytest.raises(Http404):
            posts.save(post_id=post.pk, written=again, alts={}, version=2, actor=actor, now=clock.now())
        with pytest.raises(Http404):
            posts.publish(post_id=post.pk, seen="", actor=actor, now=clock.now())
        with pytest.raises(Http404):
            posts.throw_away(post_id=post.pk, actor=actor, now=clock.now())
        with pytest.raises(Http404):
            post_pictures.add(post_id=post.pk, uploads=[picture()], actor=actor, now=clock.now())


def test_two_go_on_with_the_same_draft_and_the_later_is_told_what_changed(cast: Cast) -> None:
    post = draft(cast)
    seen = post.version
    posts.save(
        post_id=post.pk, written=written("Viktors ord"), alts={}, version=seen, actor=_of(cast.vikar), now=clock.now()
    )
    with pytest.raises(ChangedMeanwhile) as changed:
        posts.save(
            post_id=post.pk,
            written=written("Marias ord"),
            alts={},
            version=seen,
            actor=_of(cast.maria),
            now=clock.now(),
        )
    assert changed.value.theirs.text == "Viktors ord"
    assert changed.value.theirs.differs_in(written("Marias ord")) == ["text"]
    post.refresh_from_db()
    assert (post.text, post.changed_by) == ("Viktors ord", cast.vikar)


def _of(who: User) -> Actor:
    return Actor.of_person(who)


def test_a_child_of_another_department_cannot_be_tagged(cast: Cast) -> None:
    for other in (cast.hugo, cast.leo):
        with pytest.raises(ValidationError):
            draft(cast, about=(other,))
    assert not PostChild.objects.exists()


def test_a_child_with_protected_identity_cannot_be_tagged_and_nobody_is_told_why(cast: Cast) -> None:
    """DOMAIN 5.4: in the same words as any other child that cannot be."""
    protection.protect_child(child=cast.noor, level=Protection.CONFIDENTIAL, now=clock.now())
    refusals = []
    for other in (cast.noor, cast.leo):
        with pytest.raises(ValidationError) as refused:
            draft(cast, about=(other,))
        refusals.append(refused.value.messages)
    assert refusals[0] == refusals[1]
    assert "skydd" not in str(refusals).lower()


def test_a_child_that_has_left_since_it_was_tagged_stops_the_post(cast: Cast) -> None:
    post = draft(cast, about=(cast.elsa,))
    cast.elsa.placements.update(ends_on=days.today() - timedelta(days=1))
    with pytest.raises(ValidationError):
        publish(post, cast.maria)


def test_readers_that_have_changed_are_shown_anew(cast: Cast) -> None:
    post = draft(cast)
    seen = seen_by(Actor.of_person(cast.maria), post)
    guard(cast.stranger, cast.noor)
    with pytest.raises(ValidationError, match="har ändrats"):
        posts.publish(post_id=post.pk, seen=seen, actor=Actor.of_person(cast.maria), now=clock.now())
    with pytest.raises(ValidationError, match="har ändrats"):
        posts.publish(post_id=post.pk, seen="", actor=Actor.of_person(cast.maria), now=clock.now())


def test_what_is_lacking_is_said_at_its_field(cast: Cast) -> None:
    post = draft(cast, title="", text="  ")
    with pytest.raises(ValidationError) as refused:
        publish(post, cast.maria)
    assert set(refused.value.message_dict) == {"title", "text"}


# Pictures and publishing ----------------------------------------------------------------------------------------------


def test_a_post_with_six_photos_is_published_when_they_are_ready(cast: Cast) -> None:
    """F10."""
    post = draft(cast)
    pictures = with_pictures(post, cast.maria, *["waiting"] * 6)
    publish(post, cast.maria)
    later = clock.now() + HALF_A_MINUTE
    assert posts.release_due(now=later) == 0
    assert reads(cast.amina, cast.maria) == []
    for one in pictures:
        mark(one, "ready")
    assert posts.release_due(now=clock.now()) == 0  # it can still be taken back
    assert posts.release_due(now=later) == 1
    assert posts.release_due(now=later) == 0
    (shown,) = feed_for(Actor.of_person(cast.amina)).posts
    assert (len(shown.pictures), shown.more_pictures) == (3, 3)
    assert told() == ["Amina", "Johan", "Yasmin"]


def test_the_author_is_told_which_picture_is_damaged_and_publishes_the_rest(cast: Cast) -> None:
    """F10."""
    post = draft(cast)
    pictures = with_pictures(post, cast.maria, *["waiting"] * 6)
    publish(post, cast.vikar)
    for one in pictures:
        mark(one, "damaged" if one is pictures[3] else "ready")
    later = clock.now() + HALF_A_MINUTE
    assert posts.release_due(now=later) == posts.release_due(now=later) == 0
    assert told(Kind.PICTURE_DAMAGED) == ["Maria", "Viktor"]
    whole = [pictures[0].pk, pictures[3].pk]  # a picture that can be read is not thrown away by this
    posts.publish_without(post_id=post.pk, picture_ids=whole, actor=Actor.of_person(cast.maria), now=later)
    assert posts.release_due(now=later) == 1
    assert list(post.pictures.values_list("pk", flat=True)) == [one.pk for n, one in enumerate(pictures) if n != 3]
    assert StoredFile.objects.count() == 5


def test_a_damaged_picture_of_a_draft_is_named_before_it_goes_out(cast: Cast) -> None:
    post = draft(cast)
    pictures = with_pictures(post, cast.maria, "ready", "damaged")
    with pytest.raises(ValidationError, match="Bild 2 kunde inte göras i ordning"):
        publish(post, cast.maria)
    maria = Actor.of_person(cast.maria)
    post_pictures.leave_out(post_id=post.pk, picture_ids=[one.pk for one in pictures], actor=maria, now=clock.now())
    assert post.pictures.get() == pictures[0], "one that can be read is not thrown away by this"
    publish(post, cast.maria)


def test_all_that_holds_pictures_back_is_said_at_once(cast: Cast) -> None:
    """F10, G03: which could not be made ready, who may not be shown, and that nobody has said that all are tagged."""
    post = draft(cast)
    (whole, _lost) = with_pictures(post, cast.maria, "ready", "damaged")
    tag(whole.file, cast.elsa)
    maria = Actor.of_person(cast.maria)
    with pytest.raises(ValidationError) as refused:
        posts.publish(post_id=post.pk, seen=seen_by(maria, post), actor=maria, now=clock.now())
    lost, unshown, unsaid = refused.value.messages
    assert lost == "Bild 2 kunde inte göras i ordning."
    assert unshown.startswith("Bild 1: Elsa L saknar samtycke")
    assert unsaid.startswith("Kryssa i")


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a\x01\x00\x01\x00", b"hej\n"])
def test_a_post_says_what_goes_in_a_post(cast: Cast, data: bytes) -> None:
    upload = SimpleUploadedFile("bild.jpg", data)
    maria = Actor.of_person(cast.maria)
    problems = post_pictures.add(post_id=draft(cast).pk, uploads=[upload], actor=maria, now=clock.now())
    assert problems == ["bild.jpg: Här går det bara att lägga till bilder: JPEG, PNG, WebP eller HEIC."]


def test_to_go_without_a_damaged_picture_is_said_once(cast: Cast, log_in: Callable[[User], Client]) -> None:
    """F10, G03: also where the post is then refused for something else."""
    post, maria = draft(cast), log_in(cast.maria)
    (_whole, lost) = with_pictures(post, cast.maria, "ready", "damaged")
    page = f"/inlagg/{post.pk}/skriv/"
    sent = {"title": "Svampskogen", "text": "Vi gick", "readers": "all", "language": "sv"}
    sent |= {"seen": seen_by(Actor.of_person(cast.maria), post)}
    first = maria.post(page, sent | {"version": post.version, "do": "publish"})
    assert "Publicera utan bild 2" in first.content.decode()
    post.refresh_from_db()
    go = {"version": post.version, "do": "publish.without", "without": str(lost.pk)}
    second = maria.post(page, sent | go)
    assert second.status_code == 422
    assert "Kryssa i att alla barn som syns" in second.content.decode()
    assert "Publicera utan bild" not in second.content.decode()
    assert not post.pictures.filter(pk=lost.pk).exists()
    post.refresh_from_db()
    ticked = {"version": post.version, "do": "publish", "all_tagged": post_rules.mark_of_pictures([lost.pk])}
    maria.post(page, sent | ticked)
    post.refresh_from_db()
    assert post.state == Post.State.PUBLISHING


def test_what_is_no_picture_takes_none_of_the_others_with_it(cast: Cast) -> None:
    post = draft(cast)
    uploads = [picture(), SimpleUploadedFile("a.txt", b"hej\n"), SimpleUploadedFile("b.jpg", b""), picture()]
    problems = post_pictures.add(post_id=post.pk, uploads=uploads, actor=Actor.of_person(cast.maria), now=clock.now())
    assert [line.partition(":")[0] for line in problems] == ["a.txt", "b.jpg"]
    assert post.pictures.count() == StoredFile.objects.count() == 2


def test_a_refused_picture_is_named_beside_those_that_are_taken(cast: Cast, log_in: Callable[[User], Client]) -> None:
    """F10: one by one as the page sends them, or all at once with a button: none is left behind in silence."""
    post, maria = draft(cast), log_in(cast.maria)
    lies = SimpleUploadedFile("lögn.jpg", b"hej\n", "image/jpeg")
    part = maria.post(f"/inlagg/{post.pk}/bilder/", {"pictures": [lies]}, headers={"HX-Request": "true"})
    html = part.content.decode()
    assert "lögn.jpg" in html.partition('hx-swap-oob="beforeend:#post-problems"')[2]
    written = {"version": post.version, "readers": "all", "language": "sv", "title": "Skogen", "text": "Vi gick."}
    uploads = [picture(), SimpleUploadedFile("tom.jpg", b"")]
    sent = written | {"do": "publish", "seen": seen_by(Actor.of_person(cast.maria), post), "pictures": uploads}
    page = maria.post(f"/inlagg/{post.pk}/skriv/", sent, follow=True)
    assert "tom.jpg: Filen är tom." in page.content.decode()
    post.refresh_from_db()
    assert post.is_draft
    assert post.pictures.count() == 1


def test_pictures_change_places_and_go(cast: Cast) -> None:
    post, actor = draft(cast), Actor.of_person(cast.maria)
    first, second, third = with_pictures(post, cast.maria, "ready", "ready", "ready")
    post_pictures.move_earlier(post_id=post.pk, picture_id=third.pk, actor=actor)
    assert [one.pk for one in post.pictures.all()] == [first.pk, third.pk, second.pk]
    post_pictures.remove(post_id=post.pk, picture_id=first.pk, actor=actor)
    post_pictures.remove(post_id=post.pk, picture_id=first.pk, actor=actor)
    assert [one.pk for one in post.pictures.all()] == [third.pk, second.pk]
    assert StoredFile.objects.count() == 2


def test_a_publish_that_comes_twice_publishes_once(cast: Cast) -> None:
    post = draft(cast)
    seen = seen_by(Actor.of_person(cast.maria), post)
    publish(post, cast.maria)
    with pytest.raises(ValidationError):
        posts.publish(post_id=post.pk, seen=seen, actor=Actor.of_person(cast.maria), now=clock.now())
    later = clock.now() + HALF_A_MINUTE
    assert [posts.release_due(now=later), posts.release_due(now=later)] == [1, 0]
    with pytest.raises(Http404):
        posts.publish(post_id=post.pk, seen=seen, actor=Actor.of_person(cast.maria), now=later)
    assert told() == ["Amina", "Johan", "Yasmin"]


def test_taken_back_within_half_a_minute_nobody_saw_it(cast: Cast) -> None:
    """F04, of posts: and it is a draft again, with all that was written."""
    post = publish(draft(cast), cast.maria)
    posts.undo(post_id=post.pk, actor=Actor.of_person(cast.vikar), now=clock.now())
    assert posts.release_due(now=clock.now() + timedelta(days=1)) == 0
    post.refresh_from_db()
    assert (post.is_draft, post.text, told()) == (True, "Vi letade svamp.", [])
    assert not PostChild.objects.exists()


def test_withdrawn_on_day_seven_and_not_on_day_eight(cast: Cast) -> None:
    """F05, of posts: everybody finds a placeholder, the pictures are refused, the principal is told."""
    post = draft(cast)
    (one,) = with_pictures(post, cast.maria, "ready")
    publish(post, cast.maria)
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    posts.mark_read(post_ids=[post.pk], person_id=cast.amina.pk, now=clock.now())
    post.refresh_from_db()
    actor, at = Actor.of_person(cast.vikar), post.published_at
    assert at
    with pytest.raises(ValidationError):
        posts.withdraw(post_id=post.pk, actor=actor, now=at + timedelta(days=7, seconds=1))
    for other in (cast.amina, cast.jonas):
        with pytest.raises(Http404):
            posts.withdraw(post_id=post.pk, actor=Actor.of_person(other), now=at)
    assert get_picture(Actor.of_person(cast.amina), one.pk)[0] == one.file
    posts.withdraw(post_id=post.pk, actor=actor, now=at + timedelta(days=7))
    with pytest.raises(ValidationError, match="redan återkallat"):
        posts.withdraw(post_id=post.pk, actor=actor, now=at + timedelta(days=7))
    (shown,) = feed_for(Actor.of_person(cast.amina)).posts
    assert (shown.title, shown.text, shown.pictures) == ("Inlägget är återkallat", "", [])
    for reader in (cast.amina, cast.maria):
        with pytest.raises(Http404):
            get_picture(Actor.of_person(reader), one.pk)
    assert told(Kind.MESSAGE_WITHDRAWN) == ["Eva"]
    assert Incident.objects.get(post=post).had_read == [str(cast.amina.pk)]


def test_a_pictures_address_opens_for_the_posts_readers_alone(cast: Cast) -> None:
    post = draft(cast, about=(cast.elsa,))
    (one,) = with_pictures(post, cast.maria, "ready")
    outside = (cast.neighbour, cast.stranger, cast.jonas, cast.ulf, cast.administrator)
    assert get_picture(Actor.of_person(cast.vikar), one.pk)[0] == one.file
    _refused(one.pk, cast.amina, *outside)  # a draft
    publish(post, cast.maria)
    _refused(one.pk, cast.amina, *outside)  # on its way
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    assert get_picture(Actor.of_person(cast.amina), one.pk)[0] == one.file
    _refused(one.pk, *outside)


def _refused(picture_id: UUID, *people: User) -> None:
    for one in people:
        with pytest.raises(Http404):
            get_picture(Actor.of_person(one), picture_id)


# Reactions ------------------------------------------------------------------------------------------------------------


def test_a_familys_thanks_are_the_departments_to_read(cast: Cast) -> None:
    """DOMAIN 4.2: no family reads another's; the author is told once."""
    post, now = published(cast), clock.now()
    thank(post_id=post.pk, text="Så fint!", actor=Actor.of_person(cast.amina), now=now)
    thank(post_id=post.pk, text="Så väldigt fint!", actor=Actor.of_person(cast.amina), now=now)
    assert told(Kind.POST_THANKED) == ["Maria"]
    assert PostThanks.objects.get().text == "Så väldigt fint!"
    with pytest.raises(ValidationError):
        thank(post_id=post.pk, text="x" * (post_rules.LONGEST_THANKS + 1), actor=Actor.of_person(cast.johan), now=now)
    for other in (cast.stranger, cast.maria, cast.jonas):
        with pytest.raises(Http404):
            thank(post_id=post.pk, text="Hej", actor=Actor.of_person(other), now=now)
    thank(post_id=post.pk, text=" ", actor=Actor.of_person(cast.amina), now=now)
    with pytest.raises(ValidationError, match="några ord"):
        thank(post_id=post.pk, text=" ", actor=Actor.of_person(cast.amina), now=now)
    assert not PostThanks.objects.exists()


def test_a_heart_is_given_once_and_taken_back(cast: Cast) -> None:
    post, now = published(cast), clock.now()
    for is_on, hearts in ((True, 1), (True, 1), (False, 0)):
        put_heart(post_id=post.pk, is_on=is_on, actor=Actor.of_person(cast.amina), now=now)
        assert feed_for(Actor.of_person(cast.maria)).posts[0].hearts == hearts
        assert own_reaction(post, cast.amina.pk).has_heart == is_on
        assert own_reaction(post, cast.johan.pk).has_heart is False
    with pytest.raises(Http404):
        put_heart(post_id=post.pk, is_on=True, actor=Actor.of_person(cast.stranger), now=now)


def test_an_address_in_it_can_be_pressed_where_it_is_whole(cast: Cast, log_in: LogIn) -> None:
    link = "https://skogen.example/svamp"
    short = published(cast, text=f"<i>Se</i> {link}")
    long = published(cast, text=f"{link}/kort " + "x " * 2_000 + link)
    phone = log_in(cast.amina)
    pressed = f'<a href="{link}" rel="noopener noreferrer nofollow ugc">'
    page = phone.get(f"/inlagg/{short.pk}/").content.decode()
    assert pressed in page
    assert "&lt;i&gt;" in page
    assert pressed in phone.get(f"/inlagg/{long.pk}/").content.decode()
    for _time in range(2):  # the second is printed from what the first one kept
        feed = phone.get("/inlagg/").content.decode()
        assert feed.count(pressed) == feed.count("&lt;i&gt;Se&lt;/i&gt;") == 1


def test_whoever_comes_back_to_the_withdrawal_by_its_address_finds_the_post(cast: Cast, log_in: LogIn) -> None:
    post = published(cast)
    answer = log_in(cast.maria).get(f"/inlagg/{post.pk}/aterkalla/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/inlagg/{post.pk}/")
    assert log_in(cast.stranger).get(f"/inlagg/{post.pk}/aterkalla/").status_code == 404
    post.refresh_from_db()
    assert not post.is_withdrawn
