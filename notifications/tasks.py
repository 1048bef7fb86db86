from celery import shared_task

from notifications import services
from portal.lib import clock


@shared_task
def sweep() -> int:
    """Deliver everything that waits. Rung after a commit and run every ten seconds; any number may run at once."""
    delivered = 0
    while claimed := services.claim(now=clock.now()):
        for delivery in claimed:
            services.deliver(delivery=delivery, now=clock.now())
        delivered += len(claimed)
    return delivered
