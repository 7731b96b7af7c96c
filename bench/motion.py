"""What a moving picture costs: drawing, composing and encoding its frames, alone and at once."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

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
from tuanyuan.motion.stage import Stage, make_stage

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
SCENE = ROOT / "scenes" / "palace" / "picture.jpg"
# Of the head of whoever stands there, and of the shoulders: shares of the frame's height.
HEADS = ((0.3, 0.5), (0.5, 0.42), (0.7, 0.5))


def measure() -> str:
    stage = _stage()
    rows = []
    for name, (module, kind) in EFFECTS.items():
        if find_spec(f"tuanyuan.motion.effects.{module}") is None:
            continue
        effects = import_module(f"tuanyuan.motion.effects.{module}")
        if not hasattr(effects, kind):
            continue
        effects.warm()
        rows.append((name, *_costs(stage, getattr(effects, kind)(stage, SHAPE.seconds, 3))))
        say(f"motion: {name}: " + ", ".join(str(cell) for cell in rows[-1][1:]))
    head = (
        "effect",
        "rendering, CPU ms a frame",
        "encoding, CPU ms a frame",
        "encoding alone, s",
        "both at once, s",
        "ratio",
        "MB",
    )
    text = (
        f"{SHAPE.width}×{SHAPE.height}, {SHAPE.fps} a second, {SHAPE.seconds:g} s; x264 veryfast, crf 20, {THREADS} "
        f"threads, raw frames through a pipe; {THREADS} threads render. Medians of {RUNS}. The most memory that this "
        f"process ever held: {machine.peak_memory() / 2**20:.0f} MB, of which {_all_frames() / 2**20:.0f} MB are the "
        "frames kept for encoding them alone."
    )
    return "\n\n".join(
        (machine.describe(("numpy", "opencv-contrib-python-headless", "numba")), text, table(head, rows))
    )


def _costs(stage: Stage, effect: Any) -> tuple[str, ...]:
    with ThreadPoolExecutor(THREADS) as executor:
        footage = Footage(stage, effect, Camera(centre(stage), SHAPE.seconds), SHAPE, (), executor, threads=THREADS)
        rendering, encoding, both, size = [], [], [], 0
        for _ in range(RUNS):
            with spent() as taken:
                for _frame in footage.frames():
                    pass
            rendering.append(taken)
            kept = [frame.copy() for frame in footage.frames()]
            taken, size = _encoded(kept)
            encoding.append(taken)
            del kept
            both.append(_encoded(footage.frames())[0])
    alone, together = medians(encoding), medians(both)
    return (
        f"{1000 * medians(rendering).processor / SHAPE.count:.1f}",
        f"{1000 * alone.processor / SHAPE.count:.1f}",
        f"{alone.wall:.2f}",
        f"{together.wall:.2f}",
        f"{median(b.wall / a.wall for a, b in zip(encoding, both, strict=True)):.2f}",
        f"{size / 1e6:.1f}",
    )


def _encoded(frames: Iterable[Pixels]) -> tuple[Spent, int]:
    """Wall seconds, the encoder's own processor seconds, and the file's bytes."""
    before, began = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        with subprocess.Popen(_command(file.name), stdin=subprocess.PIPE) as encoder:
            assert encoder.stdin is not None
            for frame in frames:
                encoder.stdin.write(memoryview(frame).cast("B"))
            encoder.stdin.close()
            if encoder.wait():
                raise SystemExit("ffmpeg failed")
        size = Path(file.name).stat().st_size
    after = getrusage(RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(time.perf_counter() - began, used), size


def _command(out: str) -> list[str]:
    size = f"{SHAPE.width}x{SHAPE.height}"
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(SHAPE.fps), "-i", "pipe:0"]
    coder = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", str(THREADS)]
    return ["ffmpeg", "-v", "error", "-y", *raw, *coder, "-movflags", "+faststart", out]


def _all_frames() -> int:
    return SHAPE.count * SHAPE.width * SHAPE.height * 3 // 2


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
