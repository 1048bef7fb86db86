"""Runs of the register import that were started in the browser."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.models import Base


class RegisterRun(Base):
    """One import of an uploaded register: who started it, how far it is, and its report. No personal data."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Väntar")
        RUNNING = "running", _("Läses in")
        DONE = "done", _("Klar")
        FAILED = "failed", _("Kunde inte läsas")

    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    is_dry_run = models.BooleanField(default=False)
    may_remove_many = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_in_all = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)
