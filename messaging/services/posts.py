"""Posts are begun, gone on with, published, taken back, withdrawn and read. One transaction each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from children.access import Action, get_department
from children.actors import Actor
from children.reader_rules import print_of
from children.selectors.reach import Relation
from children.selectors.reach_places import who_may_at
from documents.models import StoredFile, is_stuck
from documents.services.files import discard
from messaging import curriculum, post_rules, rules
from messaging.models import Incident, Post, PostChild, PostGoal, PostPicture, PostRead
from messaging.post_rules import Written
from messaging.selectors.post_readers import children_at, guardians_among, readers_of_post, readers_today
from messaging.selectors.post_tags import unblurred, unshown_to
from messaging.selectors.posts import get_draft, get_post, is_writer, lost_among, pictures_of, written_in
from messaging.selectors.tagging import children_to_tag, still_to_tag
from messaging.services.post_showing import demand_showable, make_ready_to_show, waits_for_copies
from notifications.models import Kind
from notifications.reading import mark_read_of
from notifications.services import Told, give_up, notify_of_all
from portal.lib import days
from portal.lib.alone import each_alone
from portal.lib.ids import uuid7

State = Post.State


class ChangedMeanwhile(Exception):
    """A colleague has saved the draft since it was read. Nothing of what was sent is saved; `theirs` is what is."""

    def __init__(self, post: Post, theirs: Written) -> None:
        super().__init__(str(post.pk))
        self.post, self.theirs = post, theirs


def begin(*, department_id: UUID, language: str, actor: Actor, now: datetime) -> Post:
    """Begin a post at the department, or return the empty draft that this person has begun there already."""
    with transaction.atomic():
        department = get_department(actor, Action.WRITE_POSTS, department_id)
        for post in Post.objects.filter(department=department, author=actor.person_id, state=State.DRAFT, version=1):
            if not post.pictures.exists():
                return post
        post = Post.objects.create(
            department=department,
            language=language,
            author_id=_person(actor),
            changed_at=now,
            changed_by_id=_person(actor),
        )
        audit.did("post.begun", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, post=post.pk)
    return post


def save(
    *,
    post_id: UUID,
    written: Written,
    alts: Mapping[UUID, str],
    version: int,
    actor: Actor,
    now: datetime,
    all_tagged: str = "",
) -> Post:
    """Save the draft as it was written upon its `version`; one that says the same is left as it is.

    `all_tagged` marks the pictures in which all who are seen are tagged or blurred, as the author says.

    Raises `ChangedMeanwhile` where a colleague has saved something else since, `ValidationError` by field for a child
    that cannot be tagged, and `Http404` for whoever may not write it.
    """
    _check_lengths(written, alts.values())
    with transaction.atomic():
        post = get_draft(actor, post_id, lock=True)
        demand_draft(post)
        _save_alts(post, alts)
        all_tagged = min(all_tagged, post_rules.mark_of_pictures(post.pictures.values_list("pk", flat=True)))
        if post.all_tagged != all_tagged:
            post.all_tagged = all_tagged
            post.save(update_fields=["all_tagged"])
        before = written_in(post)
        if not written.differs_in(before) and written.language == before.language:
            return post
        if post.version != version and post.changed_by_id != actor.person_id:
            raise ChangedMeanwhile(post, before)
        if new := written.child_ids - before.child_ids:
            demand_taggable(actor, post, new)
        post.title, post.text, post.language = written.title, written.text, written.language
        post.is_for_all = written.is_for_all
        post.version += 1
        post.changed_at, post.changed_by_id = now, _person(actor)
        post.save(update_fields=["title", "text", "language", "is_for_all", "version", "changed_at", "changed_by"])
        _put_children(post, () if written.is_for_all else written.child_ids)
        post.goals.exclude(key__in=written.goals).delete()
        known = {goal.key for goal in curriculum.goals()}
        goals = [PostGoal(post=post, key=key) for key in sorted(written.goals & known)]
        PostGoal.objects.bulk_create(goals, ignore_conflicts=True)
    return post


def demand_taggable(actor: Actor, post: Post, child_ids: Collection[UUID]) -> None:
    """Refuse to tag a child that is not at the department today, or that no picture may show (DOMAIN 5.4).

    Both are refused in the same words: why, is not told."""
    if set(child_ids) - {child.pk for child in children_to_tag(actor, post.department_id)}:
        raise ValidationError({"children": [_("Ett av barnen kan inte taggas. Fråga rektor om du undrar varför.")]})


def _save_alts(post: Post, alts: Mapping[UUID, str]) -> None:
    for picture in post.pictures.filter(pk__in=alts.keys()):
        if picture.alt != alts[picture.pk]:
            picture.alt = alts[picture.pk]
            picture.save(update_fields=["alt"])


def _put_children(post: Post, child_ids: Iterable[UUID]) -> None:
    chosen = set(child_ids)
    post.about.exclude(child__in=chosen).delete()
    rows = [PostChild(post=post, child_id=child_id) for child_id in sorted(chosen)]
    PostChild.objects.bulk_create(rows, ignore_conflicts=True)


def publish(*, post_id: UUID, seen: str, actor: Actor, now: datetime) -> Post:
    """Let a draft go out in 30 seconds, and then as soon as its pictures are ready, to whoever reads it then.

    `seen` is the mark of the readers that were shown: where they have changed meanwhile it is shown anew. Raises
    `ValidationError`, and `Http404` for whoever may not.
    """
    with transaction.atomic():
        post = get_draft(actor, post_id, lock=True)
        demand_draft(post)
        written = written_in(post)
        lost = lost_among(pictures_of([post.pk])[post.pk])
        _check_whole(post, written)
        today = days.day_of(now)
        here = children_at(post.department_id, today)
        children = here if written.is_for_all else set(written.child_ids)
        if not written.is_for_all:
            demand_taggable(actor, post, children)
        readers = readers_of_post(post.department, children, today, is_for_all=written.is_for_all)
        if seen != print_of((one.person_id, one.relation, one.child_ids) for one in readers.values()):
            raise ValidationError(_("Vilka som läser har ändrats sedan du såg listan. Titta på den igen."))
        guardians = guardians_among(readers)
        if not guardians:
            raise ValidationError(_("Ingen vårdnadshavare skulle läsa det här inlägget."))
        demand_showable(post, guardians, actor, [lost_words([one.number for one in lost])] if lost else [])
        _put_children(post, children)
        post.state, post.leaves_at, post.published_by_id = State.PUBLISHING, now + rules.UNDO, _person(actor)
        post.save(update_fields=["state", "leaves_at", "published_by"])
        make_ready_to_show(post, today)
        audit.did(
            "post.publishing",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            post=post.pk,
            children=sorted(written.child_ids),
        )
    return post


def _check_whole(post: Post, written: Written) -> None:
    problems: dict[str, str] = {}
    if not written.title.strip():
        problems["title"] = _("Skriv en rubrik.")
    if not written.text.strip() and not post.pictures.exists():
        problems["text"] = _("Skriv något, eller lägg till en bild.")
    if not written.is_for_all and not written.child_ids:
        problems["children"] = _("Välj vilka barn inlägget handlar om, eller att hela avdelningen läser.")
    if problems:
        raise ValidationError({name: [words] for name, words in problems.items()})


def lost_words(numbers: Collection[int]) -> str:
    """Return which pictures could not be made ready, in words."""
    listed = ", ".join(map(str, numbers))
    return ngettext(
        "Bild {numbers} kunde inte göras i ordning.", "Bilderna {numbers} kunde inte göras i ordning.", len(numbers)
    ).format(numbers=listed)


def publish_without(*, post_id: UUID, picture_ids: Collection[UUID], actor: Actor, now: datetime) -> Post:
    """Let a post that is being published go out without these pictures, which could not be made ready (F10)."""
    with transaction.atomic():
        post = _written_by(actor, post_id)
        if post.state != State.PUBLISHING:
            raise ValidationError(_("Inlägget publiceras inte just nu."))
        drop_lost(post, picture_ids, now)
        if not post.text.strip() and not post.pictures.exists():
            raise ValidationError(_("Utan bilden är inlägget tomt. Ta tillbaka det och skriv något först."))
        audit.did("post.without_picture", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, post=post.pk)
    return post


def _is_lost(now: datetime) -> Q:
    """Return the condition of a picture that is not to be waited for."""
    return Q(file__state=StoredFile.State.DAMAGED) | is_stuck(now, "file__")


def drop_lost(post: Post, picture_ids: Collection[UUID], now: datetime) -> None:
    """Throw away those of the post's pictures that have these ids and could not be made ready."""
    chosen = post.pictures.filter(_is_lost(now), pk__in=picture_ids).select_related("file")
    files = [picture.file for picture in chosen]
    chosen.delete()
    discard(files)


