"""Shadows of one thing: where it touches what it stands or lies on, and what it throws away from the light.

All of them are shares of light that are left, float32, worked out at a part of the picture's size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.item import Ground

Array = NDArray[np.float32]

# Lengths are shares of the thing's size (the geometric mean of its sides).
TIGHT, MIDDLE, WIDE = 0.007, 0.022, 0.075
TIGHT_DEPTH, MIDDLE_DEPTH, WIDE_DEPTH = 0.62, 0.42, 0.30
FOOT, TOE = 0.05, 0.009
# How flat a shadow on the floor looks from the height of a table's edge.
FLAT = 0.40
NEAR_BLUR, FAR_BLUR, THINNING = 0.012, 0.085, 0.75
LIFT = 0.034


@dataclass(frozen=True)
class Throw:
    """A shadow away from one light.

    across: how far it goes to the right (negative: to the left), back: up the picture, both times the thing's height.
    depth: share of light that it takes. soft: 1 as from a large window.
    """

    across: float
    back: float = 0.2
    depth: float = 0.4
    soft: float = 1.0


def standing(alpha: Array, foot: Ground, throws: tuple[Throw, ...], contact: float = 1.0) -> Array:
    """Light left round a standing thing. alpha: float32 h×w, the whole picture at the working size; foot: its ground.

    contact: strength of the shadow under it, 1 as under a soft light.
    """
    unit = _unit(alpha)
    light = np.ones(alpha.shape, np.float32)
    for throw in throws:
        light *= 1 - throw.depth * _thrown(alpha, foot, throw, unit)
    for width, depth, flat in ((WIDE, WIDE_DEPTH, FLAT), (MIDDLE, MIDDLE_DEPTH, 0.5), (TIGHT, TIGHT_DEPTH, 0.8)):
        under = _footprint(alpha.shape, foot, FOOT * unit * (1 + 2 * (width == WIDE)), TOE * unit)
        sigma = max(0.7, width * unit)
        under = cv2.GaussianBlur(under, (0, 0), sigmaX=sigma, sigmaY=max(0.6, sigma * flat))
        light *= 1 - np.float32(min(0.95, depth * contact)) * np.clip(under, 0, 1)
    return light


def lying(alpha: Array, throws: tuple[Throw, ...], contact: float = 1.0) -> Array:
    """Light left round a thing on what the camera looks down at: less all round it, and more so away from the light."""
    unit = _unit(alpha)
    light = np.ones(alpha.shape, np.float32)
    for width, depth, far in ((TIGHT, 0.55, 0.25), (MIDDLE, 0.50, 0.8)):
        for throw in throws or (Throw(0, 0),):
            share = contact / max(1, len(throws))
            light *= 1 - depth * share * _slid(alpha, throw, far * LIFT * unit, max(0.7, width * unit))
    for throw in throws:
        soft = max(0.7, (MIDDLE + WIDE) / 2 * throw.soft * unit)
        light *= 1 - throw.depth * _slid(alpha, throw, 2.2 * LIFT * unit, soft)
    return light


def _unit(alpha: Array) -> float:
    ys, xs = np.nonzero(alpha > 0.3)
    return float(np.sqrt((np.ptp(ys) + 1.0) * (np.ptp(xs) + 1.0))) if len(ys) else 1.0


def _footprint(shape: tuple[int, ...], foot: Ground, deep: float, toe: float) -> Array:
    """Where the thing stands: a band along the ground line, from `deep` behind it to `toe` before it."""
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    above = foot.line[None] - rows
    band = np.clip(above + toe + 0.5, 0, 1) * np.clip((deep - above) / deep, 0, 1)
    under: Array = (band * foot.touch[None]).astype(np.float32)
    return under


def _thrown(alpha: Array, foot: Ground, throw: Throw, unit: float) -> Array:
    """The outline laid down on the floor, away from the light; softer and thinner with the distance."""
    height, width = alpha.shape
    touching = foot.touch > 0.3
    base = float(foot.line[touching].mean()) if touching.any() else float(foot.line.max())
    flat = max(0.02, throw.back)
    laid = np.array([[1, -throw.across, throw.across * base], [0, flat, base - flat * base]], np.float32)
    fallen = cv2.warpAffine(alpha, laid, (width, height), flags=cv2.INTER_AREA)
    tall = max(1.0, base - float(np.nonzero((alpha > 0.3).any(1))[0].min(initial=height)))
    rows = np.arange(height, dtype=np.float32)[:, None]
    away = np.clip((base - rows) / (flat * tall), 0, 1)
    near, far = (
        cv2.GaussianBlur(fallen, (0, 0), sigmaX=max(0.7, s), sigmaY=max(0.6, s / 2))
        for s in (NEAR_BLUR * throw.soft * unit, FAR_BLUR * throw.soft * unit)
    )
    middle = cv2.GaussianBlur(fallen, (0, 0), max(0.7, 0.45 * FAR_BLUR * throw.soft * unit))
    soft = np.where(away < 0.5, near + (middle - near) * 2 * away, middle + (far - middle) * (2 * away - 1))
    thrown: Array = (soft * (1 - THINNING * away)).astype(np.float32)
    return thrown


def _slid(alpha: Array, throw: Throw, far: float, sigma: float) -> Array:
    """The outline moved a little away from the light, and softened."""
    away = np.array([throw.across, 0.9 - 1.3 * throw.back], np.float32)
    away = away / max(1.0, float(np.linalg.norm(away))) * far
    moved = cv2.warpAffine(
        alpha, np.array([[1, 0, away[0]], [0, 1, away[1]]], np.float32), alpha.shape[::-1], flags=cv2.INTER_LINEAR
    )
    return cv2.GaussianBlur(moved, (0, 0), sigma)
