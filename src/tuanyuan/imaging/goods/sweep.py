"""A roll of seamless paper hung over a table, as a camera sees it: floor, bend and wall in one tone, lit."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.light import Light, linear

Array = NDArray[np.float32]

# sRGB of the papers.
PAPERS: dict[str, tuple[int, int, int]] = {
    "white": (250, 250, 249),
    "snow": (244, 243, 240),
    "ice": (238, 244, 248),
    "cream": (249, 245, 236),
    "pearl": (226, 223, 218),
    "mist": (208, 214, 219),
    "oat": (233, 224, 208),
    "sand": (217, 198, 170),
    "clay": (193, 142, 112),
    "blush": (230, 206, 197),
    "sage": (181, 190, 166),
    "sky": (190, 207, 220),
    "slate": (96, 104, 112),
    "graphite": (50, 52, 57),
    "ink": (36, 47, 66),
    "forest": (33, 52, 46),
    "wine": (74, 33, 40),
}
STEP = 4
# How different from the paper a thing's edge must be to be seen (CIE76), and what that is worth against harmony.
SEEN, CONTRAST_WEIGHT = 22.0, 1.6
LEAST_CHROMA = 12.0


def tones(edge: Array, names: Sequence[str]) -> list[str]:
    """The papers of `names` in the order in which they suit a thing. edge: CIE Lab (N, 3) of pixels near its outline.

    First it must stand out along its outline; then a paper near its hue, or opposite to it, is better than one beside.
    """
    hue = edge[:, 1:].mean(0)
    strength = float(np.hypot(*hue))

    def worth(name: str) -> float:
        paper = _lab(PAPERS[name])
        seen = float(np.clip(np.sqrt(((edge - paper) ** 2).sum(1)) / SEEN, 0, 1).mean())
        chroma = float(np.hypot(*paper[1:]))
        if strength < LEAST_CHROMA or chroma < 4:
            return CONTRAST_WEIGHT * seen
        cosine = float(hue @ paper[1:]) / (strength * chroma)
        return CONTRAST_WEIGHT * seen + 0.25 * (2 * cosine**2 - 1)

    order = {name: number for number, name in enumerate(names)}
    return sorted(names, key=lambda name: (-round(worth(name), 2), order[name]))


def sweep(size: tuple[int, int], tone: str, light: Light, *, bend: float | None) -> Array:
    """The paper `tone` in `light`, float32 H×W×3, linear 0..1, of `size` (width, height).

    bend: where the floor turns into the wall, share of the height; None: seen from above, there is no wall.
    """
    width, height = size
    x = _middles(width)
    y = _middles(height)[:, None]
    ratio = width / height
    if bend is None:
        level = light.floor * np.ones_like(y * x[None])
        centre = 0.5 + 0.42 * light.side, 0.42
    else:
        up = 1 / (1 + np.exp((y - bend) / 0.055))
        # Paper that stands is lit more flatly than paper that lies; the bend itself catches least.
        level = light.floor + (light.wall - light.floor) * up - 0.05 * np.exp(-(((y - bend) / 0.07) ** 2)) + 0 * x[None]
        centre = 0.5 + 0.38 * light.side, 0.48
    away = ((x[None] - centre[0]) * ratio / 1.25) ** 2 + (y - centre[1]) ** 2 / 0.62
    level = level * (1 - light.pool * (1 - np.exp(-1.15 * away)))
    plane = (level + light.patch_gain * _patch(light, x[None], y, ratio) * light.floor).astype(np.float32)
    plane = np.clip(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), 0, None)
    paper = linear(np.array(PAPERS[tone], np.float32) / np.float32(255)) * np.array(light.key, np.float32)
    picture: Array = plane[..., None] * paper
    # Paper never gets lighter than its white: what a lamp would burn out rolls off.
    return np.where(picture > 0.8, 1 - 0.2 * np.exp(-(picture - 0.8) / 0.2), picture).astype(np.float32)


def _middles(length: int) -> Array:
    """Where the middles of the coarse cells of a side lie, as shares of it."""
    middles: Array = ((np.arange(-(-length // STEP), dtype=np.float32) + 0.5) * STEP / length).astype(np.float32)
    return middles


def _patch(light: Light, x: Array, y: Array, ratio: float) -> Array:
    """What the light draws on the paper, 0..1: window panes, slanting sun, a glow behind."""
    if light.patch == "halo":
        return np.exp(-(((x - 0.5) * ratio / 0.62) ** 2) - ((y - 0.43) / 0.40) ** 2)
    if light.patch == "panes":
        across: Array = (x - 0.30) * np.float32(ratio) - np.float32(0.42) * (y - 0.3)
        down: Array = y - np.float32(0.30) + np.float32(0.10) * (x - 0.3)
        glass = _bars(across, (0.02, 0.34, 0.70), 0.020) * _bars(down, (-0.42, -0.06, 0.34), 0.020)
        return glass * np.exp(-((across - 0.35) ** 2) / 0.5)
    if light.patch == "slats":
        along: Array = (x - 0.55) * np.float32(0.82 * ratio) + (y - 0.45) * np.float32(0.60)
        level: Array = (y - 0.45) * np.float32(0.86) - (x - 0.55) * np.float32(0.42 * ratio)
        beam = _soft_step(along + 0.52, 0.05) * _soft_step(0.50 - along, 0.05)
        slats = 0.5 + 0.5 * np.tanh(3.0 * np.sin(level * np.float32(2 * np.pi / 0.115)))
        return beam * slats * np.exp(-(level**2) / 0.20)
    return np.zeros_like(x * y)


def _bars(value: Array, edges: tuple[float, float, float], soft: float) -> Array:
    """Two panes side by side with a bar between: 1 inside a pane."""
    first, middle, last = edges
    bar = 1 - _soft_step(value - middle + 0.022, soft) * _soft_step(middle + 0.022 - value, soft)
    return _soft_step(value - first, soft) * _soft_step(last - value, soft) * bar


def _soft_step(value: Array, soft: float) -> Array:
    """0 well below 0, 1 well above."""
    step: Array = (1 / (1 + np.exp(-np.clip(value / soft * 2.2, -30, 30)))).astype(np.float32)
    return step


def _lab(colour: tuple[int, int, int]) -> Array:
    lab: Array = cv2.cvtColor(np.array([[colour]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    return lab
