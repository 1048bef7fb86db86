"""A bulletin is written: to whom, who will read, and only then it is sent; taken back, thrown away, withdrawn."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from children.http import ActorRequest
from children.models import Child
from messaging import set_phrases
from messaging.bulletin_forms import BulletinForm, filled_in
from messaging.bulletin_rules import may_change
from messaging.models import Bulletin
from messaging.selectors.bulletin_preview import children_to_choose, department_readers, house_readers, preview
from messaging.selectors.bulletin_readers import Audience, house_of
from messaging.selectors.bulletin_writers import TO_CHILDREN, Writing, get_writable
from messaging.services import bulletins as services
from portal.lib import clock, languages
from portal.lib.http import is_fragment_wanted, see_other

HOUSE_ON_A_PAGE = 100


@require_http_methods(["GET", "POST"])
def write(request: ActorRequest) -> HttpResponse:
    """Write a bulletin (`till` is chosen beforehand); `do=look` shows who will read, `draft` keeps it, `send` sends."""
    writing = Writing(request.actor)
    if not writing:
        raise Http404
    keys = {key for _name, group in writing.choices() for key, _label in group}
    till = request.GET.get("till", "")
    return _compose(request, writing, {"where": till} if till in keys else {})


@require_http_methods(["GET", "POST"])
def change(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Go on with a draft, or change what has not gone out."""
    row = get_writable(request.actor, bulletin_id)
    is_typed = request.method == "POST" and request.POST.get("id") == str(row.pk)
    if not may_change(row.leaves_at, clock.now()) and not is_typed:
        messages.info(request, _("Anslaget har gått ut och går inte att ändra. Du kan återkalla det."))
        return redirect("messaging:bulletin", row.pk)
    writing = Writing(request.actor)
    chosen = list(row.chosen.values_list("child", flat=True)) if row.is_to_chosen else []
    return _compose(request, writing, {**filled_in(row, _department_of(writing, chosen)), "barn": chosen}, row)


def _department_of(writing: Writing, chosen: list[UUID]) -> UUID | None:
    """Return the department among whose children these were chosen."""
    for department in writing.departments if chosen else ():
        if set(chosen) <= {child.pk for child in children_to_choose(writing.actor, department)}:
            return department.pk
    return None


def _compose(
    request: ActorRequest, writing: Writing, initial: dict[str, object], row: Bulletin | None = None
) -> HttpResponse:
    data: QueryDict | None = request.POST if request.method == "POST" else None
    person, do = request.actor.person, request.POST.get("do", "")
    if data is not None and (filled := set_phrases.used(data, field="text", language=_language(request))):
        data, do = filled, "look"
    where = str(data.get("where", "") if data else initial.get("where", ""))
    initial = {"language": languages.known(person.language if person else ""), **initial}
    form = BulletinForm(data, writing=writing, children=_children(writing, where), initial=initial)
    if row is not None and data is not None and form.data.get("id") != str(row.pk):
        raise Http404
    if do == "draft" and (saved := _saved(request, form)):
        messages.success(request, _("Utkastet är sparat."))
        return see_other(request, reverse("messaging:bulletin_change", args=[saved.pk]))
    if do == "send" and form.is_valid() and (sent := _sent(request, form)):
        return see_other(request, reverse("messaging:bulletin", args=[sent.pk]))
    return _show(request, form, do, row)


def _language(request: ActorRequest) -> str:
    person = request.actor.person
    return person.reading_language if person else languages.FIRST


def _children(writing: Writing, where: str) -> list[Child]:
    kind, _colon, place = where.partition(":")
    department = next((one for one in writing.departments if str(one.pk) == place), None)
    return children_to_choose(writing.actor, department) if kind == TO_CHILDREN and department else []


def _saved(request: ActorRequest, form: BulletinForm) -> Bulletin | None:
    """Keep a draft with whatever is in it; it needs only to whom."""
    audience = form.audience
    if audience is None or "id" not in form.cleaned_data:
        return None
    try:
        return services.save_draft(
            bulletin_id=form.cleaned_data["id"],
            audience=audience,
            words=form.words,
            version=form.cleaned_data.get("version") or 0,
            actor=request.actor,
            now=clock.now(),
        )
    except ValidationError as refused:
        _take(request, form, refused)
        return None


def _sent(request: ActorRequest, form: BulletinForm) -> Bulletin | None:
    """Send what the form holds; where it is refused the form says why."""
    audience = form.audience
    if audience is None:
        return None
    try:
        return services.send_bulletin(
            bulletin_id=form.cleaned_data["id"],
            audience=audience,
            words=form.words,
            seen=form.cleaned_data["seen"],
            leaves_at=form.leaves_at,
            version=form.cleaned_data.get("version") or 0,
            actor=request.actor,
            now=clock.now(),
        )
    except ValidationError as refused:
        _take(request, form, refused)
        return None


