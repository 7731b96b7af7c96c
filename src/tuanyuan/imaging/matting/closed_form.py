"""Alpha on the unknown pixels: closed form, coarse to fine at half size, carried to full size by its local models."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting.kernels import (
    conjugate_gradient,
    laplacian_rows,
    linear_models,
    window_statistics,
)
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

EPSILON = 1e-6
TOLERANCE = 1e-2
COARSE_ITERATIONS, FINE_ITERATIONS = 80, 60
# Contrast of the network mask when it serves as prior: it is soft where alpha is not.
PRIOR_CONTRAST = 3.0
LOW, HIGH = 0.05, 0.96
SPECK = 0.06


class _Level:
    """One scale of the pyramid: its windows, and the system on its unknown pixels."""

    def __init__(self, image: Array, regions: Pixels) -> None:
        self.image, self.regions = image, regions
        ys, xs = np.nonzero(regions == UNKNOWN)
        self.ys, self.xs = ys.astype(np.int32), xs.astype(np.int32)
        self.mean = np.empty((*regions.shape, 3), np.float32)
        self.inverse = np.empty((*regions.shape, 6), np.float32)
        self.state = np.zeros(regions.shape, np.uint8)
        window_statistics(image, self.ys, self.xs, EPSILON, self.mean, self.inverse, self.state)

    def solve(self, start: Array, prior: Array, weight: Array, iterations: int) -> Array:
        """Alpha h×w in 0..1; known pixels keep 0 and 1."""
        known = (self.regions == BODY).astype(np.float32)
        padded = np.zeros((known.shape[0] + 4, known.shape[1] + 4), np.float32)
        padded[2:-2, 2:-2] = np.where(self.regions == UNKNOWN, start, known)
        if len(self.ys):
            rows = np.empty((len(self.ys), 25), np.float32)
            laplacian_rows(self.image, self.ys, self.xs, self.mean, self.inverse, rows)
            at = (self.ys, self.xs)
            conjugate_gradient(rows, *at, padded, weight[at], prior[at], TOLERANCE, iterations)
        return np.clip(padded[2:-2, 2:-2], 0, 1)

    def models(self, alpha: Array) -> Array:
        """(h, w, 4): alpha = m[:3]·I + m[3] round each pixel."""
        models = np.zeros((*self.regions.shape, 4), np.float32)
        models[..., 3] = alpha
        linear_models(
            self.image,
            np.ascontiguousarray(alpha),
            self.ys,
            self.xs,
            self.mean,
            self.inverse,
            self.state,
            models,
        )
        return models


def solve_alpha(image: Array, trimap: Trimap, probability: Array) -> Array:
    """Alpha (float32 H×W, 0..1) of `image` (float32 H×W×3, 0..1).

    probability: the fused network mask at its own size, used as a weak prior.
    """
    regions = trimap.regions
    half = _halved(regions)
    quarter = _halved(half)
    half_image = cv2.resize(image, half.shape[::-1], interpolation=cv2.INTER_AREA)
    quarter_image = cv2.resize(half_image, quarter.shape[::-1], interpolation=cv2.INTER_AREA)
    prior = np.clip((probability - 0.5) * PRIOR_CONTRAST + 0.5, 0, 1).astype(np.float32)
    coarse_prior = _sized(prior, quarter.shape)
    coarse = _Level(quarter_image, quarter).solve(
        coarse_prior, coarse_prior, _sized(trimap.prior_weight, quarter.shape), COARSE_ITERATIONS
    )
    level = _Level(half_image, half)
    alpha = level.solve(
        _sized(coarse, half.shape),
        _sized(prior, half.shape),
        _sized(trimap.prior_weight, half.shape),
        FINE_ITERATIONS,
    )
    models = _sized(cv2.blur(level.models(alpha), (3, 3)), regions.shape)
    predicted = np.einsum("ijk,ijk->ij", models[..., :3], image) + models[..., 3]
    full = np.where(regions == UNKNOWN, predicted, regions.astype(np.float32) / BODY)
    full = np.clip((full - LOW) / (HIGH - LOW), 0, 1).astype(np.float32)
    return full * _attached(full, trimap.body).astype(np.float32)


def _attached(alpha: Array, body: NDArray[np.bool_]) -> Pixels:
    """1 where a piece hangs together with the body: specks elsewhere are dropped."""
    size = ((alpha.shape[1] + 1) // 2, (alpha.shape[0] + 1) // 2)
    seen = (cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > SPECK).astype(np.uint8)
    count, labels = cv2.connectedComponents(cv2.dilate(seen, np.ones((3, 3), np.uint8)))
    inside = cv2.resize(body.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    keep = np.zeros(count, np.uint8)
    keep[np.unique(labels[inside])] = 1
    keep[0] = 0
    attached: Pixels = cv2.resize(keep[labels], alpha.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return attached


def _halved(regions: Pixels) -> Pixels:
    """Half size; a pixel is known only where all that it covers agree."""
    size = ((regions.shape[1] + 1) // 2, (regions.shape[0] + 1) // 2)
    mean = cv2.resize(regions.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    out = np.full(mean.shape, UNKNOWN, np.uint8)
    out[mean >= BODY - 0.5] = BODY
    out[mean < 0.5] = BACKGROUND
    return out


def _sized(values: Array, shape: tuple[int, ...]) -> Array:
    sized: Array = cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return sized
