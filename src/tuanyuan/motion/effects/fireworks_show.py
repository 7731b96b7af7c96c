"""When what bursts, and where: clusters of shells with pauses, where the picture is free above and beside people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.effects.fireworks_shells import (
    BROCADE,
    CHRYSANTHEMUM,
    COLOURED,
    CRACKLE,
    GOLD,
    PEONY,
    PISTIL,
    RING,
    SILVER,
    Kind,
    Palette,
    shell,
    throw,
)
from tuanyuan.motion.stage import Stage

Array = NDArray[np.float32]
Records = NDArray[Any]

RISER = np.dtype(
    [("birth", "f8"), ("climb", "f8"), ("trail", "f8"), ("phase", "i4")]
    + [(name, "f4") for name in ("x", "y", "lean", "drop", "bend", "wide", "bright")]
)
CLOUD = np.dtype(
    [("birth", "f8"), ("lasts", "f8"), ("form", "i4"), ("lit", "f4", 3)]
    + [(name, "f4") for name in ("x", "y", "wind", "sink", "radius", "turn", "spin", "cover")]
)

# Seconds from one cluster to the next, about, and from shell to shell within one: no second holds more than three
# bursts, since light that flashes more often harms some people (WCAG 2, success criterion 2.3.1).
CLUSTER, APART = 1.75, (0.22, 0.42)
# How long before the loop's beginning the cluster begins that blooms then, in seconds.
BLOOM = 0.45, 0.65
# A near shell's size, as a share of the frame's shorter side; how much smaller it may become where little is free.
NEAR, SHRUNK = 0.36, (1.0, 0.82, 0.66, 0.52, 0.40, 0.30)
# A shell is small enough when so much of it is seen.
SEEN = 0.62
# How much a bright place speaks against a burst before it: it would be pale there, and hide what shines.
BRIGHT = 0.9
# Sides of the map of what is free, in cells, along the longer side.
CELLS = 56
# Half a head's width is drawn as given in shells at this shorter side, in half-size pixels.
DRAWN_FOR = 540.0
CLOUDS, CLOUD_SIDE = 3, 64

# What a cluster holds: kind, size and brightness against a near shell's, coloured or a metal.
NEAR_PEONY = (PEONY, 1.0, 1.0, True)
FULL_CHRYSANTHEMUM = (CHRYSANTHEMUM, 0.95, 1.0, True)
HANGING = (BROCADE, 1.02, 1.0, False)
MIDDLE_RING = (RING, 0.72, 0.9, True)
MIDDLE_PEONY = (PEONY, 0.66, 0.8, True)
FAR_PEONY = (PEONY, 0.44, 0.6, True)
FAR_BROCADE = (BROCADE, 0.50, 0.6, False)
SMALL_CRACKLE = (CRACKLE, 0.46, 0.85, False)
Part = tuple[Kind, float, float, bool]
CLUSTERS: tuple[tuple[Part, ...], ...] = (
    (NEAR_PEONY, FAR_PEONY, SMALL_CRACKLE),
    (HANGING, MIDDLE_PEONY, SMALL_CRACKLE),
    (MIDDLE_RING, FULL_CHRYSANTHEMUM, FAR_BROCADE),
)


@dataclass(frozen=True, eq=False)
class Show:
    """shells: SHELL, sparks: SPARK, risers: RISER, smoke: CLOUD; clouds: float32 (CLOUDS, n, n), shapes of smoke."""

    shells: Records
    sparks: Records
    risers: Records
    smoke: Records
    clouds: Array


@dataclass
class _Written:
    shells: list[Records] = field(default_factory=list)
    sparks: list[Records] = field(default_factory=list)
    risers: list[Records] = field(default_factory=list)
    smoke: list[Records] = field(default_factory=list)
    count: int = 0


def plan(stage: Stage, seconds: float, seed: int) -> Show:
    """The whole show over a loop of `seconds`; it begins with a cluster in bloom, as first frames stand for clips."""
    random = np.random.default_rng(seed)
    short = float(min(stage.size))
    room = _Room(stage)
    wind = float(random.choice([-1, 1]) * random.uniform(0.012, 0.03)) * short
    palettes = _palettes(stage, random)
    written = _Written()
    clusters = max(1, round(seconds / CLUSTER))
    first, order = -random.uniform(*BLOOM), _order(random)
    for number in range(clusters):
        begins = first + (number + random.uniform(-0.06, 0.06)) * seconds / clusters
        parts = CLUSTERS[order[number % len(order)]]
        for k, (kind, size, bright, coloured) in enumerate(parts):
            begins += random.uniform(*APART) if k else 0.0
            birth = begins % seconds
            palette = palettes[written.count % len(palettes)] if coloured else (GOLD, SILVER)[int(kind is CRACKLE)]
            wanted = NEAR * short * size * random.uniform(0.92, 1.08)
            x, y, fitting = room.take(wanted, random)
            _burst(written, kind, palette, (birth, x, y), fitting, size, bright, wind, short, random)
            # A ring without a heart looks like a lamp.
            if kind is RING or (kind is PEONY and size == 1.0):
                inner = palettes[(written.count + 2) % len(palettes)]
                _shell(written, PISTIL, inner, (birth, x, y), 0.42 * fitting, size, bright, wind, short, random)
            _rise(written, (birth, x, y), size, bright, seconds, stage.size, random)
            written.count += 1
    return Show(
        np.concatenate(written.shells),
        np.concatenate(written.sparks),
        np.concatenate(written.risers),
        np.concatenate(written.smoke),
        np.stack([_cloud(random) for _ in range(CLOUDS)]),
    )


def _order(random: np.random.Generator) -> list[int]:
    """The clusters in turn; the ring's never first, being less of a picture by itself."""
    order = [int(k) for k in random.permutation(len(CLUSTERS))]
    return order[1:] + order[:1] if CLUSTERS[order[0]][0] is MIDDLE_RING else order


