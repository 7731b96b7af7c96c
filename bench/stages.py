"""Processor seconds of the steps inside one order, taken where the studio calls them."""

from __future__ import annotations

import functools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tuanyuan.engines.local import reunion as local
from tuanyuan.imaging.judge import Judge
from tuanyuan.imaging.matting import cutout
from tuanyuan.imaging.matting.segmentation import PersonSegmenter
from tuanyuan.services import picturing as service

# (stage, owner of the name that is called, name)
STEPS: tuple[tuple[str, Any, str], ...] = (
    ("segmentation", PersonSegmenter, "segment"),
    ("trimap", cutout, "make_trimap"),
    ("solve", cutout, "solve_alpha"),
    ("foreground", cutout, "foreground_colours"),
    ("light", local, "harmonise"),
    ("light", local, "even_skin"),
    ("seating", local, "options"),
    ("render", local.LocalReunion, "render"),
    ("judge", Judge, "judge"),
    ("label", service, "label_picture"),
)


@contextmanager
def watched(steps: Sequence[tuple[str, Any, str]] = STEPS) -> Iterator[dict[str, float]]:
    """Yields {stage: seconds of processor time}, summed over threads, which fills while the block runs."""
    spent: dict[str, float] = defaultdict(float)
    lock = threading.Lock()

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                with lock:
                    spent[stage] += time.thread_time() - start

        return run

    patches = [patch.object(owner, name, timed(stage, getattr(owner, name))) for stage, owner, name in steps]
    for one in patches:
        one.start()
    try:
        yield spent
    finally:
        for one in patches:
            one.stop()
