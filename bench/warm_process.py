"""A process of its own that has loaded and warmed up everything, as a worker of the studio would have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

Call = Callable[..., Any]


@contextmanager
def warm_process(start: Callable[..., None], *arguments: Any) -> Iterator[Call]:
    """Yields call(function, *arguments), which runs module-level functions in a fresh process after `start`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=start, initargs=arguments) as pool:
        yield lambda function, *given: pool.submit(function, *given).result()
