"""How long to go on when something says no: which failures are tried again, after how many seconds, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tuanyuan.domain.engine import OutputRefused, Throttled, Unknown
from tuanyuan.domain.errors import NotNow, StudioError

T = TypeVar("T")
Sleep = Callable[[float], None]

RETRY_WAITS = (5.0, 10.0, 15.0)
THROTTLED_WAIT = 5.0
OUTAGE_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
OUTAGES = frozenset({"database_down", "storage_down"})


class Patience:
    """For one job at one engine. `failures`: known ones before (a step that runs again goes on counting).

    deadline: seconds that throttling may cost in all.
    """

    def __init__(self, deadline: float, failures: int = 0) -> None:
        self._failures = failures
        self._throttled_left = deadline
        self._refused_before = False

    def after(self, error: StudioError) -> float | None:
        """Seconds until the engine may be asked again; None: never. A lost answer is never asked for again."""
        if isinstance(error, Unknown) or not isinstance(error, NotNow):
            return None
        if is_throttling(error):
            wait = float(error.retry_after or THROTTLED_WAIT)
            self._throttled_left -= wait
            return wait if self._throttled_left >= 0 else None
        if isinstance(error, OutputRefused):
            again, self._refused_before = not self._refused_before, True
            return 0.0 if again else None
        self._failures += 1
        return RETRY_WAITS[self._failures - 1] if self._failures <= len(RETRY_WAITS) else None


def is_throttling(error: StudioError) -> bool:
    """Whether nothing was tried at all: the engine, or the queue before its processes, was full."""
    return isinstance(error, Throttled) or error.code == "busy"


def through_outage(act: Callable[[], T], sleep: Sleep = time.sleep) -> T:
    """Do what may be done twice, again and again while the database or the store is down, half a minute in all."""
    for wait in OUTAGE_WAITS:
        try:
            return act()
        except NotNow as error:
            if error.code not in OUTAGES:
                raise
        sleep(wait)
    return act()
