"""Which documents somebody reads today, and which somebody may change: lists and single ones by the same rule."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, Q, QuerySet
from django.shortcuts import get_object_or_404

from children.access import Action, can, children_for, departments_for, preschools_for
from children.actors import Actor
from children.models import Department
from children.selectors.people import children_ever_of
from children.selectors.reach_places import departments_of_families
from children.whereabouts import Ids, among
from documents.models import Document, DocumentRead, DocumentVersion, Folder, PdfPage
from documents.models.documents import DocumentQuerySet


def documents_for(actor: Actor) -> DocumentQuerySet:
    """Return what the actor reads today, withdrawn ones among them: those for which `readers_of` has it.

    A family what is about an own child, and about its department, its preschool and the municipality while it is placed
    there; whoever works with a child what is about it, and about the places where it works.
    """
    return Document.objects.shared().filter(among((*_of_family(actor), *_of_house(actor))))


def own_documents(actor: Actor, *, of: UUID | None = None) -> DocumentQuerySet:
    """Return what the actor reads as a guardian: of one child only what is about it and its places."""
    return Document.objects.shared().filter(among(_of_family(actor, of=of)))


def _of_family(actor: Actor, *, of: UUID | None = None) -> Ids:
    """Return, as ids, what a guardian reads. A tablet is nobody's family."""
    if actor.person_id is None or actor.tablet:
        return (Document.objects.none().values("pk"),)
    children = children_for(actor, Action.SEE_OWN).order_by()
    own = (children.filter(pk=of) if of else children).values("pk")
    placed = Department.objects.filter(among(departments_of_families(actor, own))).order_by()
    return _about(
        Q(child__in=own) & (Q(only_to=None) | Q(only_to=actor.person_id)),
        Q(department__in=placed.values("pk")),
        Q(preschool__in=placed.values("preschool")),
        Q(Exists(placed), is_for_all=True),
    )


def _of_house(actor: Actor) -> Ids:
    """Return, as ids, what those read who work with children: nothing without a PIN."""
    if actor.person_id is None:
        return (Document.objects.none().values("pk"),)
    # What is said to a family its own member reads as one of it: some of it is for the other guardian alone. The table
    # cannot say it (`NEVER_WITH_ONES_OWN`): SEE_FILE is the child's page, too, and that one opens for whoever works
    # there; an action of its own for documents would not be what was granted, as a grant names its action.
    others = children_for(actor, Action.SEE_FILE).exclude(pk__in=children_ever_of(actor.person_id))
    seen = others.order_by().values("pk")
    if not actor.roles:
        return _about(Q(child__in=seen))
    works_at = departments_for(actor, Action.SEE_FILE).order_by()
    leads = preschools_for(actor, Action.SEE_FILE).order_by()  # one without departments, too
    return _about(
        Q(child__in=seen),
        Q(department__in=works_at.values("pk")),
        Q(preschool__in=works_at.values("preschool")),
        Q(preschool__in=leads.values("pk")),
        Q(Exists(works_at), is_for_all=True),
        Q(Exists(leads), is_for_all=True),
        *([Q(is_for_all=True)] if can(actor, Action.BROADCAST) else []),
    )


def _about(*conditions: Q) -> Ids:
    return tuple(Document.objects.filter(condition).order_by().values("pk") for condition in conditions)


def documents_changed_by(actor: Actor) -> DocumentQuerySet:
    """Return what the actor may share, renew, withdraw and remove, drafts among it."""
    action = Action.SHARE_DOCUMENTS
    theirs = (
        Q(child__in=children_for(actor, action).order_by().values("pk")),
        Q(department__in=departments_for(actor, action).order_by().values("pk")),
        Q(preschool__in=preschools_for(actor, action).order_by().values("pk")),
        *([Q(is_for_all=True)] if can(actor, Action.BROADCAST) else []),
    )
    return Document.objects.filter(among(_about(*theirs)), removed_at=None)


def folders_changed_by(actor: Actor) -> QuerySet[Folder]:
    """Return the folders in which the actor may put documents, and which it may rename."""
    action = Action.SHARE_DOCUMENTS
    theirs = Q(department__in=departments_for(actor, action).order_by().values("pk"))
    theirs |= Q(preschool__in=preschools_for(actor, action).order_by().values("pk"))
    if can(actor, Action.BROADCAST):
        theirs |= Q(department=None, preschool=None)
    return Folder.objects.filter(theirs).select_related("department__preschool", "preschool")


def get_folder(actor: Actor, folder_id: UUID, *, lock: bool = False) -> Folder:
    """Return a folder that the actor may change. Raises `Http404` for any other."""
    rows = folders_changed_by(actor)
    return get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=folder_id)


def get_document(actor: Actor, document_id: UUID) -> Document:
    """Return a document that the actor reads. Raises `Http404` for any other."""
    rows = documents_for(actor).select_related("folder", "child", "department", "preschool", "shared_by", "ended_by")
    return get_object_or_404(rows, pk=document_id)


def get_changed(actor: Actor, document_id: UUID, *, lock: bool = False) -> Document:
    """Return a document that the actor may change. Raises `Http404` for any other."""
    rows = documents_changed_by(actor).select_related("folder", "department", "preschool")
    return get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=document_id)


def versions_for(actor: Actor) -> QuerySet[DocumentVersion]:
    """Return the files that the actor opens: families the current ones, and those that they have agreed to.

    Whoever may change a document opens all of it; nobody anything of what is withdrawn.
    """
    changed = documents_changed_by(actor).order_by().values("pk")
    answered = DocumentRead.objects.filter(person=actor.person_id, answered_at__isnull=False).values("version")
    shown = Q(document__in=documents_for(actor).order_by().values("pk")) & (Q(is_current=True) | Q(pk__in=answered))
    return DocumentVersion.objects.filter(shown | Q(document__in=changed), document__withdrawn_at=None)


def get_version(actor: Actor, version_id: UUID) -> DocumentVersion:
    """Return a version whose file the actor opens today. Raises `Http404` for any other."""
    return get_object_or_404(versions_for(actor).select_related("document", "file__preview"), pk=version_id)


def get_page(actor: Actor, version_id: UUID, number: int) -> tuple[DocumentVersion, PdfPage]:
    """Return a drawn page of a PDF that the actor opens today. Raises `Http404` for any other."""
    version = get_version(actor, version_id)
    pages = PdfPage.objects.filter(preview__file=version.file_id).select_related("picture")
    return version, get_object_or_404(pages, number=number)