def undo(*, post_id: UUID, actor: Actor, now: datetime) -> Post:
    """Make a post that has not gone out a draft again: within 30 seconds, or while it waits for its pictures.

    Raises `ValidationError` once it has gone out.
    """
    with transaction.atomic():
        post = _written_by(actor, post_id)
        if post.published_at:
            raise ValidationError(_("Inlägget är redan publicerat. Du kan återkalla det."))
        if post.state == State.PUBLISHING:
            _make_draft(post)
            audit.did("post.undone", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, post=post.pk)
    return post


def _make_draft(post: Post) -> None:
    post.state, post.leaves_at, post.published_by_id, post.published_at = State.DRAFT, None, None, None
    post.save(update_fields=["state", "leaves_at", "published_by", "published_at"])
    if post.is_for_all:
        post.about.all().delete()


def throw_away(*, post_id: UUID, actor: Actor, now: datetime) -> None:
    """Throw away a draft with its pictures."""
    with transaction.atomic():
        post = get_draft(actor, post_id, lock=True)
        demand_draft(post)
        files = [picture.file for picture in post.pictures.select_related("file")]
        post.delete()
        discard(files)
        audit.did("post.thrown_away", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, post=post_id)


def _unready(post_ids: Collection[UUID]) -> QuerySet[PostPicture]:
    return PostPicture.objects.filter(post__in=post_ids).exclude(file__state=StoredFile.State.READY)


