# SPDX-License-Identifier: GPL-3.0-or-later
"""What light falls on a face: a grey ball is hung where the people stand, rendered, and described by few
numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from .geometry import add
from .materials import plain
from .render import photograph

PIXELS = 128
RADIUS = 0.14
ALBEDO = 0.5


@dataclass(frozen=True)
class Light:
    """`ambient + key · max(0, n · direction)`, the light that the compositor paints on people.

    `direction` is a unit vector from the people to the key light: x right, y up, z to the camera. Colours
    are linear with mean 1.
    `contrast` is the ratio of the 95th to the 5th percentile of brightness over the ball as the camera sees
    it.
    """

    direction: tuple[float, float, float]
    key_colour: tuple[float, float, float]
    ambient_colour: tuple[float, float, float]
    contrast: float


def _ball_picture(height: float) -> tuple[np.ndarray, np.ndarray]:
    """Brightness (n, 3) and normals (n, 3; x right, y up, z to the camera) of the ball's visible half."""
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_uv_sphere_add(radius=RADIUS, segments=64, ring_count=32, location=(0, 0, height))
    ball = bpy.context.object
    bpy.ops.object.shade_smooth()
    ball.data.materials.append(plain("grey ball", (ALBEDO,) * 3, 1.0, Specular_IOR_Level=0.0))
    eye, former = bpy.data.cameras.new("probe"), scene.camera
    eye.type, eye.ortho_scale = "ORTHO", 2 * RADIUS
    scene.camera = add("probe", eye)
    scene.camera.location, scene.camera.rotation_euler = (0, -1, height), (np.pi / 2, 0, 0)
    picture = photograph(PIXELS, PIXELS, 96)
    probe, scene.camera = scene.camera, former
    bpy.data.objects.remove(ball)
    bpy.data.objects.remove(probe)
    y, x = np.mgrid[1 - 1 / PIXELS : -1 + 1 / PIXELS : PIXELS * 1j, -1 + 1 / PIXELS : 1 - 1 / PIXELS : PIXELS * 1j]
    inside = x**2 + y**2 < 0.94
    normals = np.stack([x, y, np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))], -1)
    return picture[inside].astype(float), normals[inside]


def probe(height: float = 1.5) -> Light:
    """Measure the light at `height` metres on the people's plane; leaves the scene as it was."""
    values, normals = _ball_picture(height)
    grey = values.mean(1)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for azimuth in np.radians(np.arange(-90, 91, 3)):
        for elevation in np.radians(np.arange(-30, 81, 3)):
            d = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
            terms = np.stack([np.ones(len(grey)), np.clip(normals @ d, 0, None)], -1)
            parts, *_ = np.linalg.lstsq(terms, values, rcond=None)
            error = float(((terms @ parts - values) ** 2).sum())
            if (parts > 0).all() and (best is None or error < best[0]):
                best = (error, d, parts)
    if best is None:
        raise RuntimeError("no key light in front of the people: the ball is lit from behind")
    _, direction, (ambient, key) = best
    low, high = np.percentile(grey, [5, 95])
    return Light(tuple(direction), tuple(key / key.mean()), tuple(ambient / ambient.mean()), float(high / low))
