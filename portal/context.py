"""What every template may print."""

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 (Django's signature)
    return {"is_demo": settings.DEMO, "languages": settings.LANGUAGES}
