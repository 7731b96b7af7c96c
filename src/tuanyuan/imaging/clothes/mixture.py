"""What colours a thing has: a few Gaussians in CIE Lab, found without chance."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

SAMPLES = 4000
ROUNDS = 12
# A Gaussian of fewer samples than this says nothing.
LEAST_SAMPLES = 12
# Added to the variances of L, a, b: noise, and light that the samples did not see.
SLACK = (14.0, 4.0, 4.0)
MOST_COST = 25.0


@dataclass(frozen=True, eq=False)
class ColourMixture:
    """whitening (k, 3, 4): affine maps that make a Gaussian round and of unit size. least (k,): cost at its middle."""

    whitening: Array
    least: Array

    def cost(self, lab: Array) -> Array:
        """Negative log likelihood (h, w) of colours (h, w, 3), without the constant of π, at most MOST_COST."""
        best = np.full(lab.shape[:2], MOST_COST, np.float32)
        for whitening, least in zip(self.whitening, self.least, strict=True):
            away = cv2.transform(lab, whitening)
            cv2.multiply(away, away, away)
            cost = cv2.transform(away, np.full((1, 3), 0.5, np.float32)) + least
            np.minimum(best, cost, out=best)
        return best


def mixture(lab: Array, parts: int, lightness_slack: float = SLACK[0]) -> ColourMixture:
    """A mixture of up to `parts` Gaussians fitted to `lab` (n, 3), n at least 1.

    lightness_slack: variance added to L, for things that stand in more light and shade than was seen.
    """
    step = max(1, len(lab) // SAMPLES)
    seen = np.ascontiguousarray(lab[::step], np.float32)
    groups = clusters(seen, max(1, min(parts, len(seen) // (4 * LEAST_SAMPLES))))[0]
    slack = np.diag([lightness_slack, *SLACK[1:]])
    whitening, least = [], []
    for number in range(int(groups.max()) + 1):
        own = seen[groups == number]
        if len(own) < LEAST_SAMPLES <= len(seen):
            continue
        mean = own.mean(0).astype(np.float64)
        covariance = (np.cov(own.T) if len(own) > 1 else np.zeros((3, 3))) + slack
        unit = np.linalg.inv(np.linalg.cholesky(covariance))
        whitening.append(np.column_stack([unit, -unit @ mean]))
        least.append(0.5 * np.linalg.slogdet(covariance)[1] - np.log(len(own) / len(seen)))
    return ColourMixture(np.asarray(whitening, np.float32), np.asarray(least, np.float32))


def clusters(points: Array, parts: int) -> tuple[NDArray[np.intp], Array]:
    """k-means from a start that is spread along the points' longest direction: the group of each, and the centres."""
    away = points - points.mean(0)
    direction = np.linalg.eigh(away.T @ away + 1e-6 * np.eye(points.shape[1]))[1][:, -1]
    along = away @ direction.astype(np.float32)
    order = np.argsort(along, kind="stable")
    starts = order[((np.arange(parts) + 0.5) / parts * len(points)).astype(int)]
    centres = points[starts].copy()
    nearest = np.zeros(len(points), np.intp)
    for _ in range(ROUNDS):
        distances = ((points[:, None] - centres[None]) ** 2).sum(2)
        nearest = distances.argmin(1)
        for number in range(parts):
            if (own := nearest == number).any():
                centres[number] = points[own].mean(0)
    return nearest, centres
