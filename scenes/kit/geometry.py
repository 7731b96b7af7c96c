# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes as Blender objects. All sizes in metres."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector

Point = tuple[float, float, float]


def add(name: str, data: bpy.types.ID) -> bpy.types.Object:
    """An object for `data`, linked into the scene."""
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    return thing


def mesh(
    name: str,
    vertices: Sequence[Point] | np.ndarray,
    faces: Sequence[Sequence[int]],
    material: bpy.types.Material,
    uv: Sequence[tuple[float, float]] | np.ndarray | None = None,
    smooth: bool = True,
) -> bpy.types.Object:
    """A mesh; `uv` has one pair for each corner of each face, in face order."""
    data = bpy.data.meshes.new(name)
    data.from_pydata([tuple(map(float, v)) for v in vertices], [], [tuple(f) for f in faces])
    if uv is not None:
        data.uv_layers.new(name="UVMap").data.foreach_set("uv", np.asarray(uv, np.float32).ravel())
    data.polygons.foreach_set("use_smooth", [smooth] * len(data.polygons))
    data.materials.append(material)
    data.update()
    return add(name, data)


def rectangle(name: str, corners: Sequence[Point], material: bpy.types.Material) -> bpy.types.Object:
    """A flat sheet; UV (0,0) at the first corner, (1,1) at the third."""
    return mesh(name, corners, [(0, 1, 2, 3)], material, [(0, 0), (1, 0), (1, 1), (0, 1)], smooth=False)


def sheet(
    name: str, width: float, height: float, centre: Point, relief: np.ndarray, material: bpy.types.Material
) -> bpy.types.Object:
    """A sheet that faces the camera, pushed towards it by `relief` (rows from top, metres)."""
    rows, cols = relief.shape
    x, z = np.meshgrid(np.linspace(-width / 2, width / 2, cols), np.linspace(height / 2, -height / 2, rows))
    points = np.stack([x + centre[0], centre[1] - relief, z + centre[2]], -1).reshape(-1, 3)
    index = np.arange(rows * cols).reshape(rows, cols)
    quads = np.stack([index[1:, :-1], index[1:, 1:], index[:-1, 1:], index[:-1, :-1]], -1).reshape(-1, 4)
    u, v = (x / width + 0.5).ravel(), (z / height + 0.5).ravel()
    return mesh(name, points, quads.tolist(), material, np.stack([u, v], -1)[quads.ravel()])


class Boxes:
    """Bevelled boxes gathered into one object: joinery, boards, frames."""

    def __init__(self, name: str, material: bpy.types.Material, bevel: float = 0.004) -> None:
        self._name, self._material, self._bevel, self._mesh = name, material, bevel, bmesh.new()

    def box(self, centre: Point, size: Point, turn: float = 0.0) -> None:
        """A box of `size`, turned by `turn` radians in the plane of the picture."""
        shape = bmesh.new()
        bmesh.ops.create_cube(shape, size=1)
        bmesh.ops.scale(shape, vec=size, verts=shape.verts)
        bmesh.ops.bevel(
            shape,
            geom=shape.edges[:],
            offset=min(self._bevel, 0.4 * min(size)),
            segments=3,
            profile=0.5,
            affect="EDGES",
        )
        bmesh.ops.transform(shape, matrix=Matrix.Translation(centre) @ Matrix.Rotation(turn, 4, "Y"), verts=shape.verts)
        part = bpy.data.meshes.new("part")
        shape.to_mesh(part)
        shape.free()
        self._mesh.from_mesh(part)
        bpy.data.meshes.remove(part)

    def build(self) -> bpy.types.Object:
        """The object with all boxes."""
        data = bpy.data.meshes.new(self._name)
        self._mesh.to_mesh(data)
        self._mesh.free()
        data.materials.append(self._material)
        return add(self._name, data)


