"""How long each step took."""

from __future__ import annotations

import time


class Laps:
    """seconds: of each step by its name, and in "total", rounded to milliseconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """The step of that name has ended."""
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now
        self.seconds["total"] = round(now - self._start, 3)
