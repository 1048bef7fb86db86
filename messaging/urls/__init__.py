"""Addresses of what is said. Each has a row in the door test."""

from messaging.urls import bulletins, inbox, journal, posts, threads

app_name = "messaging"
urlpatterns = [
    *threads.urlpatterns,
    *inbox.urlpatterns,
    *bulletins.urlpatterns,
    *posts.urlpatterns,
    *journal.urlpatterns,
]
