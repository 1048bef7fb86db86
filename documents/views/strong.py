"""Sensitive answers to forms are read behind the strong login only, by families and in the house; never on a tablet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from children.http import ActorRequest
from children.strong import is_back, is_strong, way_to_strong
from documents.models import PaperForm


def asked_for_strong(request: ActorRequest, form: PaperForm, page: str, *, back: str) -> HttpResponse | None:
    """Return the page that asks for the strong login, without questions or answers, or None for whoever may go on.

    It leads to `page` once that is shown, and otherwise `back` to the list.
    """
    if not form.needs_strong or is_strong(request):
        is_back(request, page)
        return None
    is_on_tablet = request.actor.tablet is not None
    context = {"is_on_tablet": True} if is_on_tablet else way_to_strong(request, page)
    return render(request, "documents/forms/strong.html", context | {"back": back}, status=403)
