# SPDX-License-Identifier: GPL-3.0-or-later
"""Cycles on the processor: an empty stage, and pictures of it as arrays."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np


def empty_stage(ambient: float = 0.02) -> None:
    """Forget everything; a dim grey world."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    background = scene.world.node_tree.nodes["Background"]
    background.inputs[0].default_value, background.inputs[1].default_value = (0.5, 0.5, 0.5, 1), ambient


def _settings(width: int, height: int, samples: int, limit: float) -> None:
    scene = bpy.context.scene
    render, cycles = scene.render, scene.cycles
    render.engine, cycles.device, cycles.samples, cycles.time_limit = "CYCLES", "CPU", samples, limit
    render.threads_mode, render.threads = "FIXED", 2
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.02
    cycles.use_denoising, cycles.denoiser, cycles.denoising_prefilter = True, "OPENIMAGEDENOISE", "ACCURATE"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces, cycles.transmission_bounces = (
        6,
        4,
        3,
        4,
    )
    cycles.sample_clamp_indirect, cycles.use_light_tree = 5.0, True
    cycles.caustics_reflective = cycles.caustics_refractive = False


def _pixels(path: Path) -> np.ndarray:
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return values.reshape(height, width, 4)[::-1, :, :3].copy()


def photograph(
    width: int, height: int, samples: int, limit: float = 0, part: tuple[float, ...] | None = None
) -> np.ndarray:
    """The scene as the camera sees it, float32 RGB in linear light.

    `limit` stops sampling after so many seconds (0 = never). `part` (u0, v0, u1, v1) draws only that piece,
    for a close look.
    """
    scene = bpy.context.scene
    _settings(width, height, samples, limit)
    scene.render.use_border = scene.render.use_crop_to_border = part is not None
    if part:
        u0, v0, u1, v1 = part
        scene.render.border_min_x, scene.render.border_max_x = u0, u1
        scene.render.border_min_y, scene.render.border_max_y = 1 - v1, 1 - v0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.exr"
        output = scene.render.image_settings
        output.file_format, output.color_depth, output.color_mode = "OPEN_EXR", "32", "RGB"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        return _pixels(path)
