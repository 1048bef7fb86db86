from celery import shared_task

from notifications import services
from portal.lib import clock


@shared_task
def sweep() -> int:
    """Deliver everything that waits. Rung after a commit and run every ten seconds; any number may run at once."""
    return services.send_waiting(now=clock.now())
