from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from accounts import audit
from portal.lib import clock


@shared_task
def seal_audit() -> int:
    """Seal the audit rows that have settled, batch by batch."""
    sealed = 0
    while batch := audit.seal(clock.now()):
        sealed += batch
    return sealed


@shared_task
def clear_sessions() -> None:
    """Remove sessions that have ended."""
    SessionStore.clear_expired()
