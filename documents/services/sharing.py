"""Documents are uploaded, and then shared with whoever is to read them. One transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, children_for
from children.actors import Actor
from documents import paper_rules, rules
from documents.models import Document, DocumentVersion, Folder, PdfPreview, StoredFile
from documents.selectors.readers import About, readers_of
from documents.selectors.reading import documents_changed_by, get_folder
from documents.services import files
from documents.services.uploads import TakenBefore, refuse, take
from portal.lib import bell


@dataclass(frozen=True)
class Sharing:
    """How documents are shared: about their folder's place, or about some children; and what they ask for."""

    child_ids: frozenset[UUID] = frozenset()
    only_to: UUID | None = None
    asks: str = ""
    asks_each: bool = False
    due_on: date | None = None

    def about(self, folder: Folder) -> About:
        if self.child_ids:
            return About(self.child_ids, only_to=self.only_to)
        return About(department=folder.department, preschool=folder.preschool)


def upload(*, folder_id: UUID, uploads: Iterable[File[bytes]], actor: Actor, now: datetime) -> list[str]:
    """Keep files in a folder, shared with nobody yet; return a sentence for each that was not taken.

    What lies there already, uploaded or shared with all of the place, is not kept twice (G09).
    """
    problems: list[str] = []
    for number, one in enumerate(uploads):
        if number >= paper_rules.MOST_AT_ONCE:
            refuse(one)
            problems.append(_("{file} följer inte med. Ladda upp högst 20 filer på en gång.").format(file=one.name))
            continue
        try:
            _keep(folder_id, one, actor, now)
        except TakenBefore:
            continue  # handed over again, after an answer that was lost (G09)
        except ValidationError as refused:
            problems += [f"{one.name}: {sentence}" for sentence in refused.messages]
    return problems


def _keep(folder_id: UUID, upload: File[bytes], actor: Actor, now: datetime) -> None:
    get_folder(actor, folder_id)
    with files.arriving(upload) as arrived, transaction.atomic():
        folder = get_folder(actor, folder_id, lock=True)  # whoever sends the same at once waits here
        if folder.archived_at:
            raise ValidationError(_("Mappen är arkiverad. Välj en annan."))
        there = Document.objects.filter(folder=folder, child=None, removed_at=None, withdrawn_at=None)
        if arrived.taken.digest in current_digests(there):
            take(upload, now=now)
            return
        file = files.keep_arrived(arrived, by_id=actor.person_id, now=now, preschool_id=folder.room_of)
        if file.is_picture and folder.department is None:
            raise ValidationError(_("Lägg bilder i ett inlägg i stället."))
        document = Document.objects.create(
            folder=folder,
            department=folder.department,
            preschool=folder.preschool,
            is_for_all=folder.department is None and folder.preschool is None,
            title=paper_rules.title_of(rules.clean_name(upload.name or "", file.media_type)),
            added_by_id=person_of(actor),
        )
        add_version(document, file, number=1, by_id=person_of(actor))
        audit.did(
            "document.uploaded", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, document=document.pk
        )


def person_of(actor: Actor) -> UUID:
    """Return who it is that acts. Raises `Http404` for a tablet without a PIN."""
    if actor.person_id is None:
        raise Http404
    return actor.person_id


def current_digests(documents: Iterable[Document]) -> set[str]:
    """Return the digests of what these documents are now."""
    current = DocumentVersion.objects.filter(document__in=documents, is_current=True)
    return set(current.values_list("file__digest", flat=True))


def add_version(document: Document, file: StoredFile, *, number: int, by_id: UUID, note: str = "") -> DocumentVersion:
    """Make this the document's current version. Must be called in a transaction that holds the document."""
    DocumentVersion.objects.filter(document=document, is_current=True).update(is_current=False)
    made = DocumentVersion.objects.create(
        document=document, number=number, is_current=True, file=file, note=note, added_by_id=by_id
    )
    if file.kind == StoredFile.Kind.PDF:
        PdfPreview.objects.get_or_create(file=file, defaults={"state": PdfPreview.State.WAITING})
        transaction.on_commit(lambda: bell.ring("documents.tasks.draw_pages"), robust=True)
    return made


def throw_away_draft(*, document_id: UUID, actor: Actor, now: datetime) -> None:
    """Throw away what was uploaded and shared with nobody, with its file. Raises `Http404` for whoever may not."""
    with transaction.atomic():
        drafts = documents_changed_by(actor).drafts().select_for_update(of=("self",))
        document = drafts.filter(pk=document_id).first()
        if document is None:
            raise Http404
        _throw_away(document)
        audit.did(
            "document.thrown_away", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, document=document_id
        )


def _throw_away(draft: Document) -> None:
    held = list(StoredFile.objects.filter(pk__in=draft.versions.values("file")))
    draft.delete()
    discard_unused(held)


def throw_away_old_drafts(*, now: datetime) -> int:
    """Throw away what was uploaded a month ago and shared with nobody; return how much it was."""
    with transaction.atomic():
        old = Document.objects.drafts().filter(created_at__lt=now - paper_rules.DRAFT_FOR)
        drafts = list(old.select_for_update(of=("self",))[:100])
        for draft in drafts:
            audit.did("document.thrown_away", person_id=None, now=now, document=draft.pk)
            _throw_away(draft)
    return len(drafts)


def discard_unused(held: Iterable[StoredFile]) -> Counter[str]:
    """Throw away those of these files that no document has any more, with their drawn pages.

    Returns how many rows of each kind are gone. Must be called in a transaction.
    """
    # Held before it is asked whether they are used: one that somebody begins to use in between keeps its pages.
    rows = StoredFile.objects.select_for_update(of=("self",)).in_bulk([file.pk for file in held])
    used = set(DocumentVersion.objects.filter(file__in=rows).values_list("file", flat=True))
    gone = [file for pk, file in rows.items() if pk not in used]
    previews = PdfPreview.objects.filter(file__in=gone)
    pages = list(StoredFile.objects.filter(pk__in=previews.values("drawn__picture")))
    drawn = Counter(previews.delete()[1])
    return drawn + files.discard([*gone, *pages])


