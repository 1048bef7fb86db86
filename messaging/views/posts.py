"""Writing posts: begun, gone on with by anybody of the department, published, taken back, withdrawn."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from children.http import ActorRequest, asks_for_pin, renews_pin, rests
from documents.selectors.room import rooms_of
from documents.uploaded import uploaded_in
from messaging import post_rules
from messaging.models import Post
from messaging.post_forms import PostForm, alts_in, id_in, initial_of
from messaging.post_rules import Written, joined
from messaging.selectors.post_readers import audience_of, children_at
from messaging.selectors.posts import get_draft, get_post, lost_among, pictures_of, written_in
from messaging.selectors.tagging import children_to_tag
from messaging.selectors.tagging_page import marks_of
from messaging.services import post_pictures as pictures
from messaging.services import posts as services
from messaging.services.posts import ChangedMeanwhile
from portal.lib import clock, languages
from portal.lib.http import is_fragment_wanted, see_other


@require_POST
@asks_for_pin
def post_new(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Begin a post at the department, and go on to write it."""
    language = languages.known(get_language() or "")
    post = services.begin(department_id=department_id, language=language, actor=request.actor, now=clock.now())
    return redirect("messaging:post_write", post.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_for_pin
def post_write(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """A draft. Each button saves what is written first, and then does what it says (`do`)."""
    post = get_draft(request.actor, post_id)
    if not post.is_draft:
        return see_other(request, reverse("messaging:post", args=[post.pk]))
    if request.method != "POST":
        written = written_in(post)
        children = children_to_tag(request.actor, post.department_id)
        return show(request, post, written, PostForm(initial=initial_of(written, post.version), children=children))
    return _take(request, post)


def _take(request: ActorRequest, post: Post) -> HttpResponse:
    actor, now, do = request.actor, clock.now(), request.POST.get("do", "save")
    form = PostForm(request.POST, children=children_to_tag(actor, post.department_id))
    form.is_valid()
    written = form.written()
    version = form.cleaned_data.get("version") or 1
    if do in ("mine", "join"):  # what a colleague wrote has been seen
        version = int(request.POST.get("over", "0")) if request.POST.get("over", "").isdecimal() else version
        written = _with_theirs(post, written) if do == "join" else written
    try:
        post = services.save(
            post_id=post.pk,
            written=written,
            alts=alts_in(request.POST),
            all_tagged=form.cleaned_data.get("all_tagged", ""),
            version=version,
            actor=actor,
            now=now,
        )
        return _do(request, post, written, form, do)
    except ChangedMeanwhile as changed:
        return show(request, changed.post, written, form, theirs=changed.theirs)
    except ValidationError as refused:
        form.say(refused)
        return show(request, get_draft(actor, post.pk), written, form)


def _with_theirs(post: Post, mine: Written) -> Written:
    """Return one's own draft with what a colleague has written after it, and the choices of both."""
    theirs = written_in(post)
    return Written(
        title=mine.title or theirs.title,
        text=joined(mine.text, theirs.text),
        language=mine.language,
        is_for_all=mine.is_for_all and theirs.is_for_all,
        child_ids=mine.child_ids | theirs.child_ids,
        goals=mine.goals | theirs.goals,
    )


def _do(request: ActorRequest, post: Post, written: Written, form: PostForm, do: str) -> HttpResponse:
    """Do what the button says with a draft that is saved. Chosen pictures come first: no button leaves them behind."""
    actor, now, here = request.actor, clock.now(), request.path
    verb, _point, about = do.partition(".")
    problems = pictures.add(post_id=post.pk, uploads=request.FILES.getlist("pictures"), actor=actor, now=now)
    for problem in problems:
        messages.error(request, problem)
    if verb == "publish" and not problems:
        if about == "without":  # said once: it holds where something else is refused
            lost = [one for text in request.POST.getlist("without") if (one := id_in(text))]
            pictures.leave_out(post_id=post.pk, picture_ids=lost, actor=actor, now=now)
        services.publish(post_id=post.pk, seen=request.POST.get("seen", ""), actor=actor, now=now)
        return see_other(request, reverse("messaging:post", args=[post.pk]))
    if verb == "remove" and (picture_id := id_in(about)):
        pictures.remove(post_id=post.pk, picture_id=picture_id, actor=actor)
    elif verb == "again":
        pictures.try_again(post_id=post.pk, actor=actor, now=now)
    elif verb == "earlier" and (picture_id := id_in(about)):
        pictures.move_earlier(post_id=post.pk, picture_id=picture_id, actor=actor)
    elif is_fragment_wanted(request):
        return show(request, post, written, form)
    return see_other(request, here)


def show(
    request: ActorRequest, post: Post, written: Written, form: PostForm, *, theirs: Written | None = None
) -> HttpResponse:
    """Print the draft with its readers; to htmx what of it has changed by being saved."""
    actor = request.actor
    children = children_at(post.department_id, actor.today) if written.is_for_all else set(written.child_ids)
    audit.looked(
        "post_readers", person_id=actor.person_id, tablet_id=actor.tablet_id, children=children, once_an_hour=True
    )
    own = pictures_of([post.pk])[post.pk]
    part, preschool_id = "saved" if is_fragment_wanted(request) else "write", post.department.preschool_id
    context = {
        "post": post,
        "form": form,
        "pictures": own,
        "marks": marks_of(post, own, actor),
        "all_tagged": post_rules.mark_of_pictures(picture.id for picture in own),
        "lost": lost_among(own),
        "is_waiting": any(picture.state == "waiting" for picture in own),
        "audience": audience_of(actor, post.department, children, clock.now(), is_for_all=written.is_for_all),
        "is_one_gone": not written.is_for_all and bool(written.child_ids - {child.pk for child in form.taggable}),
        "theirs": theirs,
        "differing": theirs.differs_in(written) if theirs else [],
        "room": rooms_of([preschool_id])[preschool_id] if part == "write" else None,
        "rests": rests(request),
        "version": (form["version"].value() or post.version) if theirs else post.version,
    }
    refused = bool(theirs or form.errors) and part == "write"
    return render(request, f"messaging/posts/{part}.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def post_pictures(request: ActorRequest, post_id: UUID) -> HttpResponseBase:
    """The draft's pictures as they are now: asked by its page while some are made ready. A POST adds some."""
    return _pictures(request, post_id) if request.method != "POST" else renews_pin(_pictures)(request, post_id)


def _pictures(request: ActorRequest, post_id: UUID) -> HttpResponse:
    post, problems = get_draft(request.actor, post_id), list[str]()
    if request.method == "POST":
        uploads, problems = uploaded_in(request, "pictures")
        problems += pictures.add(post_id=post.pk, uploads=uploads, actor=request.actor, now=clock.now())
    own = pictures_of([post.pk])[post.pk]
    context = {
        "post": post,
        "pictures": own,
        "marks": marks_of(post, own, request.actor),
        "all_tagged": post_rules.mark_of_pictures(picture.id for picture in own),
        "tick": request.method == "POST",
        "problems": problems,
        "is_waiting": any(picture.state == "waiting" for picture in own),
    }
    return render(request, "messaging/posts/write_pictures.html", context)


@require_POST
@asks_for_pin
def post_undo(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """Take a post back that has not gone out, and go on with it."""
    try:
        services.undo(post_id=post_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.info(request, " ".join(refused.messages))
        return see_other(request, reverse("messaging:post", args=[post_id]))
    messages.success(request, _("Inlägget är ett utkast igen. Ingen har läst det."))
    return see_other(request, reverse("messaging:post_write", args=[post_id]))


@require_POST
@asks_for_pin
def post_without(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """Let a post go out without the pictures that could not be made ready; or try `again` to make them."""
    chosen = [one for text in request.POST.getlist("without") if (one := id_in(text))]
    try:
        if "again" in request.POST:
            pictures.try_again(post_id=post_id, actor=request.actor, now=clock.now())
        else:
            services.publish_without(post_id=post_id, picture_ids=chosen, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return see_other(request, reverse("messaging:post", args=[post_id]))


@require_http_methods(["GET", "POST"])
@asks_for_pin
def post_withdraw(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """Withdraw a published post: everybody is shown that it is, and nothing else. The post's page asks."""
    if request.method != "POST":
        return see_other(request, reverse("messaging:post", args=[get_post(request.actor, post_id).pk]))
    try:
        services.withdraw(post_id=post_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Inlägget är återkallat. Rektor får veta det."))
    return see_other(request, reverse("messaging:post", args=[post_id]))


@require_POST
@asks_for_pin
def post_throw_away(request: ActorRequest, post_id: UUID) -> HttpResponse:
    """Throw a draft away, with its pictures."""
    try:
        services.throw_away(post_id=post_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return see_other(request, reverse("messaging:post", args=[post_id]))
    messages.success(request, _("Utkastet är borta."))
    return see_other(request, reverse("messaging:posts"))
