"""What a worker does for the room: extracts are made and thrown away, and what nobody keeps any more is removed."""

from celery import shared_task

from oversight.services import extracts, removal
from portal.lib import clock


@shared_task
def make_extracts() -> int:
    """Make extracts that are asked for, for a turn, on the nightly queue: one takes minutes, and no notice waits."""
    return extracts.make_waiting(now=clock.now(), seconds=5)


@shared_task
def forget_extracts() -> int:
    """Throw away the extracts that have been kept for their days. Run every night."""
    return extracts.forget(now=clock.now())


@shared_task
def remove_what_is_over() -> int:
    """Tell families what is ahead, and remove what is due. Run every night."""
    removal.count_down(now=clock.now())
    return removal.remove_due(now=clock.now())
