from django.apps import AppConfig

from attendance.public_holidays import check_country


class AttendanceConfig(AppConfig):
    name = "attendance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        check_country()
