from django.apps import AppConfig
from django.core import checks

from documents.checks import check_library


class DocumentsConfig(AppConfig):
    name = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register(check_library)
