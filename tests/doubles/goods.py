"""Goods whose alpha is known exactly: drawn four times too large and averaged, over grounds that a camera may see.

Handles with holes, thin straps, tines, a grid, glass, white on white: what a cut-out gets wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

FINE = 4
KINDS = ("mug", "bag", "fork", "basket", "carton", "ball", "glass", "white")
OPAQUE = KINDS[:6]
GROUNDS = ("paper", "wood", "stone", "cloth")
SIZE = 480


@dataclass(frozen=True, eq=False)
class Drawn:
    """colour: float32 (h, w, 3), 0..1. alpha: float32 (h, w), exact."""

    colour: np.ndarray
    alpha: np.ndarray

    def over(self, ground: np.ndarray) -> np.ndarray:
        """In front of `ground` (float32 (h, w, 3), 0..1), as a camera would have stored it: uint8 (h, w, 3)."""
        mixed = self.colour * self.alpha[..., None] + ground * (1 - self.alpha[..., None])
        grain = np.random.default_rng(7).normal(0, 1.5, mixed.shape)
        picture = np.clip(np.rint(mixed * 255 + grain), 0, 255).astype(np.uint8)
        _, stored = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        return np.ascontiguousarray(cv2.imdecode(stored, cv2.IMREAD_COLOR)[..., ::-1])


def drawn(kind: str, size: int = SIZE) -> Drawn:
    """One of KINDS, filling about two thirds of a square of `size`."""
    side = size * FINE
    canvas = _Canvas(np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32), side)
    globals()[f"_{kind}"](canvas)
    alpha = cv2.resize(canvas.alpha, (size, size), interpolation=cv2.INTER_AREA)
    weighted = cv2.resize(canvas.colour * canvas.alpha[..., None], (size, size), interpolation=cv2.INTER_AREA)
    return Drawn(np.clip(weighted / np.maximum(alpha, 1e-4)[..., None], 0, 1), alpha)


def ground(kind: str, size: int = SIZE) -> np.ndarray:
    """One of GROUNDS, or "white" and "grey": float32 (size, size, 3), 0..1."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    if kind in ("paper", "white", "grey"):
        level = {"paper": 0.80, "white": 0.955, "grey": 0.55}[kind]
        plane = level + 0.05 * (0.5 - y) - 0.03 * (x - 0.5) ** 2
        return np.repeat(plane[..., None], 3, 2).astype(np.float32) * np.array([1.0, 0.99, 0.97], np.float32)
    if kind == "wood":
        grain = cv2.GaussianBlur(rng.normal(0, 1, (size, size)).astype(np.float32), (0, 0), sigmaX=18, sigmaY=0.8)
        planks = (np.floor(y * 6) % 2) * 0.05 - 0.12 * ((y * 6) % 1 < 0.03)
        return np.clip(np.array([0.62, 0.42, 0.26]) + (grain * 1.2 + planks)[..., None], 0, 1).astype(np.float32)
    if kind == "stone":
        rough = sum(cv2.GaussianBlur(rng.normal(0, s, (size, size)).astype(np.float32), (0, 0), s) for s in (1, 3, 9))
        return np.clip(np.array([0.42, 0.45, 0.50]) + (0.10 * rough)[..., None], 0, 1).astype(np.float32)
    weave = 0.03 * (np.sin(x * size * 1.1) + np.sin(y * size * 1.1))
    stripes = (np.floor((x + y) * 9) % 3 == 0)[..., None] * np.array([-0.25, -0.18, 0.02])
    return np.clip(np.array([0.72, 0.66, 0.60]) + weave[..., None] + stripes, 0, 1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Canvas:
    colour: np.ndarray
    alpha: np.ndarray
    side: int

    def at(self, *points: tuple[float, float]) -> np.ndarray:
        return np.round(np.array(points, np.float32) * self.side).astype(np.int32)

    def mask(self) -> np.ndarray:
        return np.zeros(self.alpha.shape, np.uint8)

    def polygon(self, *points: tuple[float, float]) -> np.ndarray:
        return cv2.fillPoly(self.mask(), [self.at(*points)], 1)

    def ellipse(self, x: float, y: float, rx: float, ry: float, thick: float = 0.0) -> np.ndarray:
        (centre,), (radii,) = self.at((x, y)), self.at((rx, ry))
        width = round(thick * self.side) if thick else -1
        return cv2.ellipse(self.mask(), tuple(map(int, centre)), tuple(map(int, radii)), 0, 0, 360, 1, width)

    def line(self, thick: float, *points: tuple[float, float]) -> np.ndarray:
        return cv2.polylines(self.mask(), [self.at(*points)], False, 1, max(1, round(thick * self.side)))

    def lay(self, mask: np.ndarray, colour: tuple[float, float, float], *, opacity: float = 1.0, shade: float = 0.25):
        """Paint `mask`, lit from the left."""
        rows, columns = np.nonzero(mask)
        x0, x1 = columns.min(), columns.max() + 1
        box = np.s_[rows.min() : rows.max() + 1, x0:x1]
        t = np.linspace(-0.5, 0.5, x1 - x0, dtype=np.float32)
        lit = (1 - shade * t + 0.5 * shade * np.exp(-(((t + 0.22) / 0.06) ** 2)))[None, :, None]
        on = mask[box][..., None] > 0
        self.colour[box] = np.where(on, np.clip(np.array(colour, np.float32) * lit, 0, 1), self.colour[box])
        self.alpha[box] = np.where(on[..., 0], np.maximum(opacity, self.alpha[box]), self.alpha[box])

    def clear(self, mask: np.ndarray) -> None:
        self.alpha[mask > 0] = 0


def _mug(c: _Canvas) -> None:
    c.lay(c.ellipse(0.68, 0.5, 0.13, 0.15, 0.045), (0.62, 0.10, 0.08))
    body = c.polygon((0.25, 0.25), (0.66, 0.25), (0.64, 0.78), (0.27, 0.78)) | c.ellipse(0.455, 0.78, 0.185, 0.03)
    c.lay(body, (0.70, 0.12, 0.10), shade=0.5)
    c.lay(c.ellipse(0.455, 0.25, 0.205, 0.04), (0.36, 0.07, 0.06))
    c.lay(c.polygon((0.36, 0.42), (0.50, 0.42), (0.50, 0.58), (0.36, 0.58)), (0.95, 0.94, 0.90))


def _bag(c: _Canvas) -> None:
    for x in (0.40, 0.44):
        c.lay(c.ellipse(x + 0.08, 0.38, 0.14, 0.24, 0.012), (0.30, 0.18, 0.10))
    c.lay(c.polygon((0.22, 0.40), (0.78, 0.40), (0.84, 0.82), (0.17, 0.82)), (0.45, 0.28, 0.16), shade=0.5)
    c.lay(c.ellipse(0.5, 0.5, 0.02, 0.02), (0.85, 0.72, 0.40))


def _fork(c: _Canvas) -> None:
    c.lay(c.polygon((0.47, 0.45), (0.53, 0.45), (0.54, 0.90), (0.46, 0.90)), (0.30, 0.31, 0.33), shade=0.9)
    c.lay(c.polygon((0.40, 0.36), (0.60, 0.36), (0.53, 0.47), (0.47, 0.47)), (0.32, 0.33, 0.35), shade=0.9)
    for x in (0.405, 0.465, 0.525, 0.585):
        c.lay(c.line(0.016, (x, 0.12), (x, 0.37)), (0.34, 0.35, 0.37), shade=0.9)


def _basket(c: _Canvas) -> None:
    c.lay(c.polygon((0.18, 0.30), (0.82, 0.30), (0.74, 0.80), (0.26, 0.80)), (0.12, 0.22, 0.34), shade=0.4)
    for row in range(3):
        for column in range(6):
            x, y = 0.27 + 0.09 * column, 0.40 + 0.13 * row
            c.clear(c.ellipse(x, y, 0.028, 0.04))


def _carton(c: _Canvas) -> None:
    c.lay(c.polygon((0.20, 0.34), (0.52, 0.42), (0.52, 0.86), (0.20, 0.74)), (0.12, 0.30, 0.55))
    c.lay(c.polygon((0.52, 0.42), (0.80, 0.33), (0.80, 0.72), (0.52, 0.86)), (0.08, 0.20, 0.40))
    c.lay(c.polygon((0.20, 0.34), (0.48, 0.27), (0.80, 0.33), (0.52, 0.42)), (0.20, 0.42, 0.70))
    c.lay(c.polygon((0.27, 0.50), (0.45, 0.54), (0.45, 0.64), (0.27, 0.59)), (0.95, 0.93, 0.86))


def _ball(c: _Canvas) -> None:
    c.lay(c.ellipse(0.5, 0.55, 0.28, 0.28), (0.80, 0.55, 0.10), shade=0.8)
    c.lay(c.ellipse(0.42, 0.44, 0.05, 0.04), (1.0, 1.0, 0.98), shade=0)


def _glass(c: _Canvas) -> None:
    """Clear: a sixth of it is seen, its rims and base are dark, its lid is solid."""
    body = c.polygon((0.34, 0.28), (0.66, 0.28), (0.64, 0.86), (0.36, 0.86))
    c.lay(body, (0.45, 0.52, 0.52), opacity=0.16, shade=0)
    for x0, x1 in ((0.34, 0.36), (0.66, 0.64)):
        c.lay(c.line(0.014, (x0, 0.28), (x1, 0.86)), (0.18, 0.24, 0.24), opacity=0.75, shade=0)
    c.lay(c.line(0.02, (0.36, 0.85), (0.64, 0.85)), (0.20, 0.26, 0.26), opacity=0.75, shade=0)
    c.lay(c.line(0.012, (0.41, 0.34), (0.42, 0.78)), (1.0, 1.0, 1.0), opacity=0.7, shade=0)
    c.lay(c.polygon((0.36, 0.19), (0.64, 0.19), (0.64, 0.28), (0.36, 0.28)), (0.15, 0.15, 0.16), shade=0.6)


def _white(c: _Canvas) -> None:
    c.lay(c.ellipse(0.70, 0.5, 0.11, 0.13, 0.04), (0.86, 0.86, 0.85), shade=0.1)
    c.lay(c.polygon((0.26, 0.25), (0.66, 0.25), (0.64, 0.80), (0.28, 0.80)), (0.92, 0.92, 0.91), shade=0.14)
    c.lay(c.ellipse(0.46, 0.25, 0.20, 0.035), (0.80, 0.80, 0.79), shade=0.1)