def release_due(*, now: datetime) -> int:
    """Publish what has left and has its pictures, each once; return how many posts it was. Tell of lost pictures.

    Any number of workers may do this at once: a conditional UPDATE claims a post, together with its notices.
    """
    due = list(Post.objects.due(now).order_by("leaves_at").values_list("pk", flat=True)[:200])
    unready = _unready(due) if due else PostPicture.objects.none()
    _tell_of_lost(unready.filter(_is_lost(now)).select_related("post").order_by("pk"), now)
    waiting = set(unready.values_list("post", flat=True))
    return each_alone(
        [post_id for post_id in due if post_id not in waiting],
        lambda post_id: _release(post_id, now),
        fault="A post could not be published",
    )


def _release(post_id: UUID, now: datetime) -> bool:
    """Publish it; whose families read it is decided now. It may have waited for its pictures for long."""
    with transaction.atomic():
        if waits_for_copies(waiting := Post.objects.get(pk=post_id), days.day_of(now)):
            _tell_of_lost(unblurred(waiting, days.day_of(now)), now)
            return False
        ready = Post.objects.due(now).filter(pk=post_id).exclude(pk__in=_unready([post_id]).values("post"))
        if not ready.update(state=State.PUBLISHED, published_at=now):
            return False
        posts, today = Post.objects.select_related("department__preschool", "author", "published_by"), days.day_of(now)
        post = posts.get(pk=post_id)
        chosen = set(post.about.values_list("child", flat=True))
        if post.is_for_all:
            _put_children(post, children_at(post.department_id, today))
        guardians = guardians_among(readers_today(post, today))
        is_barred = not is_writer(Actor.of_person(post.published_by or post.author, today), post)
        is_about_others = not post.is_for_all and chosen - still_to_tag(post.department_id, chosen, today)
        people = [reader.person_id for reader in guardians]
        if not people or is_barred or is_about_others or unshown_to(post, guardians, today):
            _stop(post, now)
            return False
        notify_of_all(told=[Told(post.pk, people, {"post": post.pk})], kind=Kind.POST_PUBLISHED, now=now)
    return True


