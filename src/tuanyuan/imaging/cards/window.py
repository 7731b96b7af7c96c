"""The window for the photo: its outline, and which part of the photo shows in it without hurting a face or a mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.cards import paths
from tuanyuan.imaging.cards.paths import Path
from tuanyuan.imaging.reducing import reduce

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]
Box = tuple[float, float, float, float]
Shape = Literal["mat", "soft", "begonia", "arch", "fan", "moon"]

_COARSE = 160  # pixels of the window's long side at which crops are compared
_SCALES, _PLACES = 12, 15
_CLOSEST = 2.0  # how much larger than necessary the photo may be shown
# How far hair, ears and chin reach beyond the landmarks, in heights and widths of their box.
_ABOVE, _BESIDE, _BELOW = 0.50, 0.22, 0.16
# A window's rim throws a light shadow on the photo: that does not cover anybody. Of a head's box the corners,
# this share of its sides, are air.
_OPEN, _CORNERS = 0.6, 0.24
_FOCUS = 0.47  # where the middle of all faces looks best, as a share of the window's height


@dataclass(frozen=True)
class Window:
    """x, y, w, h: its box in units of design."""

    shape: Shape
    x: float
    y: float
    w: float
    h: float

    def outline(self, grown: float = 0.0) -> Path:
        """Its edge, moved outwards by `grown`."""
        x, y, w, h = self.x - grown, self.y - grown, self.w + 2 * grown, self.h + 2 * grown
        match self.shape:
            case "moon":
                return paths.ellipse(x + w / 2, y + h / 2, w / 2, h / 2)
            case "arch":
                return paths.arch(x, y, w, h)
            case "fan":
                return paths.fan(x, y, w, h)
            case "begonia":
                return paths.begonia(x, y, w, h, max(6.0, 34 - 0.5 * grown))
            case "soft":
                return paths.box(x, y, w, h, 22 + grown)
            case "mat":
                return paths.box(x, y, w, h)


def fitted(shape: Shape, aspect: float, area: Box, least: float = 0.0, most: float = 99.0) -> Window:
    """The largest window of `aspect` (width through height), held between `least` and `most`, amid an area."""
    x, y, w, h = area
    aspect = min(most, max(least, aspect))
    width, height = min(w, h * aspect), min(h, w / aspect)
    return Window(shape, x + (w - width) / 2, y + (h - height) / 2, width, height)


def heads(faces: list[Box]) -> list[Box]:
    """The boxes of whole heads (x0, y0, x1, y1) for landmarks' boxes (x, y, w, h)."""
    return [(x - _BESIDE * w, y - _ABOVE * h, x + (1 + _BESIDE) * w, y + (1 + _BELOW) * h) for x, y, w, h in faces]


@dataclass(frozen=True)
class Crop:
    """The part x0, y0, x1, y1 of the photo that fills the window's box. cost: the less the better."""

    x0: float
    y0: float
    x1: float
    y1: float
    cost: float


def crop(size: tuple[int, int], keep: list[Box], mark: Box | None, clear: Array) -> Crop | None:
    """The best part of a photo of `size` (width, height) for a window; None: it cannot be done.

    clear: float32 h×w of the window's box, 1 where the photo shows. keep: heads, x0, y0, x1, y1; each, but for the
    corners of its box, must be where it shows, or where the photo itself ends. mark: must be seen whole or not at all.
    """
    scale = _COARSE / max(clear.shape)
    small = reduce(clear, (max(2, round(clear.shape[1] * scale)), max(2, round(clear.shape[0] * scale))))
    open_, shown = _summed(small > _OPEN), _summed(small > 0.03)
    h, w = small.shape
    width, height = size
    largest = min(width / w, height / h)  # pixels of the photo to a coarse one
    best: Crop | None = None
    for step in range(_SCALES):
        ratio = largest / _CLOSEST ** (step / (_SCALES - 1))
        for py in np.linspace(0, height - h * ratio, _PLACES):
            for px in np.linspace(0, width - w * ratio, _PLACES):
                at = float(px), float(py), ratio
                if not all(_inside(open_, head, at, size) for head in keep) or not _whole_or_none(
                    open_, shown, mark, at
                ):
                    continue
                cost = _cost(keep, at, (w, h), ratio / largest)
                if best is None or cost < best.cost - 1e-9:
                    best = Crop(at[0], at[1], at[0] + w * ratio, at[1] + h * ratio, cost)
    return best


