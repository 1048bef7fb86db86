"""Documents as their lists and pages print them: to families, and to those of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from children.access import Action
from children.actors import Actor
from children.prepared_access import Asked, child_rows, prepared_for_actor
from children.selectors.family_rows import Families, families
from children.selectors.placing import Place as Placed
from children.selectors.placing import places_of
from children.selectors.reach import sees_own
from children.selectors.reach_places import to_families
from children.whereabouts import among, ids_in
from documents import paper_rules
from documents.models import Document, DocumentRead, DocumentVersion, Folder, StoredFile
from documents.selectors.places import Place
from documents.selectors.readers import About, guardians_of
from documents.selectors.reading import documents_changed_by, documents_for, own_documents
from portal.lib import days
from portal.lib.prepared import Rows

ON_A_PAGE = 30
OPENED_AT_ONCE = 2_000  # titles are encrypted: a search opens the newest so many
ICONS = {StoredFile.Kind.PICTURE: "image"}


@dataclass(frozen=True)
class Sought:
    """What of a list is shown: a folder's, about a child, with these words; and which page."""

    folder_id: UUID | None = None
    child_id: UUID | None = None
    words: str = ""
    page: str = "1"

    @property
    def query(self) -> str:
        """Return it as an address says it, all but the page."""
        said = {"mapp": self.folder_id, "barn": self.child_id, "sok": self.words}
        return "".join(f"{urlencode({name: value})}&" for name, value in said.items() if value)


@dataclass(frozen=True)
class Paper:
    """A document in a list. `about` is whom it concerns, `opened` how many guardians have opened what it is now."""

    id: UUID
    title: str
    folder: str
    about: str
    icon: str
    size: str
    at: datetime
    asks: str
    due_on: date | None
    is_withdrawn: bool
    is_new: bool = False
    is_waiting: bool = False
    opened: int = 0

    @property
    def month(self) -> date:
        """The first day of the month in which it came."""
        return days.day_of(self.at).replace(day=1)


@dataclass(frozen=True)
class Shown:
    """One page of a list: what stands on it, and where it is among the others."""

    papers: list[Paper]
    page: Page[DocumentVersion]

    @property
    def child_ids(self) -> set[UUID]:
        """Whom what stands there is about."""
        return {child_id for one in self.page.object_list if (child_id := one.document.child_id)}


def own_papers(actor: Actor, sought: Sought, *, waiting: Collection[UUID]) -> Shown:
    """Return what a guardian reads, newest first; `waiting` is what is to be answered."""
    documents = own_documents(actor)
    if sought.child_id:
        placed = places_of([sought.child_id], to_families(actor.today)).get(sought.child_id, [])
        about = Q(child=sought.child_id) | Q(department__in=[one.department_id for one in placed])
        about |= Q(preschool__in=[one.preschool_id for one in placed])
        documents = documents.filter(about | Q(is_for_all=bool(placed)) if placed else about)
    page = _paged(documents, sought)
    shown = list(page.object_list)
    mine = dict(
        DocumentRead.objects.filter(version__in=shown, person=actor.person_id).values_list("version", "answered_at")
    )
    papers = [
        _paper(one, is_new=one.pk not in mine and not one.document.is_withdrawn, is_waiting=one.document_id in waiting)
        for one in shown
    ]
    return Shown(papers, page)


def house_papers(actor: Actor, place: Place, sought: Sought) -> Shown:
    """Return what lies in a place's folders, and what is about the children who are there, newest first."""
    there = Q(folder__in=place.folders().order_by().values("pk"))
    if place.department and not sought.folder_id:
        there |= among(ids_in(Q(pk=place.department.pk), actor), "child")
    page = _paged(documents_for(actor).filter(there), sought)
    shown = list(page.object_list)
    counted = DocumentRead.objects.filter(version__in=shown).order_by().values("version").annotate(number=Count("pk"))
    opened = dict(counted.values_list("version", "number"))
    papers = [_paper(one, opened=opened.get(one.pk, 0)) for one in shown]
    return Shown(papers, page)


