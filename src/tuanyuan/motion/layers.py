"""What the effects draw into: light, and things behind and in front of people. One set for each thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled

Array = NDArray[np.float32]

# Side of a tile of `touched`, in half-size pixels; of a cell of the gains.
TILE = 16
CELL = 16


@dataclass(frozen=True)
class Pose:
    """Where the camera stands. A thing at rest at (x, y) is seen at centre + (x, y - centre) * scale of its depth.

    centre: x, y in half-size pixels. back, people, front: scales; things nearer to the camera move more.
    """

    centre: tuple[float, float]
    back: float = 1.0
    people: float = 1.0
    front: float = 1.0


@dataclass(frozen=True, eq=False)
class Layers:
    """Of half the clip's size, float32, empty before each frame.

    light: h×w×3, 0 upwards: what shines behind the people, added; it blooms, and falls on people's edges.
    back, front: h×w×4: red, green, blue (sRGB 0..1) times coverage, and coverage: things behind and before people.
    gain, gain_people: (cells high, cells wide, 3): by how much the still's own light changes, 0: not at all; 0.2: a
    fifth brighter, -0.3: a third darker; of what is behind, and of people. Smooth between the cells' middles.
    ambient: (3,): light that falls on people from all sides, as `light`.
    touched: uint8, tiles of TILE pixels: 1 where light, back or front may hold something.
    """

    light: Array
    back: Array
    front: Array
    gain: Array
    gain_people: Array
    ambient: Array
    touched: NDArray[np.uint8]

    def clear(self) -> None:
        """Make them empty again; of light, back and front only what is `touched` can be anything but empty."""
        for layer in (self.light, self.back, self.front):
            _empty(layer, self.touched)
        for layer in (self.gain, self.gain_people, self.ambient):
            layer.fill(0)
        self.touched.fill(0)


def layers(width: int, height: int) -> Layers:
    """Empty layers of a half size."""
    tiles = -(-height // TILE), -(-width // TILE)
    cells = -(-height // CELL), -(-width // CELL), 3
    return Layers(
        light=np.zeros((height, width, 3), np.float32),
        back=np.zeros((height, width, 4), np.float32),
        front=np.zeros((height, width, 4), np.float32),
        gain=np.zeros(cells, np.float32),
        gain_people=np.zeros(cells, np.float32),
        ambient=np.zeros(3, np.float32),
        touched=np.zeros(tiles, np.uint8),
    )


@compiled
def _empty(layer: Array, touched: NDArray[np.uint8]) -> None:
    height, width = layer.shape[:2]
    for y in range(height):
        u, columns = 0, touched.shape[1]
        while u < columns:
            first = u
            while u < columns and touched[y // TILE, u]:
                u += 1
            if u > first:
                layer[y, first * TILE : min(width, u * TILE)] = 0
            u += 1


class Moving(Protocol):
    """An effect over one whole loop: it knows everything from the time alone, and ends as it begins."""

    def draw(self, time: float, pose: Pose, into: Layers) -> None:
        """Add the moment `time` (seconds, 0 to the loop's end) to the layers, as seen from `pose`."""
        ...
