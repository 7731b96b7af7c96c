"""The person's own colours under a soft edge, free of the old background (Germer et al., ICPR 2020)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting.kernels import foreground_level

Array = NDArray[np.float32]

GRADIENT = 5e-3
SMALL_SIZE, SMALL_ROUNDS, LARGE_ROUNDS = 64, 10, 2
# The finest levels only touch pixels that are neither person nor background alone.
MIXED_ONLY_LEVELS = 2


def foreground_colours(image: Array, alpha: Array) -> Array:
    """Colours F (float32 H×W×3, 0..1) with image = alpha·F + (1 − alpha)·B, smooth where alpha leaves them open."""
    images, alphas = [image], [alpha]
    while min(alphas[-1].shape) > 4:
        size = ((alphas[-1].shape[1] + 1) // 2, (alphas[-1].shape[0] + 1) // 2)
        images.append(cv2.resize(images[-1], size, interpolation=cv2.INTER_AREA))
        alphas.append(cv2.resize(alphas[-1], size, interpolation=cv2.INTER_AREA))
    front = np.empty_like(images[-1])
    back = np.empty_like(images[-1])
    front[:] = _mean_colour(images[-1], alphas[-1])
    back[:] = _mean_colour(images[-1], 1 - alphas[-1])
    for level in range(len(images) - 1, -1, -1):
        height, width = alphas[level].shape
        front = cv2.resize(front, (width, height), interpolation=cv2.INTER_NEAREST)
        back = cv2.resize(back, (width, height), interpolation=cv2.INTER_NEAREST)
        rounds = SMALL_ROUNDS if max(height, width) <= SMALL_SIZE else LARGE_ROUNDS
        foreground_level(images[level], alphas[level], front, back, rounds, GRADIENT, level < MIXED_ONLY_LEVELS)
    return front


def _mean_colour(image: Array, weight: Array) -> Array:
    mean: Array = (image * weight[..., None]).sum((0, 1)) / (weight.sum() + 1e-6)
    return mean
