"""Stylesheets, scripts, the icon sprite and the app's own signs: many small sources, few requests.

Sources stay one file per component; a page asks for one stylesheet. The joining happens here, once per process, so
there is no build step and nothing to forget before a release: the same code serves `DEBUG`, gunicorn with whitenoise
and a node behind nginx. The address carries a digest of the content and may be kept for ever; a digest that is no
longer ours (an old page during a release) gets today's content, which is not kept.
Templates write `{% asset "kapprummet.css" %}` (portal/templatetags/look.py).
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

SOURCES = Path(__file__).resolve().parents[2] / "static"

# A pattern stands for its files in alphabetical order. Cascade layers decide between the groups, so that the order
# inside one never matters.
BUNDLES: dict[str, tuple[str, ...]] = {
    "kapprummet.css": (
        "css/tokens.css",
        "css/base.css",
        "css/layout.css",
        "css/components/*.css",
        "css/pages/*.css",
    ),
    "plan.css": ("css/plan/*.css",),
    "said.css": ("css/said/*.css",),
    "papers.css": ("css/papers/*.css",),
    "styleguide.css": ("css/styleguide.css",),
    "htmx.js": ("vendor/htmx.min.js",),
    "kapprummet.js": (
        "js/dialog.js",
        "js/failed.js",
        "js/focus.js",
        "js/idle.js",
        "js/pin.js",
        "js/pwa.js",
        "js/stepper.js",
        "js/theme.js",
        "js/toast.js",
    ),
    "plan.js": ("js/early.js", "js/plan/*.js"),
    "said.js": ("js/early.js", "js/uploads.js", "js/said/*.js"),
    "papers.js": ("js/uploads.js", "js/papers/*.js"),
    "passkey.js": ("js/passkey.js",),
    "push.js": ("js/push.js",),
    "download.js": ("js/download.js",),
    "board.js": ("js/board.js",),
    "icons.svg": ("icons.svg",),
    "favicon.svg": ("img/favicon.svg",),
    "apple-touch-icon.png": ("img/apple-touch-icon.png",),
    "icon-192.png": ("img/icon-192.png",),
    "icon-512.png": ("img/icon-512.png",),
    "icon-maskable-512.png": ("img/icon-maskable-512.png",),
}

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}

FOR_EVER = "public, max-age=31536000, immutable"

# Only comments that have their lines to themselves: nothing inside a string is ever taken for one.
COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
SPACE = re.compile(r"\s+")
AROUND_SIGNS = re.compile(r" ?([{};,>]) ?|(?<=:) ")
LAST_SIGN = re.compile(r";(?=})")
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)  # no string in static/js goes over several lines


@dataclass(frozen=True)
class Bundle:
    """What is sent for one address, plain and packed."""

    digest: str
    content_type: str
    plain: bytes
    packed: bytes


def _joined(name: str) -> bytes:
    files = [path for pattern in BUNDLES[name] for path in sorted(SOURCES.glob(pattern))]
    if not name.endswith((".css", ".js")):
        return files[0].read_bytes()
    texts = [path.read_text(encoding="utf-8") for path in files]
    if name.endswith(".css"):
        plain = AROUND_SIGNS.sub(r"\1", SPACE.sub(" ", COMMENT.sub("", "\n".join(texts))))
        return LAST_SIGN.sub("", plain).strip().encode()
    if BUNDLES[name][0].startswith("js/"):
        # A block of its own keeps the names of one module from those of the next; so none may import or export.
        return "\n".join(f"{{\n{INDENT.sub('', COMMENT.sub('', text))}}}" for text in texts).encode()
    return "\n".join(texts).encode()


def _made(name: str) -> Bundle:
    plain = _joined(name)
    return Bundle(
        digest=hashlib.sha256(plain).hexdigest()[:12],
        content_type=TYPES[name.rpartition(".")[2]],
        plain=plain,
        packed=gzip.compress(plain, 9, mtime=0),
    )


_kept = cache(_made)


def bundle(name: str) -> Bundle:
    """Return the bundle of that name; read anew at each call while developing. Raises KeyError for an unknown name."""
    return _made(name) if settings.DEBUG else _kept(name)


@cache
def _kept_address(name: str) -> str:
    return reverse("asset", args=[bundle(name).digest, name])


def address(name: str) -> str:
    """Return where the bundle is served, digest included."""
    if settings.DEBUG:
        return reverse("asset", args=[bundle(name).digest, name])
    return _kept_address(name)


@login_not_required
@require_safe
def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Send a bundle. Nothing personal is in it, so everybody may have it."""
    if name not in BUNDLES:
        raise Http404
    chosen = bundle(name)
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "") and len(chosen.packed) < len(chosen.plain)
    response = HttpResponse(chosen.packed if is_packed else chosen.plain, content_type=chosen.content_type)
    if is_packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = FOR_EVER if digest == chosen.digest else "no-cache"
    return response
