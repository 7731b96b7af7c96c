# SPDX-License-Identifier: GPL-3.0-or-later
"""Wood: grain that repeats without a seam, polished surfaces of it, and joinery whose grain runs along each piece."""

from __future__ import annotations

from pathlib import Path

import bmesh
import bpy
import numpy as np
from scipy.ndimage import map_coordinates

from .geometry import Point, add
from .materials import Colour, Shader, save_map

TILE = (2.0, 0.5)  # metres along and across the grain
GRID = (1024, 2048)  # rows across, columns along


def ripple(rows: int, cols: int, along: float, across: float, seed: int, fall: float = 1.6) -> np.ndarray:
    """Noise that repeats, float32 (rows, cols), mean 0, deviation 1; blots of `along` columns and `across` rows, as
    fractions of the tile.
    """
    spectrum = np.fft.rfft2(np.random.default_rng(seed).standard_normal((rows, cols)))
    across_waves, along_waves = np.fft.fftfreq(rows)[:, None] * rows, np.fft.rfftfreq(cols)[None] * cols
    spectrum *= (1 + (along_waves * along) ** 2 + (across_waves * across) ** 2) ** -fall
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, (rows, cols))
    return (field / field.std()).astype(np.float32)


def grain(scratch: Path) -> tuple[Path, Path]:
    """Maps of tone and of pores, 0–1, drawn once for each scene."""
    tone_file, pore_file = scratch / "grain.exr", scratch / "pores.exr"
    if tone_file.exists():
        return tone_file, pore_file
    rows, cols = GRID
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    bend = y + 30 * ripple(rows, cols, 0.30, 0.30, 1) + 6 * ripple(rows, cols, 0.10, 0.08, 2)

    def bent(field: np.ndarray) -> np.ndarray:
        return map_coordinates(field, [bend, x], order=1, mode="grid-wrap")

    rings, broad = bent(ripple(rows, cols, 1.5, 0.012, 3)), bent(ripple(rows, cols, 1.0, 0.14, 4))
    veins = np.clip(1 - np.abs(bent(ripple(rows, cols, 1.2, 0.035, 5))) / 0.18, 0, 1)
    pores = np.clip((ripple(rows, cols, 0.010, 0.0012, 6, 1.0) - 1.1) / 0.9, 0, 1)
    tone = 0.52 + 0.12 * rings + 0.13 * broad - 0.20 * veins * np.clip(0.6 + 0.5 * broad, 0, 1)
    return save_map(tone_file, tone), save_map(pore_file, pores)


def polished(
    name: str,
    scratch: Path,
    shades: tuple[Colour, Colour, Colour],
    roughness: float = 0.34,
    coat: float = 0.35,
) -> bpy.types.Material:
    """Waxed or varnished wood in `shades` from dark to light vein; every piece a little different."""
    tone_file, pore_file = grain(scratch)
    shader = Shader(name)
    where = shader.place((1 / TILE[0], 1 / TILE[1], 1), "UV")
    tone, pores = shader.image(tone_file, where, repeat=True), shader.image(pore_file, where, repeat=True)
    piece = shader.node("ShaderNodeAttribute", attribute_name="piece").outputs["Fac"]
    shift = shader.calculate("ADD", tone, shader.calculate("MULTIPLY", shader.calculate("SUBTRACT", piece, 0.5), 0.22))
    colour = shader.ramp(shift, (0.12, shades[0]), (0.5, shades[1]), (0.88, shades[2]))
    colour = shader.mix(shader.calculate("MULTIPLY", pores, 0.5), colour, tuple(0.4 * c for c in shades[0]))
    hands = shader.noise(shader.place((6, 6, 6)), 3, 0.6)
    dull = shader.calculate("ADD", shader.calculate("MULTIPLY", hands, 0.34), roughness - 0.17)
    return shader.attach(
        Base_Color=colour, Roughness=dull, Coat_Weight=coat, Coat_Roughness=0.16,
        Normal=shader.bump(pores, -0.0004, below=shader.bump(tone, 0.0005)),
    ).material  # fmt: skip


