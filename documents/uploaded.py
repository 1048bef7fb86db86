"""What was chosen in a form's field: sent with the form, or before it in parts that it names (static/js/uploads.js)."""

from __future__ import annotations

from uuid import UUID

from django.core.files.base import File
from django.utils.translation import gettext as _

from children.http import ActorRequest
from documents.services.uploads import finished


def uploaded_in(request: ActorRequest, field: str) -> tuple[list[File[bytes]], list[str]]:
    """Return the files of a form that is sent, and a sentence where one is named that is not there (any more)."""
    named: list[UUID] = []
    for text in request.POST.getlist("upload"):
        try:
            named.append(UUID(text))
        except ValueError:
            continue
    whole = finished(named, request.actor.person_id) if named else []
    problems = [_("En fil finns inte kvar. Välj den igen.")] if len(whole) < len(named) else []
    return [*request.FILES.getlist(field), *whole], problems