def _paged(documents: QuerySet[Document], sought: Sought) -> Page[DocumentVersion]:
    """Return the page of current versions; with words, of those that have them all in title, folder or file name."""
    if sought.folder_id:
        documents = documents.filter(folder=sought.folder_id)
    rows = DocumentVersion.objects.filter(is_current=True, document__in=documents.order_by().values("pk"))
    rows = rows.select_related(
        "document__folder", "document__child", "document__department", "document__preschool", "file"
    ).order_by(Greatest("created_at", "document__shared_at").desc(), "-pk")
    words = sought.words.casefold().split()
    if not words:
        return Paginator(rows, ON_A_PAGE).get_page(sought.page)
    found = [one for one in rows[:OPENED_AT_ONCE] if _has(one, words)]
    return Paginator(found, ON_A_PAGE).get_page(sought.page)


def _has(version: DocumentVersion, words: Iterable[str]) -> bool:
    text = f"{version.document.title} {version.document.folder.name} {version.file.name}".casefold()
    return not version.document.is_withdrawn and all(word in text for word in words)


def _paper(version: DocumentVersion, *, is_new: bool = False, is_waiting: bool = False, opened: int = 0) -> Paper:
    document = version.document
    return Paper(
        id=document.pk,
        title=_("Återkallat dokument") if document.is_withdrawn else document.title,
        folder=document.folder.name,
        about=about_word(document),
        icon=ICONS.get(StoredFile.Kind(version.file.kind), "file-text"),
        size=filesizeformat(version.file.size),
        at=max(version.created_at, document.shared_at or version.created_at),
        asks=document.asks,
        due_on=document.due_on,
        is_withdrawn=document.is_withdrawn,
        is_new=is_new,
        is_waiting=is_waiting,
        opened=opened,
    )


def about_word(document: Document) -> str:
    """Return whom it concerns, as whoever reads it may know them."""
    if document.child:
        return document.child.tile_name
    return str(document.department or document.preschool or _("Hela kommunen"))


# What waits for an answer -----------------------------------------------------------------------------------------


def to_answer(actor: Actor) -> list[Paper]:
    """Return what the guardian is to confirm or agree to, the nearest last day first: one query where it is nothing."""
    asked = [version_id for (version_id,) in _asking(actor)] if actor.person_id and not actor.tablet else []
    if not asked:
        return []
    rows = DocumentVersion.objects.filter(pk__in=asked).select_related(
        "document__folder", "document__child", "document__department", "document__preschool", "file"
    )
    waiting = still_to_answer(actor, rows)
    found = [_paper(one, is_new=True, is_waiting=True) for one in rows if one.pk in waiting]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.at))


@prepared_for_actor
def _asking(actor: Actor) -> Rows:
    done = DocumentRead.objects.filter(version=OuterRef("pk"), person=actor.person_id, answered_at__isnull=False)
    asking = own_documents(actor).standing().exclude(asks="").order_by().values("pk")
    rows = DocumentVersion.objects.filter(~Exists(done), is_current=True, document__in=asking)
    return rows.order_by().values_list("pk")[:50]


def still_to_answer(actor: Actor, versions: Iterable[DocumentVersion]) -> set[UUID]:
    """Return which of these current versions wait for the guardian's answer: no query where none asks for one."""
    asking = [one for one in versions if one.document.asks and not one.document.is_withdrawn]
    if not asking or actor.person_id is None:
        return set()
    own = {child_id for (child_id,) in child_rows(actor, Action.SEE_OWN, Asked(("id",)))}
    around = list(sees_own(own, actor.today).values_list("guardian_id", "child_id"))
    places = places_of(own, to_families(actor.today))
    answers: dict[UUID, set[UUID]] = defaultdict(set)
    done = DocumentRead.objects.filter(version__in=asking, answered_at__isnull=False)
    for version_id, person_id in done.values_list("version", "person"):
        answers[version_id].add(person_id)
    waiting = set()
    for one in asking:
        guardians = _around(one.document, around, own, places)
        if actor.person_id in paper_rules.missing(guardians, answers[one.pk], each=one.document.asks_each):
            waiting.add(one.pk)
    return waiting


