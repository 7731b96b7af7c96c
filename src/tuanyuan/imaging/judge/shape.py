"""Is a face drawn out of shape, or hidden? Landmarks against landmarks, chip against chip."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces.face import eye_centres

Array = NDArray[np.float32]

CELLS = 5
FOLLOWS = 0.35
OF_THE_FACE = 0.75
# The chip's middle holds the face; its rim may show hair, neck or a neighbour.
RIM = 0.17
# Of the registration: blur in pixels from coarse to fine, when to stop, and the correlation that says it is right.
REGISTRATION_BLUR = (7, 1)
REGISTRATION_END = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
LEAST_MATCH = 0.85


def squash(expected: Array, found: Array) -> float:
    """How unequally the face was stretched: ratio of the singular values of the best affine map, less 1; 0 is none.

    expected, found: landmarks (468, 2 or more) in any two frames.
    """
    a, b = _centred(expected), _centred(found)
    matrix, *_ = np.linalg.lstsq(a, b, rcond=None)
    stretch = np.linalg.svd(matrix, compute_uv=False)
    return float(stretch[0] / max(stretch[1], 1e-9) - 1)


def stretch(own: NDArray[np.uint8], seen: NDArray[np.uint8]) -> float | None:
    """The same as `squash`, from the pixels of two aligned chips (uint8 N×N×3); landmarks are less exact.

    None where they cannot be laid on each other: a hidden face, or another one. Enhanced correlation coefficient
    (Evangelidis, Psarakis, PAMI 2008) on local contrast, so that light may differ.
    """
    side = own.shape[0]
    rim = int(RIM * side)
    mask = np.zeros((side, side), np.uint8)
    mask[rim:-rim, rim:-rim] = 1
    a, b = _contrast(own), _contrast(seen)
    matrix = np.eye(2, 3, dtype=np.float32)
    match = 0.0
    try:
        for blur in REGISTRATION_BLUR:
            match, matrix = cv2.findTransformECC(a, b, matrix, cv2.MOTION_AFFINE, REGISTRATION_END, mask, blur)
    except cv2.error:  # it did not converge
        return None
    axes = np.linalg.svd(matrix[:, :2], compute_uv=False)
    return float(axes[0] / axes[1] - 1) if match > LEAST_MATCH else None


def _contrast(chip: NDArray[np.uint8]) -> Array:
    """Detail of about an eye's size, of equal strength everywhere."""
    side = chip.shape[0]
    grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = cv2.GaussianBlur(grey, (0, 0), side / 100) - cv2.GaussianBlur(grey, (0, 0), side / 19)
    strength: Array = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), side / 12) + 4)
    return detail / strength


def residual(expected: Array, found: Array) -> float:
    """Root mean square distance after the best similarity fit, in eye distances of the found face."""
    a, b = _centred(expected), _centred(found)
    u, s, vt = np.linalg.svd(a.T @ b)
    fitted = (a @ (u @ vt)) * (s.sum() / (a**2).sum())
    right, left = eye_centres(found[:, :2])
    return float(np.sqrt(((fitted - b) ** 2).sum(1).mean()) / max(float(np.linalg.norm(left - right)), 1e-6))


def covered(own: NDArray[np.uint8], seen: NDArray[np.uint8], inside: NDArray[np.bool_] | None = None) -> float:
    """Share of the face, 0..1, where chip `seen` does not follow chip `own` (both uint8 N×N×3, aligned).

    Light may differ, structure may not: cells are compared by their normalised correlation, flat cells by colour.
    inside: N×N, the face itself; beside a face in profile the chip shows the place behind. None: the whole chip.
    """
    side = own.shape[0]
    rim = int(RIM * side)
    greys = [
        cv2.GaussianBlur(cv2.cvtColor(c, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), side / 75) for c in (own, seen)
    ]
    labs = [cv2.cvtColor(c.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for c in (own, seen)]
    offset = np.median((labs[1] - labs[0])[rim:-rim, rim:-rim].reshape(-1, 3), 0)
    edges = np.linspace(rim, side - rim, CELLS + 1).astype(int)
    lost = counted = 0
    for y0, y1 in itertools.pairwise(edges):
        for x0, x1 in itertools.pairwise(edges):
            cell = np.s_[y0:y1, x0:x1]
            if inside is not None and inside[cell].mean() < OF_THE_FACE:
                continue
            counted += 1
            difference = float(np.abs((labs[1] - labs[0])[cell].mean((0, 1)) - offset).sum())
            lost += (_correlation(greys[0][cell], greys[1][cell]) < FOLLOWS and difference > 6) or difference > 30
    return lost / counted if counted else 0.0


def _correlation(a: Array, b: Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread > 1e-3 else 0.0


def _centred(points: Array) -> NDArray[np.float64]:
    xy = points[:, :2].astype(np.float64)
    return xy - xy.mean(0)
