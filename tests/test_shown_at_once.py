"""Who is seen in a post's pictures, asked at each request: closed at the very next one (G03-G05, DOMAIN 5.2-5.4)."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from accounts.models import Protection, User
from children.actors import Actor
from children.models import Block, Child, Consent, Purpose, ShownChange
from children.services import consents
from children.services.consents import Reply
from children.services.relations import block
from documents import copying, drawing, pictures, rules
from documents.models import BlurredCopy, Document, PdfPage, PictureTag, StoredFile
from documents.services import copies
from documents.services.tags import Change
from documents.shown_rules import Box
from messaging.models import Post, PostChild, PostPicture
from messaging.post_rules import Written
from messaging.services import post_hiding, post_tags, posts
from messaging.services.post_pictures import add
from notifications.models import Delivery, Kind
from portal.lib import clock, days
from tests.cast import Cast, child, guard, person, place
from tests.papers import pdf, shared, version_of
from tests.test_posts import HALF_A_MINUTE, allow, draft, picture, publish, seen_by, tag, told

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
BOX = Box(100, 100, 300, 300)


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


def noisy() -> SimpleUploadedFile:
    """Return a picture of which every part changes when it is blurred."""
    out = io.BytesIO()
    Image.effect_noise((640, 480), 90).save(out, "PNG")
    return SimpleUploadedFile("brus.png", out.getvalue(), "image/png")


def with_one(cast: Cast, upload: SimpleUploadedFile | None = None) -> tuple[Post, PostPicture]:
    """Return a draft for all of the department with a picture that is made ready."""

    post = draft(cast)
    assert add(post_id=post.pk, uploads=[upload or picture()], actor=Actor.of_person(cast.maria), now=clock.now()) == []
    pictures.make_waiting(now=clock.now())
    return post, post.pictures.get()


def out(post: Post, cast: Cast) -> None:
    publish(post, cast.maria)
    copying.make_waiting(now=clock.now())
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    post.refresh_from_db()


def answers(browser: Client, one: PostPicture) -> set[int]:
    """Return what each size in each form is answered with."""
    return {
        browser.get(f"/inlagg/bild/{one.pk}/{size}/", headers={"Accept": form}).status_code
        for size in rules.WIDTHS
        for form in ("image/webp", "image/jpeg")
    }


def test_a_child_without_consent_is_named_and_a_box_lets_it_out_blurred(cast: Cast, log_in: LogIn) -> None:
    """G03: refused by name and picture; with a box other families get a copy, the own one gets it clear."""
    post, one = with_one(cast, noisy())
    tag(one.file, cast.elsa)
    with pytest.raises(ValidationError, match="Bild 1: Elsa L saknar samtycke"):
        publish(post, cast.maria)
    PictureTag.objects.update(**dict(zip(("x", "y", "width", "height"), BOX.as_list, strict=True)))
    out(post, cast)
    assert post.state == Post.State.PUBLISHED
    own = log_in(cast.amina).get(f"/inlagg/bild/{one.pk}/medium/")
    other = log_in(cast.neighbour).get(f"/inlagg/bild/{one.pk}/medium/")
    assert (own.status_code, other.status_code) == (200, 200)
    assert own["ETag"] != other["ETag"]
    assert own.getvalue() != other.getvalue()


def test_it_is_said_that_all_are_tagged(cast: Cast) -> None:
    """DOMAIN 5.2: what was said of the pictures that were there is not said of one that comes after."""

    post, _one = with_one(cast)
    actor = Actor.of_person(cast.maria)

    with pytest.raises(ValidationError, match="taggade eller suddade"):
        posts.publish(post_id=post.pk, seen=seen_by(actor, post), actor=actor, now=clock.now())


def _withdraw(cast: Cast) -> None:
    no = Reply(cast.elsa.pk, Purpose.DEPARTMENT, says_yes=False, wording="")
    consents.answer(replies=[no], actor=Actor.of_person(cast.amina), now=clock.now())


def _protect(cast: Cast) -> None:
    Child.objects.filter(pk=cast.elsa.pk).update(protection=Protection.CONFIDENTIAL)


def _end_custody(cast: Cast) -> None:
    cast.elsa.guardianships.filter(guardian=cast.amina).update(ends_on=days.today() - HALF_A_MINUTE * 2880)
    Consent.objects.filter(child=cast.elsa, given_by=cast.johan).update(ended_at=timezone.now())


CHANGES = {"consent": _withdraw, "protected": _protect, "custody": _end_custody}


@pytest.mark.parametrize("change", CHANGES)
def test_closed_at_the_next_request(cast: Cast, log_in: LogIn, change: str) -> None:
    """G04: page and known address, each size and form, and what a browser has kept; not for the own family."""
    post, one = with_one(cast)
    tag(one.file, cast.elsa)
    allow(cast.elsa)
    out(post, cast)
    neighbour, father = log_in(cast.neighbour), log_in(cast.johan)
    address = f"/inlagg/bild/{one.pk}/small/"
    etag = neighbour.get(address)["ETag"]
    assert answers(neighbour, one) == answers(father, one) == {200}
    assert neighbour.get(address, headers={"If-None-Match": etag}).status_code == 304
    began = perf_counter()
    CHANGES[change](cast)
    assert neighbour.get(address).status_code == 404
    assert perf_counter() - began < 1  # as PROMISES 3.4 says
    assert answers(neighbour, one) == {404}
    assert neighbour.get(address, headers={"If-None-Match": etag}).status_code == 404
    assert str(one.pk) not in neighbour.get(f"/inlagg/{post.pk}/").content.decode()
    assert str(one.pk) not in neighbour.get("/inlagg/").content.decode()
    assert answers(father, one) == {200}


def test_a_guardian_who_is_blocked_gets_it_no_more(cast: Cast, log_in: LogIn) -> None:
    """G05."""
    post, one = with_one(cast)
    tag(one.file, cast.elsa)
    allow(cast.elsa)
    out(post, cast)
    johan = log_in(cast.johan)
    assert answers(johan, one) == {200}
    Block.objects.create(child=cast.elsa, person=cast.johan)
    assert answers(johan, one) == {404}


def test_files_get_new_names_and_the_author_a_word_once(
    cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    """G04: nothing lies where it did; copies that nobody needs are gone; whoever wrote it is told of it once."""
    post, one = with_one(cast)
    tag(one.file, cast.elsa)
    allow(cast.elsa)
    out(post, cast)
    old = StoredFile.objects.get().key
    _withdraw(cast)
    for is_again in (False, True):
        if is_again:
            ShownChange.objects.create(child=cast.elsa)
        with django_capture_on_commit_callbacks(execute=True):
            assert post_hiding.follow_changes(now=clock.now()) == 1
    assert StoredFile.objects.get().key != old
    assert not any(path.name.startswith(old.hex) for path in tmp_path.rglob("*"))
    assert ShownChange.objects.count() == 0
    assert told(Kind.PICTURE_HIDDEN) == ["Maria"]
    assert Delivery.objects.filter(kind=Kind.PICTURE_HIDDEN, way="in_app").count() == 1


def test_hidden_anew_is_told_anew(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    """Once for each time that it happens: while it stays hidden, whatever else is said, there is nothing new."""
    post, one = with_one(cast)
    tag(one.file, cast.elsa, cast.noor)
    allow(cast.elsa, cast.noor)
    out(post, cast)
    number = 0

    def said(about: Child, by: User, *, yes: bool) -> None:
        nonlocal number
        number += 1
        reply = Reply(about.pk, Purpose.DEPARTMENT, says_yes=yes, wording="")
        now = clock.now() + HALF_A_MINUTE * number
        consents.answer(replies=[reply], actor=Actor.of_person(by), now=now)
        with django_capture_on_commit_callbacks(execute=True):
            post_hiding.follow_changes(now=now)

    def told_of() -> int:
        return Delivery.objects.filter(kind=Kind.PICTURE_HIDDEN, way="in_app", person=cast.maria).count()

    said(cast.elsa, cast.amina, yes=False)
    said(cast.elsa, cast.johan, yes=False)
    said(cast.noor, cast.neighbour, yes=False)
    assert told_of() == 1
    for one_child, by in ((cast.elsa, cast.amina), (cast.elsa, cast.johan), (cast.noor, cast.neighbour)):
        said(one_child, by, yes=True)
    assert PostPicture.objects.get().hidden_since is None
    said(cast.elsa, cast.amina, yes=False)
    assert told_of() == 2
    actor = Actor.of_person(cast.maria)
    post_tags.tag(picture_id=one.pk, to=Change(places={cast.elsa.pk: BOX}), actor=actor, now=clock.now())
    assert PostPicture.objects.get().hidden_since is None
    said(cast.noor, cast.neighbour, yes=False)
    assert told_of() == 3


def bytes_of(browser: Client, one: PostPicture) -> dict[tuple[str, str], bytes]:
    """Return what each size in each form is answered with."""
    return {
        (size, form): browser.get(f"/inlagg/bild/{one.pk}/{size}/", headers={"Accept": form}).getvalue()
        for size in rules.WIDTHS
        for form in ("image/webp", "image/jpeg")
    }


def test_where_blurring_changed_each_size_and_form_is_made_again(
    cast: Cast,
    log_in: LogIn,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    """G04: two are blurred where one was; of the copy before and of the clean sizes nothing lies where it did."""
    post, one = with_one(cast, noisy())
    tag(one.file, cast.noor, box=Box(500, 500, 300, 300))
    tag(one.file, cast.elsa, box=BOX)
    allow(cast.elsa)
    out(post, cast)
    place(other := child("Tove"), cast.blasippan)
    guard(reader := person("Tova"), other)
    PostChild.objects.create(post=post, child=other)
    browser, father = log_in(reader), log_in(cast.johan)
    assert answers(browser, one) == {200}
    before, clear = bytes_of(browser, one), bytes_of(log_in(cast.maria), one)
    copy = BlurredCopy.objects.get()
    old_keys = [copy.key, StoredFile.objects.get().key]
    _withdraw(cast)
    assert answers(browser, one) == {404}, "until it is made"
    with django_capture_on_commit_callbacks(execute=True):
        post_hiding.follow_changes(now=clock.now())
    copying.make_waiting(now=clock.now())
    assert answers(browser, one) == answers(father, one) == {200}
    after = bytes_of(browser, one)
    for shown, body in after.items():
        assert body
        assert body not in (before[shown], clear[shown]), shown
        assert body != bytes_of(father, one)[shown], "the own child is clear to its father"
    for old in old_keys:
        assert not any(path.name.startswith(old.hex) for path in tmp_path.rglob("*"))
    assert after["small", "image/jpeg"].startswith(b"\xff\xd8")


def test_a_child_that_moves_closes_its_old_doors_at_once(cast: Cast, log_in: LogIn) -> None:
    """PROMISES 3.4: what the department's families read is closed to a family that has left it, each size of each drawn
    page; what is about the child is closed to those with whom it was, and open where it came."""
    (for_all,) = shared(cast.blasippan, cast.maria, data=pdf(1))
    (about,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))
    drawing.draw_waiting(now=clock.now())
    pictures.make_waiting(now=clock.now())
    post, one = with_one(cast)
    out(post, cast)
    family, old, new = log_in(cast.amina), log_in(cast.maria), log_in(cast.jonas)

    def addresses(document: Document) -> list[str]:
        version = version_of(document)
        numbers = PdfPage.objects.filter(preview__file=version.file_id).values_list("number", flat=True)
        sizes = [f"sida/{number}/{size}/" for number in numbers for size in rules.WIDTHS]
        assert sizes
        return [f"/dokument/{document.pk}/", *(f"/dokument/fil/{version.pk}/{end}" for end in ("", "?spara", *sizes))]

    def met(browser: Client, document: Document) -> set[int]:
        forms = ("image/webp", "image/jpeg")
        known = addresses(document)
        return {browser.get(at, headers={"Accept": form}).status_code for at in known for form in forms}

    assert met(family, for_all) == met(family, about) == met(old, about) == {200}
    assert met(new, about) == {404}
    cast.elsa.placements.update(ends_on=days.today() - timedelta(days=1))
    place(cast.elsa, cast.musslan, days.today())
    began = perf_counter()
    assert family.get(addresses(for_all)[1]).status_code == 404
    assert perf_counter() - began < 1  # as PROMISES 3.4 says
    assert met(family, for_all) == met(old, about) == {404}
    assert met(family, about) == met(new, about) == {200}
    assert answers(family, one) == {200}  # what was told to the family stays its memory
    cast.elsa.placements.filter(department=cast.musslan).delete()  # and it came nowhere
    assert met(new, about) == {404}
    assert met(family, about) == {200}


def test_a_tag_after_publication_closes_it(cast: Cast, log_in: LogIn) -> None:
    """A colleague sees that somebody was forgotten: from the next request on the picture is hidden, or blurred."""

    post, one = with_one(cast)
    out(post, cast)
    neighbour = log_in(cast.neighbour)
    assert answers(neighbour, one) == {200}
    actor = Actor.of_person(cast.maria)
    post_tags.tag(picture_id=one.pk, to=Change(added=frozenset([cast.elsa.pk])), actor=actor, now=clock.now())
    assert answers(neighbour, one) == {404}
    told_of = "Bild 1 visas inte för andra familjer"
    maria = log_in(cast.maria)
    assert told_of in maria.get(f"/inlagg/{post.pk}/").content.decode()
    post_tags.tag(picture_id=one.pk, to=Change(places={cast.elsa.pk: BOX}), actor=actor, now=clock.now())
    assert told_of not in maria.get(f"/inlagg/{post.pk}/").content.decode()
    assert answers(neighbour, one) == {404}  # until its copy is made
    copying.make_waiting(now=clock.now())
    assert BlurredCopy.objects.get().is_ready
    assert answers(neighbour, one) == {200}
    with pytest.raises(ValidationError):
        post_tags.tag(picture_id=one.pk, to=Change(added=frozenset([cast.leo.pk])), actor=actor, now=clock.now())


def test_consent_withdrawn_while_it_is_on_its_way_stops_it(cast: Cast) -> None:
    """DOMAIN 5.2: decided again when it goes out."""
    post, one = with_one(cast)
    tag(one.file, cast.elsa)
    allow(cast.elsa)
    publish(post, cast.maria)
    _withdraw(cast)
    posts.release_due(now=clock.now() + HALF_A_MINUTE)
    post.refresh_from_db()
    assert post.is_draft
    assert told(Kind.POST_STOPPED) == ["Maria"]


def test_the_houses_copy_is_made_again_after_every_change(
    cast: Cast,
    log_in: LogIn,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    """G03: of a post about chosen children the house sees these clear and everybody else blurred, whatever changes; and
    whoever opens a page on which a copy is missing asks for it by that.
    """
    post, one = with_one(cast)
    Post.objects.filter(pk=post.pk).update(is_for_all=False)
    for about, left in ((cast.elsa, 100), (cast.noor, 400), (None, 700)):
        if about:
            PostChild.objects.create(post=post, child=about)
        PictureTag.objects.create(file=one.file, child=about, x=left, y=100, width=100, height=100)
    out(post, cast)
    maria, address = log_in(cast.maria), f"/inlagg/{post.pk}/"
    assert answers(maria, one) == {200}
    ShownChange.objects.note([cast.elsa.pk])
    with django_capture_on_commit_callbacks(execute=True):
        post_hiding.follow_changes(now=clock.now())
    copying.make_waiting(now=clock.now())
    assert answers(maria, one) == {200}

    def waits(browser: Client, page: str) -> bool:
        return "görs i ordning" in browser.get(page).content.decode().lower()

    for browser, page in ((maria, address), (maria, "/inlagg/"), (log_in(cast.amina), "/album/")):
        copies.throw_away_unwanted({one.file_id: set()})
        assert waits(browser, page)
        copying.make_waiting(now=clock.now())
        assert not waits(browser, page)
        assert f"/inlagg/bild/{one.pk}/" in browser.get(page).content.decode(), page


def test_what_is_said_of_all_pictures_is_said_of_those_and_their_tags_alone(cast: Cast) -> None:
    """DOMAIN 5.2: no later picture is among them, whatever was sent; and a tag that is taken away asks anew."""
    post, one = with_one(cast)
    tag(one.file, cast.elsa)
    actor, now = Actor.of_person(cast.maria), clock.now()

    def say(mark: str) -> str:
        post.refresh_from_db()
        written = Written(post.title, post.text, "sv", is_for_all=True, child_ids=frozenset(), goals=frozenset())
        at = post.version
        saved = posts.save(post_id=post.pk, written=written, alts={}, version=at, actor=actor, now=now, all_tagged=mark)
        return saved.all_tagged

    assert say("g" * 32) == say(one.pk.hex) == one.pk.hex
    post_tags.tag(picture_id=one.pk, to=Change(removed=frozenset([cast.elsa.pk])), actor=actor, now=now)
    post.refresh_from_db()
    assert post.all_tagged == ""
    assert say("") == ""


@pytest.mark.parametrize("box", [None, BOX])
def test_who_is_kept_from_a_child_sees_it_by_no_sibling(cast: Cast, log_in: LogIn, box: Box | None) -> None:
    """G04: a block is applied last and always wins (DESIGN): the other guardian's yes is for other families."""
    sibling = child("Tilde")
    place(sibling, cast.blasippan, hours_per_week=30)
    for guardian in (cast.amina, cast.johan):
        guard(guardian, sibling)
    post, one = with_one(cast, noisy())
    allow(sibling)
    tag(one.file, sibling, box=box)
    out(post, cast)
    phone, address = log_in(cast.amina), f"/inlagg/bild/{one.pk}/medium/"
    clear = phone.get(address)["ETag"]
    block(actor=Actor.of_person(cast.eva), child=sibling, person_id=cast.amina.pk, reason="Beslut", now=clock.now())
    assert log_in(cast.neighbour).get(address)["ETag"] == clear  # what others may see is as it was
    post_hiding.follow_changes(now=clock.now())
    assert phone.get(address).status_code == 404
    assert phone.get(f"/inlagg/{post.pk}/").status_code == 200
    copying.make_waiting(now=clock.now())
    if box is None:
        assert (str(one.pk) in phone.get("/inlagg/").text, phone.get(address).status_code) == (False, 404)
        assert str(one.pk) not in phone.get("/album/").text
    else:
        assert phone.get(address).getvalue() != log_in(cast.neighbour).get(address).getvalue()


