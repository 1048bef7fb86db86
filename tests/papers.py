"""What tests of documents put there: files, and documents that are shared as people share them."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.base import ContentFile
from pypdf import PdfWriter

from accounts.models import User
from children.actors import Actor
from children.models import Child, Department
from documents.models import Document, DocumentVersion, Folder
from documents.selectors.places import Place
from documents.selectors.readers import readers_of
from documents.services import folders, sharing
from documents.services.sharing import Sharing
from portal.lib import clock


def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(210, 297)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def folder_of(department: Department) -> Folder:
    """Return the first folder of a department, which has its usual ones."""
    folders.begin(Place(department=department))
    return Folder.objects.filter(department=department).earliest("position")


def uploaded(folder: Folder, by: User, data: bytes = b"", name: str = "veckobrev.pdf") -> list[Document]:
    """Return the drafts of a folder once this file is put there."""
    upload = ContentFile(data or pdf(), name)
    assert sharing.upload(folder_id=folder.pk, uploads=[upload], actor=Actor.of_person(by), now=clock.now()) == []
    return list(Document.objects.drafts().filter(folder=folder))


def shared(department: Department, by: User, *children: Child, data: bytes = b"", **asked: Any) -> list[Document]:
    """Share a file with a whole department, or about some of its children."""
    folder, actor = folder_of(department), Actor.of_person(by)
    (draft,) = uploaded(folder, by, data)
    how = Sharing(child_ids=frozenset(child.pk for child in children), **asked)
    seen = readers_of(how.about(folder), actor.today).sign
    known = set(Document.objects.shared().values_list("pk", flat=True))
    sharing.share(
        folder_id=folder.pk, titles={draft.pk: "Brev till hemmet"}, sharing=how, seen=seen, actor=actor, now=clock.now()
    )
    return list(Document.objects.shared().exclude(pk__in=known).order_by("pk"))


def version_of(document: Document) -> DocumentVersion:
    return document.versions.get(is_current=True)
