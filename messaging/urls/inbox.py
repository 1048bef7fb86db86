"""Addresses of what is done in an inbox."""

from django.urls import URLPattern, path

from messaging.views import attachments, away, inbox, search

urlpatterns: list[URLPattern] = [
    path("samtal/<uuid:thread_id>/ansvarig/", inbox.assign, name="assign"),
    path("samtal/<uuid:thread_id>/klart/", inbox.done, name="done"),
    path("samtal/<uuid:thread_id>/etiketter/", inbox.put_labels, name="put_labels"),
    path("samtal/<uuid:thread_id>/kansligt/", inbox.sensitive, name="sensitive"),
    path("samtal/etiketter/", inbox.labels, name="labels"),
    path("samtal/etiketter/<uuid:label_id>/ta-bort/", inbox.label_removed, name="label_removed"),
    path("samtal/bilaga/<uuid:attachment_id>/", attachments.attachment, name="attachment"),
    path("samtal/sok/", search.search, name="search"),
    path("samtal/borta/", away.away, name="away"),
    path("samtal/borta/<uuid:away_id>/ta-tillbaka/", away.away_taken_back, name="away_taken_back"),
]
