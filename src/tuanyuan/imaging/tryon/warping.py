"""Bending a picture so that given points come to lie on given others: thin plates, one for each part of a garment."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# The field is worked out on every so-manieth pixel; it is smooth.
STEP = 6
# How far the plate may miss its points, as a share of their spread squared: points by measurement are not exact.
SLACK = 2e-4


def field(here: Array, there: Array, shape: tuple[int, int]) -> Array:
    """For every pixel of `shape` (h, w) the place (x, y) float32 h×w×2 that lands on it.

    here (n, 2): points in the picture of `shape`; there (n, 2): the same in the picture that is bent. Thin plate spline
    (Bookstein, 1989), smoothed.
    """
    centre, spread = here.mean(0), float(here.std()) + 1e-6
    at = ((here - centre) / spread).astype(np.float64)
    count = len(at)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _plate(((at[:, None] - at[None]) ** 2).sum(-1)) + SLACK * count * np.eye(count)
    system[:count, count] = system[count, :count] = 1
    system[:count, count + 1 :] = at
    system[count + 1 :, :count] = at.T
    weights = np.linalg.solve(system, np.concatenate([there, np.zeros((3, 2))]))
    height, width = shape
    rows, columns = -(-height // STEP) + 1, -(-width // STEP) + 1
    y, x = np.mgrid[:rows, :columns] * STEP
    grid = (np.stack([x, y], -1).reshape(-1, 2) - centre) / spread
    bent = _plate(((grid[:, None] - at[None]) ** 2).sum(-1)) @ weights[:count]
    bent += weights[count] + grid @ weights[count + 1 :]
    coarse = bent.reshape(rows, columns, 2).astype(np.float32)
    columns_at, rows_at = np.meshgrid(
        np.arange(width, dtype=np.float32) / STEP, np.arange(height, dtype=np.float32) / STEP
    )
    fine: Array = cv2.remap(coarse, columns_at, rows_at, cv2.INTER_LINEAR)
    return fine


def bend(picture: Array, places: Array) -> Array:
    """`picture` float32 (h×w or h×w×3) sampled at `places` (see `field`); beyond its edge the edge goes on."""
    shrunk, places = _reduced(picture, places)
    bent: Array = cv2.remap(shrunk, places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return bent


def _reduced(picture: Array, places: Array) -> tuple[Array, Array]:
    """The picture softened where it will be drawn smaller, lest it alias."""
    across = np.linalg.norm(places[::STEP, STEP::STEP] - places[::STEP, :-STEP:STEP], axis=-1) / STEP
    scale = float(np.median(across))
    if scale < 1.3:
        return picture, places
    smaller = cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    ratio = np.array([smaller.shape[1] / picture.shape[1], smaller.shape[0] / picture.shape[0]], np.float32)
    return smaller, ((places + 0.5) * ratio - 0.5).astype(np.float32)


def _plate(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    bent: NDArray[np.float64] = squared * np.log(np.maximum(squared, 1e-12))
    return bent
