"""Addresses of posts."""

from django.urls import URLPattern, path

from messaging.views import album, feed, post_reminders, post_tags, posts

urlpatterns: list[URLPattern] = [
    path("album/", album.album, name="album"),
    path("album/<uuid:picture_id>/", album.album_picture, name="album_picture"),
    path("inlagg/", feed.posts, name="posts"),
    path("inlagg/avdelning/<uuid:department_id>/", feed.department_posts, name="department_posts"),
    path("inlagg/avdelning/<uuid:department_id>/nytt/", posts.post_new, name="post_new"),
    path("inlagg/bild/<uuid:picture_id>/barn/", post_tags.post_tags, name="post_tags"),
    path("inlagg/bild/<uuid:picture_id>/hel/<slug:size>/", post_tags.post_picture_whole, name="post_picture_whole"),
    path("inlagg/bild/<uuid:picture_id>/<slug:size>/", feed.post_picture, name="post_picture"),
    path("inlagg/<uuid:post_id>/", feed.post, name="post"),
    path("inlagg/<uuid:post_id>/laget/", feed.post_state, name="post_state"),
    path("inlagg/<uuid:post_id>/skriv/", posts.post_write, name="post_write"),
    path("inlagg/<uuid:post_id>/bilder/", posts.post_pictures, name="post_pictures"),
    path("inlagg/<uuid:post_id>/angra/", posts.post_undo, name="post_undo"),
    path("inlagg/<uuid:post_id>/utan/", posts.post_without, name="post_without"),
    path("inlagg/<uuid:post_id>/aterkalla/", posts.post_withdraw, name="post_withdraw"),
    path("inlagg/<uuid:post_id>/kasta/", posts.post_throw_away, name="post_throw_away"),
    path("inlagg/<uuid:post_id>/hjarta/", feed.post_heart, name="post_heart"),
    path("inlagg/<uuid:post_id>/tack/", feed.post_thank, name="post_thank"),
    path("forskola/<uuid:preschool_id>/inlagg/", post_reminders.post_reminders, name="post_reminders"),
]
