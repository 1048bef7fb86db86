"""What a worker does for which several rooms are needed."""

from celery import shared_task

from messaging.services.freshness import remind_quiet
from portal.freshness import days_off
from portal.lib import clock


@shared_task
def remind_quiet_departments() -> int:
    """Remind departments that have not published for their days. Run every hour."""
    return remind_quiet(days_off=days_off, now=clock.now())
