"""Sealed identities: opened by named readers, and the lists that principals keep."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from children.access import Action, can, preschools_for
from children.forms import ReaderForm, SearchForm
from children.http import ActorRequest
from children.letters import address_lines
from children.models import Child, ProtectedIdentity
from children.protection import (
    bearer_of,
    get_kept_identity,
    lift_protection,
    name_reader,
    open_identity,
    possible_readers,
    remove_reader,
)
from children.rules import spoken_phone
from children.selectors.kept_lists import children_near, kept_lists, readers_of
from portal.lib import clock


@require_POST
def identity(request: ActorRequest, identity_id: UUID) -> HttpResponse:
    """Open a sealed identity once; nothing of it stays in the browser."""
    opened = open_identity(actor=request.actor, identity_id=identity_id, now=clock.now())
    bearer = bearer_of(opened)
    context = {
        "identity": opened,
        "bearer": bearer,
        "is_child": isinstance(bearer, Child),
        "phone": spoken_phone(opened.phone),
        "address": address_lines(opened.address),
    }
    return render(request, "children/identity.html", context)


@require_GET
def kept(request: ActorRequest) -> HttpResponse:
    """Show whose identities are sealed, under their aliases, and how many may open each, to whoever keeps the lists."""
    may_protect = can(request.actor, Action.PROTECT)
    if not (may_protect or preschools_for(request.actor, Action.OVERSEE).exists()):
        raise Http404
    search = SearchForm(request.GET).words()
    rows = kept_lists(request.actor, search)
    _looked(request, "identities.kept", [row.identity for row in rows])
    return render(request, "children/kept.html", {"rows": rows, "search": search, "may_protect": may_protect})


def _looked(request: ActorRequest, page: str, identities: Iterable[ProtectedIdentity]) -> None:
    children = children_near(identities, request.actor.today)
    audit.looked(page, person_id=request.actor.person_id, children=children)


@require_http_methods(["GET", "POST"])
def readers(request: ActorRequest, identity_id: UUID) -> HttpResponse:
    """Show the list of one sealed identity, and put somebody on it."""
    actor = request.actor
    found = get_kept_identity(request.actor, identity_id)
    form = ReaderForm(request.POST or None, people=possible_readers(found, actor))
    if request.method == "POST" and form.is_valid():
        reader = User.objects.get(pk=form.cleaned_data["reader"])
        name_reader(actor=actor, identity=found, reader=reader, now=clock.now())
        messages.success(
            request, _("%(name)s kan nu öppna uppgifterna. Varje gång loggas.") % {"name": reader.full_name}
        )
        return redirect("children:readers", found.id)
    return _readers_page(request, found, form)


def _readers_page(request: ActorRequest, found: ProtectedIdentity, form: ReaderForm, problem: str = "") -> HttpResponse:
    _looked(request, "identity.readers", [found])
    context = {
        "identity": found,
        "bearer": bearer_of(found),
        "is_child": found.child_id is not None,
        "readers": readers_of(found, request.actor.today),
        "form": form,
        "problem": problem,
    }
    return render(request, "children/readers.html", context, status=422 if form.errors or problem else 200)


@require_POST
def reader_remove(request: ActorRequest, identity_id: UUID) -> HttpResponse:
    """Take somebody off the list."""
    found = get_kept_identity(request.actor, identity_id)
    try:
        reader_id = UUID(request.POST.get("reader", ""))
    except ValueError:
        raise Http404 from None
    remove_reader(actor=request.actor, identity=found, reader_id=reader_id, now=clock.now())
    messages.success(request, _("Borttagen från listan. Uppgifterna är stängda för personen."))
    return redirect("children:readers", found.id)


@require_POST
def lift(request: ActorRequest, identity_id: UUID) -> HttpResponse:
    """Give the real name its place again."""
    found = get_kept_identity(request.actor, identity_id)
    try:
        lift_protection(actor=request.actor, identity=found, now=clock.now())
    except ValidationError as refusal:
        form = ReaderForm(people=possible_readers(found, request.actor))
        return _readers_page(request, found, form, " ".join(refusal.messages))
    messages.success(request, _("Skyddet är hävt. Det riktiga namnet visas överallt igen."))
    return redirect("children:kept")
