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
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.services.picturing import Picturing

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
    _studio["picturing"] = _open.enter_context(wiring.picturing(settings.load()))


def portrait(photos: Sequence[str], candidates: int, size: tuple[int, int], background: str) -> Portrait:
    """One order from files to files."""
    order = Order(tuple(PhotoHint(p) for p in photos), background=background, candidates=candidates, size=size)
    return made(order)


def made(order: Order) -> Portrait:
    """One order of any feature, from files to files."""
    studio: Picturing = _studio["picturing"]
    with (
        tempfile.TemporaryDirectory() as folder,
        watched() as stages,
        spent() as whole,
        wiring.outbox(Path(folder)) as results,
    ):
        result = studio.make(order, results, lambda *_: None)
    people = [p for c in result["candidates"] for p in c["people"]]
    distances = tuple(p["face_distance"] for p in people if p["face_distance"] is not None)
    return Portrait(whole, result["timings"], dict(stages), distances)


def cut(photos: Sequence[str]) -> Spent:
    """Cut the people out of photos at full size, several at once; reading them and finding faces is not counted."""
    studio: Picturing = _studio["picturing"]
    cutter, finder = PersonCutter(settings.load().models_dir), studio.darkroom.finder
    pictures = [read(Path(p)) for p in photos]
    faces = [finder.find(p) for p in pictures]
    with spent() as taken:
        list(studio.executor.map(cutter.cut, pictures, faces))
    return taken


def peak_memory() -> int:
    """Bytes."""
    return machine.peak_memory()
