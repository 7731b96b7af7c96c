"""A portrait as oil on canvas: planes of colour, strokes that follow the form, and their relief.

Planes by the Kuwahara filter of eight smooth sectors (Papari et al., 2007); strokes by smoothing along the edges.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.flow import along, tangents
from tuanyuan.imaging.avatar.texture import fine, weave

Array = NDArray[np.float32]

SECTORS = 8
# How much the calmest sector counts over the others.
SHARPNESS = 6.0
FLOW, STROKE, RELIEF = 5.0, 9.0, 0.055
# Edges flatter than this (of full scale, by Sobel) do not lead the brush.
HAND = 0.06


def planes(rgb: Array, radius: int) -> Array:
    """Each pixel of float32 H×W×3 takes the mean of the calmest sectors around it: patches of paint, edges kept."""
    total, weights = np.zeros_like(rgb), np.zeros(rgb.shape[:2], np.float32)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    square = grey * grey
    for number in range(SECTORS):
        kernel = _sector(radius, 2 * math.pi * number / SECTORS)
        mean = cv2.filter2D(rgb, -1, kernel, borderType=cv2.BORDER_REFLECT)
        level = cv2.cvtColor(mean, cv2.COLOR_RGB2GRAY)
        spread = cv2.filter2D(square, -1, kernel, borderType=cv2.BORDER_REFLECT) - level * level
        deviation = np.sqrt(np.maximum(spread, 0)) * np.float32(255)
        weight = 1 / (1 + deviation) ** np.float32(SHARPNESS)
        total += mean * weight[..., None]
        weights += weight
    calm: Array = total / weights[..., None]
    return calm


def strokes(size: tuple[int, int], direction: Array, scale: float, seed: int) -> Array:
    """Relief of a brush that went along `direction` (float32 H×W×2): float32 H×W, mean 0, deviation 1."""
    bristles = fine(size, 1.1 * scale, seed)
    drawn = along(bristles, direction, STROKE * 1.6 * scale, 2.0 * scale)
    drawn -= cv2.GaussianBlur(drawn, (0, 0), 12 * scale)
    relief: Array = drawn / np.float32(drawn.std() + 1e-6)
    return relief


def painted(rgb: Array, scale: float, seed: int, *, brush: float = 1.0, spare: Array | None = None) -> Array:
    """`rgb` (float32 H×W×3, 0..1) painted. scale: 1 for a picture of 1440 pixels. brush: width of the brush.

    spare: float32 H×W, 0..1, where a finer brush is taken: the face, and most of all its eyes.
    """
    height, width = rgb.shape[:2]
    coarse = _planes_at(rgb, 0.5, max(2, round(7 * scale * brush)))
    if spare is not None:
        mid = planes(rgb, max(2, round(3.2 * scale)))
        coarse = coarse + (mid - coarse) * spare[..., None]
    direction = tangents(cv2.cvtColor(coarse, cv2.COLOR_RGB2GRAY), FLOW * scale, HAND)
    drawn = along(coarse, direction, STROKE * 0.45 * scale, 1.5 * scale)
    if spare is not None:
        drawn = drawn + (coarse - drawn) * (0.6 * spare[..., None])
    relief = strokes((width, height), direction, scale, seed)
    threads = weave((width, height), seed + 7)
    lift = RELIEF * (relief * 0.55 + np.roll(relief, (1, 1), (0, 1)) * -0.25) + 0.012 * threads
    if spare is not None:
        lift = lift * (1 - 0.55 * spare)
    light = cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY)
    result: Array = np.clip(drawn * (1 + lift * (1.15 - 0.6 * light))[..., None], 0, 1)
    return result


def _planes_at(rgb: Array, share: float, radius: int) -> Array:
    """`planes` worked out at a share of the size, where its patches are larger than what is lost."""
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (round(width * share), round(height * share)), interpolation=cv2.INTER_AREA)
    calm: Array = cv2.resize(planes(small, radius), (width, height), interpolation=cv2.INTER_CUBIC)
    return calm


def _sector(radius: int, angle: float) -> Array:
    """A smooth eighth of a disc that points towards `angle`, sum 1."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    distance = np.hypot(x, y)
    turn = np.abs(np.angle(np.exp(1j * (np.arctan2(y, x) - angle))))
    kernel = np.exp(-0.5 * (turn / (math.pi / SECTORS)) ** 2) * np.exp(-0.5 * (distance / (radius / 2)) ** 2)
    kernel[radius, radius] = 0.6
    kernel = kernel * (distance <= radius + 0.5)
    sector: Array = (kernel / kernel.sum()).astype(np.float32)
    return sector
