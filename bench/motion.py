"""What a moving picture costs: drawing, composing and encoding its frames, alone and at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench.paths import ROOT
from bench.report import say, table
from bench.spent import Spent, medians, spent
from tuanyuan.domain.clip import ClipShape
from tuanyuan.motion.camera import Camera, centre
from tuanyuan.motion.footage import Footage
from tuanyuan.motion.layers import Moving
from tuanyuan.motion.stage import Stage, make_stage
from tuanyuan.processes.film.ffmpeg import Ffmpeg

Pixels = NDArray[np.uint8]

EFFECTS = {
    "fireworks": ("fireworks", "Fireworks"),
    "lanterns": ("lanterns", "Lanterns"),
    "snow": ("snow", "Snow"),
    "petals": ("petals", "Petals"),
    "confetti": ("petals", "Confetti"),
    "warm": ("warm_light", "WarmLight"),
}
SHAPE = ClipShape(1920, 1080, 25, 5.0)
RUNS, THREADS = 3, 2
# Of what Linux says of the memory of processes.
KILOBYTE = 1024
SCENE = ROOT / "scenes" / "palace" / "picture.jpg"
# Of the head of whoever stands there, and of the shoulders: shares of the frame's height.
HEADS = ((0.3, 0.5), (0.5, 0.42), (0.7, 0.5))


def measure() -> str:
    stage = _stage()
    moving = {name: effect for name in EFFECTS if (effect := _effect(name, stage)) is not None}
    films = Ffmpeg(None, "libx264", THREADS)
    # Once before anything is measured, and before any frames are kept: so much memory does a clip take.
    theirs: list[int] = []
    for name, effect in moving.items():
        say(f"motion: {name}, to warm up")
        with ThreadPoolExecutor(THREADS) as executor:
            frames = _footage(stage, effect, executor).frames()
            films.encode(_until_last(frames, theirs), SHAPE)
    ours = machine.peak_memory()
    began = _worked()
    rows = []
    for name, effect in moving.items():
        rows.append((name, *_costs(stage, effect, films)))
        say(f"motion: {name}: " + ", ".join(rows[-1][1:]))
    head = (
        "effect",
        "rendering, CPU ms a frame",
        "encoding, CPU ms a frame",
        "rendering alone, s",
        "encoding alone, s",
        "both at once, s",
        "both / encoding",
        "MB",
    )
    text = (
        f"Clips of {SHAPE.width}×{SHAPE.height}, {SHAPE.fps} frames a second, {SHAPE.seconds:g} s; {THREADS} threads "
        f"render, the encoder has {THREADS}, with the options that ship. Medians of {RUNS}, after one clip of each to "
        f"warm up. Most memory: {ours / 2**20:.0f} MB of this process with all its libraries and every effect, "
        f"{max(theirs, default=0) / 2**20:.0f} MB of ffmpeg.{_others(began)}"
    )
    packages = ("numpy", "opencv-contrib-python-headless", "numba", "imageio-ffmpeg")
    return "\n\n".join((f"{machine.describe(packages)} {text}", table(head, rows)))


def _effect(name: str, stage: Stage) -> Moving | None:
    module, kind = EFFECTS[name]
    if find_spec(f"tuanyuan.motion.effects.{module}") is None:
        return None
    effects = import_module(f"tuanyuan.motion.effects.{module}")
    if not hasattr(effects, kind):
        return None
    effects.warm()
    return cast(Moving, getattr(effects, kind)(stage, SHAPE.seconds, 3))


def _footage(stage: Stage, effect: Moving, executor: Executor) -> Footage:
    return Footage(stage, effect, Camera(centre(stage), SHAPE.seconds), SHAPE, (), executor, threads=THREADS)


def _costs(stage: Stage, effect: Moving, films: Ffmpeg) -> tuple[str, ...]:
    with ThreadPoolExecutor(THREADS) as executor:
        footage = _footage(stage, effect, executor)
        rendering, encoding, both, size = [], [], [], 0
        for _ in range(RUNS):
            with spent() as taken:
                for _frame in footage.frames():
                    pass
            rendering.append(taken)
            kept = [frame.copy() for frame in footage.frames()]
            taken, size = _encoded(films, kept)
            encoding.append(taken)
            del kept
            both.append(_encoded(films, footage.frames())[0])
    drawn, alone, together = medians(rendering), medians(encoding), medians(both)
    return (
        f"{1000 * drawn.processor / SHAPE.count:.1f}",
        f"{1000 * alone.processor / SHAPE.count:.1f}",
        f"{drawn.wall:.2f}",
        f"{alone.wall:.2f}",
        f"{together.wall:.2f}",
        f"{median(b.wall / a.wall for a, b in zip(encoding, both, strict=True)):.2f}",
        f"{size / 1e6:.1f}",
    )


def _encoded(films: Ffmpeg, frames: Iterable[Pixels]) -> tuple[Spent, int]:
    """Wall seconds, the encoder's own processor seconds, and the file's bytes."""
    before, began = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    size = len(films.encode(frames, SHAPE))
    wall, after = time.perf_counter() - began, getrusage(RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), size


def _until_last(frames: Iterable[Pixels], theirs: list[int]) -> Iterator[Pixels]:
    """The frames; before the last one, the most memory (bytes) that each process we started held until then.

    Its own count: the usage of children begins with what we held when they were started.
    """
    for index, frame in enumerate(frames):
        if index == SHAPE.count - 1:
            theirs += _most_held_by_children()
        yield frame


def _most_held_by_children() -> list[int]:
    held = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):  # it may end while we look
            told = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if int(told["PPid"]) == os.getpid() and "VmHWM" in told:
                held.append(int(told["VmHWM"].split()[0]) * KILOBYTE)
    return held


def _worked() -> tuple[float, float]:
    """Seconds on the clock, and those that all cores have worked for others than us and what we started."""
    mine, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    own = mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime
    return time.perf_counter(), (machine.busy() or 0.0) - own


def _others(began: tuple[float, float]) -> str:
    """What other programs took since then, where the machine says what all of them took."""
    if machine.busy() is None:
        return ""
    seconds, worked = (now - then for now, then in zip(_worked(), began, strict=True))
    return f" Other programs used {max(0.0, worked / seconds):.1f} of the {machine.cores()} cores meanwhile."


def _stage() -> Stage:
    """A scene of the project with three plain figures: what they look like costs nothing."""
    scene = cv2.cvtColor(cv2.imread(str(SCENE)), cv2.COLOR_BGR2RGB)
    factor = max(SHAPE.width / scene.shape[1], SHAPE.height / scene.shape[0])
    size = (max(SHAPE.width, round(scene.shape[1] * factor)), max(SHAPE.height, round(scene.shape[0] * factor)))
    scene = cv2.resize(scene, size, interpolation=cv2.INTER_AREA)[: SHAPE.height, : SHAPE.width]
    people = np.zeros(scene.shape[:2], np.float32)
    for x, y in _figures():
        cv2.ellipse(people, (x, y), (95, 125), 0, 0, 360, 1, -1, cv2.LINE_AA)
        cv2.ellipse(people, (x, SHAPE.height + 40), (230, 430), 0, 0, 360, 1, -1, cv2.LINE_AA)
    people = cv2.GaussianBlur(people, (0, 0), 1.2)
    dressed = np.full_like(scene, (120, 84, 72))
    rgb = np.rint(scene + (dressed.astype(np.float32) - scene) * people[..., None]).astype(np.uint8)
    return make_stage(np.ascontiguousarray(rgb), people, tuple(_face(x, y) for x, y in _figures()))


def _figures() -> Iterator[tuple[int, int]]:
    for across, down in HEADS:
        yield round(across * SHAPE.width), round(down * SHAPE.height)


def _face(x: int, y: int) -> Any:
    from tuanyuan.imaging.faces import Face

    mesh = np.zeros((468, 3), np.float32)
    mesh[:, :2] = (x, y)
    mesh[0, :2], mesh[1, :2] = (x - 75, y - 80), (x + 75, y + 100)
    return Face(mesh, 1, 0, 0, 0, 100)
