"""Addresses of conversations."""

from django.urls import URLPattern, path

from messaging.views import compose, drafts, threads

urlpatterns: list[URLPattern] = [
    path("samtal/", threads.threads, name="threads"),
    path("samtal/nytt/", compose.begin, name="begin"),
    path("samtal/olasta/", threads.unread, name="unread"),
    path("samtal/utkast/", drafts.draft, name="draft"),
    path("samtal/meddelande/<uuid:message_id>/angra/", threads.undo, name="undo"),
    path("samtal/meddelande/<uuid:message_id>/aterkalla/", threads.withdraw, name="withdraw"),
    path("samtal/<uuid:thread_id>/", threads.thread, name="thread"),
    path("samtal/<uuid:thread_id>/nytt/", threads.thread_news, name="thread_news"),
]
