"""The rows of the door test for posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from children.models import Child
from children.selectors.placing import departments_of
from documents import kept
from documents.models import StoredFile
from documents.stores import store
from messaging.models import Post, PostChild, PostPicture
from portal.lib import clock, days
from tests.doors import EVERY_PERSON, Doors, Row

HOUSE = {
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "P",
    "tablet_pin": "22422",
}
HOUSE_AND_GOES_ON = {actor: signs.replace("2", "3") for actor, signs in HOUSE.items()}
READS = HOUSE | {"guardian": "24442"}
READS_THERE = {actor: signs.replace("2", "3") for actor, signs in READS.items()}
ANSWERS = {"guardian": "34443"}
EVERYBODY = dict.fromkeys(EVERY_PERSON, "2") | {"tablet": "P", "tablet_pin": "2"}

ROWS: list[Row] = [
    Row("messaging:posts", "GET", EVERYBODY),
    Row("messaging:department_posts", "GET", HOUSE, about="department"),
    Row("messaging:post_new", "POST", HOUSE_AND_GOES_ON, about="department"),
    Row("messaging:post", "GET", READS, about="post"),
    Row("messaging:post_picture", "GET", READS, about="post picture"),
    Row("messaging:post_tags", "GET", HOUSE, about="post tags"),
    Row("messaging:post_tags", "POST", HOUSE_AND_GOES_ON, about="post tags"),
    Row("messaging:post_picture_whole", "GET", HOUSE, about="post picture"),
    Row("messaging:post_write", "GET", HOUSE, about="post draft"),
    Row("messaging:post_write", "POST", HOUSE_AND_GOES_ON, about="post draft"),
    Row("messaging:post_pictures", "GET", HOUSE | {"tablet": "4"}, about="post draft"),
    Row("messaging:post_pictures", "POST", HOUSE | {"tablet": "4"}, about="post draft"),
    Row("messaging:post_state", "GET", HOUSE | {"tablet": "4"}, about="post on its way"),
    Row("messaging:post_throw_away", "POST", HOUSE_AND_GOES_ON, about="post draft"),
    Row("messaging:post_undo", "POST", HOUSE_AND_GOES_ON, about="post on its way"),
    Row("messaging:post_without", "POST", HOUSE_AND_GOES_ON, about="post on its way"),
    Row("messaging:post_withdraw", "GET", READS_THERE, about="post"),
    Row("messaging:post_withdraw", "POST", HOUSE_AND_GOES_ON, about="post"),
    Row("messaging:post_heart", "POST", ANSWERS, about="post"),
    Row("messaging:post_thank", "POST", ANSWERS, about="post"),
    Row("messaging:post_reminders", "GET", {"principal": "22422", "principal_elsewhere": "44244"}, about="preschool"),
    Row("messaging:post_reminders", "POST", {"principal": "33433", "principal_elsewhere": "44344"}, about="preschool"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    child = doors.target(target)
    made = {state: _post(doors, child, state) for state in (Post.State.DRAFT, Post.State.PUBLISHING)}
    published = _post(doors, child, Post.State.PUBLISHED)
    return {
        "post": {"post_id": published.pk},
        "post draft": {"post_id": made[Post.State.DRAFT].pk},
        "post on its way": {"post_id": made[Post.State.PUBLISHING].pk},
        "post tags": {"picture_id": _picture(published).pk},
        "post picture": {"picture_id": _picture(published).pk, "size": "medium"},
    }


def _post(doors: Doors, child: Child, state: Post.State) -> Post:
    """Return what Maria wrote about the child at its department, made once."""
    if found := Post.objects.filter(about__child=child, state=state).first():
        return found
    now = clock.now()
    moments: dict[str, Any] = {"leaves_at": now + timedelta(seconds=20)} if state == Post.State.PUBLISHING else {}
    if state == Post.State.PUBLISHED:
        moments = {"leaves_at": now - timedelta(hours=1), "published_at": now - timedelta(hours=1)}
    post = Post.objects.create(
        department_id=departments_of([child.pk], days.today())[child.pk].department_id,
        state=state,
        title="Svampskogen",
        text="Vi letade svamp",
        language="sv",
        is_for_all=False,
        author=doors.cast.maria,
        changed_by=doors.cast.maria,
        changed_at=now,
        published_by=None if state == Post.State.DRAFT else doors.cast.maria,
        **moments,
    )
    PostChild.objects.create(post=post, child=child)
    return post


def _picture(post: Post) -> PostPicture:
    """Return the post's picture with a file of each size, made once."""
    if found := post.pictures.first():
        return found
    file = StoredFile.objects.create(
        name="svamp.jpg",
        kind=StoredFile.Kind.PICTURE,
        media_type="image/jpeg",
        size=3,
        digest="0" * 64,
        state=StoredFile.State.READY,
        width=4,
        height=3,
    )
    with kept.working_folder() as folder:
        for name in kept.names_of_sizes(file.key):
            (folder / "made").write_bytes(b"jpg")
            store().put(name, folder / "made")
    return PostPicture.objects.create(post=post, file=file, position=1)
