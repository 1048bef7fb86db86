"""Files that come in parts: they go on where the connection broke, and the same one twice is one (G09, tus 1.0)."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from documents import rules
from documents.models import Document, StoredFile, Upload
from documents.services import files, uploads
from documents.stores import store
from messaging.models import Message, MessageAttachment, Post
from messaging.services import posts
from portal.lib import clock
from tests.cast import Cast
from tests.papers import folder_of, pdf, shared
from tests.test_attachments import sent as send

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
BODY = b"".join(b"rad %d\n" % number for number in range(5_000))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def maria(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.maria)


@pytest.fixture
def viktor(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.vikar)


def begin(client: Client, size: int, upload_id: UUID | None = None, name: str = "Åsas bild.jpg") -> HttpResponseBase:
    said = {"filename": name, "id": str(upload_id or uuid4())}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    return client.post("/uppladdning/", headers={"Upload-Length": str(size), "Upload-Metadata": metadata})


def append(client: Client, address: str, begins: int, part: bytes) -> HttpResponseBase:
    kind = "application/offset+octet-stream"
    return client.patch(address, part, content_type=kind, headers={"Upload-Offset": str(begins)})


def lying() -> list[str]:
    return [found.name for found in store().listed("parts/")]


def sent(client: Client, body: bytes) -> UUID:
    upload_id = uuid4()
    append(client, begin(client, len(body), upload_id)["Location"], 0, body)
    return upload_id


def taken(cast: Cast, upload_id: UUID) -> StoredFile:
    [whole] = uploads.finished([upload_id], cast.maria.pk)
    with transaction.atomic():
        return files.keep(whole, by_id=cast.maria.pk, now=clock.now())


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_file_in_parts_is_the_file(cast: Cast, maria: Client) -> None:
    upload_id = uuid4()
    begun = begin(maria, len(BODY), upload_id)
    assert (begun.status_code, begun["Upload-Offset"], begun["Tus-Resumable"]) == (201, "0", "1.0.0")
    address = begun["Location"]
    assert append(maria, address, 0, BODY[:10_000])["Upload-Offset"] == "10000"
    assert uploads.finished([upload_id], cast.maria.pk) == []
    again = begin(maria, len(BODY), upload_id)  # the answer was lost: it goes on
    assert (again["Location"], again["Upload-Offset"]) == (address, "10000")
    assert maria.head(address)["Upload-Offset"] == "10000"
    assert append(maria, address, 0, BODY[:10_000]).status_code == 409  # that part has come
    assert append(maria, address, 20_000, BODY[20_000:]).status_code == 409  # a hole
    last = append(maria, address, 10_000, BODY[10_000:] + b"more than was said")
    assert last["Upload-Offset"] == str(len(BODY))
    file = taken(cast, upload_id)
    assert file.name == "Åsas bild.txt"
    assert store().open(f"{file.key.hex[:2]}/{file.key.hex}").read() == BODY


def test_a_connection_that_breaks_loses_no_more_than_it_must(cast: Cast, maria: Client) -> None:
    """G09: what came before it broke has come."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= 3:
                raise OSError("gone")
            return super().read(min(size or 3, 3))

    upload = uploads.get_upload(UUID(begin(maria, 10)["Location"].split("/")[-2]), cast.maria.pk)
    assert uploads.append(upload, begins=0, body=Broken(b"0123456789")).received == 3
    assert uploads.append(upload, begins=3, body=io.BytesIO(b"3456789")).received == 10
    assert b"".join(uploads.Finished(Upload.objects.get()).chunks()) == b"0123456789"


