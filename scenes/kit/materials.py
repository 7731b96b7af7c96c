# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces: a thin wrapper round Blender's shader nodes, and the ones that several scenes share. Colours
are linear RGB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

Colour = tuple[float, float, float]
Socket = bpy.types.NodeSocket


class Shader:
    """A material with a Principled surface; `attach` feeds its inputs with numbers, colours or other
    sockets.
    """

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.node("ShaderNodeOutputMaterial")
        self.surface = self.node("ShaderNodeBsdfPrincipled")
        self.link(self.surface.outputs[0], self.output.inputs[0])

    def node(self, kind: str, **values: Any) -> bpy.types.Node:
        """A new node; `values` set inputs of that name, else properties."""
        node = self.tree.nodes.new(kind)
        for key, value in values.items():
            if key in node.inputs:
                node.inputs[key].default_value = value
            else:
                setattr(node, key, value)
        return node

    def link(self, source: Socket, target: Socket) -> None:
        """Connect two sockets."""
        self.tree.links.new(source, target)

    def attach(self, **inputs: Any) -> Shader:
        """Set inputs of the surface: `Base_Color=(r, g, b)`, `Roughness=0.4`, or a socket."""
        for key, value in inputs.items():
            self._feed(self.surface.inputs[key.replace("_", " ")], value)
        return self

    def _feed(self, target: Socket, value: Any) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.link(value, target)
        elif isinstance(value, tuple) and len(value) == 3 and len(target.default_value) == 4:
            target.default_value = (*value, 1)
        else:
            target.default_value = value

    def place(self, scale: Colour = (1, 1, 1), by: str = "Object") -> Socket:
        """Texture coordinates: `by` is Object (metres), UV or Generated."""
        mapping = self.node("ShaderNodeMapping", Scale=scale)
        self.link(self.node("ShaderNodeTexCoord").outputs[by], mapping.inputs[0])
        return mapping.outputs[0]

    def noise(self, where: Socket, detail: float = 5, roughness: float = 0.6) -> Socket:
        """Noise 0–1."""
        node = self.node("ShaderNodeTexNoise", Scale=1.0, Detail=detail, Roughness=roughness)
        self.link(where, node.inputs["Vector"])
        return node.outputs["Fac"]

    def image(self, path: Path, where: Socket | None = None, data: bool = True, repeat: bool = False) -> Socket:
        """A picture; `data` means numbers rather than colours (no sRGB curve); `repeat` tiles it."""
        node = self.node("ShaderNodeTexImage", extension="REPEAT" if repeat else "EXTEND", interpolation="Cubic")
        node.image = bpy.data.images.load(str(path), check_existing=True)
        if data:
            node.image.colorspace_settings.name = "Non-Color"
        if where is not None:
            self.link(where, node.inputs[0])
        return node.outputs[0]

    def calculate(self, operation: str, a: Any, b: Any = 0.0) -> Socket:
        """A Math node on sockets or numbers."""
        node = self.node("ShaderNodeMath", operation=operation)
        self._feed(node.inputs[0], a)
        self._feed(node.inputs[1], b)
        return node.outputs[0]

    def ramp(self, factor: Socket, *stops: tuple[float, Colour]) -> Socket:
        """Colours along `factor`."""
        node = self.node("ShaderNodeValToRGB")
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position, element.color = position, (*colour, 1)
        self.link(factor, node.inputs[0])
        return node.outputs[0]

    def mix(self, factor: Any, a: Any, b: Any, blend: str = "MIX") -> Socket:
        """Two colours mixed by `factor`."""
        node = self.node("ShaderNodeMix", data_type="RGBA", blend_type=blend)
        for slot, value in ((0, factor), (6, a), (7, b)):
            self._feed(node.inputs[slot], value)
        return node.outputs[2]

    def bump(self, height: Socket, distance: float, strength: float = 1.0, below: Socket | None = None) -> Socket:
        """A normal disturbed by `height` × `distance` metres, on top of `below`."""
        node = self.node("ShaderNodeBump", Strength=strength, Distance=distance)
        self.link(height, node.inputs["Height"])
        if below is not None:
            self.link(below, node.inputs["Normal"])
        return node.outputs[0]


def plain(name: str, colour: Colour, roughness: float, **inputs: Any) -> bpy.types.Material:
    """One colour, one roughness."""
    return Shader(name).attach(Base_Color=colour, Roughness=roughness, **inputs).material


def gilt(
    name: str, colour: Colour = (0.92, 0.60, 0.20), roughness: float = 0.24, leaf: float = 0.0006
) -> bpy.types.Material:
    """Gold leaf: metal with the fine wrinkles (`leaf` metres high) and uneven polish that make it glint in
    places.
    """
    shader = Shader(name)
    wrinkles = shader.noise(shader.place((55, 55, 55)), 4, 0.55)
    dents = shader.noise(shader.place((13, 13, 13)), 3, 0.5)
    polish = shader.calculate("MULTIPLY_ADD", wrinkles, 0.22)
    polish.node.inputs[2].default_value = roughness - 0.09
    tint = shader.mix(dents, tuple(c * 0.86 for c in colour), tuple(min(1.0, c * 1.08) for c in colour))
    normal = shader.bump(wrinkles, leaf, below=shader.bump(dents, leaf * 3))
    return shader.attach(Base_Color=tint, Metallic=1.0, Roughness=polish, Normal=normal).material


def lacquer(name: str, colour: Colour, roughness: float = 0.3, coat: float = 0.35) -> bpy.types.Material:
    """Lacquered wood: the grain only just shows through, the coat is slightly uneven."""
    shader = Shader(name)
    grain = shader.noise(shader.place((40, 40, 4)), 6, 0.65)
    tone = shader.mix(grain, tuple(c * 0.72 for c in colour), tuple(c * 1.25 for c in colour))
    return shader.attach(
        Base_Color=tone,
        Roughness=roughness,
        Coat_Weight=coat,
        Coat_Roughness=0.16,
        Normal=shader.bump(grain, 0.0006),
    ).material


def save_map(path: Path, values: np.ndarray) -> Path:
    """Write a map (float, rows from the top, 0–1) as a 16-bit picture for `Shader.image`."""
    rows, cols = values.shape
    image = bpy.data.images.new(path.stem, cols, rows, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    pixels = np.ones((rows, cols, 4), np.float32)
    pixels[..., :3] = np.clip(values, 0, 1)[::-1, :, None]
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(path), "OPEN_EXR"
    image.save()
    bpy.data.images.remove(image)
    return path
