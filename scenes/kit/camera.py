# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera, and the way from a place in the picture to a place in the room."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy

from .geometry import add

SENSOR = (0.036, 0.027)  # metres; 4:3 crop of full frame
ASPECT = 4 / 3


@dataclass(frozen=True)
class View:
    """A level camera with a shifted lens, so that upright lines stay upright.

    `distance` to the people and `wall` to the backdrop in metres, `height` of the lens above the floor,
    `eye_line` the
    fraction of the picture's height at which the eyes of a standing adult (`eyes` metres) come to lie.
    """

    distance: float = 3.2
    wall: float = 5.4
    height: float = 1.2
    eyes: float = 1.55
    eye_line: float = 0.40
    lens: float = 0.050
    f_number: float = 1.8

    def frame(self, distance: float) -> tuple[float, float]:
        """Width and height in metres of what the picture shows at `distance`."""
        tall = distance * SENSOR[1] / self.lens
        return tall * ASPECT, tall

    @property
    def horizon(self) -> float:
        """Fraction of the picture's height at which the horizon lies."""
        return self.eye_line + (self.eyes - self.height) / self.frame(self.distance)[1]

    @property
    def standing_line(self) -> float:
        """Fraction of the picture's height at which the floor meets the people's plane; above 1 is below
        the frame.
        """
        return self.horizon + self.height / self.frame(self.distance)[1]

    @property
    def blur(self) -> float:
        """Deviation of the lens blur on the wall, as a fraction of the picture's width.

        Circle of confusion by the thin-lens formula, c = f² / (N (s − f)) · |d − s| / d; a disc of diameter
        c has the deviation c / 4.
        """
        circle = self.lens**2 / (self.f_number * (self.distance - self.lens)) * (self.wall - self.distance) / self.wall
        return circle / 4 / SENSOR[0]

    def at(self, u: float, v: float, y: float) -> tuple[float, float, float]:
        """The point in the room, `y` metres behind the people, that appears at fractions (u, v) of width
        and height.
        """
        wide, tall = self.frame(self.distance + y)
        return (u - 0.5) * wide, y, self.height + (self.horizon - v) * tall

    def place(self) -> bpy.types.Object:
        """Put the camera into the scene."""
        data = bpy.data.cameras.new("camera")
        data.lens, data.sensor_width = self.lens * 1000, SENSOR[0] * 1000
        data.shift_y = (self.horizon - 0.5) / ASPECT
        data.dof.use_dof, data.dof.focus_distance = True, self.distance
        data.dof.aperture_fstop, data.dof.aperture_blades = self.f_number, 9
        thing = add("camera", data)
        thing.location, thing.rotation_euler = (0, -self.distance, self.height), (math.pi / 2, 0, 0)
        bpy.context.scene.camera = thing
        return thing
