"""Compiling the numeric loops ahead of the first order."""

from __future__ import annotations

import numpy as np

from tuanyuan.imaging.compose import KeyLight, paint, piece
from tuanyuan.imaging.grade import Grade, apply_grade
from tuanyuan.imaging.layout import Seat
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap
from tuanyuan.imaging.restoration.filling import fill
from tuanyuan.motion import warming


def warm() -> None:
    """Run every compiled loop once on a tiny picture, so that the caches on disk are filled. Quick when they are."""
    regions = np.full((64, 64), UNKNOWN, np.uint8)
    regions[:16], regions[48:] = BODY, BACKGROUND
    image = np.random.default_rng(0).random((64, 64, 3), np.float32)
    small = np.zeros((32, 32), np.float32)
    alpha = solve_alpha(image, Trimap(regions, small > 0, small + np.float32(0.01)), small)
    colours = foreground_colours(image, alpha)
    sitter = piece(Cutout(colours, alpha), np.array([32, 20], np.float32), 8.0, 0.0)
    backdrop = np.zeros((64, 64, 3), np.uint8)
    painting = paint(backdrop, [sitter], [Seat(0, 32, 20, 8.0, 0.0, "front")], KeyLight())
    apply_grade(painting.picture, Grade(), seed=0)
    hole = np.zeros((64, 64), bool)
    hole[30:34, 8:56] = True
    fill(np.rint(image * 255).astype(np.uint8), hole)
    warming.warm()
