"""How often somebody may ask for what is read. Counted where it costs little, and open where it cannot be counted."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.core.cache import caches
from redis.exceptions import RedisError

from portal.lib import clock


def seconds_to_wait(what: str, whose: str, *, most: int, each: timedelta) -> int:
    """Count one question, and return how many seconds whoever asks must wait: 0 for at most `most` in a span of `each`.

    Without Redis nobody waits: reading goes on. `whose` may be a secret; what is kept of it for the count is a digest.
    """
    length = int(each.total_seconds())
    span, passed = divmod(int(clock.now().timestamp()), length)
    key = f"asked:{what}:{sha256(whose.encode()).hexdigest()}:{span}"
    try:
        caches["stamps"].add(key, 0, length)
        asked = caches["stamps"].incr(key)
    except (RedisError, ValueError):  # gone, or forgotten in between
        return 0
    return length - passed if asked > most else 0
