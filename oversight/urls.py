"""Addresses of the room. Each has a row in the door test."""

from django.urls import URLPattern, path

from oversight.views import extracts, removal

app_name = "oversight"
urlpatterns: list[URLPattern] = [
    path("barn/<uuid:child_id>/allt/", extracts.extract, name="extract"),
    path("barn/<uuid:child_id>/allt/hamta/", extracts.extract_file, name="extract_file"),
    path("regler/gallring/", removal.rule, name="removal_rule"),
]
