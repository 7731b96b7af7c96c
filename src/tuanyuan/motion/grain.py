"""Blue noise for dithering: bright and dark evenly strewn, so that no step of a gradient shows and no clump either."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

SIDE = 64
ROUNDS = 12
# Below this many cycles in a tile nothing is left.
LOWEST = 20.0
# Levels. One would do before encoding; the encoder's quantiser takes most of it. Measured on a dark wall with a glow
# (x264 veryfast, crf 20): the longest flat run down a column is 94 pixels without, 81 with 1, 65 with 1.6 (+31 % bytes
# of such a wall), 44 with 2.4 (+90 %). White noise and coarser noise of the same strength keep less for more bytes.
STRENGTH = 1.6


@lru_cache(maxsize=1)
def grain() -> Array:
    """float32 (SIDE, SIDE), triangular over -1..1, without low frequencies, the same at every call; tiles seamlessly.

    Ranks of high-passed noise, again and again: the spectrum's hole and the even spread both come near.
    """
    values = np.random.default_rng(20).random((SIDE, SIDE))
    fy, fx = np.fft.fftfreq(SIDE) * SIDE, np.fft.rfftfreq(SIDE) * SIDE
    high = 1 - np.exp(-((np.hypot(fy[:, None], fx[None]) / LOWEST) ** 4))
    for _ in range(ROUNDS):
        values = np.fft.irfft2(np.fft.rfft2(values - values.mean()) * high, (SIDE, SIDE))
        ranks = np.empty(SIDE * SIDE)
        ranks[np.argsort(values, axis=None, kind="stable")] = (np.arange(SIDE * SIDE) + 0.5) / (SIDE * SIDE)
        values = ranks.reshape(SIDE, SIDE)
    triangular = np.where(values < 0.5, np.sqrt(2 * values) - 1, 1 - np.sqrt(2 * (1 - values)))
    return np.asarray(triangular, np.float32)


def wide_grain(width: int) -> Array:
    """The same in levels, float32 (SIDE, width), over -STRENGTH..STRENGTH."""
    return np.ascontiguousarray(np.tile(grain() * np.float32(STRENGTH), (1, -(-width // SIDE)))[:, :width])
