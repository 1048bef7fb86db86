"""The feed, a post's page, its pictures, and what families answer to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, get_args
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from children.access import Action, departments_for, get_department, preschools_for
from children.actors import Actor
from children.http import ActorRequest, asks_for_pin, rests
from children.models import Department, StaffRole
from documents.services.copies import ask_missing
from documents.serving import serve_shown
from messaging import curriculum
from messaging.models import Post
from messaging.selectors.feed import Before, Sought, drafts_listed, feed_for
from messaging.selectors.post_children import children_of_posts, circle
from messaging.selectors.post_tags import in_pictures, unblurred
from messaging.selectors.posts import Picture, get_post, is_writer, lost_among, own_of, pictures_of
from messaging.selectors.reactions import has_read, own_reaction, reception_of
from messaging.selectors.shown_pictures import get_picture, pictures_shown
from messaging.services.posts import mark_read
from messaging.services.reactions import put_heart, thank
from portal.lib import clock, days, languages
from portal.lib.http import is_fragment_wanted, is_really_seen, see_other

Size = Literal["small", "medium", "large"]


@require_safe
@asks_for_pin
def posts(request: ActorRequest) -> HttpResponse:
    """The feed: a family's, and of the departments at which somebody works. `mal` is a goal, `fore` the next page."""
    return _feed(request, None)


