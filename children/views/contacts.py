"""Guardians: who may be called, and who may collect."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from children.access import Action, get_child
from children.forms import ContactForm
from children.http import ActorRequest
from children.models import Child
from children.selectors.child_page import contacts as contacts_of
from children.services.contacts import add_contact, remove_contact
from portal.lib import clock


@require_http_methods(["GET", "POST"])
def contacts(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Show the child's contacts to its guardian, and take a new one."""
    actor = request.actor
    child = get_child(actor, Action.MANAGE_CONTACTS, child_id)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_added(request, child, form):
        messages.success(
            request, _("%(name)s är tillagd. Avdelningen ser det nu.") % {"name": form.cleaned_data["name"]}
        )
        return redirect("children:contacts", child.id)
    audit.looked("child.contacts", person_id=actor.person_id, children=[child.id])
    context = {"child": child, "form": form, "contacts": contacts_of(child)}
    return render(request, "children/contacts.html", context, status=422 if form.errors else 200)


def _is_added(request: ActorRequest, child: Child, form: ContactForm) -> bool:
    try:
        add_contact(actor=request.actor, child=child, now=clock.now(), **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@require_POST
def contact_remove(request: ActorRequest, child_id: UUID, contact_id: UUID) -> HttpResponse:
    """Take a contact away."""
    child = get_child(request.actor, Action.MANAGE_CONTACTS, child_id)
    remove_contact(actor=request.actor, child=child, contact_id=contact_id, now=clock.now())
    messages.success(request, _("Borttagen. Avdelningen ser det nu."))
    return redirect("children:contacts", child.id)
