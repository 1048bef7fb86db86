"""How what people wrote is printed: as text, with its lines, and with links that can be pressed."""

import re

from django import template
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from messaging.selectors.conversation import Line

register = template.Library()

# Only what says itself that it is a web page; what closes a sentence or a bracket is not its end.
LINK = re.compile(r"https?://[^\s<>\"'´`]+[^\s<>\"'´`.,:;!?)\]}]", re.IGNORECASE)


@register.simple_tag
def said_by(line: Line) -> SafeString:
    """Print who said it and when, and in which language where that is another than the page's."""
    parts = [f"<span>{escape(line.who)} ·</span>"] if line.who else []
    parts.append(f'<time datetime="{line.local.isoformat()}">{line.clock}</time>')
    if line.in_language and not line.is_withdrawn:
        written = _("Skrivet på %(language)s") % {"language": line.in_language}
        parts.append(f"<span>· {escape(written)}</span>")
    return mark_safe(" ".join(parts))  # noqa: S308 (what somebody wrote is escaped above)


@register.filter
def linked(text: str) -> SafeString:
    """Return plain text, escaped, with its http(s) addresses as links that tell their goal nothing."""
    parts: list[str] = []
    end = 0
    for found in LINK.finditer(text):
        parts.append(conditional_escape(text[end : found.start()]))
        parts.append(format_html('<a href="{0}" rel="noopener noreferrer nofollow ugc">{0}</a>', found.group()))
        end = found.end()
    parts.append(conditional_escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 (every part is escaped above)
