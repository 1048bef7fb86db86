"""Identifiers that sort by the time they were made."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a UUID version 7 (RFC 9562): 48 bits of milliseconds, the rest random.

    New rows then land at the end of an index, and an id tells nothing but when it was made.
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
