"""The same upload twice is one file inside a department, and never across departments (G09)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from PIL import Image
from pytest_django.fixtures import Settings

from children.actors import Actor
from children.models import Department
from documents import kept
from documents.models import DocumentVersion, Folder, PdfPreview, StoredFile
from documents.services import files, papers
from documents.services.sharing import add_version
from documents.stores import store
from messaging.models import Post
from messaging.services import post_pictures, posts
from portal.lib import clock
from tests.cast import Cast
from tests.papers import folder_of, pdf, shared, uploaded, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def photo(colour: str = "red") -> ContentFile[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return ContentFile(out.getvalue(), "a.jpg")


def keep_at(department: Department) -> StoredFile:
    with transaction.atomic():
        return files.keep(photo(), by_id=None, now=clock.now(), department_id=department.pk)


def draft(cast: Cast) -> Post:
    actor = Actor.of_person(cast.maria)
    return posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=clock.now())


def add(cast: Cast, post: Post, uploads: Iterable[ContentFile[bytes]]) -> list[str]:
    actor = Actor.of_person(cast.maria)
    return post_pictures.add(post_id=post.pk, uploads=uploads, actor=actor, now=clock.now())


def test_a_picture_sent_twice_is_one(cast: Cast) -> None:
    """G09: a double tap, or a retry after an answer that was lost."""
    post = draft(cast)
    assert add(cast, post, [photo(), photo()]) == []
    assert add(cast, post, [photo(), photo("blue")]) == []
    assert [picture.position for picture in post.pictures.all()] == [1, 2]


def test_another_post_has_the_same_file_until_the_last_is_gone(cast: Cast) -> None:
    one = draft(cast)
    assert add(cast, one, [photo()]) == []
    other = draft(cast)
    assert add(cast, other, [photo()]) == []
    file = StoredFile.objects.get()
    actor = Actor.of_person(cast.maria)
    posts.throw_away(post_id=one.pk, actor=actor, now=clock.now())
    assert StoredFile.objects.get() == file
    post_pictures.remove(post_id=other.pk, picture_id=other.pictures.get().pk, actor=actor)
    assert not StoredFile.objects.exists()


def test_departments_never_share(cast: Cast) -> None:
    assert keep_at(cast.blasippan).pk == keep_at(cast.blasippan).pk
    assert keep_at(cast.blasippan).pk != keep_at(cast.ekorren).pk


def test_what_is_damaged_is_not_taken_for_the_same(cast: Cast) -> None:
    file = keep_at(cast.blasippan)
    StoredFile.objects.filter(pk=file.pk).update(state="damaged")
    assert keep_at(cast.blasippan).pk != file.pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one(cast: Cast) -> None:
    found: list[StoredFile] = []

    def one() -> None:
        found.append(keep_at(cast.blasippan))
        connection.close()

    threads = [Thread(target=one) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({file.pk for file in found}) == 1
    key = found[0].key
    lying = [listed.name for number in range(256) for listed in store().listed(f"{number:02x}/")]
    assert lying == [kept.name_of(key)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_used_again_while_it_is_thrown_away_keeps_its_pages_or_is_gone(cast: Cast) -> None:
    """PROMISES 2: never a document whose pages are gone for ever."""
    (paper,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(1))
    (other,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))
    file = version_of(paper).file

    def use() -> None:
        with suppress(IntegrityError):  # the file was gone when it was our turn
            add_version(other, file, number=2, by_id=cast.maria.pk)
        connection.close()

    user = Thread(target=use)

    def begin(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        """Let somebody use the file when it has just been asked whether anybody does."""
        answer = execute(sql, *given)
        if user.ident is None and sql.startswith('SELECT "documents_documentversion"."file_id"'):
            user.start()
            user.join(1)
        return answer

    with connection.execute_wrapper(begin):
        papers.remove(document_id=paper.pk, reason="fel", actor=Actor.of_person(cast.maria), now=clock.now())
    user.join()
    left = set(StoredFile.objects.filter(pk=file.pk).values_list("pk", flat=True))
    assert left == set(PdfPreview.objects.filter(file=file.pk).values_list("file", flat=True))


def test_a_paper_shares_nothing_with_what_was_uploaded_before(cast: Cast) -> None:
    """Who is in a picture, and what a file is called, is said of one upload, and goes to nobody with the other."""
    folder, post, data = folder_of(cast.blasippan), draft(cast), pdf()
    another = Folder.objects.create(department=cast.blasippan, name="Till alla", position=99)
    for of, upload, name in (
        (folder, photo().read(), "Noor på utflykt.jpg"),
        (folder, data, "Kallelse Noor.pdf"),
        (another, data, "Kallelse.pdf"),
    ):
        uploaded(of, cast.maria, upload, name)
    add(cast, post, [photo()])
    assert not DocumentVersion.objects.filter(file=post.pictures.get().file_id).exists()
    assert {file.name for file in StoredFile.objects.filter(kind="pdf")} == {"Kallelse Noor.pdf", "Kallelse.pdf"}
