"""Time that a piece of work took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median


@dataclass
class Spent:
    """Seconds on the clock, and seconds of processor time over all threads of this process."""

    wall: float = 0.0
    processor: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Yields a Spent that is filled when the block ends."""
    taken = Spent()
    wall, processor = time.perf_counter(), time.process_time()
    yield taken
    taken.wall, taken.processor = time.perf_counter() - wall, time.process_time() - processor


def medians(runs: Sequence[Spent]) -> Spent:
    return Spent(median(r.wall for r in runs), median(r.processor for r in runs))