def _burst(
    written: _Written,
    kind: Kind,
    palette: Palette,
    at: tuple[float, float, float],
    size: float,
    depth: float,
    bright: float,
    wind: float,
    short: float,
    random: np.random.Generator,
) -> None:
    """The shell and the smoke it leaves."""
    _shell(written, kind, palette, at, size, depth, bright, wind, short, random)
    birth, x, y = at
    puffs = np.zeros(2 if depth > 0.6 else 1, CLOUD)
    angle, away = random.uniform(0, 2 * np.pi, len(puffs)), random.uniform(0.1, 0.45, len(puffs)) * size
    puffs["birth"], puffs["lasts"] = birth + 0.05, random.uniform(1.8, 2.5, len(puffs))
    puffs["x"], puffs["y"] = x + away * np.cos(angle), y + away * np.sin(angle)
    puffs["wind"], puffs["sink"] = wind * random.uniform(1.0, 1.7, len(puffs)), 0.02 * size
    puffs["radius"] = size * random.uniform(0.42, 0.62, len(puffs))
    puffs["turn"], puffs["spin"] = angle, random.uniform(-0.12, 0.12, len(puffs))
    puffs["cover"] = 0.14 * bright
    puffs["form"] = random.integers(0, CLOUDS, len(puffs))
    puffs["lit"] = palette.second
    written.smoke.append(puffs)


def _shell(
    written: _Written,
    kind: Kind,
    palette: Palette,
    at: tuple[float, float, float],
    size: float,
    depth: float,
    bright: float,
    wind: float,
    short: float,
    random: np.random.Generator,
) -> None:
    row = shell(kind, palette, *at, size, wind * (0.5 + 0.5 * depth))
    row["wide"] = kind.wide * short / DRAWN_FOR * (0.55 + 0.45 * depth)
    row["bright"] *= bright * random.uniform(0.92, 1.08)
    # A small shell has fewer sparks: as many would run into one blot.
    count = max(12, round(kind.sparks * min(1.0, 0.35 + 0.65 * size / (0.31 * short))))
    start = sum(len(s) for s in written.sparks)
    row["start"], row["stop"] = start, start + count
    written.shells.append(row)
    written.sparks.append(throw(kind, count, random))


def _rise(
    written: _Written,
    at: tuple[float, float, float],
    depth: float,
    bright: float,
    seconds: float,
    frame: tuple[int, int],
    random: np.random.Generator,
) -> None:
    birth, x, y = at
    short = min(frame)
    row = np.zeros(1, RISER)
    row["climb"], row["trail"] = random.uniform(0.6, 0.8), 0.34
    row["birth"] = (birth - row["climb"]) % seconds
    row["x"], row["y"], row["drop"] = x, y, 1.08 * frame[1] - y
    row["lean"] = random.uniform(-0.07, 0.07) * short
    row["bend"] = random.uniform(-0.06, 0.06) * short
    row["wide"] = 1.7 * short / DRAWN_FOR * (0.5 + 0.5 * depth)
    row["bright"] = 1.1 * bright
    row["phase"] = random.integers(1, 1 << 20)
    written.risers.append(row)


