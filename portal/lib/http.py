"""Small words for views."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def is_fragment_wanted(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page rather than the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def is_really_seen(request: HttpRequest) -> bool:
    """Tell whether somebody sees the answer: a browser that fetches a page ahead, or asks after it, shows nobody."""
    return request.method != "HEAD" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the path in `next` when it is one of ours, otherwise `default`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # A word without a slash is no path, and `redirect()` takes it for the name of a view.
    return target if is_ours and target.startswith("/") else default


def page_of(request: HttpRequest) -> str:
    """Return the path of the page that htmx asks from, "/" where it is none of ours."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    return urlunsplit(("", "", page.path, page.query, "")) if page.netloc == request.get_host() else "/"


def see_other(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser on after a form was taken; htmx is told to load the whole page there."""
    if is_fragment_wanted(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def nothing_new() -> HttpResponseBase:
    """Answer that nothing changed: no body, nothing to swap."""
    return HttpResponse(status=204)
