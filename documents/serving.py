"""A file on its way to somebody who may have it: the caller has asked, today and for this one."""

from __future__ import annotations

from typing import IO, Literal

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from documents import files_on_disk, rules
from documents.models import StoredFile

Size = Literal["whole", "small", "medium", "large"]

# Kept by the reader's own browser, which asks before it shows it again: whoever may no longer see a picture sees it
# no more from that moment on (PROMISES 3.4).
KEPT = "private, no-cache"


def open_file(file: StoredFile, *, size: Size = "whole", form: str = "webp") -> IO[bytes]:
    """Open what is kept of a file that is ready. Raises `FileNotFoundError`."""
    wanted = rules.WHOLE if size == "whole" else size
    return files_on_disk.path_of(file.key, wanted if file.is_picture else "", form).open("rb")


def serve(
    file: StoredFile, *, size: Size = "whole", as_attachment: bool = False, request: HttpRequest | None = None
) -> HttpResponseBase:
    """Return the file. Pictures are shown unless `as_attachment`; everything else is saved, and opens in no page.

    With the request a browser that has it already is told so, and it is not sent again (304). Raises `Http404` for what
    is not ready, damaged or gone, and for sizes of what has none.
    """
    if not file.is_ready or (size != "whole" and not file.is_picture):
        raise Http404
    form = _form(file, request)
    etag = f'"{file.key.hex}-{rules.WHOLE if size == "whole" else size}-{form}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag) if request else None
    if response is None:
        try:
            opened = open_file(file, size=size, form=form)
        except FileNotFoundError:
            raise Http404 from None
        media_type = rules.FORMS[form] if file.is_picture else file.media_type
        response = FileResponse(
            opened,
            as_attachment=as_attachment or not file.is_picture,
            filename=rules.renamed(file.name, media_type) if file.is_picture else file.name,
            content_type="text/plain; charset=utf-8" if file.kind == StoredFile.Kind.TEXT else media_type,
        )
    response["Cache-Control"] = KEPT
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept"])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


def _form(file: StoredFile, request: HttpRequest | None) -> str:
    """Return the form in which a picture is shown to whoever asks: a browser that cannot show WebP does not name it.

    So each page names one address for a size. With `<picture>` it would name two, and sixty pictures make a heavy page.
    """
    shows_webp = not request or rules.FORMS["webp"] in request.headers.get("Accept", "")
    return "webp" if shows_webp or not file.is_picture else "jpg"
