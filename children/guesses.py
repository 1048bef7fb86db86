"""Counting wrong pairing codes, so that guessing leads nowhere and honest people are not shut out.

Counted by minute. A code has 31^8 forms and lives ten minutes: what is let through here cannot find one.
"""

import hashlib
import logging
from datetime import datetime

from django.core.cache import cache

log = logging.getLogger(__name__)

MOST_FROM_ONE_ADDRESS = 20
MOST_IN_ALL = 200
KEPT_FOR = 120


def _keys(address: str, now: datetime) -> dict[str, int]:
    minute = int(now.timestamp() // 60)
    place = hashlib.sha256(address.encode()).hexdigest()[:16]
    return {f"guesses:{place}:{minute}": MOST_FROM_ONE_ADDRESS, f"guesses:all:{minute}": MOST_IN_ALL}


def is_over(address: str, now: datetime) -> bool:
    """Tell whether too many wrong codes came this minute. Without a working cache the answer is yes."""
    try:
        return any(cache.get(key, 0) >= most for key, most in _keys(address, now).items())
    except Exception:  # whatever a cache can fail with: pairing can wait, guessing must not begin
        log.warning("wrong codes could not be counted", exc_info=True)
        return True


def count(address: str, now: datetime) -> None:
    """Count one wrong code."""
    try:
        for key in _keys(address, now):
            if not cache.add(key, 1, KEPT_FOR):
                cache.incr(key)
    except Exception:  # the next question fails closed
        log.warning("a wrong code could not be counted", exc_info=True)
