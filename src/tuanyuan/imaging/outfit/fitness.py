"""Whether a top can be given other silk: what would show as a fault is measured first. In doubt it cannot."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import Figure, disc
from tuanyuan.imaging.clothes.parsing import ELSE, HAIR, SKIN, TOP
from tuanyuan.imaging.clothes.top import Top
from tuanyuan.imaging.outfit.folds import folds
from tuanyuan.imaging.outfit.photometry import lab

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

# In face widths: how much of the chest is in the frame, and how large the cloth is (a square's area).
LEAST_CHEST, LEAST_CLOTH = 0.62, 0.55
# Luminance under which folds are lost in black.
LEAST_LUMINANCE = 0.010
# Of the cloth: what is of another colour outside the front that is made anew; how far its hues lie apart (CIE a, b).
MOST_FOREIGN, MOST_PRINT = 0.10, 12.0
# Of the chest: what is neither cloth nor hair.
MOST_COVERED = 0.14
# Degrees: of the face aside, of the line of the shoulders, of the head towards a shoulder.
MOST_YAW, MOST_TILT, MOST_ROLL = 33.0, 17.0, 14.0
# How far the top is cut off by another person; cloth that stands up beside the neck, a square's area.
MOST_TOUCHING, MOST_HIGH = 0.5, 0.05
# Cloth of the top's colour that was not taken for the top, beside the neck and under the hem; a square's area.
MOST_LEFT = 0.03
# The edge: mean width, in face widths, over which it is neither cloth nor not.
MOST_BLUR = 0.05
SAME_COLOUR = 12.0
STRIP = 0.62


@dataclass(frozen=True)
class Fitness:
    """What was measured, for the record; `fault` is the first thing that is wrong: a word, or None."""

    chest: float
    cloth: float
    luminance: float
    foreign: float
    print: float
    covered: float
    yaw: float
    roll: float
    tilt: float
    left: float
    blur: float
    crossed: bool
    touching: float
    high: float
    ends: bool

    @property
    def fault(self) -> str | None:
        """small, turned, dark, print, touching, covered, unclear."""
        if self.chest < LEAST_CHEST or self.cloth < LEAST_CLOTH:
            return "small"
        if abs(self.yaw) > MOST_YAW or abs(self.tilt) > MOST_TILT or abs(self.roll) > MOST_ROLL:
            return "turned"
        if self.luminance < LEAST_LUMINANCE:
            return "dark"
        if self.foreign > MOST_FOREIGN or self.print > MOST_PRINT:
            return "print"
        if self.touching > MOST_TOUCHING:
            return "touching"
        if self.crossed or self.covered > MOST_COVERED:
            return "covered"
        if not self.ends or self.left > MOST_LEFT or self.high > MOST_HIGH or self.blur > MOST_BLUR:
            return "unclear"
        return None


def fitness(top: Top) -> Fitness:
    """Measure the cloth of `top`."""
    body, unit = top.body, top.body.unit
    image = top.rgb.astype(np.float32) / np.float32(255)
    read = folds(image, top.alpha, unit)
    across, down = _grids(body, top.alpha.shape)
    core = cv2.erode((top.alpha > 0.9).astype(np.uint8), disc(max(1, round(0.02 * unit)))) > 0
    strip = (np.abs(across) < STRIP * (1 - 0.25 * np.clip(down - 1, 0, 1))) & (down < 2.2)
    area = max(1.0, float(top.alpha.sum()))
    shoulders = body.shoulders[1] - body.shoulders[0]
    return Fitness(
        chest=(top.alpha.shape[0] - float(body.chin[1])) / unit,
        cloth=float(np.sqrt(area)) / unit,
        luminance=read.luminance,
        foreign=float((read.foreign * core * ~strip).sum()) / area,
        print=_print(image, core & ~strip if (core & ~strip).sum() > 0.2 * unit**2 else core, unit),
        covered=_covered(top, across, down),
        yaw=body.yaw,
        roll=body.roll,
        tilt=float(np.degrees(np.arctan2(shoulders[1], abs(shoulders[0])))),
        left=_left(top, read.colour, across, down),
        blur=_blur(top),
        crossed=_crossed(body),
        touching=top.touching,
        high=_high(top, across, down),
        ends=top.ends,
    )


def _grids(body: Figure, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """How far right of the trunk's axis and under the chin every pixel is, in face widths."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    slope = body.down[0] / max(0.5, float(body.down[1]))
    axis = body.middle[0] + (y - body.middle[1]) * slope
    return ((x - axis) / body.unit).astype(np.float32), ((y - body.chin[1]) / body.unit).astype(np.float32)


