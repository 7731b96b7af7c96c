# SPDX-License-Identifier: GPL-3.0-or-later
"""The room round the set: what the camera does not see but the light does, and mirrors show."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .geometry import rectangle
from .materials import plain

LEFT, RIGHT, BACK = -3.6, 3.6, -5.0


def shell(
    wall: float,
    top: float = 4.0,
    floor: bpy.types.Material | None = None,
    sides: tuple[float, float, float] = (0.62, 0.60, 0.57),
    window: tuple[float, float, float, float] | None = None,
) -> None:
    """Floor, ceiling, back and sides up to the wall at y = `wall`; `window` (y0, y1, z0, z1) opens the left side."""
    pale = plain("pale wall", sides, 0.9)
    ground = floor or plain("floor", (0.30, 0.25, 0.20), 0.5)
    rectangle("floor", [(LEFT, BACK, 0), (RIGHT, BACK, 0), (RIGHT, wall, 0), (LEFT, wall, 0)], ground)
    rectangle("ceiling", [(LEFT, wall, top), (RIGHT, wall, top), (RIGHT, BACK, top), (LEFT, BACK, top)], pale)
    rectangle("back", [(LEFT, BACK, 0), (LEFT, BACK, top), (RIGHT, BACK, top), (RIGHT, BACK, 0)], pale)
    rectangle("right", [(RIGHT, BACK, 0), (RIGHT, wall, 0), (RIGHT, wall, top), (RIGHT, BACK, top)], pale)
    for y0, y1, z0, z1 in _around(window, wall, top) if window else [(BACK, wall, 0.0, top)]:
        rectangle("left", [(LEFT, y0, z0), (LEFT, y1, z0), (LEFT, y1, z1), (LEFT, y0, z1)], pale)


def _around(
    window: tuple[float, float, float, float], wall: float, top: float
) -> Iterable[tuple[float, float, float, float]]:
    y0, y1, z0, z1 = window
    return [(BACK, y0, 0, top), (y1, wall, 0, top), (y0, y1, 0, z0), (y0, y1, z1, top)]
