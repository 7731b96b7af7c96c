"""Outlines: circles, arcs, rounded and notched boxes, smooth curves, tapering strokes. Float32 (N, 2), y downwards."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np
from numpy.typing import NDArray

Path = NDArray[np.float32]


def arc(x: float, y: float, radius: float, start: float, end: float, steps: int = 0) -> Path:
    """From `start` to `end` degrees, clockwise from the right."""
    steps = steps or max(8, int(abs(end - start) / 2.5))
    t = np.radians(np.linspace(start, end, steps))
    return np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], 1).astype(np.float32)


def circle(x: float, y: float, radius: float) -> Path:
    """A whole circle."""
    return arc(x, y, radius, 0, 360, 145)[:-1]


def ellipse(x: float, y: float, rx: float, ry: float) -> Path:
    """Upright."""
    return (circle(0, 0, 1) * np.array([rx, ry], np.float32) + np.array([x, y], np.float32)).astype(np.float32)


def box(x: float, y: float, w: float, h: float, radius: float = 0.0) -> Path:
    """A rectangle; corners rounded by `radius`."""
    if radius <= 0:
        return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)
    r = min(radius, w / 2, h / 2)
    return np.concatenate(
        [
            arc(x + r, y + r, r, 180, 270),
            arc(x + w - r, y + r, r, 270, 360),
            arc(x + w - r, y + h - r, r, 0, 90),
            arc(x + r, y + h - r, r, 90, 180),
        ]
    )


def begonia(x: float, y: float, w: float, h: float, notch: float) -> Path:
    """海棠角: a rectangle whose corners are cut by small quarter circles about them."""
    return np.concatenate(
        [
            arc(x, y, notch, 90, 0),
            arc(x + w, y, notch, 180, 90),
            arc(x + w, y + h, notch, 270, 180),
            arc(x, y + h, notch, 360, 270),
        ]
    )


def arch(x: float, y: float, w: float, h: float) -> Path:
    """An upright window under a flattened half circle."""
    rise = min(0.36 * w, 0.5 * h)
    top = arc(0, 0, 1, 180, 360, 90) * np.array([w / 2, rise], np.float32) + np.array([x + w / 2, y + rise], np.float32)
    return np.concatenate([top, np.array([[x + w, y + h], [x, y + h]], np.float32)]).astype(np.float32)


def fan(x: float, y: float, w: float, h: float) -> Path:
    """扇面: a part of a ring, as a folding fan's leaf; it fills the box."""
    degrees = 40.0
    half = np.radians(degrees)
    outer = w / 2 / np.sin(half)
    inner = (outer - h) / np.cos(half)
    cx, cy = x + w / 2, y + outer
    return np.concatenate(
        [arc(cx, cy, outer, 270 - degrees, 270 + degrees, 120), arc(cx, cy, inner, 270 + degrees, 270 - degrees, 80)]
    )


def smooth(points: Sequence[tuple[float, float]], closed: bool = True, steps: int = 14) -> Path:
    """Through all points (Catmull and Rom 1974, tension a half)."""
    p = np.array(points, np.float32)
    p = np.concatenate([p[-1:], p, p[:2]]) if closed else np.concatenate([p[:1], p, p[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None]
    out = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        out.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    if not closed:
        out.append(p[-1:])
    return np.concatenate(out).astype(np.float32)


def tapered(line: Path, first: float, last: float) -> Path:
    """The outline of a stroke along `line` whose width goes from `first` to `last`."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    half = np.linspace(first / 2, last / 2, len(line), dtype=np.float32)[:, None]
    return np.concatenate([line + across * half, (line - across * half)[::-1]]).astype(np.float32)


def spiral(x: float, y: float, outer: float, inner: float, start: float, turns: float) -> Path:
    """From `outer` at `start` degrees inwards, clockwise for positive turns."""
    t = np.linspace(0, 1, 90, dtype=np.float32)
    angle = np.radians(start) + 2 * pi * turns * t
    radius = outer + (inner - outer) * t
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1).astype(np.float32)
