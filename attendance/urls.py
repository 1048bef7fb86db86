"""Addresses of the plan and the day."""

from django.urls import include, path, register_converter

from attendance.converters import DayConverter
from attendance.views import (
    asking,
    board,
    calendar,
    decided,
    enquiries,
    family,
    feed,
    guardian,
    hours,
    place_calendar,
    schedule,
    week,
)

app_name = "attendance"
register_converter(DayConverter, "day")

_child = [
    path("sjuk/", guardian.sick, name="sick"),
    path("franvaro/", guardian.absence, name="absence"),
    path("dag/<day:day>/", guardian.day, name="day"),
    path("tider/", guardian.history, name="history"),
    path("tider/stammer/", guardian.times_are_right, name="times_are_right"),
    path("timmar/", hours.child_hours, name="child_hours"),
]

_family = [
    path("", family.family, name="family"),
    path("schema/", family.plan, name="family_plan"),
    path("schema/<uuid:home_id>/", family.plan, name="family_plan_of_home"),
    path("dag/<day:day>/", family.day, name="family_day"),
    path("franvaro/", family.absence, name="family_absence"),
    path("handelse/<uuid:event_id>/", family.event, name="family_event"),
    path("franvaro/<uuid:absence_id>/avsluta/", family.end, name="family_absence_end"),
]

_board = [
    path("", board.board, name="board"),
    path("vecka/", week.department_week, name="department_week"),
    path("nytt/", board.fresh, name="board_fresh"),
    path("tryck/", board.tap, name="board_tap"),
    path("flera/", board.many, name="board_many"),
    path("angra/", board.undo, name="board_undo"),
    path("barn/<uuid:child_id>/", board.child, name="board_child"),
    path("barn/<uuid:child_id>/franvaro/", board.absent, name="board_absent"),
]

_enquiries = [
    path("", asking.enquiries, name="enquiries"),
    path("<uuid:enquiry_id>/", asking.enquiry, name="enquiry"),
    path("<uuid:enquiry_id>/andra/", asking.enquiry_change, name="enquiry_change"),
    path("<uuid:enquiry_id>/aterta/", asking.enquiry_withdraw, name="enquiry_withdraw"),
    path("<uuid:enquiry_id>/barn/<uuid:child_id>/", asking.enquiry_for_family, name="enquiry_for_family"),
]

_place_calendar = [
    path("", place_calendar.preschool_calendar, name="preschool_calendar"),
    path("stang/", place_calendar.closing, name="closing"),
    path("oppna/<uuid:closed_id>/", place_calendar.opening, name="opening"),
    path("handelse/", place_calendar.announcing, name="announcing"),
    path("handelse/<uuid:event_id>/", place_calendar.event, name="event"),
    path("handelse/<uuid:event_id>/andra/", place_calendar.event_change, name="event_change"),
    path("handelse/<uuid:event_id>/stall-in/", place_calendar.calling_off, name="calling_off"),
]

urlpatterns = [
    path("kalender/", calendar.calendar, name="calendar"),
    path("kalender/handelse/<uuid:event_id>/", calendar.event_answer, name="event_answer"),
    path("forskola/<uuid:preschool_id>/kalender/", include(_place_calendar)),
    path("lov/<uuid:enquiry_id>/", enquiries.answer_enquiry, name="answer_enquiry"),
    path("forskola/<uuid:preschool_id>/lov/", include(_enquiries)),
    path("schema/", schedule.schedule, name="schedule"),
    path("schema/angra/<uuid:save_id>/", schedule.undo, name="plan_undo"),
    path("schema/kalender/", feed.calendar_feed, name="calendar_feed"),
    path("kalender/<str:secret>.ics", feed.feed, name="feed"),
    path("regler/", decided.municipality_rules, name="rules"),
    path("regler/omrade/<uuid:area_id>/", decided.area_rules, name="area_rules"),
    path("forskola/<uuid:preschool_id>/regler/", decided.preschool_rules, name="preschool_rules"),
    path("barn/<uuid:child_id>/", include(_child)),
    path("barn/<uuid:child_id>/for-familjen/", include(_family)),
    path("barn/<uuid:child_id>/historik/", family.history, name="family_history"),
    path("franvaro/<uuid:absence_id>/frisk/", guardian.well, name="well"),
    path("avdelning/<uuid:department_id>/", include(_board)),
]
