"""The still as the effects see it: who stands where, where nothing may fall, which edges catch light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# A head against its landmarks' box: half its width and height, and how far its middle lies above the box's.
HEAD_WIDE, HEAD_HIGH, HEAD_ABOVE = 0.72, 0.86, 0.16
# How far from 0 and 1 people's coverage means 0 and 1.
DOUBT = 0.03
# What falls fades out from here to there, in head radii.
CLEAR, FREE = 1.05, 1.45
# Edges that catch light: blur of the close and the wide rim, in shares of the shorter side.
CLOSE_RIM, WIDE_RIM = 0.013, 0.04


@dataclass(frozen=True)
class Head:
    """An upright ellipse round a head with its hair. x, y: its middle, wide, high: its radii, in half-size pixels."""

    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, eq=False)
class Stage:
    """rgb: uint8 H×W×3, even sides. people: float32 H×W, 0..1, where people are.

    All else is at half that size, h×w, as light and particles are drawn: mask: `people`; rim: people's edges that
    light from behind falls on, 0..1; free: 1 where something may pass in front, 0 on heads; luma: of the still, 0..1.
    """

    rgb: Pixels
    people: Array
    mask: Array
    rim: Array
    free: Array
    luma: Array
    heads: tuple[Head, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the half-size layers."""
        return self.mask.shape[1], self.mask.shape[0]


def make_stage(rgb: Pixels, people: Array, faces: Sequence[Face]) -> Stage:
    """Measure the still `rgb` (uint8 H×W×3, even sides). people: float32 H×W; faces: in pixels of rgb.

    Where people are all but certain they are certain: a face that let a hundredth of the light behind it through would
    flicker with it.
    """
    people = np.clip((people - DOUBT) / (1 - 2 * DOUBT), 0, 1).astype(np.float32)
    half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
    mask = np.asarray(cv2.resize(people, half, interpolation=cv2.INTER_AREA), np.float32)
    grey = cv2.cvtColor(cv2.resize(rgb, half, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    heads = tuple(_head(face) for face in faces)
    return Stage(
        rgb=rgb,
        people=people,
        mask=mask,
        rim=_rim(mask),
        free=_free(mask.shape, heads),
        luma=grey.astype(np.float32) / np.float32(255),
        heads=heads,
    )


def _head(face: Face) -> Head:
    x, y, w, h = (v / 2 for v in face.box)
    return Head(x + w / 2, y + h / 2 - HEAD_ABOVE * h, HEAD_WIDE * w, HEAD_HIGH * h)


def _free(shape: tuple[int, ...], heads: Sequence[Head]) -> Array:
    """Whoever passes in front of people keeps off their heads."""
    free = np.ones(shape[:2], np.float32)
    ys, xs = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    for head in heads:
        away = np.hypot((xs - head.x) / head.wide, (ys - head.y) / head.high)
        free = np.minimum(free, np.clip((away - CLEAR) / (FREE - CLEAR), 0, 1))
    smooth: Array = (free * free * (3 - 2 * free)).astype(np.float32)
    return smooth


def _rim(mask: Array) -> Array:
    """Inside the outline, strongest at its very edge and where it faces upwards."""
    short = min(mask.shape)
    close = cv2.GaussianBlur(mask, (0, 0), CLOSE_RIM * short)
    wide = cv2.GaussianBlur(mask, (0, 0), WIDE_RIM * short)
    slope = cv2.Sobel(wide, cv2.CV_32F, 0, 1, ksize=3)
    up = np.clip(slope / (np.abs(slope).max() + 1e-6) * 1.6, 0, 1)
    edge = np.clip((1 - close) * 1.8, 0, 1) * (0.35 + 0.65 * up)
    soft = np.clip((1 - wide) * 1.1, 0, 1) * 0.25 * (0.3 + 0.7 * up)
    rim: Array = (mask * np.clip(edge + soft, 0, 1)).astype(np.float32)
    return rim