def _summed(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.asarray(cv2.integral(mask.astype(np.uint8)), np.int32)


def _count(summed: NDArray[np.int32], x0: int, y0: int, x1: int, y1: int) -> int:
    return int(summed[y1, x1] - summed[y0, x1] - summed[y1, x0] + summed[y0, x0])


def _cells(box: Box, at: tuple[float, float, float]) -> tuple[int, int, int, int]:
    x, y, ratio = at
    return (
        int(np.floor((box[0] - x) / ratio)),
        int(np.floor((box[1] - y) / ratio)),
        int(np.ceil((box[2] - x) / ratio)),
        int(np.ceil((box[3] - y) / ratio)),
    )


def _inside(open_: NDArray[np.int32], head: Box, at: tuple[float, float, float], size: tuple[int, int]) -> bool:
    """All of the head, as far as the photo has it, is in the open."""
    h, w = open_.shape[0] - 1, open_.shape[1] - 1
    own = max(0.0, head[0]), max(0.0, head[1]), min(float(size[0]), head[2]), min(float(size[1]), head[3])
    x0, y0, x1, y1 = _cells(own, at)
    # The photo's own edge may be the window's, under the line of its rim.
    x0, y0 = (max(x0, 1) if own[0] <= 0 else x0), (max(y0, 1) if own[1] <= 0 else y0)
    x1, y1 = (min(x1, w - 1) if own[2] >= size[0] else x1), (min(y1, h - 1) if own[3] >= size[1] else y1)
    if x0 < 0 or y0 < 0 or x1 > w or y1 > h or x1 <= x0 or y1 <= y0:
        return False
    dx, dy = round((x1 - x0) * _CORNERS), round((y1 - y0) * _CORNERS)
    across, down = (x0, y0 + dy, x1, y1 - dy), (x0 + dx, y0, x1 - dx, y1)
    return all(_count(open_, *part) == (part[2] - part[0]) * (part[3] - part[1]) for part in (across, down))


def _whole_or_none(
    open_: NDArray[np.int32], shown: NDArray[np.int32], mark: Box | None, at: tuple[float, float, float]
) -> bool:
    if mark is None:
        return True
    h, w = open_.shape[0] - 1, open_.shape[1] - 1
    x0, y0, x1, y1 = _cells(mark, at)
    a, b, c, d = max(0, x0), max(0, y0), min(w, x1), min(h, y1)
    if c <= a or d <= b or _count(shown, a, b, c, d) == 0:
        return True
    return (a, b, c, d) == (x0, y0, x1, y1) and _count(open_, a, b, c, d) == (c - a) * (d - b)


def _cost(keep: list[Box], at: tuple[float, float, float], size: tuple[int, int], share: float) -> float:
    """Away from the middle, and cut more than needed; a large group is rather shown as it is."""
    x, y, ratio = at
    w, h = size[0] * ratio, size[1] * ratio
    if not keep:
        return 1 - share
    middle = (min(k[0] for k in keep) + max(k[2] for k in keep)) / 2
    height = (min(k[1] for k in keep) + max(k[3] for k in keep)) / 2
    spread = (max(k[2] for k in keep) - min(k[0] for k in keep)) / w
    # Heads that fill less than 0.62 of the width may come closer.
    return (
        1.6 * abs((middle - x) / w - 0.5)
        + 0.7 * abs((height - y) / h - _FOCUS)
        + 0.7 * abs(spread - 0.68)
        + 0.15 * (1 - share)
    )
