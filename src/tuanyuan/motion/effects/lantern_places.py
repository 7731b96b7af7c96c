"""Where lanterns can hang: high, where the room behind is calm, and well clear of every head."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.stage import Stage

Array = NDArray[np.float32]
Points = NDArray[np.float64]

# The largest swing about the hook; how far above the frame hooks are, in shares of the shorter side.
SWING, HOOK = math.radians(2.6), 0.10
# Half widths of lanterns in shares of the shorter side, in the order in which they seek a place; a smaller one instead
# must disturb the picture by so much less.
SIZES = (0.108, 0.070, 0.086, 0.050, 0.060, 0.045)
SMALLEST, SMALLER, SHRUNK = 0.036, 0.8, 0.06
# Globe and tassel against the globe's half width: aside, up, down; the tassel's half width and end.
WIDE, UP, DOWN, THIN, END = 1.06, 1.14, 1.12, 0.26, 2.42
# In a picture that is full of things, two still hang where they disturb least, no larger than this.
CROWDED, FEW, MODEST = 1.6, 2, 0.056
# No lantern within so many radii of a head; nor hidden by people by more than this share.
AWAY, HIDDEN = 1.22, 0.06
# What speaks against a place: lines and lights behind it, being hidden, hanging low, the middle; how much is too much.
LINES, LIGHTS, PEOPLE, LOW, MIDDLE, LIMIT = 30.0, 8.0, 3.0, 0.75, 0.34, 0.68
# How much lamps count that a cord or a tassel passes; the half width, in shares of the shorter side, from which hiding
# them counts by area; room that a globe wants about itself, and between two, in half widths; what hanging on the fuller
# side costs.
PASSED, USUAL, AIR, APART, FULLER = 2.2, 0.045, 0.35, 1.3, 8.0
# Lines that a cord passes, pictures and frames it would hang before; the lowest a globe's middle hangs, in shares of
# the height.
CROSSED, LOWEST = 60.0, 0.36
# Room that the breathing camera may take from the sides, in shares of the width.
MARGIN = 0.012


@dataclass(frozen=True)
class Place:
    """A lantern at rest, in half-size pixels.

    x, y, radius: the globe's middle and half width. hook: y of its cord's upper end, above the frame, so negative.
    swing: radians to each side.
    """

    x: float
    y: float
    radius: float
    hook: float
    swing: float

    @property
    def length(self) -> float:
        """From the hook to the globe's middle."""
        return self.y - self.hook


def places(stage: Stage, rng: np.random.Generator) -> tuple[Place, ...]:
    """Up to six places, none where nothing fits; from far (small) to near, as they are to be drawn."""
    room = _Room(stage)
    width, height = stage.size
    wanted = 6 if width > 1.2 * height else 5
    found: list[Place] = []
    for share in SIZES[:wanted]:
        size = share * float(rng.uniform(0.94, 1.06))
        best, least = None, CROWDED
        while size >= SMALLEST:
            place, cost = _best(room, size * min(stage.size), found, rng)
            if cost < min(least, CROWDED if len(found) < FEW and size < MODEST else LIMIT):
                best, least = place, cost
            size *= SMALLER
            least -= SHRUNK if best else 0
        if best:
            found.append(best)
    return tuple(sorted(found, key=lambda place: place.radius))


def _best(room: _Room, radius: float, found: list[Place], rng: np.random.Generator) -> tuple[Place | None, float]:
    """The free place that least disturbs the picture, on the emptier side."""
    width, height = room.width, room.height
    hook = -HOOK * min(width, height)
    lean = sum(math.copysign(p.radius, p.x - width / 2) for p in found) / min(width, height)
    best, least = None, math.inf
    for y in np.linspace(UP * radius + 0.02 * height, LOWEST * height, 10):
        swing = SWING * float(rng.uniform(0.65, 1.0))
        sway = (y + END * radius - hook) * math.sin(swing * 1.2) + 1
        side = WIDE * radius + sway + MARGIN * width
        x = np.linspace(side, width - side, 33)
        cost = room.cost(x, float(y), radius, sway) + rng.uniform(0, 0.10, 33)
        cost += FULLER * np.maximum(0, lean * (x - width / 2) / width)
        for p in found:
            # Lanterns at one height look like a row of lamps.
            cost += 0.25 * max(0.0, 1 - abs(y - p.y) / (1.6 * radius))
            cost[np.abs(x - p.x) < APART * (radius + p.radius) + sway] = math.inf
        if cost.min() < least:
            best, least = Place(float(x[cost.argmin()]), float(y), radius, hook, swing), float(cost.min())
    return best, least


