"""The rows of the door test for documents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from children.models import Child, Department
from children.selectors.placing import departments_of
from documents import kept
from documents.models import Document, DocumentVersion, Folder, PdfPage, PdfPreview, StoredFile
from documents.services import files
from documents.stores import store
from portal.lib import clock, days
from tests.doors import Doors, Row

WORKS = {"staff": "22422", "elsewhere": "44244", "principal": "22422", "principal_elsewhere": "44244"}
HOUSE = WORKS | {"substitute": "22422", "tablet": "P", "tablet_pin": "22422"}
READS = HOUSE | {"guardian": "24442", "specialist": "24444"}
OPENS = READS | {"tablet": "4"}
SHARES = {actor: signs.replace("2", "3") for actor, signs in WORKS.items()} | {"tablet": "P"}
LEADS = {"principal": "22422", "principal_elsewhere": "44244"}
ADDS = SHARES | {"substitute": "xx4xx", "tablet_pin": "xx4xx"}
ONE_PLACE = dict.fromkeys(("substitute", "staff", "elsewhere", "communicator", "tablet_pin"), "3")
OTHERS = ("guardian", "blocked", "left", "contact", "specialist", "principal", "principal_elsewhere")


def _version(doors: Doors, target: str) -> dict[str, Any]:
    """Send the version that the guardian has read."""
    return {"version": str(things(doors, target)["document file"]["version_id"])}


ROWS: list[Row] = [
    Row(
        "documents:documents",
        "GET",
        ONE_PLACE | dict.fromkeys((*OTHERS, "administrator", "archivist"), "2") | {"tablet": "P"},
    ),
    Row("documents:department", "GET", HOUSE, about="department"),
    Row("documents:department", "POST", ADDS, about="department"),
    Row("documents:preschool", "GET", LEADS, about="preschool"),
    Row("documents:preschool", "POST", {"principal": "33433", "principal_elsewhere": "44344"}, about="preschool"),
    Row("documents:municipality", "GET", {"communicator": "2"}),
    Row("documents:municipality", "POST", {"communicator": "3"}),
    Row("documents:folder", "POST", SHARES, about="document folder"),
    Row("documents:upload", "POST", SHARES, about="document folder"),
    Row("documents:share", "GET", WORKS | {"tablet": "P"}, about="document folder"),
    Row(
        "documents:share",
        "POST",
        {actor: signs.replace("2", "b") for actor, signs in WORKS.items()} | {"tablet": "P"},  # nothing was chosen
        about="document folder",
    ),
    Row("documents:document", "GET", READS, about="document"),
    Row("documents:file", "GET", OPENS, about="document file"),
    Row("documents:page", "GET", OPENS, about="document page"),
    Row("documents:answer", "POST", {"guardian": "34443"}, about="document", sent=_version),
    Row("documents:renew", "POST", SHARES, about="document"),
    Row("documents:remind", "POST", SHARES, about="document"),
    Row("documents:end", "POST", SHARES, about="document"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    child = doors.target(target)
    version = _shared(doors, child)
    return {
        "document folder": {"folder_id": version.document.folder_id},
        "document": {"document_id": version.document_id},
        "document file": {"version_id": version.pk},
        "document page": {"version_id": version.pk, "number": 1, "size": "medium"},
    }


def _shared(doors: Doors, child: Child) -> DocumentVersion:
    """Return what Maria has shared about the child, with one drawn page, made once."""
    known = DocumentVersion.objects.filter(document__child=child).select_related("document")
    if found := known.first():
        return found
    place = departments_of([child.pk], days.today())[child.pk]
    folder, _made = Folder.objects.get_or_create(
        department=Department.objects.get(pk=place.department_id), name="Om barnen", defaults={"position": 1}
    )
    document = Document.objects.create(
        folder=folder,
        child=child,
        title="Samtal",
        asks="read",
        added_by=doors.cast.maria,
        shared_by=doors.cast.maria,
        shared_at=clock.now() - timedelta(hours=1),
    )
    file = files.keep(ContentFile(b"Hej", "samtal.txt"), by_id=None, now=clock.now())
    preview = PdfPreview.objects.create(file=file, state="ready", pages=1)
    PdfPage.objects.create(preview=preview, number=1, picture=_picture())
    return DocumentVersion.objects.create(
        document=document, number=1, is_current=True, file=file, added_by=doors.cast.maria
    )


def _picture() -> StoredFile:
    """Return a picture with a file of one size."""
    file = StoredFile.objects.create(
        name="sida.png",
        kind=StoredFile.Kind.PICTURE,
        media_type="image/webp",
        size=3,
        digest="0" * 64,
        state=StoredFile.State.READY,
        width=4,
        height=3,
    )
    with kept.working_folder() as folder:
        for form in ("webp", "jpg"):
            (folder / "medium").write_bytes(b"picture")
            store().put(kept.name_of(file.key, "medium", form), folder / "medium")
    return file