def _stop(post: Post, now: datetime) -> None:
    """Make it a draft again, and tell whose it is, or else whoever may write there.

    One of its children, or of those in its pictures, may not be shown any more, nobody would read it, or whoever
    published it may not write there.
    """
    house = who_may_at(Action.WRITE_POSTS, post.department, days.day_of(now)).keys()
    told = Told(uuid7(), writers_of(post) & house or house, {"post": post.pk})
    _make_draft(post)
    audit.did("post.stopped", person_id=None, now=now, post=post.pk)
    notify_of_all(told=[told], kind=Kind.POST_STOPPED, now=now)


def writers_of(post: Post) -> set[UUID]:
    return {post.author_id, post.published_by_id or post.author_id}


def _tell_of_lost(pictures: Iterable[PostPicture], now: datetime) -> None:
    """Tell whoever wrote the post and whoever published it, of each picture once."""
    told = [Told(picture.pk, writers_of(picture.post), {"post": picture.post_id}) for picture in pictures]
    if told:
        with transaction.atomic():
            notify_of_all(told=told, kind=Kind.PICTURE_DAMAGED, now=now)


def withdraw(*, post_id: UUID, actor: Actor, now: datetime) -> Post:
    """Withdraw a published post within seven days: nobody reads it any more, and the principal is told (DOMAIN 4.6).

    Raises `Http404` for whoever may not write at its department, `ValidationError` after seven days, before it has
    gone out, or where it is withdrawn already.
    """
    with transaction.atomic():
        post = _written_by(actor, post_id)
        if post.is_withdrawn:
            raise ValidationError(_("Inlägget är redan återkallat."))
        if not post.published_at:
            raise ValidationError(_("Inlägget är inte publicerat än. Du kan ångra det."))
        if not post.may_be_withdrawn(now):
            raise ValidationError(_("Det går att återkalla ett inlägg i sju dagar. Nu är det för sent."))
        post.state, post.withdrawn_at, post.withdrawn_by_id = State.WITHDRAWN, now, _person(actor)
        post.save(update_fields=["state", "withdrawn_at", "withdrawn_by"])
        give_up(concerned=Q(event=post.pk), now=now)
        had_read = [str(person) for person in PostRead.objects.filter(post=post).values_list("person", flat=True)]
        incident = Incident.objects.create(post=post, withdrawn_by_id=_person(actor), had_read=had_read)
        audit.did(
            "post.withdrawn",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            post=post.pk,
            incident=incident.pk,
        )
        house = who_may_at(Action.WRITE_POSTS, post.department, days.day_of(now))
        people = [one for one, relation in house.items() if relation == Relation.PRINCIPAL and one != actor.person_id]
        notify_of_all(told=[Told(incident.pk, people, {"post": post.pk})], kind=Kind.MESSAGE_WITHDRAWN, now=now)
    return post


def mark_read(*, post_ids: Collection[UUID], person_id: UUID, now: datetime) -> None:
    """Note that a guardian has read these posts for the first time: what is read is told in no digest."""
    rows = [PostRead(post_id=post_id, person_id=person_id, read_at=now) for post_id in sorted(post_ids)]
    if rows:
        with transaction.atomic():
            PostRead.objects.bulk_create(rows, ignore_conflicts=True)
            mark_read_of(person_id=person_id, kind=Kind.POST_PUBLISHED, events=post_ids, now=now)


def _written_by(actor: Actor, post_id: UUID) -> Post:
    """Return a post of any state, held. Raises `Http404` for whoever may not write at its department."""
    post = get_post(actor, post_id, lock=True)
    if not is_writer(actor, post):
        raise Http404
    return post


def demand_draft(post: Post) -> None:
    """Raise `ValidationError` for what is on its way out."""
    if not post.is_draft:
        raise ValidationError(_("Inlägget är redan på väg ut. Ta tillbaka det först om du vill ändra något."))


def _check_lengths(written: Written, alts: Iterable[str]) -> None:
    problems = {
        name: [_("Skriv högst {number} tecken.").format(number=most)]
        for name, text, most in (
            ("title", written.title, post_rules.LONGEST_TITLE),
            ("text", written.text, post_rules.LONGEST_TEXT),
            ("pictures", max(alts, key=len, default=""), post_rules.LONGEST_ALT),
        )
        if len(text) > most
    }
    if problems:
        raise ValidationError(problems)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Http404
    return actor.person_id