def _palettes(stage: Stage, random: np.random.Generator) -> list[Palette]:
    """The colours in the order they come, without the two nearest to the wall's: red is lost before red."""
    rgb = cv2.resize(stage.rgb, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float64)
    behind = 1 - cv2.resize(stage.mask, (48, 48), interpolation=cv2.INTER_AREA)[..., None]
    wall = (rgb * behind).sum((0, 1)) / max(1.0, float(behind.sum())) + 20
    wall = wall / np.linalg.norm(wall)
    like = [float(np.dot(wall, p.first) / np.linalg.norm(p.first)) for p in COLOURED]
    kept = [COLOURED[k] for k in np.argsort(like)[: len(COLOURED) - 2]]
    return [kept[k] for k in random.permutation(len(kept))]


def _cloud(random: np.random.Generator) -> Array:
    """float32 n×n, 0..1: a puff of smoke, uneven inside and out, 0 at its rim."""
    cloud = np.zeros((CLOUD_SIDE, CLOUD_SIDE), np.float32)
    for cells, weight in ((4, 0.5), (8, 0.3), (16, 0.2)):
        grain = random.random((cells, cells)).astype(np.float32)
        cloud += weight * cv2.resize(grain, (CLOUD_SIDE, CLOUD_SIDE), interpolation=cv2.INTER_CUBIC)
    middle = (CLOUD_SIDE - 1) / 2
    ys, xs = np.mgrid[:CLOUD_SIDE, :CLOUD_SIDE]
    fall = np.clip(1 - np.hypot(xs - middle, ys - middle) / (middle - 1), 0, 1)
    fall = fall * fall * (3 - 2 * fall)
    puffy: Array = (fall * np.clip(cloud * 1.7 - 0.45, 0, 1)).astype(np.float32)
    return puffy


class _Room:
    """What of the picture is free behind people, and what earlier shells have taken of it."""

    def __init__(self, stage: Stage) -> None:
        self.scale = max(stage.size) / CELLS
        width, height = (max(4, round(v / self.scale)) for v in stage.size)
        self.free = 1 - cv2.resize(stage.mask, (width, height), interpolation=cv2.INTER_AREA)
        self.luma = cv2.resize(stage.luma, (width, height), interpolation=cv2.INTER_AREA)
        self.xs, self.ys = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        self.taken: list[tuple[float, float, float]] = []

    def take(self, size: float, random: np.random.Generator) -> tuple[float, float, float]:
        """x, y and size, in half-size pixels, where a shell of at most `size` is best seen."""
        height, width = self.free.shape
        best = 0.0, 0.0, 0.0
        for share in SHRUNK:
            radius = size * share / self.scale
            seen = self._seen(0.8 * radius)
            score = (
                0.6 * seen
                + 0.5 * self._seen(0.3 * radius)
                - 0.45 * self.ys / height
                - BRIGHT * cv2.GaussianBlur(self.luma, (0, 0), max(0.3, 0.3 * radius))
                + random.uniform(0, 0.16, seen.shape)
            )
            for k, (x, y, other) in enumerate(self.taken):
                fresh = 0.6 ** (len(self.taken) - 1 - k)
                reach = 0.75 * (radius + other)
                score -= (0.25 + 0.6 * fresh) * np.exp(-((self.xs - x) ** 2 + (self.ys - y) ** 2) / reach**2)
            score -= 0.6 * np.abs(self.xs / width - 0.5) ** 3 * 4  # beside the frame half of it is lost
            score[self.ys > 0.66 * height] -= 1
            row, column = np.unravel_index(int(np.argmax(score)), score.shape)
            best = float(self.xs[row, column]), float(self.ys[row, column]), radius
            if seen[row, column] >= SEEN:
                break
        self.taken.append(best)
        x, y, radius = best
        return x * self.scale, y * self.scale, radius * self.scale

    def _seen(self, radius: float) -> NDArray[np.float64]:
        """The share of a disc round each cell that is inside the frame and not behind people."""
        r = max(1, round(radius))
        ys, xs = np.mgrid[-r : r + 1, -r : r + 1]
        inside = (xs * xs + ys * ys <= max(1.0, radius) ** 2).astype(np.float32)
        seen = cv2.filter2D(self.free, -1, inside / inside.sum(), borderType=cv2.BORDER_CONSTANT)
        return np.asarray(seen, np.float64)
