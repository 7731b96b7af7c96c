"""What a fake without tasks has taken, kept small so that it may run for days."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tuanyuan.engines.sandbox.faults import Accepted

# The pictures of so many works and seconds, and each work for a day.
_KEPT, _KEPT_FOR, _REMEMBERED_FOR = 64, 3600.0, 86400.0


class Intake:
    """accepted: every work of the last day, in order; of old ones the pictures are gone."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self._held: deque[Accepted] = deque()

    def take(self, work: Accepted) -> None:
        """Take the work down, and forget what is older than a day."""
        while self.accepted and self.accepted[0].at < work.at - _REMEMBERED_FOR:
            del self.accepted[0]
        self.accepted.append(work)

    def keep(self, work: Accepted, pictures: Iterable[bytes]) -> None:
        """Keep the pictures of the work, and let go of old ones."""
        work.made.extend(pictures)
        self._held.append(work)
        while len(self._held) > _KEPT or self._held[0].at < work.at - _KEPT_FOR:
            self._held.popleft().made.clear()
