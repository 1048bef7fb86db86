from celery import shared_task

from notifications import devices, digests, ways
from notifications.models import Way
from portal.lib import clock


@shared_task
def sweep(way: str) -> int:
    """Deliver what waits to leave by this way. Rung after a commit and run every five seconds; any number at once.

    A run for each way: one whose server is gone keeps no worker from the others.
    """
    return ways.send_waiting(Way(way), now=clock.now())


@shared_task
def send_digests() -> int:
    """Make the digests whose hour has come. Run every five minutes; any number may run at once."""
    return digests.send_digests(now=clock.now())


@shared_task
def forget_devices() -> int:
    """Remove the devices of frozen accounts, and from before all sessions were ended."""
    return devices.forget_unused()