@require_safe
@asks_for_pin
def department_posts(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """A department's own posts and drafts, for those who write them."""
    return _feed(request, get_department(request.actor, Action.WRITE_POSTS, department_id))


def _feed(request: ActorRequest, department: Department | None) -> HttpResponse:
    actor = request.actor
    goal, before = request.GET.get("mal", ""), _before(request.GET.get("fore", ""))
    sought = Sought(goal, department.pk if department else None, before)
    feed = feed_for(actor, sought=sought)
    ask_missing(feed.missing)
    audit.looked(
        "posts", person_id=actor.person_id, tablet_id=actor.tablet_id, children=feed.child_ids, once_an_hour=True
    )
    if actor.person_id and not actor.tablet and is_really_seen(request):
        mark_read(post_ids=feed.read_now, person_id=actor.person_id, now=clock.now())
    context = {
        "feed": feed,
        "sought": sought,
        "department": department,
        "reads_in": _reads_in(actor),
        "rests": rests(request),
    }
    if before and is_fragment_wanted(request):
        return render(request, "messaging/posts/feed_page.html", context)
    return render(request, "messaging/posts/feed.html", context | _desk(actor, department))


def _desk(actor: Actor, department: Department | None) -> dict[str, object]:
    """Return what stands on the page of those who write: where they may, what is not published, goals to look for."""
    if not actor.roles:
        return {}
    may = departments_for(actor, Action.WRITE_POSTS).select_related("preschool").order_by("name", "pk")
    departments = [department] if department else list(may)
    return {
        "departments": departments,
        "drafts": drafts_listed(actor, department.pk if department else None),
        "goals": curriculum.goals() if departments else [],
        "led": list(preschools_for(actor, Action.OVERSEE)) if actor.has_role(StaffRole.Kind.PRINCIPAL) else [],
    }


def _before(text: str) -> Before | None:
    """Return where a page begins, as its address says it. Raises `Http404` for what is no such place."""
    if not text:
        return None
    moment, _sign, post_id = text.partition("~")
    try:
        return Before(datetime.fromtimestamp(float(moment), UTC), UUID(post_id))
    except (ValueError, OverflowError, OSError):
        raise Http404 from None


def _reads_in(actor: Actor) -> str:
    return actor.person.reading_language if actor.person else languages.FIRST


@require_safe
@asks_for_pin
def post(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """A post: a family reads it and answers, the house sees how it is received, or what it still waits for."""
    actor, now = request.actor, clock.now()
    row = get_post(actor, post_id)
    if row.is_draft:
        return redirect("messaging:post_write", row.pk)
    mine = own_of(actor)
    own, named = (rows.get(row.pk, {}) for rows in children_of_posts(actor, [row.pk], mine))
    is_out, writes = row.state == Post.State.PUBLISHED, is_writer(actor, row)
    pictures, missing = pictures_shown(actor, row, circle(mine, named))
    ask_missing(missing)
    reader = actor.person_id if own and is_out else None
    if reader and is_really_seen(request) and not has_read(row, reader):
        mark_read(post_ids=[row.pk], person_id=reader, now=now)
    audit.looked("post", person_id=actor.person_id, tablet_id=actor.tablet_id, children=own.keys() | named.keys())
    reception = reception_of(actor, row) if writes and is_out else None
    context = {
        "post": row,
        "about": get_text_list(sorted(named.values()), _("och")),
        "pictures": pictures,
        "goals": curriculum.headings(row.goals.values_list("key", flat=True)),
        "own": own_reaction(row, reader) if reader else None,
        "reception": reception,
        "reads_in": _reads_in(actor),
        "rests": rests(request),
        "wait": _wait(row, pictures, now) if row.state == Post.State.PUBLISHING else None,
        "in_pictures": in_pictures(row, reception.guardians, actor.today) if reception else None,
        "may_withdraw": writes and is_out and row.may_be_withdrawn(now),
    }
    return render(request, "messaging/posts/post.html", context)


@require_safe
def post_state(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """What a post on its way still waits for: asked by its page until it is out. Keeps nobody's PIN awake."""
    row = get_post(request.actor, post_id)
    if row.state != Post.State.PUBLISHING:
        return see_other(request, reverse("messaging:post", args=[row.pk]))
    context = {"post": row, "wait": _wait(row, pictures_of([row.pk])[row.pk], clock.now())}
    return render(request, "messaging/posts/publishing.html", context)


def _wait(row: Post, pictures: list[Picture], now: datetime) -> dict[str, object]:
    """Return what a post waits for that is on its way: the time to undo, pictures, an answer about lost ones."""
    lost = lost_among(pictures)
    unblurred_ids = {one.pk for one in unblurred(row, days.day_of(now))}
    seconds = max(0, int((row.leaves_at - now).total_seconds())) if row.leaves_at else 0
    return {
        "seconds": seconds,
        "waiting": sum(picture.state == "waiting" for picture in pictures),
        "lost": lost,
        "numbers": ", ".join(str(picture.number) for picture in lost),
        "is_stuck": any(picture.state == "stuck" for picture in lost),
        "unblurred": [one.number for one in pictures if one.id in unblurred_ids],
    }


@require_safe
@asks_for_pin
def post_picture(request: ActorRequest, picture_id: UUID, size: str) -> HttpResponseBase:
    """A picture, asked for today: the access to its post first, then who is in it, then the file (`spara`: to keep)."""
    if size not in get_args(Size):
        raise Http404
    file, shown, children = get_picture(request.actor, picture_id)
    is_kept = "spara" in request.GET
    answer = serve_shown(file, shown, size=size, request=request, as_attachment=is_kept)  # type: ignore[arg-type]  # is one
    audit.looked(
        "post_picture.saved" if is_kept else "post_picture",
        person_id=request.actor.person_id,
        tablet_id=request.actor.tablet_id,
        children=children,
        once_an_hour=not is_kept,
    )
    return answer


@require_POST
def post_heart(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """A guardian's heart, given (`on`) or taken back."""
    row = put_heart(post_id=post_id, is_on="on" in request.POST, actor=request.actor, now=clock.now())
    if is_fragment_wanted(request):
        context = {"post": row, "has_heart": "on" in request.POST}
        return render(request, "messaging/posts/heart.html", context)
    return redirect("messaging:post", row.pk)


@require_POST
def post_thank(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """A guardian's thank-you to the department; an empty one takes it back."""
    text = request.POST.get("text", "")
    try:
        thank(post_id=post_id, text=text, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Tack! Avdelningen läser det.") if text.strip() else _("Ditt tack är borttaget."))
    return see_other(request, reverse("messaging:post", args=[post_id]))
