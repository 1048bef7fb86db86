"""What `manage.py check` says of files."""

from __future__ import annotations

import importlib.util
from typing import Any

from django.conf import settings
from django.core import checks


def check_library(**_asked: Any) -> list[checks.CheckMessage]:
    """Say where faces are to be found and the library that does it is missing. A web node alone can be without."""
    if not settings.FIND_FACES or importlib.util.find_spec("cv2"):
        return []
    hint = "Install requirements-faces.txt where workers take from the queue images, or set FIND_FACES off."
    return [checks.Warning("FIND_FACES is on and OpenCV (cv2) is not installed here.", hint=hint, id="documents.W001")]
