"""Whether everything that a request may need is there, asked at most each second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import structlog

FRESH_SECONDS = 1.0
_log = structlog.get_logger("tuanyuan.http")


class Readiness:
    """`probes`: for each thing whether it is there. A probe that raises says no; why is logged, never told."""

    def __init__(self, probes: Mapping[str, Callable[[], bool]], ticks: Callable[[], float] = time.monotonic) -> None:
        self._probes, self._ticks = probes, ticks
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._missing: list[str] = []

    def missing(self) -> list[str]:
        """What is not there."""
        with self._lock:
            if self._ticks() - self._asked_at >= FRESH_SECONDS:
                self._missing = [name for name, probe in self._probes.items() if not self._there(name, probe)]
                self._asked_at = self._ticks()
            return list(self._missing)

    @staticmethod
    def _there(name: str, probe: Callable[[], bool]) -> bool:
        try:
            return probe()
        except Exception:
            _log.warning("not_ready", what=name, exc_info=True)
            return False
