from celery import shared_task

from attendance import services
from portal.lib import clock


@shared_task
def flag_forgotten_stays() -> int:
    """Flag the stays that nobody ended when the day ended; a person corrects them, never the clock."""
    return services.flag_forgotten_stays(now=clock.now())


@shared_task
def remind_of_missing_plans() -> int:
    """Remind families without times for next week, on their preschool's weekday. Run every hour."""
    return services.remind_of_missing_plans(now=clock.now())


@shared_task
def tell_of_enquiries() -> int:
    """Tell families of holiday enquiries that open, and of those that wait for their answer. Run every hour."""
    return services.tell_of_enquiries(now=clock.now())


@shared_task
def learn_usual_times() -> int:
    """Compute anew when each child usually comes and goes. Run each night, on the nightly queue."""
    return services.learn_usual_times(now=clock.now())
