"""Staff and principals: pending guardianships, blocks, and grants to single persons."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from children.access import Action, departments_for, get_child, get_department
from children.forms import BlockForm, GrantForm
from children.http import ActorRequest
from children.models import Child
from children.selectors import child_page
from children.selectors.invitations import invitable_children, pending_guardians
from children.selectors.overview import pending_by_department
from children.services.grants import grant, withdraw_grant
from children.services.relations import block, confirm_guardianships, lift_block
from portal.lib import clock


@require_GET
def pending(request: ActorRequest) -> HttpResponse:
    """Show at which departments guardianships wait to be confirmed."""
    if not departments_for(request.actor, Action.INVITE).exists():
        raise Http404
    return render(request, "children/pending.html", {"rows": pending_by_department(request.actor)})


@require_http_methods(["GET", "POST"])
def confirm(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show a department's pending guardianships, and confirm those that were chosen."""
    actor = request.actor
    department = get_department(actor, Action.INVITE, department_id)
    if request.method == "POST":
        chosen = [_uuid(value) for value in request.POST.getlist("guardianship")]
        count = confirm_guardianships(actor=actor, guardianship_ids=chosen, now=clock.now())
        _tell_confirmed(request, count)
        return redirect("children:confirm", department.id)
    rows = pending_guardians(invitable_children(actor, department), actor.today)
    audit.looked("guardians.pending", person_id=actor.person_id, children={row.child.id for row in rows})
    return render(request, "children/confirm.html", {"department": department, "rows": rows})


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Http404 from None


def _tell_confirmed(request: ActorRequest, count: int) -> None:
    if not count:
        messages.warning(request, _("Ingen bekräftades. Kryssa för dem som stämmer och försök igen."))
        return
    text = ngettext("%(count)d person bekräftades.", "%(count)d personer bekräftades.", count) % {"count": count}
    messages.success(request, text + " " + _("De ser barnet när de har skapat sin inloggning. Bjud in dem härnäst."))


@require_http_methods(["GET", "POST"])
def block_guardian(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Keep a guardian away from a child."""
    child = _child_of_known_family(request, child_id)
    people = child_page.blockable(child, request.actor.today)
    form = BlockForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        person_id, reason = form.cleaned_data["person"], form.cleaned_data["reason"]
        try:
            block(actor=request.actor, child=child, person_id=person_id, reason=reason, now=clock.now())
        except ValidationError as refusal:
            form.add_error("person", refusal)
        else:
            messages.success(request, _("Spärren gäller från och med nu."))
            return redirect("children:child", child.id)
    audit.looked("child.block", person_id=request.actor.person_id, children=[child.id])
    context = {"child": child, "form": form, "people": people}
    return render(request, "children/block.html", context, status=422 if form.errors else 200)


def _child_of_known_family(request: ActorRequest, child_id: UUID) -> Child:
    """Return the child to somebody who may block, and may know who its guardians are."""
    get_child(request.actor, Action.SEE_CONTACTS, child_id)
    return get_child(request.actor, Action.BLOCK, child_id)


@require_POST
def block_lift(request: ActorRequest, child_id: UUID, block_id: UUID) -> HttpResponse:
    """Let a blocked guardian in again."""
    child = _child_of_known_family(request, child_id)
    found = child_page.find_block(child, block_id)
    if found is None:
        raise Http404
    lift_block(actor=request.actor, block=found, now=clock.now())
    messages.success(request, _("Spärren är hävd. %(name)s ser barnet igen.") % {"name": found.person.full_name})
    return redirect("children:child", child.id)


@require_http_methods(["GET", "POST"])
def grants(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Show who was let in to this child, and let a known person in until a date."""
    actor = request.actor
    child = get_child(actor, Action.GRANT, child_id)
    form = GrantForm(request.POST or None, today=actor.today)
    if request.method == "POST" and form.is_valid() and _is_granted(request, child, form):
        messages.success(request, _("Behörigheten gäller de valda dagarna, och upphör av sig själv."))
        return redirect("children:grants", child.id)
    audit.looked("child.grants", person_id=actor.person_id, children=[child.id])
    context = {"child": child, "form": form, "grants": child_page.grants(child, actor.today)}
    return render(request, "children/grants.html", context, status=422 if form.errors else 200)


def _is_granted(request: ActorRequest, child: Child, form: GrantForm) -> bool:
    assert form.person is not None  # noqa: S101 (a valid form has found the person)
    chosen = {key: form.cleaned_data[key] for key in ("actions", "starts_on", "ends_on")}
    try:
        grant(actor=request.actor, child=child, person=form.person, now=clock.now(), **chosen)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@require_POST
def grant_withdraw(request: ActorRequest, child_id: UUID, person_id: UUID) -> HttpResponse:
    """Take back what a person was granted for the child."""
    child = get_child(request.actor, Action.GRANT, child_id)
    person = get_object_or_404(User, pk=person_id)
    withdraw_grant(actor=request.actor, child=child, person=person, now=clock.now())
    messages.success(request, _("Behörigheten är borttagen och gäller inte längre."))
    return redirect("children:grants", child.id)