def share(
    *,
    folder_id: UUID,
    titles: Mapping[UUID, str],
    sharing: Sharing,
    seen: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Share the folder's drafts that `titles` names, called so; return how many documents it became.

    About several children each has a document of its own, with the same file. `seen` is the mark of the readers that
    were shown. What is shared already is not shared again: a second press does nothing. Raises `ValidationError` by
    field, and `Http404` for whoever may not.
    """
    with transaction.atomic():
        folder = get_folder(actor, folder_id, lock=True)
        drafts = list(Document.objects.drafts().filter(folder=folder, pk__in=titles.keys()).order_by("pk"))
        if not drafts:
            return 0
        _check(drafts, titles, sharing, folder, actor)
        readers = readers_of(sharing.about(folder), actor.today)
        if readers.sign != seen:
            raise ValidationError(_("Vilka som läser har ändrats sedan du såg listan. Titta på den igen."))
        if not readers.guardians:
            raise ValidationError(_("Ingen vårdnadshavare skulle läsa det här dokumentet."))
        made = [one for draft in drafts for one in _shared(draft, titles[draft.pk], sharing, actor, now)]
        transaction.on_commit(lambda: bell.ring("documents.tasks.tell_of_documents"), robust=True)
    return len(made)


def _check(
    drafts: Collection[Document], titles: Mapping[UUID, str], sharing: Sharing, folder: Folder, actor: Actor
) -> None:
    problems: dict[str, str] = {}
    if any(not titles[one.pk].strip() for one in drafts):
        problems["titles"] = _("Skriv vad dokumentet heter.")
    elif any(len(titles[one.pk]) > paper_rules.LONGEST_TITLE for one in drafts):
        problems["titles"] = _("Skriv högst {number} tecken.").format(number=paper_rules.LONGEST_TITLE)
    files_of = DocumentVersion.objects.filter(document__in=drafts, is_current=True)
    if unready := files_of.exclude(file__state=StoredFile.State.READY).select_related("file").first():
        problems["titles"] = f"{unready.file.name}: {_why_not_opened(unready.file)}"
    if len(sharing.child_ids) != 1 and files_of.filter(file__kind=StoredFile.Kind.PICTURE).exists():
        problems["children"] = _(
            "Lägg bilder i ett inlägg i stället. Som dokument kan en bild bara gälla ett barn i taget."
        )
    if sharing.child_ids and (
        folder.department is None
        or children_for(actor, Action.SHARE_DOCUMENTS).filter(pk__in=sharing.child_ids).count()
        != len(sharing.child_ids)
    ):
        problems["children"] = _("Ett av barnen är inte här längre. Välj igen.")
    if sharing.only_to and len(sharing.child_ids) != 1:
        problems["only_to"] = _("Bara när det gäller ett enda barn kan du välja vem av vårdnadshavarna som läser.")
    if sharing.due_on and not sharing.asks:
        problems["due_on"] = _("En sista dag behövs bara när ni vill ha svar.")
    elif sharing.due_on and sharing.due_on < actor.today:
        problems["due_on"] = _("Välj en dag som inte har varit.")
    if problems:
        raise ValidationError({name: [words] for name, words in problems.items()})


def _why_not_opened(file: StoredFile) -> str:
    if file.is_damaged:
        return _("{problem} Ta bort den här, och välj en annan fil.").format(problem=file.get_problem_display())
    return _("Bilden görs i ordning. Försök om en stund.")


def _shared(draft: Document, title: str, sharing: Sharing, actor: Actor, now: datetime) -> list[Document]:
    """Share one draft: as it is, or once for each child that does not have the same paper there already."""
    version = draft.versions.select_related("file").get()
    child_ids = sorted(sharing.child_ids - _have(draft.folder_id, version.file.digest))
    if sharing.child_ids and not child_ids:
        throw_away_draft(document_id=draft.pk, actor=actor, now=now)
        return []
    draft.title = " ".join(title.split())
    draft.asks, draft.asks_each, draft.due_on = sharing.asks, sharing.asks_each, sharing.due_on
    draft.shared_at, draft.shared_by_id, draft.only_to_id = now, person_of(actor), sharing.only_to
    if child_ids:
        draft.child_id, draft.department, draft.preschool = child_ids[0], None, None
    draft.save()
    papers = [draft, *(_for_child(draft, version, child_id) for child_id in child_ids[1:])]
    for paper in papers:
        audit.did(
            "document.shared",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            children=[paper.child_id] if paper.child_id else [],
            document=paper.pk,
        )
    return papers


def _have(folder_id: UUID, digest: str) -> set[UUID]:
    """Return which children have this paper in the folder."""
    same = DocumentVersion.objects.filter(is_current=True, file__digest=digest).values("document")
    there = Document.objects.standing().filter(folder=folder_id, pk__in=same, child__isnull=False)
    return set(there.values_list("child", flat=True))


def _for_child(draft: Document, version: DocumentVersion, child_id: UUID) -> Document:
    """Return the same paper, shared about another child."""
    made = Document.objects.create(
        folder=draft.folder,
        child_id=child_id,
        title=draft.title,
        asks=draft.asks,
        asks_each=draft.asks_each,
        due_on=draft.due_on,
        added_by_id=draft.added_by_id,
        shared_at=draft.shared_at,
        shared_by_id=draft.shared_by_id,
    )
    add_version(made, version.file, number=1, by_id=version.added_by_id)
    return made
