"""Files of messages: served to whoever reads the message today, and chosen in the form of a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin
from documents.services.uploads import refuse
from documents.serving import Size, serve
from documents.uploaded import uploaded_in
from messaging.inbox_forms import ids_in
from messaging.selectors.attachments import Attached, get_attachment, unsent_of
from messaging.services.attachments import MOST_FILES, keep
from messaging.views.strong import asked_for_strong
from portal.lib import clock

SIZES: dict[str, Size] = {"liten": "small", "mellan": "medium", "stor": "large"}


@require_safe
@asks_for_pin
def attachment(request: ActorRequest, attachment_id: UUID) -> HttpResponseBase:
    """A file of a message (`storlek` of a picture; with `spara` to be saved rather than shown)."""
    actor = request.actor
    found, opened = get_attachment(actor, attachment_id, clock.now())
    if asked := asked_for_strong(request, opened.thread):
        return asked
    audit.looked(
        "messaging.attachment",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=opened.circle.children,
        once_an_hour=True,
    )
    size = SIZES.get(request.GET.get("storlek", ""), "whole")
    return serve(found.file, size=size, as_attachment="spara" in request.GET, request=request)


@dataclass(frozen=True)
class ChosenFiles:
    """What goes with the message that somebody is writing: kept with us until it is sent, and what was refused."""

    kept: list[Attached] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ids(self) -> tuple[UUID, ...]:
        return tuple(one.id for one in self.kept)

    @property
    def most(self) -> int:
        return MOST_FILES


def files_left(request: ActorRequest, texts: Iterable[str]) -> ChosenFiles:
    """Return the files that a draft names, as far as they are still there: no query where it names none."""
    named = ids_in(texts)
    return ChosenFiles(unsent_of(request.actor, named) if named else [])


def chosen_files(request: ActorRequest) -> ChosenFiles:
    """Keep the files that were just chosen in the form, besides those that it still names; a refused one is named.

    The form comes back with them, so that nobody chooses them again because something else was wrong.
    """
    named, problems = ids_in(request.POST.getlist("kept")), []
    kept = list(files_left(request, request.POST.getlist("kept")).ids)
    if len(kept) < len(named):
        problems.append(_("En fil finns inte kvar. Välj den igen."))
    chosen, gone = uploaded_in(request, "files")
    for upload in chosen:
        if len(kept) >= MOST_FILES:
            refuse(upload)
            problems.append(
                _("{file} följer inte med. Skicka högst {number} filer på en gång.").format(
                    file=upload.name, number=MOST_FILES
                )
            )
            continue
        try:
            kept.append(keep(upload=upload, actor=request.actor, now=clock.now()).pk)
        except ValidationError as refused:
            problems += refused.messages
    return ChosenFiles(unsent_of(request.actor, kept) if kept else [], [*problems, *gone])
