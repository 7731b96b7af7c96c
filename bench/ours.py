"""The studio in a warm process: started once, then asked for portraits and cut-outs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.paths import read
from bench.spent import Spent, spent
from bench.stages import watched
from tuanyuan import settings, wiring
from tuanyuan.domain.reunion import Order, PersonHint
from tuanyuan.imaging.faces import FaceFinder
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.services.reunion import Reunion

_open = ExitStack()
_studio: dict[str, Any] = {}


@dataclass(frozen=True)
class Portrait:
    """steps: seconds on the clock of each. stages: processor seconds of what happens inside, over all threads."""

    whole: Spent
    steps: dict[str, float]
    stages: dict[str, float]
    face_distances: tuple[float, ...]


def start() -> None:
    """Load the studio as the command line does. Nothing is warm yet."""
    _studio["reunion"] = _open.enter_context(wiring.reunion(settings.load()))


def portrait(photos: Sequence[str], candidates: int, size: tuple[int, int], background: str) -> Portrait:
    """One order from files to files."""
    studio: Reunion = _studio["reunion"]
    order = Order(tuple(PersonHint(p) for p in photos), background, candidates, size)
    with (
        tempfile.TemporaryDirectory() as folder,
        watched() as stages,
        spent() as whole,
        wiring.outbox(Path(folder)) as results,
    ):
        result = studio.make(order, results, lambda *_: None)
    distances = [p["face_distance"] for c in result["candidates"] for p in c["people"]]
    return Portrait(whole, result["timings"], dict(stages), tuple(distances))


def cut(photos: Sequence[str]) -> Spent:
    """Cut the people out of photos at full size, several at once; reading them and finding faces is not counted."""
    studio: Reunion = _studio["reunion"]
    cutter, finder = studio.darkroom.cutter, studio.darkroom.finder
    assert isinstance(cutter, PersonCutter)
    assert isinstance(finder, FaceFinder)
    pictures = [read(Path(p)) for p in photos]
    faces = [finder.find(p) for p in pictures]
    with spent() as taken:
        list(studio.executor.map(cutter.cut, pictures, faces))
    return taken


def peak_memory() -> int:
    """Bytes."""
    return machine.peak_memory()
