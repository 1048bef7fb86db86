"""The one place that knows what time it is.

Services and rules take `now` as an argument; only views, tasks and commands ask the clock.
"""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now()
