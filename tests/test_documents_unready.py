"""A document that nobody can open is shared with nobody, and counts as opened by nobody (F10, G07)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from documents import pictures
from documents.models import Document, DocumentRead, StoredFile
from documents.selectors.readers import readers_of
from documents.services import papers, sharing, telling
from documents.services.sharing import Sharing
from notifications.models import Delivery, Kind
from portal.lib import clock
from tests import cast as people
from tests.cast import Cast
from tests.papers import folder_of, pdf, shared, uploaded, version_of

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _on_a_tuesday(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    with time_machine.travel(people.local(date(2026, 10, 13), 9), tick=True):
        yield


def jpeg(part: float = 1) -> bytes:
    """Return so much of a picture's bytes, from its beginning."""
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(out, "JPEG")
    return out.getvalue()[: int(out.tell() * part)]


def share_with_elsa_s(cast: Cast, draft: Document) -> int:
    how, actor = Sharing(child_ids=frozenset([cast.elsa.pk])), Actor.of_person(cast.maria)
    seen, titles = readers_of(how.about(draft.folder), actor.today).sign, {draft.pk: "Teckning"}
    return sharing.share(folder_id=draft.folder_id, titles=titles, sharing=how, seen=seen, actor=actor, now=clock.now())


def told() -> int:
    return Delivery.objects.in_app().filter(kind=Kind.DOCUMENT_SHARED).count()


def test_a_damaged_picture_is_named_and_not_shared(cast: Cast, log_in: LogIn) -> None:
    (draft,) = uploaded(folder_of(cast.blasippan), cast.maria, jpeg(0.5), "teckning.jpg")
    desk, address = log_in(cast.maria), f"/dokument/mapp/{draft.folder_id}/dela/"
    assert "görs i ordning" in desk.get(address).content.decode()
    with pytest.raises(ValidationError, match=r"teckning\.jpg: Bilden görs i ordning"):
        share_with_elsa_s(cast, draft)
    pictures.make_waiting(now=clock.now())
    html = desk.get(address).content.decode()
    assert "Bilden är skadad" in html
    assert "checked" not in html.partition(f'value="{draft.pk}"')[2].partition(">")[0]
    with pytest.raises(ValidationError, match=r"teckning\.jpg: Bilden är skadad"):
        share_with_elsa_s(cast, draft)
    telling.tell_waiting(now=clock.now())
    assert (Document.objects.shared().count(), told()) == (0, 0)


def test_a_picture_is_shared_once_it_is_ready(cast: Cast, log_in: LogIn) -> None:
    (draft,) = uploaded(folder_of(cast.blasippan), cast.maria, jpeg(), "teckning.jpg")
    pictures.make_waiting(now=clock.now())
    assert share_with_elsa_s(cast, draft) == 1
    telling.tell_waiting(now=clock.now())
    assert told() == 2
    page = log_in(cast.amina).get(f"/dokument/{draft.pk}/").content.decode()
    assert "storlek=medium" in page
    assert DocumentRead.objects.get().person == cast.amina


@pytest.mark.parametrize("part", [0.5, 1])
def test_of_a_new_version_families_are_told_when_it_can_be_opened(cast: Cast, log_in: LogIn, part: float) -> None:
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    telling.tell_waiting(now=clock.now())
    before, actor = told(), Actor.of_person(cast.maria)
    upload = ContentFile(jpeg(part), "teckning.jpg")
    papers.renew(document_id=document.pk, upload=upload, note="", actor=actor, now=clock.now())
    telling.tell_waiting(now=clock.now())
    assert told() == before
    pictures.make_waiting(now=clock.now())
    telling.tell_waiting(now=clock.now())
    assert told() == (before + 2 if part == 1 else before)


def test_what_is_not_there_is_not_opened_and_whoever_shared_it_reads_so(cast: Cast, log_in: LogIn) -> None:
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))
    StoredFile.objects.update(state="damaged", problem="gone")
    phone, version = log_in(cast.amina), version_of(document)
    page = phone.get(f"/dokument/{document.pk}/").content.decode()
    assert "Fråga förskolan om en ny version" in page
    assert "Ladda ner" not in page
    assert phone.get(f"/dokument/fil/{version.pk}/?spara").status_code == 404
    assert not DocumentRead.objects.exists()
    page = log_in(cast.maria).get(f"/dokument/{document.pk}/").content.decode()
    assert "Filen finns inte kvar. Dela en ny version" in page
    assert "Öppnat av 0 av 2" in page
