"""Every address of the house. Each has a row in `tests/test_doors.py`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("konto/", include("allauth.urls")),
]
