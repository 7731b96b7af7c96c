"""A sitter's pixels enlarged before they are painted, where the picture is larger than the photo."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from tuanyuan.imaging.compose import Piece
from tuanyuan.imaging.enlarging import MOST, NETWORK_FROM, Enlarger

# Below this factor painting alone enlarges as well.
LEAST = 1.3
# Pixels of a sitter that the network may look at: a second or two. Larger ones are enlarged without it, and by less.
NETWORK_PIXELS = 300_000
WITHOUT_NETWORK = NETWORK_FROM - 0.01


def enlarged(piece: Piece, eye_distance: float, enlarger: Enlarger) -> Piece:
    """The piece with eyes about `eye_distance` pixels apart, or as it is where that would not help.

    It is painted at the same place: only its pixels are finer.
    """
    factor = eye_distance / piece.eye_distance
    if factor < LEAST:
        return piece
    height, width = piece.alpha.shape
    factor = min(factor, MOST if height * width <= NETWORK_PIXELS else WITHOUT_NETWORK)
    colour = enlarger.enlarge(piece.colour, factor)
    size = (colour.shape[1], colour.shape[0])
    across, down = size[0] / width, size[1] / height
    # The centre of pixel x lies at x + ½.
    eyes = (piece.eyes + np.float32(0.5)) * np.array([across, down], np.float32) - np.float32(0.5)
    return replace(
        piece,
        colour=colour,
        alpha=np.asarray(cv2.resize(piece.alpha, size, interpolation=cv2.INTER_CUBIC), np.uint8),
        eyes=eyes.astype(np.float32),
        eye_distance=piece.eye_distance * across,
    )
