"""Pure decisions about room in the store: how much there is, and when there is little or none left."""

from __future__ import annotations

from dataclasses import dataclass

GIGABYTE = 1024**3  # as `filesizeformat` prints it
DEFAULT = 20  # gigabytes: six years of some two thousand pictures each
MOST = 10_000
NEARLY = 0.9


@dataclass(frozen=True)
class Room:
    """What is used, and what there is, in bytes; without a limit there is as much as the disk has."""

    used: int
    limit: int | None = None

    def takes(self, size: int) -> bool:
        """Tell whether so many bytes more have room."""
        return self.limit is None or self.used + size <= self.limit

    @property
    def is_full(self) -> bool:
        return not self.takes(1)

    @property
    def is_nearly_full(self) -> bool:
        return self.limit is not None and self.used >= NEARLY * self.limit
