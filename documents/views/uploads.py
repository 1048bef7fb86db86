"""Uploads that go on where the connection broke: the protocol tus 1.0, with creation and termination.

Whoever is logged in may send: a file is nobody else's and nothing's until a form names it, and that asks for access.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from children.access import Action, departments_for
from children.http import ActorRequest, asks_for_pin
from documents.services import uploads as services
from portal.lib import clock
from portal.lib.limits import seconds_to_wait

VERSION = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
TYPE = "application/offset+octet-stream"
_FIGURES = re.compile(r"[0-9]{1,12}")  # more bytes than any file has


@require_POST
@asks_for_pin
def uploads(request: ActorRequest) -> HttpResponse:
    """Begin a file of `Upload-Length` bytes; `Upload-Metadata` gives its `filename` and the `id` that it is to have.

    With `preschool` it is refused here where that one, if the sender works there, has no room for it.
    """
    person_id = request.actor.person_id
    if person_id is None:
        raise Http404
    if wait := seconds_to_wait("uploads", str(person_id), most=300, each=timedelta(minutes=10)):
        return HttpResponse(status=429, headers={**VERSION, "Retry-After": str(wait)})
    try:
        said = _metadata(request.headers.get("Upload-Metadata", ""))
        upload_id, size = UUID(said["id"]), _bytes(request, "Upload-Length")
    except (ValueError, KeyError):
        size = None
    if size is None:
        return HttpResponse(status=400, headers=VERSION)
    try:
        made = services.begin(
            upload_id=upload_id,
            name=said.get("filename", ""),
            size=size,
            by_id=person_id,
            most=services.OF_STAFF if request.actor.roles else services.OF_FAMILY,
            now=clock.now(),
            preschool_id=_preschool(request, said.get("preschool", "")),
        )
    except ValidationError as refused:
        answer, status = " ".join(refused.messages), 422 if refused.code == services.FOR_GOOD else 413
        return HttpResponse(answer, status=status, headers=VERSION, content_type="text/plain; charset=utf-8")
    headers = {"Location": reverse("documents:upload_part", args=[made.pk]), "Upload-Offset": str(made.received)}
    return HttpResponse(status=201, headers=VERSION | headers)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@asks_for_pin
def upload_part(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    """Tell how far it has come, take the next part (from `Upload-Offset` on), or throw it away."""
    upload = services.get_upload(upload_id, request.actor.person_id)
    if request.method == "DELETE":
        services.throw_away(upload)
        return HttpResponse(status=204, headers=VERSION)
    if request.method == "PATCH":
        begins = _bytes(request, "Upload-Offset")
        if begins is None or request.content_type != TYPE or len(upload.parts) >= services.MOST_PARTS:
            return HttpResponse(status=400, headers=VERSION)
        try:
            upload = services.append(upload, begins=begins, body=request)
        except services.Elsewhere:
            return HttpResponse(status=409, headers=VERSION)
        except OSError:
            return HttpResponse(status=507, headers=VERSION)
    headers = {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.size)}
    return HttpResponse(status=204 if request.method == "PATCH" else 200, headers=VERSION | headers)


def _bytes(request: ActorRequest, header: str) -> int | None:
    """Return a number of bytes, or nothing where it is anything but a few plain figures."""
    said = request.headers.get(header, "")
    return int(said) if _FIGURES.fullmatch(said) else None


def _preschool(request: ActorRequest, said: str) -> UUID | None:
    """Return the preschool that the file is said to be for; of others' room nobody learns anything."""
    try:
        at = departments_for(request.actor, Action.SEE_BOARD).filter(preschool=UUID(said))
    except ValueError:
        return None
    return at.values_list("preschool", flat=True).first()


def _metadata(text: str) -> dict[str, str]:
    """Read "key base64,key base64". Raises `ValueError`."""
    pairs = [part.split(" ", 1) for part in text.split(",") if " " in part]
    try:
        return {key.strip(): base64.b64decode(value, validate=True).decode() for key, value in pairs}
    except binascii.Error as fault:
        raise ValueError from fault
