"""What there is of papers about children alone: what goes when they have left."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from documents.models import Document, DocumentVersion, FormAnswer, FormChild, PdfPage
from documents.selectors.references import Going


def documents_about(child_ids: Collection[UUID]) -> QuerySet[Document]:
    """Return the documents about these children, those that were withdrawn or removed among them."""
    return Document.objects.filter(child__in=child_ids)


def papers_going(child_ids: Collection[UUID]) -> Going:
    """Return what goes with these children: their documents, and what was asked and answered about them in forms."""
    documents = documents_about(child_ids)
    versions = DocumentVersion.objects.filter(document__in=documents)
    others = DocumentVersion.objects.exclude(document__in=documents)
    drawn = PdfPage.objects.filter(preview__file__in=versions.order_by().values("file"))
    return {
        Document: documents,
        DocumentVersion: versions,
        PdfPage: drawn.exclude(preview__file__in=others.order_by().values("file")),
        FormAnswer: FormAnswer.objects.filter(child__in=child_ids),
        FormChild: FormChild.objects.filter(child__in=child_ids),
    }


def with_papers(child_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these children about whom there are any."""
    rows = (
        documents_about(child_ids),
        *(model.objects.filter(child__in=child_ids) for model in (FormAnswer, FormChild)),
    )
    return {child_id for those in rows for child_id in those.order_by().values_list("child", flat=True) if child_id}
