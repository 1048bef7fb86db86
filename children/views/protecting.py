"""Protecting somebody by hand: an administrator finds the child or the grown-up, and seals who they are."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.models import User
from children.access import Action, demand
from children.forms import ProtectForm, SearchForm
from children.http import ActorRequest
from children.models import Child
from children.protection import possible_readers
from children.selectors.protecting import is_too_little, people_to_protect, what_of_children, what_of_grown_ups
from children.services.protecting import find_bearer, protect_by_hand, sealed_of
from portal.lib import clock


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Find whom to protect, by the whole name."""
    demand(request.actor, Action.PROTECT)
    words = SearchForm(request.GET).words()
    found = people_to_protect(request.actor, words)
    children = {row.id for row in found.rows if row.is_child}
    grown_ups = {row.id for row in found.rows if not row.is_child}
    audit.looked("protection.search", person_id=request.actor.person_id, children=children, grown_ups=grown_ups)
    context = {"found": found, "search": words, "is_too_little": bool(words) and is_too_little(words)}
    return render(request, "children/protect.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def protect(request: ActorRequest, bearer_id: UUID) -> HttpResponse:
    """Say what protecting does, ask who may open what is sealed, and do it once the name has been written."""
    actor = request.actor
    bearer = find_bearer(actor, bearer_id)
    identity = sealed_of(bearer)
    if bearer.is_protected:  # by now, perhaps by the same form sent twice
        return redirect("children:readers", identity.pk)
    people = possible_readers(identity, actor)
    form = ProtectForm(request.POST or None, full_name=bearer.full_name, people=people)
    if request.method == "POST" and form.is_valid():
        level, readers = form.cleaned_data["level"], form.cleaned_data.get("readers", [])
        try:
            made = protect_by_hand(actor=actor, bearer=bearer, level=level, reader_ids=readers, now=clock.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Skyddet gäller från och med nu. Det här namnet ser alla andra."))
            return redirect("children:readers", made.pk)
    return _show(request, bearer, form)


def _show(request: ActorRequest, bearer: Child | User, form: ProtectForm) -> HttpResponse:
    is_child, day = isinstance(bearer, Child), request.actor.today
    what = what_of_children([bearer], day) if isinstance(bearer, Child) else what_of_grown_ups([bearer], day)
    children, grown_ups = ([bearer.pk], []) if is_child else ([], [bearer.pk])
    audit.looked("protection.one", person_id=request.actor.person_id, children=children, grown_ups=grown_ups)
    context = {"bearer": bearer, "is_child": is_child, "what": " · ".join(what.get(bearer.pk, ())), "form": form}
    return render(request, "children/protect_one.html", context, status=422 if form.errors else 200)
