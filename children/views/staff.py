"""Those who work with children: a child's page, and the lists of a department and a preschool."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from children.access import Action, can, get_child, get_department, get_preschool
from children.forms import AllergyForm, SearchForm
from children.http import ActorRequest, asks_for_pin
from children.rules import age_on
from children.selectors.child_page import child_page
from children.selectors.lists import ListedChild, department_children, preschool_children
from children.services.relations import write_allergy
from portal.lib import clock


@require_GET
@asks_for_pin
def child(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Show the child to those who work with it; the look is logged."""
    return _child(request, child_id)


@require_POST
@asks_for_pin
def allergy(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Write what the child does not tolerate."""
    found = get_child(request.actor, Action.WRITE_ALLERGY, child_id)
    form = AllergyForm(request.POST)
    if not form.is_valid():
        return _child(request, child_id, form)
    write_allergy(actor=request.actor, child=found, text=form.cleaned_data["allergy"], now=clock.now())
    messages.success(request, _("Sparat. Avdelningens platta visar det nu."))
    return redirect("children:child", child_id)


def _child(request: ActorRequest, child_id: UUID, form: AllergyForm | None = None) -> HttpResponse:
    actor = request.actor
    found = get_child(actor, Action.SEE_FILE, child_id)
    page = child_page(actor, found)
    audit.looked("child.page", person_id=actor.person_id, tablet_id=actor.tablet_id, children=[found.id])
    context = {
        "page": page,
        "child": found,
        "age": age_on(found.birth_date, actor.today) if found.birth_date else None,
        "form": form or AllergyForm(initial={"allergy": found.allergy}),
    }
    return render(request, "children/child.html", context, status=422 if form else 200)


@require_GET
@asks_for_pin
def department_list(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show the department's children, with search by name."""
    department = get_department(request.actor, Action.LIST_CHILDREN, department_id)
    search = SearchForm(request.GET).words()
    rows = department_children(request.actor, department, search)
    may_invite = can(request.actor, Action.INVITE, department)
    context = {"department": department, "place": department, "search": search, "rows": rows, "may_invite": may_invite}
    return _list(request, rows, context)


@require_GET
def preschool_list(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """Show the children of all departments to the principal."""
    preschool = get_preschool(request.actor, Action.OVERSEE, preschool_id)
    search = SearchForm(request.GET).words()
    rows = preschool_children(request.actor, preschool, search)
    context = {"preschool": preschool, "place": preschool, "search": search, "rows": rows}
    return _list(request, rows, context)


def _list(request: ActorRequest, rows: list[ListedChild], context: dict[str, object]) -> HttpResponse:
    actor = request.actor
    seen = [row.child.id for row in rows]
    audit.looked("children.list", person_id=actor.person_id, tablet_id=actor.tablet_id, children=seen)
    return render(request, "children/list.html", context)
