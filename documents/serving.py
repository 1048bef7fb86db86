"""A file on its way to somebody who may have it: the caller has asked, today and for this one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Literal

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from documents import kept, rules
from documents.models import BlurredCopy, StoredFile
from documents.services.copies import ask
from documents.shown_rules import Shown, mark_of
from documents.stores import store
from portal.lib import days

Size = Literal["whole", "small", "medium", "large"]

# Kept by the reader's own browser, which asks before it shows it again: whoever may no longer see a picture sees it
# no more from that moment on (PROMISES 3.4).
KEPT = "private, no-cache"
# No page opens from it. nginx says the same of what it sends itself (deploy/nginx.conf).
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_CHUNK = 1 << 16


def open_file(
    file: StoredFile, *, size: Size = "whole", form: str = "webp", copy: BlurredCopy | None = None
) -> IO[bytes]:
    """Open a file that is ready, or its `copy`; it may not be seekable. Raises `FileNotFoundError`."""
    return store().open(_name(file, size, form, copy))


def serve_shown(
    file: StoredFile, shown: Shown, *, size: Size, request: HttpRequest, as_attachment: bool = False
) -> HttpResponseBase:
    """Return a picture as it is shown to who asks, to be saved with `as_attachment`.

    Raises `Http404` where it is hidden, and where its copy is not made: it is asked for then.
    """
    if shown.is_hidden:
        raise Http404
    # What its author called it may say who is in it.
    name = f"{_('bild')}-{days.day_of(file.created_at)}-{file.pk.hex[-4:]}"
    if shown.is_clear:
        return serve(file, size=size, request=request, as_attachment=as_attachment, name=name)
    copy = file.copies.filter(digest=mark_of(shown.boxes)).first()
    if copy is None:
        ask({file.pk: {shown.boxes}})
    if copy is None or not copy.is_ready:
        raise Http404
    return serve(file, size=size, request=request, as_attachment=as_attachment, copy=copy, name=name)


def serve(
    file: StoredFile,
    *,
    size: Size = "whole",
    as_attachment: bool = False,
    request: HttpRequest | None = None,
    copy: BlurredCopy | None = None,
    name: str = "",
) -> HttpResponseBase:
    """Return the file, or a `copy` of it; by its own name or, a picture, by the given one, which has no ending.

    Pictures are shown unless `as_attachment`; everything else is saved, and opens in no page.

    With the request a browser that has it already is told so, and it is not sent again (304); and whoever asks for a
    part gets that (206). Where nginx stands before the portal, it sends the file. Raises `Http404` for what is not
    ready, damaged or gone, and for sizes of what has none.
    """
    if not file.is_ready or (size != "whole" and not file.is_picture):
        raise Http404
    form = _form(file, request)
    etag = f'"{(copy or file).key.hex}-{rules.WHOLE if size == "whole" else size}-{form}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag) if request else None
    if response is None:
        try:
            response = _sent(_name(file, size, form, copy), request, etag)
        except FileNotFoundError:
            raise Http404 from None
        media_type = rules.FORMS[form] if file.is_picture else file.media_type
        name = rules.renamed(f"{name}." if name else file.name, media_type) if file.is_picture else file.name
        response["Content-Type"] = "text/plain; charset=utf-8" if file.kind == StoredFile.Kind.TEXT else media_type
        response["Content-Disposition"] = str(content_disposition_header(as_attachment or not file.is_picture, name))
    response["Cache-Control"] = KEPT
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept"])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    return response


def _form(file: StoredFile, request: HttpRequest | None) -> str:
    """Return the form in which a picture is shown to whoever asks: a browser that cannot show WebP does not name it.

    So each page names one address for a size. With `<picture>` it would name two, and sixty pictures make a heavy page.
    """
    shows_webp = not request or rules.FORMS["webp"] in request.headers.get("Accept", "")
    return "webp" if shows_webp or not file.is_picture else "jpg"


def _name(file: StoredFile, size: Size, form: str, copy: BlurredCopy | None = None) -> str:
    wanted = rules.WHOLE if size == "whole" else size
    return kept.name_of((copy or file).key, wanted if file.is_picture else "", form)


def _sent(name: str, request: HttpRequest | None, etag: str) -> HttpResponseBase:
    """Return the file, the part of it that is asked for, or where nginx finds it."""
    if settings.FILES_BEHIND_NGINX:
        return HttpResponse(headers={"X-Accel-Redirect": store().address(name)})
    whole = store().size(name)
    asked = request.headers.get("Range", "") if request and request.headers.get("If-Range", etag) == etag else ""
    part = rules.part_asked(asked, whole)
    if part is None:
        response: HttpResponseBase = FileResponse(store().open(name), headers={"Content-Length": whole})
    elif not part:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{whole}"})
    else:
        headers = {"Content-Range": f"bytes {part[0]}-{part[-1]}/{whole}", "Content-Length": len(part)}
        response = StreamingHttpResponse(_limited(store().open(name, part[0]), len(part)), status=206, headers=headers)
    response["Accept-Ranges"] = "bytes"
    return response


def _limited(opened: IO[bytes], left: int) -> Iterator[bytes]:
    with opened:
        while left > 0 and (chunk := opened.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk
