from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what is too long in our own words, and make the folders that the file-system broker expects to find."""
        MaxLengthValidator.message = _("Skriv högst %(limit_value)d tecken. Nu är det %(show_value)d.")
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        for name in ("data_folder_in", "control_folder", "processed_folder"):
            if name in options:
                Path(options[name]).mkdir(parents=True, exist_ok=True)