def _print(image: Array, core: Flags, unit: float) -> float:
    """How far nearly all of the cloth is of one hue, in CIE a and b, made independent of the light on it."""
    step = max(1, round(unit / 150))
    seen = lab(cv2.GaussianBlur(image, (0, 0), max(0.7, 0.012 * unit))[::step, ::step])[core[::step, ::step]]
    if len(seen) < 50:
        return 99.0
    tint = seen[:, 1:] * (50 / np.maximum(seen[:, :1], 30))
    return float(np.percentile(np.linalg.norm(tint - np.median(tint, 0), axis=1), 90))


def _covered(top: Top, across: Array, down: Array) -> float:
    """The share of the chest that hands, arms or things hide."""
    chest = (down > 0.95) & (down < 2.2) & (np.abs(across) < 0.62)
    if chest.sum() < 0.1 * top.body.unit**2:
        return 0.0
    hidden = np.isin(top.labels, (SKIN, ELSE)) & (top.alpha < 0.5)
    neckline = (down < 1.4) & (np.abs(across) < 0.45)
    return float((hidden & chest & ~neckline).sum()) / float(chest.sum())


def _crossed(body: Figure) -> bool:
    """Whether a forearm lies over the trunk above the waist."""
    for arm in range(2):
        if not body.arms_seen[:, arm].all():
            continue
        wrist = body.wrists[arm] - body.middle
        aside = float(abs(wrist @ body.across)) / max(body.span, 1.4 * body.unit)
        low = float(wrist @ body.down) / float(np.linalg.norm(body.hips.mean(0) - body.middle))
        if aside < 0.45 and -0.1 < low < 0.72:
            return True
    return False


def _left(top: Top, colour: Array, across: Array, down: Array) -> float:
    """Cloth of the top's colour that is not in its mask, near its edge: the side of a square as large."""
    unit = top.body.unit
    near = cv2.dilate((top.alpha > 0.5).astype(np.uint8), disc(max(1, round(0.22 * unit)))) > 0
    sure = cv2.dilate((top.alpha > 0.1).astype(np.uint8), disc(max(1, round(0.03 * unit)))) == 0
    seen = near & sure & (top.person > 0.9) & np.isin(top.labels, (HAIR, ELSE, TOP)) & (down > -0.3)
    seen &= np.abs(across) < 1.6
    image = cv2.GaussianBlur(top.rgb, (0, 0), max(0.7, 0.008 * unit)).astype(np.float32) / 255
    like = np.linalg.norm((lab(image) - colour) * np.array([0.45, 1, 1], np.float32), axis=2) < SAME_COLOUR
    like = cv2.morphologyEx((like & seen).astype(np.uint8), cv2.MORPH_OPEN, disc(max(1, round(0.02 * unit))))
    return float(like.sum()) / unit**2


def _high(top: Top, across: Array, down: Array) -> float:
    """Cloth beside the cheeks: a hood, a collar that sticks out, or dark hair taken for cloth."""
    away = np.abs(across)
    beside = (away > 0.3) & (away < 1.3) & (down < 0) & (down > -1)
    return float((top.alpha * beside).sum()) / top.body.unit**2


def _blur(top: Top) -> float:
    """Mean width of the soft edge in face widths."""
    soft = float((4 * top.alpha * (1 - top.alpha)).sum())
    edge = cv2.morphologyEx((top.alpha > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    return soft / max(1.0, float(edge.sum())) / top.body.unit
