"""Posts as the feed prints them, quickly: ten of them with thirty pictures, each time that a family looks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import template
from django.template.defaultfilters import linebreaks_filter
from django.utils.formats import time_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.selectors.feed import FeedPicture, FeedPost
from messaging.templatetags.said import linked
from portal.lib import days
from portal.lib.moulds import Mould

register = template.Library()


@dataclass(frozen=True)
class Printed:
    """A post in words; `text` and `pictures` are markup."""

    id: UUID
    title: str
    caption: str
    text: str
    reads: str
    hearts: str
    pictures: str
    language: str
    number_of_pictures: int
    is_withdrawn: bool
    is_whole: bool
    is_new: bool


POST = Mould(
    "messaging/posts/feed_post.html",
    "post",
    Printed,
    holes=("id", "title", "caption", "text", "reads", "hearts", "pictures"),
)
PICTURE = Mould("messaging/posts/feed_picture.html", "picture", FeedPicture, holes=("id", "width", "height", "blur"))


@register.simple_tag
def feed_post(post: FeedPost, reads_in: str, *, first: bool = False) -> SafeString:
    """Print a post to whoever reads in this language; the `first` one's pictures are not waited with."""
    moment = localtime(post.published_at)
    caption = f"{post.department} · {days.day_in_words(moment, 'j F')} {time_format(moment, 'H:i')}"
    if post.about:
        caption += " · " + _("om %(children)s") % {"children": post.about}
    is_met = post.reads or post.hearts
    last = len(post.pictures) - 1
    pictures = [
        PICTURE.printed(picture, first=first, more=post.more_pictures if number == last else 0)
        for number, picture in enumerate(post.pictures)
    ]
    printed = Printed(
        id=post.id,
        title=post.title,
        caption=caption,
        text=linebreaks_filter(linked(post.text) if post.is_whole else post.text) if post.text else "",
        reads=ngettext("%(count)s har läst", "%(count)s har läst", post.reads) % {"count": post.reads}
        if is_met
        else "",
        hearts=ngettext("%(count)s hjärta", "%(count)s hjärtan", post.hearts) % {"count": post.hearts},
        pictures=format_html_join("", "{}", ([one] for one in pictures)),
        language=post.language,
        number_of_pictures=len(post.pictures),
        is_withdrawn=post.is_withdrawn,
        is_whole=post.is_whole,
        is_new=post.is_new,
    )
    return POST.printed(printed, reads_in=reads_in)
