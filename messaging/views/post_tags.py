"""Who is in a picture: beside the draft while it is written, and on a page of its own without script or afterwards."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin, rests
from documents.selectors.shown import children_in
from documents.serving import serve
from messaging.models import Post
from messaging.selectors.posts import pictures_of
from messaging.selectors.tagging_page import get_tagged, marks_of, tagging_page
from messaging.services.post_tags import NOTHING, tag
from messaging.tag_forms import agreed_in, change_in
from messaging.views.feed import Size
from portal.lib import clock
from portal.lib.http import is_fragment_wanted, see_other


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_pin
def post_tags(request: ActorRequest, picture_id: UUID) -> HttpResponse:
    """Say who is in a picture, and where somebody is to be blurred. Each change is saved at once."""
    picture, problems, left = get_tagged(request.actor, picture_id), list[str](), NOTHING
    is_told = request.method == "POST" and is_fragment_wanted(request)  # then `tag` refuses in words
    if picture.post.state == Post.State.PUBLISHING and not is_told:
        return see_other(request, reverse("messaging:post", args=[picture.post_id]))
    if request.method == "POST":
        try:
            to, agreed = change_in(request.POST), agreed_in(request.POST)
            left = tag(picture_id=picture.pk, to=to, agreed=agreed, actor=request.actor, now=clock.now())
        except ValidationError as refused:
            problems = refused.messages
        if not is_fragment_wanted(request) and left == NOTHING:
            for problem in problems:
                messages.error(request, problem)
            return see_other(request, request.path)
    page = tagging_page(request.actor, picture)
    children = [one.child.pk for one in page.children]
    actor = request.actor
    audit.looked("post_tags", person_id=actor.person_id, tablet_id=actor.tablet_id, children=children)
    context = {"post": picture.post, "page": page, "problems": problems, "rests": rests(request)}
    context["left"] = [
        *(f"child-{child_id}" for child_id in left.removed),
        *(f"tag-{tag_id}" for tag_id in left.unknown),
    ]
    if not is_fragment_wanted(request):
        return render(request, "messaging/posts/tags.html", context)
    return render(request, "messaging/posts/tagging_swapped.html", context | _beside(request, picture.post))


def _beside(request: ActorRequest, post: Post) -> dict[str, object]:
    """Return what else changes where the tags stand beside the draft: its tiles."""
    if request.method != "POST":
        return {"beside": "beside" in request.GET}
    if "beside" not in request.POST:
        return {}
    own = pictures_of([post.pk])[post.pk]
    return {"beside": True, "pictures": own, "marks": marks_of(post, own, request.actor)}


@require_safe
@asks_for_pin
def post_picture_whole(request: ActorRequest, picture_id: UUID, size: str) -> HttpResponseBase:
    """A picture with nobody blurred, for those who say who is in it."""
    if size not in get_args(Size):
        raise Http404
    actor, picture = request.actor, get_tagged(request.actor, picture_id)
    audit.looked(
        "post_picture.whole",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=children_in(picture.file_id),
        once_an_hour=True,
    )
    return serve(picture.file, size=size, request=request)  # type: ignore[arg-type]  # it is one
