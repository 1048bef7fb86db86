"""The known address of each size of a picture, of each document and each drawn page, for everybody who may come (G05).

The door test tries one address of each kind. Here all of them are tried, in each form that a browser may ask for, and
what comes is looked at: whoever is to be shown a blurred copy never gets the clear picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from children.models import Child
from documents import kept, rules
from documents.models import BlurredCopy, DocumentVersion, PdfPage, PdfPreview, PictureTag, StoredFile
from documents.services import files
from documents.shown_rules import Box, mark_of
from documents.stores import store
from messaging.models import MessageAttachment, PostPicture
from portal.lib import clock
from tests.cast import Cast, child
from tests.doors import ACTORS, Doors, Row, sign_of
from tests.paper_doors import documents
from tests.said_doors import inbox, posts

FORMS = ("image/webp", "image/jpeg")
CLEAR, BLURRED = b"everybody is seen", b"somebody is not"
BOX = Box(100, 100, 200, 200)
ROWS = {row.name: row for part in (documents, inbox, posts) for row in part.ROWS if row.method == "GET"}
# What a document was before is for those who may change it.
EARLIER = Row("documents:file", "GET", documents.WORKS | {"tablet": "4"})
# Somebody unknown to these families is seen, without a box: nobody is shown it but those who say who is in it.
HIDDEN = Row("messaging:post_picture", "GET", {"tablet": "P"})
SIZES_OF_ATTACHMENTS = ("?storlek=liten", "?storlek=mellan", "?storlek=stor", "?spara")


def put(key: UUID, words: bytes) -> None:
    """Lay all sizes in all forms where they are kept."""
    with kept.working_folder() as folder:
        for name in kept.names_of_sizes(key):
            (folder / "made").write_bytes(words)
            store().put(name, folder / "made")


def a_picture() -> StoredFile:
    file = StoredFile.objects.create(
        name="svamp.jpg",
        kind=StoredFile.Kind.PICTURE,
        media_type="image/jpeg",
        size=3,
        digest="0" * 64,
        state=StoredFile.State.READY,
        width=4,
        height=3,
    )
    put(file.key, CLEAR)
    return file


def blur(picture: PostPicture, who: Child) -> None:
    """Let the child be in the picture, in a box, and the copy be made of it."""
    PictureTag.objects.create(file=picture.file, child=who, x=BOX.x, y=BOX.y, width=BOX.width, height=BOX.height)
    boxes = frozenset([BOX])
    copy = BlurredCopy.objects.create(
        file=picture.file, boxes=[BOX.as_list], digest=mark_of(boxes), state=BlurredCopy.State.READY
    )
    put(copy.key, BLURRED)


@dataclass(frozen=True)
class Address:
    """Who is answered what at an address, and what comes then. Without `comes` the bytes are not looked at."""

    path: str
    row: Row
    comes: bytes = b""


def addresses_of(doors: Doors, target: str) -> Iterator[Address]:
    yield from of_pictures(doors, target)
    yield from of_documents(doors, target)
    known = MessageAttachment.objects.filter(pk=inbox.things(doors, target)["attachment"]["attachment_id"])
    known.update(file=a_picture())
    path = reverse("messaging:attachment", args=[known.get().pk])
    for size in SIZES_OF_ATTACHMENTS:
        yield Address(path + size, ROWS["messaging:attachment"], CLEAR)


def of_pictures(doors: Doors, target: str) -> Iterator[Address]:
    post_id, unknown = posts.things(doors, target)["post"]["post_id"], child("Ture", "Okänd")
    clear, blurred, hidden = (
        PostPicture.objects.create(post_id=post_id, file=a_picture(), position=number) for number in (11, 12, 13)
    )
    blur(blurred, unknown)
    PictureTag.objects.create(file=hidden.file, child=unknown)
    row, whole_row = ROWS["messaging:post_picture"], ROWS["messaging:post_picture_whole"]
    for picture, answered, comes in ((clear, row, CLEAR), (blurred, row, BLURRED), (hidden, HIDDEN, b"")):
        for size in rules.WIDTHS:
            path = reverse("messaging:post_picture", args=[picture.pk, size])
            yield Address(path, answered, comes)
            yield Address(reverse("messaging:post_picture_whole", args=[picture.pk, size]), whole_row, CLEAR)
        yield Address(f"{path}?spara", answered, comes)


def of_documents(doors: Doors, target: str) -> Iterator[Address]:
    current = DocumentVersion.objects.get(pk=documents.things(doors, target)["document file"]["version_id"])
    before = DocumentVersion.objects.create(
        document=current.document,
        number=0,
        is_current=False,
        file=files.keep(ContentFile(b"Tidigare", "samtal.txt"), by_id=None, now=clock.now()),
        added_by=doors.cast.maria,
    )
    for version, row in ((current, ROWS["documents:file"]), (before, EARLIER)):
        path = reverse("documents:file", args=[version.pk])
        yield from (Address(path + end, row) for end in ("", "?spara"))
    preview = PdfPreview.objects.get(file=current.file)
    PdfPage.objects.create(preview=preview, number=2, picture=a_picture())
    for page in preview.drawn.select_related("picture"):
        put(page.picture.key, CLEAR)
        for size in rules.WIDTHS:
            path = reverse("documents:page", args=[current.pk, page.number, size])
            yield Address(path, ROWS["documents:page"], CLEAR)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_file_has_a_door(
    actor: str, cast: Cast, log_in: Callable[[User], Client], settings: Settings, tmp_path: Path
) -> None:
    settings.FILES_ROOT = tmp_path
    doors = Doors(cast)
    browser = doors.browser(actor, log_in)
    wrong: list[str] = []
    for target in ("own", "other", "protected"):
        for one in addresses_of(doors, target):
            expected = one.row.expected(actor, target)
            for form in FORMS if one.comes else FORMS[:1]:
                answer = browser.get(one.path, headers={"Accept": form})
                sign, where = sign_of(answer), f"{one.path} {form} as {actor} about {target}"
                if sign != expected:
                    wrong.append(f"{where}: {sign} instead of {expected}")
                elif sign == "2" and one.comes and answer.getvalue() != one.comes:
                    wrong.append(f"{where}: not what is to be shown")
    assert wrong == [], "\n".join(wrong)