def _take(request: ActorRequest, form: BulletinForm, refused: ValidationError) -> None:
    """Say why it was refused. What was typed can be sent all the same, once it is known what is there already."""
    code = getattr(refused, "code", "")
    if code in ("sent", "changed"):
        form.send_again(over=get_writable(request.actor, form.cleaned_data["id"]) if code == "changed" else None)
    for name, errors in refused.message_dict.items() if hasattr(refused, "error_dict") else [("", refused.messages)]:
        form.add_error(name if name in form.fields else None, list(errors))


def _show(request: ActorRequest, form: BulletinForm, do: str, row: Bulletin | None) -> HttpResponse:
    actor, audience = request.actor, form.audience
    is_urgent = bool(form.data.get("is_urgent") if form.is_bound else form.initial.get("is_urgent"))
    shown = preview(actor, audience, clock.now(), is_urgent=is_urgent) if audience else None
    if form.is_bound and do == "look":
        form.errors.clear()  # nothing was sent, so nothing is wrong yet
    audit.looked(
        "messaging.bulletin_readers",
        person_id=actor.person_id,
        children=(shown.child_ids if shown else set()) | {child.pk for child in form.among},
        once_an_hour=True,
    )
    if row and str(form["id"].value()) != str(row.pk):
        row = None  # it has left, and what was typed since is another
    context: dict[str, object] = {
        "form": form,
        "shown": shown,
        "row": row,
        "address": reverse("messaging:bulletin_change", args=[row.pk]) if row else reverse("messaging:bulletin_write"),
        "to": Audience.of(row).name if row and row.was_to_leave_at else "",
        "sender_is_frozen": row is not None and (row.sent_by or row.written_by).frozen_at is not None,
    }
    if is_fragment_wanted(request):
        return render(request, "messaging/bulletins/write_main.html", context)
    return render(
        request, "messaging/bulletins/write.html", context, status=422 if form.errors and do != "look" else 200
    )


@require_safe
def readers(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Those of one department who will read what is written to `till`: a part of a list that is too long for a page."""
    actor, writing = request.actor, Writing(request.actor)
    department = next((one for one in writing.departments if one.pk == department_id), None)
    if department is None:
        raise Http404
    audience = writing.audience(request.GET.get("till", ""))
    found = department_readers(actor, audience, department)
    audit.looked(
        "messaging.bulletin_readers",
        person_id=actor.person_id,
        children={child.pk for row in found.rows for child in row.children},
        once_an_hour=True,
    )
    part = "reader_families" if is_fragment_wanted(request) else "bulletins/readers"
    context = {"families": found, "title": department.name, "place": department.preschool.name}
    return render(request, f"messaging/{part}.html", context)


@require_safe
def house(request: ActorRequest) -> HttpResponse:
    """Those of the house who will read what is written to `till`, by pages: of a municipality they are thousands."""
    writing = Writing(request.actor)
    audience = writing.audience(request.GET.get("till", ""))
    if not writing.allows(audience):
        raise Http404
    rows = house_readers(house_of(audience, request.actor.today))
    page = Paginator(rows, HOUSE_ON_A_PAGE).get_page(request.GET.get("sida"))
    context = {"page": page, "till": request.GET["till"], "title": _("Arbetar här"), "place": audience.name}
    return render(request, "messaging/bulletins/readers.html", context)


@require_POST
def undo(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Take back what has not gone out: it is a draft again, as it was written, of those who wrote and sent it."""
    try:
        row = services.take_back(bulletin_id=bulletin_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return see_other(request, reverse("messaging:bulletin", args=[bulletin_id]))
    if request.actor.person_id in (row.written_by_id, row.sent_by_id):
        messages.success(request, _("Inget har gått ut. Anslaget är ett utkast igen."))
        return see_other(request, reverse("messaging:bulletin_change", args=[bulletin_id]))
    words = _("Inget har gått ut. Anslaget är ett utkast igen, hos {name}.").format(name=row.written_by.full_name)
    messages.success(request, words)
    return see_other(request, reverse("messaging:bulletins"))


@require_POST
def discard(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    services.discard(bulletin_id=bulletin_id, actor=request.actor, now=clock.now())
    messages.success(request, _("Utkastet är borttaget."))
    return see_other(request, reverse("messaging:bulletins"))


@require_http_methods(["GET", "POST"])
def withdraw(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Withdraw a bulletin that has gone out, after it was shown what disappears."""
    row, now = get_writable(request.actor, bulletin_id), clock.now()
    if may_change(row.leaves_at, now):
        raise Http404
    if request.method == "POST":
        try:
            services.withdraw_bulletin(bulletin_id=row.pk, actor=request.actor, now=now)
            messages.success(request, _("Anslaget är återkallat. Rektor får veta det."))
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("messaging:bulletin", row.pk)
    context = {"bulletin": row, "to": Audience.of(row).name, "read": row.copies.exclude(read_at=None).count()}
    return render(request, "messaging/bulletins/withdraw.html", context)
