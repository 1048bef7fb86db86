"""Addresses of what was handed over to the registry, and of what was withdrawn."""

from django.urls import URLPattern, path

from messaging.views import incidents, journal

urlpatterns: list[URLPattern] = [
    path("aterkallat/", incidents.incidents, name="incidents"),
    path("diarium/", journal.journal, name="journal"),
    path("diarium/<uuid:package_id>/", journal.package, name="journal_package"),
    path("anslag/<uuid:bulletin_id>/diariefor/", journal.sealing_bulletin, name="seal_bulletin"),
    path("samtal/<uuid:thread_id>/diariefor/", journal.sealing_thread, name="seal_thread"),
]