class _Room:
    """Sums over any window of the still at once: where heads and people are, where it shows lines and lights."""

    def __init__(self, stage: Stage) -> None:
        self.width, self.height = stage.size
        short = min(stage.size)
        rgb = cv2.resize(stage.rgb, stage.size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        soft = cv2.GaussianBlur(rgb, (0, 0), 0.004 * short)
        slope = [np.abs(cv2.Sobel(soft, cv2.CV_32F, *way, ksize=3, scale=0.125)).max(2) for way in ((1, 0), (0, 1))]
        calm = cv2.GaussianBlur(np.dstack([stage.luma, rgb[..., 1]]), (0, 0), 0.01 * short)
        behind = (1 - stage.mask) + np.float32(1e-3)
        veil = _round_about(calm * behind[..., None], 0.15 * short) / _round_about(behind, 0.15 * short)[..., None]
        bright, orange = np.moveaxis(calm - veil, 2, 0)
        # Lamps are brighter than what is round them; painted lanterns on a red wall are at least more orange.
        lamps = np.maximum(bright, np.where(soft[..., 0] > 0.7, orange, 0)) - 0.06
        ys, xs = np.mgrid[: self.height, : self.width].astype(np.float32)
        heads = np.zeros((self.height, self.width), np.float32)
        for head in stage.heads:
            heads[np.hypot((xs - head.x) / head.wide, (ys - head.y) / head.high) < AWAY] = 1
        # Lines are weighed as in a picture of 540 lines.
        lines = np.hypot(*slope) * (short / 540)
        self._sums = [cv2.integral(m) for m in (heads, stage.mask, lines, np.clip(lamps, 0, 1))]

    def cost(self, x: Points, y: float, radius: float, sway: float) -> Points:
        """What speaks against a globe at each x with its tassel, infinite where it must not hang."""
        half, thin = WIDE * radius + sway, THIN * radius + sway
        globe, tail = (half, y - UP * radius, y + DOWN * radius), (thin, y + DOWN * radius, y + END * radius)
        hidden = np.maximum(self._mean(1, x, *globe), self._mean(1, x, *tail))
        wide = (half + AIR * radius, y - UP * radius, y + (DOWN + 0.3) * radius)
        lines, lights = self._mean(2, x, *wide), self._mean(3, x, *wide)
        # A large lantern may not hide a small lamp any more than a small lantern.
        lights *= max(1.0, (radius / (USUAL * min(self.width, self.height))) ** 2)
        lights += PASSED * (self._mean(3, x, sway + 2, 0, y - UP * radius) + self._mean(3, x, *tail))
        # What the cord crosses counts as far as it is long.
        crossed = max(0.0, y - UP * radius) / self.height * self._mean(2, x, sway + 2, 0, y - UP * radius)
        central = 1 - (2 * x / self.width - 1) ** 2
        low = (y - UP * radius) / self.height
        cost = LINES * lines + LIGHTS * lights + PEOPLE * hidden + LOW * low + MIDDLE * central + CROSSED * crossed
        heads = self._mean(0, x, *globe) + self._mean(0, x, *tail)
        return np.where((heads > 0) | (hidden > HIDDEN), math.inf, cost)

    def _mean(self, which: int, x: Points, half: float, top: float, bottom: float) -> Points:
        """Over the windows x - half to x + half, top to bottom, as far as they lie in the frame."""
        x0 = np.clip(np.floor(x - half), 0, self.width - 1).astype(int)
        x1 = np.clip(np.ceil(x + half), 1, self.width).astype(int)
        y0, y1 = max(0, math.floor(top)), min(self.height, math.ceil(bottom))
        if y1 <= y0:
            return np.zeros_like(x)
        s = self._sums[which]
        return np.asarray((s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0]) / ((x1 - x0) * (y1 - y0)))


def _round_about(picture: Array, sigma: float) -> Array:
    """A very wide blur, at an eighth of the size."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 8), (width, height)), np.float32)