def test_a_full_disk_is_told_and_can_be_gone_on_from(maria: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """I04."""
    address = begin(maria, 3)["Location"]

    def full(*_arguments: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as broken:
        broken.setattr("documents.stores.folder.Folder.put", full)
        assert append(maria, address, 0, b"abc").status_code == 507
    assert Upload.objects.get().received == 0
    assert append(maria, address, 0, b"abc")["Upload-Offset"] == "3"


@pytest.mark.django_db(transaction=True)
def test_it_is_taken_once_and_its_parts_go(cast: Cast, maria: Client) -> None:
    """G09: handed over twice, by a double tap or because the answer was lost."""
    upload_id = sent(maria, b"hej")
    assert len(lying()) == 1
    taken(cast, upload_id)
    assert lying() == []
    with pytest.raises(uploads.TakenBefore):
        taken(cast, upload_id)
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_can_be_handed_over_no_better(cast: Cast, maria: Client) -> None:
    upload_id = sent(maria, b"MZ" + bytes(100))
    with pytest.raises(ValidationError):
        taken(cast, upload_id)
    assert not StoredFile.objects.exists()
    assert Upload.objects.get().taken_at is None


def test_a_post_takes_it_once(cast: Cast, maria: Client, viktor: Client) -> None:
    """G09."""
    actor = Actor.of_person(cast.maria)
    post: Post = posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=clock.now())
    upload_id = sent(maria, photo())
    for _time in range(2):
        answer = maria.post(f"/inlagg/{post.pk}/bilder/", {"upload": str(upload_id)}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert b"circle-alert" not in answer.content
    assert post.pictures.count() == 1
    assert viktor.post(f"/inlagg/{post.pk}/bilder/", {"upload": str(sent(maria, photo()))}).status_code == 200
    assert post.pictures.count() == 1  # nobody hands over what another has sent


def test_nobody_else_finds_it(cast: Cast, maria: Client, viktor: Client) -> None:
    upload_id = uuid4()
    address = begin(maria, 3, upload_id)["Location"]
    assert viktor.head(address).status_code == 404
    assert append(viktor, address, 0, b"abc").status_code == 404
    assert viktor.delete(address).status_code == 404
    assert begin(viktor, 3, upload_id).status_code == 404
    assert uploads.finished([sent(maria, b"abc")], cast.vikar.pk) == []


def test_there_are_limits(maria: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert begin(maria, rules.LARGEST + 1).status_code == 413
    assert begin(maria, 0).status_code == 413
    assert maria.post("/uppladdning/").status_code == 400
    assert append(maria, begin(maria, 3)["Location"], -1, b"abc").status_code == 400
    monkeypatch.setattr(uploads, "MOST_UNDER_WAY", 2)
    begin(maria, 3)
    refused = begin(maria, 3)
    assert refused.status_code == 413
    assert "många filer" in refused.content.decode()  # type: ignore[attr-defined]  # the stub lacks it


def test_a_name_is_no_ones_in_the_database(maria: Client) -> None:
    begin(maria, 3, name="Elsas allergi.jpg")
    raw = Upload.objects.extra(select={"raw": "name"}).values_list("raw", flat=True).get()
    assert "Elsa" not in raw


@pytest.mark.django_db(transaction=True)
def test_what_is_not_wanted_or_not_finished_goes(cast: Cast, maria: Client) -> None:
    address = begin(maria, 6)["Location"]
    append(maria, address, 0, b"abc")
    assert maria.delete(address).status_code == 204
    assert lying() == []
    append(maria, begin(maria, 6)["Location"], 0, b"abc")
    assert uploads.forget_old(now=clock.now()) == 0
    assert uploads.forget_old(now=clock.now() + timedelta(days=2)) == 1
    assert (lying(), Upload.objects.count()) == ([], 0)


def test_a_folder_takes_what_came_in_parts_once(cast: Cast, maria: Client, log_in: LogIn) -> None:
    """G09: a double tap on "Ladda upp", and somebody who names what another has sent."""
    folder, upload_id = folder_of(cast.blasippan), sent(maria, BODY)
    for _press in range(2):
        maria.post(f"/dokument/mapp/{folder.pk}/ladda-upp/", {"upload": [str(upload_id), "trams"]})
    theirs = sent(log_in(cast.amina), pdf())
    refused = maria.post(f"/dokument/mapp/{folder.pk}/ladda-upp/", {"upload": str(theirs)}, follow=True)
    assert "En fil finns inte kvar. Välj den igen." in refused.content.decode()
    assert [one.title for one in Document.objects.all()] == ["Åsas bild"]


def test_a_document_takes_a_new_version_in_parts_once(cast: Cast, maria: Client) -> None:
    """G09."""
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    upload_id = sent(maria, pdf(2))
    for _press in range(2):
        maria.post(f"/dokument/{document.pk}/version/", {"upload": str(upload_id), "note": "Ny sal"})
    assert document.versions.count() == 2


def test_a_message_takes_what_came_in_parts_once(cast: Cast, log_in: LogIn) -> None:
    """G09: refused for its text it is sent with the second press, and the third sends nothing more."""
    phone, sending = log_in(cast.amina), str(uuid4())
    [first] = send(cast.maria, cast.elsa)
    address, upload_id = f"/samtal/{first.thread_id}/", str(sent(phone, BODY))
    seen = re.search(r'name="seen"\s+value="([^"]+)"', phone.get(address).content.decode())
    assert seen
    said = {"language": "sv", "seen": seen[1], "sending": sending, "upload": upload_id}
    phone.post(address, said | {"body": " "})
    for _press in range(2):
        phone.post(address, said | {"body": "Se bilagan"})
    mine = Message.objects.get(written_by=cast.amina)
    assert [one.file.name for one in mine.attachments.all()] == ["Åsas bild.txt"]
    assert MessageAttachment.objects.count() == 1


def test_what_came_in_parts_lies_in_the_draft(cast: Cast, log_in: LogIn) -> None:
    """F16: whoever goes away and comes back finds it."""
    phone = log_in(cast.amina)
    [first] = send(cast.maria, cast.elsa)
    address, upload_id = f"/samtal/{first.thread_id}/", str(sent(phone, BODY))
    phone.post("/samtal/utkast/", {"page": address, "body": "Se bilagan", "upload": upload_id})
    assert f'value="{MessageAttachment.objects.get(message=None).pk}"' in phone.get(address).content.decode()
