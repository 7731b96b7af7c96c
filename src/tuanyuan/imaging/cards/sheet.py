"""The sheet a card is painted on: colour and opacity, anti-aliased shapes, inks that are flat, shaded or foil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Path = Array
_SHIFT = 4  # binary digits after the point in OpenCV's polygons
_FINE, _COARSE, _LARGE = 4, 2, 1_500_000


def colour(code: str) -> Array:
    """`#rrggbb` → float32 (3,), 0..1, sRGB."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / np.float32(255)


@dataclass(frozen=True, eq=False)
class Linear:
    """From colour a at point p to b at q."""

    p: tuple[float, float]
    q: tuple[float, float]
    a: Array
    b: Array


@dataclass(frozen=True, eq=False)
class Radial:
    """From colour a at the centre to b at the radius."""

    centre: tuple[float, float]
    radius: float
    a: Array
    b: Array


Ink = Array | Linear | Radial


class Sheet:
    """width, height: pixels. unit: pixels to one unit of design; all places and lengths are given in units."""

    def __init__(self, width: int, height: int, unit: float) -> None:
        self.unit = unit
        self.width, self.height = width / unit, height / unit
        self.colour = np.zeros((height, width, 3), np.float32)  # times opacity
        self.alpha = np.zeros((height, width), np.float32)

    @property
    def measure(self) -> tuple[int, int, float]:
        """Width and height in pixels, and pixels to one unit of design: what a paper is made by."""
        return self.alpha.shape[1], self.alpha.shape[0], self.unit

    def cover(self, picture: Array) -> None:
        """All of it with `picture`, float32 H×W×3, opaque."""
        self.colour[:] = picture
        self.alpha[:] = 1

    def stamp(self, mask: Array, x: int, y: int, ink: Ink, opacity: float = 1.0) -> None:
        """Ink through a mask (float32 h×w, 0..1) at a pixel; what falls off the sheet is cut off."""
        cut = self._cut(mask, x, y)
        if cut is None:
            return
        mask, x, y = cut
        h, w = mask.shape
        share = (mask * np.float32(opacity))[..., None]
        part = self.colour[y : y + h, x : x + w]
        part += share * (self._inked(ink, x, y, w, h) - part)
        over = self.alpha[y : y + h, x : x + w]
        # Where there is no card the colour was nought: the line above has then painted share × ink, as it should.
        over += share[..., 0] * (1 - over)

    def punch(self, mask: Array, x: int, y: int) -> None:
        """A hole, as opaque as the mask is empty."""
        cut = self._cut(mask, x, y)
        if cut is not None:
            mask, x, y = cut
            h, w = mask.shape
            self.colour[y : y + h, x : x + w] *= 1 - mask[..., None]
            self.alpha[y : y + h, x : x + w] *= 1 - mask

    def mask(
        self, paths: Sequence[Path], blur: float = 0.0, width: float = 0.0, closed: bool = True
    ) -> tuple[Array, int, int]:
        """Coverage of an area, or of lines of that width, and the pixel of its corner. Overlaps of paths are holes."""
        around = 3 * blur + width / 2
        points = np.concatenate(paths)
        low = (points.min(0) - around) * self.unit - 2
        high = (points.max(0) + around) * self.unit + 2
        x0, y0 = (int(v) for v in np.maximum(np.floor(low), -self._margin()))
        x1 = min(ceil(high[0]), self.colour.shape[1] + self._margin())
        y1 = min(ceil(high[1]), self.colour.shape[0] + self._margin())
        w, h = max(1, x1 - x0), max(1, y1 - y0)
        finer = _FINE if w * h < _LARGE else _COARSE
        scale = self.unit * finer
        corner = np.array([x0, y0], np.float32) * finer
        shapes = [np.round((p * scale - corner - 0.5) * 2**_SHIFT).astype(np.int32) for p in paths]
        canvas = np.zeros((h * finer, w * finer), np.uint8)
        if width:
            thick = max(1, round(width * scale))
            cv2.polylines(canvas, shapes, closed, 255, thick, cv2.LINE_AA, _SHIFT)
        else:
            cv2.fillPoly(canvas, shapes, 255, cv2.LINE_AA, _SHIFT)
        mask = np.asarray(reduce(canvas, (w, h)), np.float32) / np.float32(255)
        if blur:
            mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.3, blur * self.unit)), np.float32)
        return mask, x0, y0

    def fill(self, paths: Sequence[Path], ink: Ink, opacity: float = 1.0, blur: float = 0.0) -> None:
        """An area in ink; blur: softness of its edge."""
        self.stamp(*self.mask(paths, blur), ink, opacity)

    def stroke(
        self,
        paths: Sequence[Path],
        width: float,
        ink: Ink,
        opacity: float = 1.0,
        closed: bool = False,
        blur: float = 0.0,
    ) -> None:
        """Lines in ink."""
        self.stamp(*self.mask(paths, blur, width, closed), ink, opacity)

    def at(self, x: float, y: float, size: float = 1.0, turn: float = 0.0, flip: bool = False) -> Pen:
        """A pen whose origin is x, y, whose unit is `size`, turned clockwise by degrees after being mirrored."""
        return Pen(self, x, y, size, turn, flip)

    def _margin(self) -> int:
        return max(64, self.colour.shape[0] // 4)

    def _cut(self, mask: Array, x: int, y: int) -> tuple[Array, int, int] | None:
        x0, y0 = max(0, x), max(0, y)
        x1, y1 = min(self.colour.shape[1], x + mask.shape[1]), min(self.colour.shape[0], y + mask.shape[0])
        if x1 <= x0 or y1 <= y0:
            return None
        return mask[y0 - y : y1 - y, x0 - x : x1 - x], x0, y0

    def _inked(self, ink: Ink, x: int, y: int, w: int, h: int) -> Array:
        if isinstance(ink, np.ndarray):
            return ink if ink.ndim == 1 else ink[y : y + h, x : x + w]
        across = (np.arange(x, x + w, dtype=np.float32) + np.float32(0.5)) / np.float32(self.unit)
        down = ((np.arange(y, y + h, dtype=np.float32) + np.float32(0.5)) / np.float32(self.unit))[:, None]
        if isinstance(ink, Linear):
            dx, dy = ink.q[0] - ink.p[0], ink.q[1] - ink.p[1]
            t = ((across - ink.p[0]) * dx + (down - ink.p[1]) * dy) / max(1e-6, dx * dx + dy * dy)
        else:
            t = np.hypot(across - ink.centre[0], down - ink.centre[1]) / ink.radius
        t = np.clip(t, 0, 1)[..., None].astype(np.float32)
        return np.asarray(ink.a + (ink.b - ink.a) * t, np.float32)


@dataclass(frozen=True, eq=False)
class Pen:
    """Draws an ornament in its own coordinates."""

    sheet: Sheet
    x: float
    y: float
    size: float
    turn: float
    flip: bool

    def fill(self, paths: Sequence[Path], ink: Ink, opacity: float = 1.0, blur: float = 0.0) -> None:
        """As `Sheet.fill`."""
        self.sheet.fill([self.moved(p) for p in paths], self._ink(ink), opacity, blur * self.size)

    def stroke(
        self,
        paths: Sequence[Path],
        width: float,
        ink: Ink,
        opacity: float = 1.0,
        closed: bool = False,
        blur: float = 0.0,
    ) -> None:
        """As `Sheet.stroke`."""
        moved = [self.moved(p) for p in paths]
        self.sheet.stroke(moved, width * self.size, self._ink(ink), opacity, closed, blur * self.size)

    def at(self, x: float, y: float, size: float = 1.0, turn: float = 0.0, flip: bool = False) -> Pen:
        """A pen within this one."""
        px, py = self.moved(np.array([[x, y]], np.float32))[0]
        inner = -turn if self.flip else turn
        return Pen(self.sheet, float(px), float(py), self.size * size, self.turn + inner, self.flip != flip)

    def moved(self, path: Path) -> Path:
        """Own coordinates → the sheet's."""
        own = path * np.array([-self.size if self.flip else self.size, self.size], np.float32)
        c, s = cos(radians(self.turn)), sin(radians(self.turn))
        turned = own @ np.array([[c, s], [-s, c]], np.float32)
        return np.asarray(turned + np.array([self.x, self.y], np.float32), np.float32)

    def _ink(self, ink: Ink) -> Ink:
        if isinstance(ink, Linear):
            p, q = self.moved(np.array([ink.p, ink.q], np.float32))
            return Linear((float(p[0]), float(p[1])), (float(q[0]), float(q[1])), ink.a, ink.b)
        if isinstance(ink, Radial):
            p = self.moved(np.array([ink.centre], np.float32))[0]
            return Radial((float(p[0]), float(p[1])), ink.radius * self.size, ink.a, ink.b)
        return ink