class Timber:
    """Bevelled pieces gathered into one object. UV in metres, u along the piece; attribute `piece` differs for each."""

    def __init__(self, name: str, material: bpy.types.Material, bevel: float = 0.004, seed: int = 1) -> None:
        self._name, self._material, self._bevel = name, material, bevel
        self._draw = np.random.default_rng(seed)
        self._points: list[np.ndarray] = []
        self._faces: list[list[int]] = []
        self._uv: list[np.ndarray] = []
        self._piece: list[np.ndarray] = []
        self._count = 0
        self._shapes: dict[tuple[float, ...], tuple[np.ndarray, list[tuple[list[int], int]]]] = {}

    def _shape(self, size: Point) -> tuple[np.ndarray, list[tuple[list[int], int]]]:
        """Corners, and for each face its corners and the axis it looks along."""
        key = tuple(round(side, 4) for side in size)
        if key not in self._shapes:
            shape = bmesh.new()
            bmesh.ops.create_cube(shape, size=1)
            bmesh.ops.scale(shape, vec=size, verts=shape.verts)
            offset = min(self._bevel, 0.4 * min(size))
            bmesh.ops.bevel(shape, geom=shape.edges[:], offset=offset, segments=2, profile=0.5, affect="EDGES")
            shape.verts.index_update()
            points = np.array([tuple(v.co) for v in shape.verts])
            faces = [([v.index for v in f.verts], int(np.argmax(np.abs(tuple(f.normal))))) for f in shape.faces]
            shape.free()
            self._shapes[key] = points, faces
        return self._shapes[key]

    def box(self, centre: Point, size: Point, turn: float = 0.0, swing: float = 0.0) -> None:
        """A piece of `size`, turned by `turn` in the plane of the picture, then by `swing` round the upright axis."""
        points, faces = self._shape(size)
        long = int(np.argmax(size))
        start = self._draw.uniform(0, 20, 2)
        for corners, looks in faces:
            others = [axis for axis in range(3) if axis != looks]
            u = long if long in others else others[0]
            v = others[0] if others[1] == u else others[1]
            self._uv.append(points[corners][:, [u, v]] + start)
        c, s, cz, sz = np.cos(turn), np.sin(turn), np.cos(swing), np.sin(swing)
        upright = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        turned = points @ (np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ upright).T
        self._take(turned + np.array(centre), [corners for corners, _ in faces])

    def carved(self, centre: Point, size: tuple[float, float], relief: np.ndarray, upright: bool = False) -> None:
        """A sheet of `size` pushed towards the camera by `relief` (rows from the top, metres); grain along x or z."""
        rows, cols = relief.shape
        x, z = np.meshgrid(np.linspace(-0.5, 0.5, cols) * size[0], np.linspace(0.5, -0.5, rows) * size[1])
        points = np.stack([x, -relief, z], -1).reshape(-1, 3)
        index = np.arange(rows * cols).reshape(rows, cols)
        quads = np.stack([index[1:, :-1], index[1:, 1:], index[:-1, 1:], index[:-1, :-1]], -1).reshape(-1, 4)
        start = self._draw.uniform(0, 20, 2)
        plane = points[:, [2, 0]] if upright else points[:, [0, 2]]
        self._uv += list(plane[quads] + start)
        self._take(points + np.array(centre), quads.tolist())

    def shaped(self, centre: Point, width: float, top: np.ndarray, bottom: np.ndarray, depth: float) -> None:
        """A board whose edges follow `top` and `bottom` (heights against `centre`, left to right), rounded above."""
        cols, round_off = len(top), min(0.45 * depth, 0.012)
        x = np.linspace(-0.5, 0.5, cols) * width
        rows = [(bottom, -depth / 2)]
        for angle in np.radians((0, 30, 60, 90)):
            rows.append((top - round_off * (1 - np.sin(angle)), -depth / 2 + round_off * (1 - np.cos(angle))))
        rows.append((top, depth / 2))
        points = np.concatenate([np.column_stack([x, np.full(cols, y), z]) for z, y in rows])
        index = np.arange(len(rows) * cols).reshape(len(rows), cols)
        quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], -1).reshape(-1, 4)
        start = self._draw.uniform(0, 20, 2)
        self._uv += list((points[:, [0, 2]] + 0.3 * points[:, [1]])[quads] + start)
        self._take(points + np.array(centre), quads.tolist())

    def _take(self, points: np.ndarray, faces: list[list[int]]) -> None:
        self._points.append(points)
        self._faces += [[self._count + corner for corner in face] for face in faces]
        self._piece.append(np.full(sum(map(len, faces)), self._draw.random()))
        self._count += len(points)

    def build(self) -> bpy.types.Object:
        """The object with all pieces."""
        data = bpy.data.meshes.new(self._name)
        data.from_pydata(np.concatenate(self._points).tolist(), [], self._faces)
        uv = np.concatenate(self._uv).astype(np.float32)
        data.uv_layers.new(name="UVMap").data.foreach_set("uv", uv.ravel())
        piece = data.attributes.new("piece", "FLOAT", "CORNER")
        piece.data.foreach_set("value", np.concatenate(self._piece).astype(np.float32))
        data.materials.append(self._material)
        data.update()
        return add(self._name, data)
