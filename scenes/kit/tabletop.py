# SPDX-License-Identifier: GPL-3.0-or-later
"""Table scenes for goods: here z = 0 is the table's top and the goods stand on y = 0; the room is a person's divided by
2.6, so that the light falls as it does on people.
"""

from __future__ import annotations

import math

import bpy
import numpy as np

from . import lighting
from .camera import View
from .geometry import mesh, rectangle
from .materials import Colour, Shader, plain

VIEW = View(distance=0.90, wall=2.20, height=0.27, eyes=0.27, eye_line=0.155, f_number=4.0)
WALL = VIEW.wall - VIEW.distance
SIDE, BACK, TOP, FLOOR = 1.4, -1.9, 1.5, -0.75
EDGE = 0.42  # y of the table's far edge


def wall(colour: Colour) -> None:
    """Lime plaster, a little cloudy; far out of focus."""
    shader = Shader("plaster")
    clouds = shader.noise(shader.place((2.2, 2.2, 2.2)), 4, 0.55)
    tone = shader.mix(clouds, tuple(0.86 * c for c in colour), tuple(1.12 * c for c in colour))
    shader.attach(Base_Color=tone, Roughness=0.9, Specular_IOR_Level=0.1)
    far = 2 * SIDE
    rectangle("wall", [(-far, WALL, FLOOR), (far, WALL, FLOOR), (far, WALL, TOP), (-far, WALL, TOP)], shader.material)


def room() -> None:
    """Pale walls and ceiling beside and behind the camera: the light that comes back from a real room."""
    pale, floor = plain("pale wall", (0.62, 0.60, 0.57), 0.9), plain("floor", (0.30, 0.25, 0.20), 0.6)
    rectangle("floor", [(-SIDE, BACK, FLOOR), (SIDE, BACK, FLOOR), (SIDE, WALL, FLOOR), (-SIDE, WALL, FLOOR)], floor)
    rectangle("ceiling", [(-SIDE, WALL, TOP), (SIDE, WALL, TOP), (SIDE, BACK, TOP), (-SIDE, BACK, TOP)], pale)
    rectangle("back", [(-SIDE, BACK, FLOOR), (-SIDE, BACK, TOP), (SIDE, BACK, TOP), (SIDE, BACK, FLOOR)], pale)
    for x in (-SIDE, SIDE):
        rectangle("side", [(x, BACK, FLOOR), (x, WALL, FLOOR), (x, WALL, TOP), (x, BACK, TOP)], pale)


def lights(fill: float, reflector: float = 0.0) -> None:
    """Key from the front left, a broad fill; for a dark top, which gives little back, a reflector low in front."""
    lighting.softbox("key", (-0.90, -0.98, 0.78), (0.04, 0.1, 0.12), (0.70, 0.70), 17.5, lighting.kelvin(5200))
    lighting.softbox("fill", (0.90, -1.40, 0.36), (0, 0.2, 0.1), (1.0, 0.9), fill, lighting.kelvin(5400))
    if reflector:
        low, target = (-0.15, -1.05, 0.04), (0, 0, 0.22)
        lighting.softbox("reflector", low, target, (0.9, 0.3), reflector, lighting.kelvin(5000), reflected=False)


def leaf_shadows(seed: int, watts: float, temperature: float) -> None:
    """A low lamp from the left throws the shadow of leaves on the wall, as a window with a tree before it would."""
    draw = np.random.default_rng(seed)
    place = np.array([-1.30, 0.45, 0.95])
    lighting.spot("window", tuple(place), (0.25, WALL, 0.20), 62, watts, lighting.kelvin(temperature), 0.020)
    black = plain("leaf", (0.02, 0.03, 0.02), 0.9)
    way = np.array([0.25, WALL, 0.20]) - place
    way /= np.linalg.norm(way)
    right = np.cross(way, (0, 0, 1))
    right /= np.linalg.norm(right)
    up = np.cross(right, way)
    for _ in range(3):
        root = place + 0.42 * way + draw.uniform(-0.22, 0.22) * right + 0.2 * up
        heading = draw.uniform(-2.3, -0.9)
        for k in range(11):
            at = root + 0.028 * k * (math.cos(heading) * right + math.sin(heading) * up)
            turn = heading + (1 if k % 2 else -1) * draw.uniform(0.5, 1.0)
            long, broad = draw.uniform(0.055, 0.085), draw.uniform(0.010, 0.016)
            along = math.cos(turn) * right + math.sin(turn) * up
            across = -math.sin(turn) * right + math.cos(turn) * up
            t = np.linspace(0, 2 * math.pi, 16, endpoint=False)
            points = [at + long * (0.5 + 0.5 * math.cos(a)) * along + broad * math.sin(a) * across for a in t]
            leaf = mesh("leaf", points, [tuple(range(16))], black, smooth=False)
            leaf.visible_camera = leaf.visible_glossy = False


def top(material: bpy.types.Material, depth: float = 0.03) -> None:
    """A plain top with a rounded far edge, cut off by the frame at the sides; UV in metres, 0–1.3 where one looks."""
    r = depth / 2
    rows = [(-0.75, 0.0), (0.0, 0.0), (EDGE - r, 0.0)]
    rows += [(EDGE - r + r * math.sin(a), -r + r * math.cos(a)) for a in np.linspace(0.2, math.pi / 2, 7)]
    rows.append((EDGE, -depth))
    wide, vertices, faces = 1.2, [], []
    for y, z in rows:
        vertices += [(-wide, y, z), (wide, y, z)]
    for k in range(len(rows) - 1):
        faces.append((2 * k, 2 * k + 1, 2 * k + 3, 2 * k + 2))
    uv = [(vertices[v][0] + 0.65, vertices[v][1] + 0.85) for face in faces for v in face]
    mesh("table top", vertices, faces, material, uv)
