"""Addresses of the plan and the day."""

from django.urls import include, path

from attendance.views import board

app_name = "attendance"

_board = [
    path("", board.board, name="board"),
    path("nytt/", board.fresh, name="board_fresh"),
    path("tryck/", board.tap, name="board_tap"),
    path("flera/", board.many, name="board_many"),
    path("angra/", board.undo, name="board_undo"),
    path("barn/<uuid:child_id>/", board.child, name="board_child"),
    path("barn/<uuid:child_id>/franvaro/", board.absent, name="board_absent"),
]

urlpatterns = [
    path("avdelning/<uuid:department_id>/", include(_board)),
]
