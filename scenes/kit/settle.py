# SPDX-License-Identifier: GPL-3.0-or-later
"""A settle of rosewood in the manner of a luohan couch."""

from __future__ import annotations

import math

import bpy
import numpy as np

from . import carving
from .timber import Timber

SEAT = 0.42  # metres above the floor


def build(wood: bpy.types.Material, back: float) -> None:
    """The settle with its back at y = `back`: three panels with shaped crests, arms in steps, a carved apron; it is
    low, so that the wall above it stays free.
    """
    pieces = Timber("settle", wood, 0.010, seed=11)
    wide, deep = 2.10, 0.66
    front = back - deep
    pieces.box((0, (back + front) / 2, SEAT - 0.03), (wide, deep, 0.055))
    pieces.box((0, front - 0.005, SEAT - 0.068), (wide - 0.02, 0.03, 0.026))
    pieces.box((0, front + 0.012, SEAT - 0.12), (wide - 0.06, 0.03, 0.09))
    pieces.carved(
        (0, front - 0.004, SEAT - 0.12), (wide - 0.12, 0.075), 0.011 * carving.panel(wide - 0.12, 0.075, 11, pixels=600)
    )
    for x in (-0.99, -0.34, 0.34, 0.99):
        pieces.box((x, front + 0.055, 0.17), (0.085, 0.085, 0.34))
        pieces.box((x, back - 0.05, 0.17), (0.08, 0.08, 0.34))
    for middle, width, tall, spirals in ((0.0, 0.76, 0.62, 2), (-0.70, 0.62, 0.50, 2), (0.70, 0.62, 0.50, 2)):
        _panel(pieces, (middle, back - 0.02), width, tall, spirals)
    for side in (-1, 1):
        x = side * (wide / 2 - 0.035)
        for z, long, thick in ((0.30, deep - 0.02, 0.05), (0.08, deep - 0.1, 0.035)):
            pieces.box((x, (back + front) / 2, SEAT + z), (0.07, long, thick))
        pieces.box((x, front + 0.05, SEAT + 0.15), (0.06, 0.06, 0.30))
        pieces.box((x, front + 0.03, SEAT + 0.31), (0.085, 0.11, 0.075))
        for k in range(6):
            pieces.box((x, front + 0.14 + k * 0.085, SEAT + 0.19), (0.018, 0.018, 0.20))
    pieces.build()


def _panel(pieces: Timber, place: tuple[float, float], width: float, tall: float, spirals: int) -> None:
    """One panel of the back: stiles, rails, a carved board, a crest that swells to its middle."""
    x, y = place
    for side in (-1, 1):
        pieces.box((x + side * (width / 2 - 0.028), y, SEAT + tall / 2), (0.056, 0.06, tall))
    for z in (0.10, tall - 0.09):
        pieces.box((x, y, SEAT + z), (width - 0.1, 0.05, 0.034))
    pieces.box((x, y + 0.014, SEAT + tall / 2), (width - 0.1, 0.014, tall - 0.08))
    inner = (width - 0.13, tall - 0.25)
    bloom = 0.36 * min(inner)
    pieces.carved((x, y + 0.004, SEAT + tall / 2), inner, 0.022 * carving.panel(*inner, spirals, bloom, pixels=420))
    t = np.linspace(-1, 1, 61)
    swell = 0.030 * np.cos(np.clip(t, -1, 1) * math.pi / 2) ** 2 + 0.035 * np.exp(-((t / 0.30) ** 4)) * (
        1 if width > 0.7 else 0.5
    )
    roll = 0.012 * np.exp(-(((np.abs(t) - 0.94) / 0.06) ** 2))
    pieces.shaped((x, y, SEAT + tall - 0.02), width + 0.05, 0.035 + swell + roll, -0.035 + 0.004 * np.cos(t * 9), 0.08)
