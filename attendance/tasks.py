from celery import shared_task

from attendance import services
from portal.lib import clock


@shared_task
def flag_forgotten_stays() -> int:
    """Flag the stays that nobody ended when the day ended; a person corrects them, never the clock."""
    return services.flag_forgotten_stays(now=clock.now())
