"""Goods cut out of their photo: what stands out, its edge solved as for people."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.cutout import Cutout
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.salience import Salience
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

WORKING_SIZE = 320
# Salience that is surely goods, and surely not; and how far from the outline an edge may lie, in working pixels.
SURE, NONE = 0.8, 0.12
BAND = 4
# A piece smaller than this share of the largest is no goods of its own.
LEAST_PIECE = 0.03
PRIOR_WEIGHT = 0.02


class GoodsCutter:
    """Loads its network once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._salient = Salience(models)

    def cut(self, rgb: Pixels) -> Cutout:
        """Cut what stands out of `rgb` (uint8 H×W×3); alpha is 0 everywhere where nothing does."""
        height, width = rgb.shape[:2]
        scale = WORKING_SIZE / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        seen: Array = cv2.resize(self._salient(rgb), size, interpolation=cv2.INTER_CUBIC)
        probability = np.clip(seen, 0, 1)
        trimap = _trimap(rgb, probability)
        image = rgb.astype(np.float32) / np.float32(255)
        alpha = solve_alpha(image, trimap, probability)
        return Cutout(foreground_colours(image, alpha), alpha)


def _trimap(rgb: Pixels, probability: Array) -> Trimap:
    body = _pieces(probability > 0.5)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1, 2 * BAND + 1))
    inside = cv2.erode(body.astype(np.uint8), kernel) > 0
    near = cv2.dilate(body.astype(np.uint8), kernel) > 0
    hesitant = (probability > NONE) & (probability < SURE) & near
    unknown = hesitant | (near & ~inside)
    small = np.full(body.shape, BACKGROUND, np.uint8)
    small[body] = BODY
    small[unknown] = UNKNOWN
    regions = cv2.resize(small, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return Trimap(regions, body, np.full(body.shape, PRIOR_WEIGHT, np.float32))


def _pieces(body: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without specks: pieces much smaller than the largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(body.astype(np.uint8))
    if count < 2:
        return body
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept: NDArray[np.bool_] = np.isin(labels, np.nonzero(areas >= LEAST_PIECE * areas.max())[0])
    return kept & body