def _around(
    document: Document,
    around: Collection[tuple[UUID, UUID]],
    own: Collection[UUID],
    places: Mapping[UUID, Collection[Placed]],
) -> dict[UUID, set[UUID]]:
    """Return the guardians of those own children whom the document concerns."""
    concerned = {child for child in own if _concerns(document, child, places.get(child, ()))}
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, child_id in around:
        if child_id in concerned and document.only_to_id in (None, person_id):
            found[person_id].add(child_id)
    return found


def _concerns(document: Document, child_id: UUID, places: Collection[Placed]) -> bool:
    if document.child_id:
        return document.child_id == child_id
    return any(
        document.is_for_all
        or document.department_id == place.department_id
        or document.preschool_id == place.preschool_id
        for place in places
    )


# One document ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reception:
    """How far a document is read: who has answered what it asks, who has opened it, who has not.

    Named where they are few enough (`names`); of what goes to everybody in the municipality only the figures.
    """

    number: int
    waiting: int
    answered_number: int
    opened_number: int
    unopened_number: int
    names: dict[str, Families]
    child_ids: frozenset[UUID]


def reception_of(actor: Actor, document: Document, version: DocumentVersion) -> Reception:
    """Return who of its readers of today has read it, as this actor may know them."""
    about = About.of(document)
    guardians = guardians_of(about, actor.today)
    reads = dict(DocumentRead.objects.filter(version=version).values_list("person", "answered_at"))
    answered = {person: own for person, own in guardians.items() if reads.get(person)}
    opened = {person: own for person, own in guardians.items() if person in reads and person not in answered}
    unopened = {person: own for person, own in guardians.items() if person not in reads}
    done = answered if document.asks else opened
    groups = {"answered": answered, "opened": opened, "unopened": unopened} if about.is_near else {}
    return Reception(
        number=len(guardians),
        waiting=len(paper_rules.missing(guardians, done, each=document.asks_each or not document.asks)),
        answered_number=len(answered),
        opened_number=len(opened),
        unopened_number=len(unopened),
        names={name: families(actor, group) for name, group in groups.items()},
        child_ids=frozenset(child for group in groups.values() for own in group.values() for child in own),
    )


def may_change(actor: Actor, document: Document) -> bool:
    return documents_changed_by(actor).filter(pk=document.pk).exists()


# The house's folders --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """A folder beside a list: how much is shared in it, and how much lies there unshared (0 to those who only read)."""

    folder: Folder
    documents: int
    drafts: int


def shelves_of(place: Place, *, may_share: bool) -> list[Shelf]:
    """Return a place's folders in their order, the archived ones last."""
    shared = Count("documents", filter=Q(documents__shared_at__isnull=False, documents__removed_at=None))
    drafts = Count("documents", filter=Q(documents__shared_at=None, documents__removed_at=None))
    rows = place.folders().annotate(shared_number=shared, draft_number=drafts)
    shelves = [Shelf(one, one.shared_number, one.draft_number if may_share else 0) for one in rows]
    return sorted(shelves, key=lambda one: one.folder.archived_at is not None)


def drafts_in(folder: Folder) -> list[DocumentVersion]:
    """Return what lies in the folder and is shared with nobody, in the order in which it came."""
    drafts = Document.objects.drafts().filter(folder=folder).order_by().values("pk")
    rows = DocumentVersion.objects.filter(document__in=drafts, is_current=True)
    return list(rows.select_related("document", "file").order_by("created_at", "pk"))
