"""Pages for what went wrong: what happened, what was kept, and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """A form that was too old or came from elsewhere."""
    return render(request, "403.html", {"is_stale_form": True}, status=403)
