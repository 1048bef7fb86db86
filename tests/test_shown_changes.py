"""What follows when it has changed to whom children may be shown, of many pictures and by many workers (G04)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from children.models import ShownChange
from documents import kept
from documents.models import BlurredCopy, PictureTag, Renewal, StoredFile
from documents.services import copies
from documents.shown_rules import Box, mark_of
from messaging.models import Post, PostChild, PostPicture
from messaging.services import post_hiding
from notifications import services
from notifications.models import Delivery, Kind
from portal.lib import bell, clock
from tests.cast import Cast
from tests.test_doors_of_files import a_picture, put

BOX = Box(100, 100, 200, 200)
IN_A_POST = 20


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path) -> Iterator[None]:
    with override_settings(FILES_ROOT=tmp_path):
        yield


def shown(cast: Cast, number: int) -> dict[UUID, UUID]:
    """Publish so many pictures of Elsa and Noor, whom nobody may show; return the files' keys."""
    now, files = clock.now(), [a_picture() for _number in range(number)]
    for place in range(0, number, IN_A_POST):
        post = Post.objects.create(
            department=cast.blasippan,
            author=cast.maria,
            language="sv",
            changed_at=now,
            changed_by=cast.maria,
            published_by=cast.maria,
            state=Post.State.PUBLISHED,
            published_at=now,
            leaves_at=now,
        )
        PostChild.objects.bulk_create([PostChild(post=post, child=one) for one in (cast.elsa, cast.noor)])
        those = enumerate(files[place : place + IN_A_POST], 1)
        PostPicture.objects.bulk_create([PostPicture(post=post, file=file, position=at) for at, file in those])
    PictureTag.objects.bulk_create(
        [PictureTag(file=file, child=one) for file in files for one in (cast.elsa, cast.noor)]
    )
    ShownChange.objects.note([cast.elsa.pk])
    ShownChange.objects.note([cast.elsa.pk, cast.noor.pk])
    return {file.pk: file.key for file in files}


def assert_seen_to(keys: dict[UUID, UUID]) -> None:
    """Hold that every picture has a new name and its old one nothing, and that of each was told once."""
    assert not ShownChange.objects.exists()
    assert not Renewal.objects.exists()
    new = dict(StoredFile.objects.values_list("pk", "key"))
    assert not {pk for pk, key in keys.items() if new[pk] == key}
    told = Delivery.objects.filter(kind=Kind.PICTURE_HIDDEN, way="in_app")
    assert told.count() == told.values("event").distinct().count() == len(keys)
    lying = {file.name.split(".")[0] for file in Path(settings.FILES_ROOT).rglob("*") if file.is_file()}
    assert lying == {key.hex for key in new.values()}


@pytest.mark.django_db(transaction=True)
def test_five_hundred_pictures_are_renamed_once_each_with_few_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of a picture's children changed, and however often."""
    keys = shown(Cast(), 500)
    renamed, link = Counter[UUID](), kept.link

    def counted(old: UUID, new: UUID) -> None:
        renamed[old] += 1
        link(old, new)

    monkeypatch.setattr(kept, "link", counted)
    with CaptureQueriesContext(connection) as queries:
        assert post_hiding.follow_changes(now=clock.now()) == 500
    assert_seen_to(keys)
    assert renamed == dict.fromkeys(keys.values(), 1)
    assert len(queries) < 800  # of 581; one by one it were 12 500


@pytest.mark.django_db
def test_a_turn_ends_and_rings_for_the_next(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    """What else waits for the same worker has its own turn before."""
    shown(cast, post_hiding.PORTION + 1)
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", rung.append)
    assert post_hiding.follow_changes(now=clock.now(), seconds=0) == post_hiding.PORTION
    assert rung == ["messaging.tasks.follow_shown_changes"]
    assert post_hiding.follow_changes(now=clock.now()) == 1


@pytest.mark.django_db
def test_what_changes_while_it_is_seen_to_is_seen_to_again(cast: Cast) -> None:
    (file_id,) = shown(cast, 1)
    copies.note_changes()
    rows = Renewal.objects.claim(clock.now(), 5)
    ShownChange.objects.note([cast.elsa.pk])
    copies.note_changes()
    assert Renewal.objects.claim(clock.now(), 5) == []
    Renewal.objects.done(rows)
    assert [row.file_id for row in Renewal.objects.claim(clock.now(), 5)] == [file_id]


class Killed(BaseException):
    """A worker is gone."""


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_and_one_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told twice and nothing is lost: what it held is another's when its claim is over."""
    keys = shown(Cast(), 200)
    copies.note_changes()
    now, notify, renew = clock.now(), services.notify_of_all, copies.renew
    killed, both_have_some = threading.Event(), threading.Barrier(2)

    def meets_once(*args: Any) -> set[UUID]:
        """Before any transaction: SQLite has one writer, and whoever waits in one keeps the other out."""
        if threading.current_thread().name not in met:
            met.add(threading.current_thread().name)
            both_have_some.wait(60)
        return renew(*args)

    def dies_once(**told: Any) -> None:
        notify(**told)
        if threading.current_thread().name == "first":
            killed.set()
            raise Killed

    met = {threading.main_thread().name}
    monkeypatch.setattr(copies, "renew", meets_once)
    monkeypatch.setattr(post_hiding, "notify_of_all", dies_once)

    def work(at: datetime) -> None:
        try:
            post_hiding.follow_changes(now=at)
        except Killed:
            pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(now,), name=name) for name in ("first", "second")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert killed.is_set()
    assert Renewal.objects.count() == post_hiding.PORTION
    assert post_hiding.follow_changes(now=now) == 0
    assert post_hiding.follow_changes(now=now + timedelta(minutes=3)) == post_hiding.PORTION
    assert_seen_to(keys)


@pytest.mark.django_db(transaction=True)
def test_what_the_store_cannot_do_now_is_done_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """One picture's fault stops no other's; it is told of at once."""
    cast = Cast()
    keys, link = shown(cast, 3), kept.link
    bad = next(iter(keys.values()))
    BlurredCopy.objects.create(
        file_id=next(iter(keys)), boxes=[BOX.as_list], digest=mark_of([BOX]), state=BlurredCopy.State.WAITING
    )

    def fails(old: UUID, new: UUID) -> None:
        if old == bad:
            raise OSError("no answer")
        link(old, new)

    with monkeypatch.context() as broken:
        broken.setattr(kept, "link", fails)
        post_hiding.follow_changes(now=clock.now())
    assert StoredFile.objects.filter(key__in=keys.values()).count() == 1
    assert not BlurredCopy.objects.exists()  # nobody needs it
    put(bad, b"as it was")
    post_hiding.follow_changes(now=clock.now() + timedelta(minutes=3))
    assert_seen_to(keys)
