from django.apps import AppConfig
from django.core import checks

from notifications.checks import check_ways


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let `check --deploy` look at the ways out of the house."""
        checks.register(check_ways, deploy=True)
