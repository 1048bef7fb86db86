"""The worker's side of the house. Tasks take ids, load, and call a service."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("kapprummet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