def lathe(
    name: str,
    profile: Iterable[tuple[float, float]],
    centre: Point,
    material: bpy.types.Material,
    segments: int = 96,
    gores: int = 0,
    sag: float = 0.0,
) -> bpy.types.Object:
    """A turned body: `profile` is (radius, height) from the bottom; UV u = angle / full turn, v = length
    along the profile.

    With `gores`, cloth between that many ribs falls inwards by the fraction `sag` of the radius.
    """
    curve = np.array(list(profile), float)
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(curve, axis=0).T))]
    along /= along[-1]
    vertices, faces, uv = [], [], []
    count = len(curve)
    for k in range(segments + 1):
        angle = 2 * math.pi * k / segments
        pull = 1 - sag * abs(math.sin(gores * angle / 2)) ** 0.8 if gores else 1.0
        for r, z in curve:
            vertices.append(
                (
                    centre[0] + pull * r * math.cos(angle),
                    centre[1] + pull * r * math.sin(angle),
                    centre[2] + z,
                )
            )
    for k in range(segments):
        for j in range(count - 1):
            faces.append((k * count + j, (k + 1) * count + j, (k + 1) * count + j + 1, k * count + j + 1))
            u0, u1 = k / segments, (k + 1) / segments
            uv += [(u0, along[j]), (u1, along[j]), (u1, along[j + 1]), (u0, along[j + 1])]
    return mesh(name, vertices, faces, material, uv)


def ring(name: str, radius: float, thickness: float, centre: Point, material: bpy.types.Material) -> bpy.types.Object:
    """A torus that faces the camera."""
    bpy.ops.mesh.primitive_torus_add(
        major_radius=radius, minor_radius=thickness, major_segments=192, minor_segments=24, location=centre,
        rotation=(math.pi / 2, 0, 0),
    )  # fmt: skip
    thing = bpy.context.object
    thing.name = name
    bpy.ops.object.shade_smooth()
    thing.data.materials.append(material)
    return thing


def tubes(
    name: str,
    paths: Iterable[Sequence[tuple[float, float, float, float]]],
    material: bpy.types.Material,
    sides: int = 2,
) -> bpy.types.Object:
    """Round rods along `paths` of (x, y, z, radius): cords, threads, twigs."""
    data = bpy.data.curves.new(name, "CURVE")
    data.dimensions, data.bevel_depth, data.bevel_resolution = "3D", 1.0, sides
    for path in paths:
        spline = data.splines.new("POLY")
        spline.points.add(len(path) - 1)
        for point, (x, y, z, r) in zip(spline.points, path, strict=True):
            point.co, point.radius = (x, y, z, 1), r
        spline.use_smooth = True
    data.materials.append(material)
    return add(name, data)


def character(
    letter: str,
    font: Path,
    size: float,
    centre: Point,
    material: bpy.types.Material,
    thickness: float,
    bevel: float,
) -> bpy.types.Object:
    """One raised character of the larger side `size`, facing the camera.

    Blender scales by the font's line height, which differs between fonts, so the outline itself is measured.
    """
    data = bpy.data.curves.new(f"letter {letter}", "FONT")
    data.font = bpy.data.fonts.load(str(font), check_existing=True)
    data.body, data.align_x, data.align_y = letter, "CENTER", "CENTER"
    thing = add(data.name, data)
    bpy.context.view_layer.update()
    corners = np.array([tuple(c) for c in thing.bound_box])
    low, high = corners.min(0), corners.max(0)
    data.size = size / max(high[0] - low[0], high[1] - low[1])
    middle = (low + high) / 2 * data.size
    data.extrude, data.bevel_depth, data.bevel_resolution, data.resolution_u = thickness, bevel, 3, 8
    data.offset = -0.7 * bevel  # the bevel grows outwards; keep the brush's own weight
    data.materials.append(material)
    thing.location = (centre[0] - middle[0], centre[1], centre[2] - middle[1])
    thing.rotation_euler = (math.pi / 2, 0, 0)
    return thing


def look_at(thing: bpy.types.Object, target: Point) -> None:
    """Turn a light or card so that its front (−Z) points at `target`."""
    thing.rotation_euler = (Vector(target) - thing.location).to_track_quat("-Z", "Y").to_euler()