def test_who_works_here_and_is_kept_from_a_child_gets_no_clear_picture_of_it(cast: Cast, log_in: LogIn) -> None:
    post, one = with_one(cast)
    tag(one.file, cast.elsa)
    guard(cast.maria, cast.elsa)
    block(actor=Actor.of_person(cast.eva), child=cast.elsa, person_id=cast.maria.pk, reason="Beslut", now=clock.now())
    for address in (f"/inlagg/bild/{one.pk}/medium/", f"/inlagg/bild/{one.pk}/hel/medium/"):
        assert log_in(cast.maria).get(address).status_code == 404
        assert log_in(cast.vikar).get(address).status_code == 200
    assert post.is_draft


def test_whoever_takes_a_tag_off_what_is_out_is_asked_once_more(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 5.2: the picture stays closed to other families until somebody has read who would be seen then."""
    post, one = with_one(cast)
    tag(one.file, cast.noor, box=BOX)
    tag(one.file, cast.elsa, box=BOX)
    out(post, cast)
    PictureTag.objects.update(**dict.fromkeys(("x", "y", "width", "height")))
    allow(cast.elsa)
    neighbour, vikar, address = log_in(cast.amina), log_in(cast.vikar), f"/inlagg/bild/{one.pk}/barn/"
    assert answers(neighbour, one) == {404}
    was = {"was": [str(cast.noor.pk), str(cast.elsa.pk)]}
    for headers in ({"HX-Request": "true"}, {}):
        asked = vikar.post(address, was | {"child": [str(cast.elsa.pk)]}, headers=headers).content.decode()
        assert "Noor syns då för alla familjer som läser inlägget" in asked
        assert answers(neighbour, one) == {404}
    saved = vikar.post(address, was | {"child": [str(cast.noor.pk)]})
    assert saved.status_code == 302, "Elsa may be shown with or without it"
    assert vikar.post(address, {"agreed": f"child-{cast.noor.pk}"}).status_code == 302
    assert answers(neighbour, one) == {200}
    assert not PictureTag.objects.exists()


def test_a_draft_with_a_picture_that_is_out_opens_it_to_nobody_unasked(cast: Cast, log_in: LogIn) -> None:
    """The same file is what both posts show, and who is in it is said of the file."""
    photo = picture()
    post, one = with_one(cast, photo)
    tag(one.file, cast.noor)
    unknown = PictureTag.objects.create(
        file=one.file, **dict(zip(("x", "y", "width", "height"), BOX.as_list, strict=True))
    )
    PictureTag.objects.filter(child=cast.noor).update(x=1, y=1, width=100, height=100)
    out(post, cast)
    photo.seek(0)
    _draft, again = with_one(cast, photo)
    assert again.file_id == one.file_id
    desk, address = log_in(cast.maria), f"/inlagg/bild/{again.pk}/barn/"
    sent = {"was": [str(cast.noor.pk)], f"was-tag-{unknown.pk}": " ".join(map(str, BOX.as_list)), "beside": "1"}
    asked = desk.post(address, sent, headers={"HX-Request": "true"}).content.decode()
    assert "Samma bild finns i ett inlägg som redan är ute" in asked
    assert "Den som är suddad syns då" in asked
    assert PictureTag.objects.count() == 2
    desk.post(address, {"agreed": f"tag-{unknown.pk}"}, headers={"HX-Request": "true"})
    assert PictureTag.objects.get().child_id == cast.noor.pk
