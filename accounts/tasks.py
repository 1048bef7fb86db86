from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from accounts import addresses, audit, services
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
    """Remove sessions that have ended, and addresses that nobody confirms any more."""
    SessionStore.clear_expired()
    addresses.forget_old(clock.now())


@shared_task
def send_address_letters() -> int:
    """Write to the addresses that somebody wants to log in with, and to those that somebody no longer has."""
    return addresses.send_waiting_letters(now=clock.now())


@shared_task(autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=600, max_retries=6)
def send_password_letter(person_id: str) -> None:
    """Send the link to a new password; nobody's id sends nothing."""
    services.send_password_letter(person_id=person_id)
