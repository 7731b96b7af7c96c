"""One frame: the still seen from a pose, the effect's light and things laid over and behind its people.

What each means:

* The picture grows by `pose.back` behind people and by `pose.people` on them; what bounds people moves with them.
* Light shines behind people; it spreads in the lens (`bloom.py`), and what of it falls on people's edges and, weakly,
  on all of them, brightens them by their own colour. Light covers as much as its brightest colour, so that it stays
  coloured before a bright wall.
* Things behind people are hidden by them; things in front keep off heads. Gains change the still's own light.
* The luma keeps the still's detail at full size; all else is worked out at half the size.
* What is changed is dithered by as much as it is changed, at most by `grain.STRENGTH`: no steps show in soft light,
  and what is untouched stays the still to the bit. The grain stands still: it costs the encoder once.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion import kernels, rows
from tuanyuan.motion.bloom import Bloom
from tuanyuan.motion.grain import wide_grain
from tuanyuan.motion.layers import CELL, Layers, Pose, layers
from tuanyuan.motion.planes import planes, to_rgb
from tuanyuan.motion.plates import kinds_of, plates
from tuanyuan.motion.stage import Stage
from tuanyuan.motion.zooming import HIGH, MOST, WIDE, Axes, axes, zoom, zoom_map

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Room:
    """What one thread needs to compose frames; about 33 MB for 1920×1080, 23 of them the layers."""

    layers: Layers
    bloom: Bloom
    mask: Array
    rim: Array
    keep: Array
    factor: Array
    offset: Array
    work: Array
    cells: Array
    lines: Array
    kinds: Pixels
    kinds_half: Pixels
    kinds_map: Pixels
    active: Pixels


class Composer:
    """Makes frames of a stage; from several threads at once, each with a room of its own."""

    def __init__(self, stage: Stage) -> None:
        self.size = stage.size
        self._plates = plates(stage)
        self._noise = wide_grain(2 * self.size[0])
        self._phases = _phases()
        self._wide_phases = _wide(self._phases)

    @property
    def shape(self) -> tuple[int, int]:
        """Of a frame: rows of all planes, columns."""
        width, height = self.size
        return 3 * height, 2 * width

    def room(self) -> Room:
        """For one thread."""
        width, height = self.size
        drawn = layers(width, height)
        return Room(
            layers=drawn,
            bloom=Bloom(width, height),
            mask=np.zeros((height, width), np.float32),
            rim=np.zeros((height, width), np.float32),
            keep=np.ones((height, width), np.float32),
            factor=np.zeros((3, width + 2), np.float32),
            offset=np.zeros((3, width + 2), np.float32),
            work=np.zeros(rows.ROWS * rows.CHUNK, np.float32),
            cells=np.zeros((2, 3 * (drawn.gain.shape[1] + 4)), np.float32),
            lines=np.zeros((3, width // 2 + rows.CHUNK), np.float32),
            kinds=np.zeros((-(-2 * height // HIGH), -(-2 * width // WIDE)), np.uint8),
            kinds_half=np.zeros((-(-height // HIGH), -(-width // WIDE)), np.uint8),
            kinds_map=np.zeros((-(-height // HIGH), -(-width // WIDE)), np.uint8),
            active=np.zeros_like(drawn.touched),
        )

    def compose(self, pose: Pose, drawn: Layers, room: Room, out: Pixels) -> None:
        """The moment `drawn`, as seen from `pose`, into `out`: a frame, uint8 (H * 3 // 2, W), C-contiguous.

        Scales are 1 to `zooming.MOST`. `drawn` may be the room's own layers; it is not changed.
        """
        if min(pose.back, pose.people) < 1:
            raise ValueError(f"a frame does not show beyond its edges: {pose}")
        if max(pose.back, pose.people) > MOST:
            raise ValueError(f"a frame grows by a hair only: {pose}")
        self._lay(self._still(pose, room, out), pose, drawn, room, out)

    def over(self, frame: Pixels, drawn: Layers, room: Room) -> None:
        """The moment `drawn` over a frame of a clip in which the stage's people are where they are in the still.

        frame: uint8 (H * 3 // 2, W), C-contiguous, changed in place.
        """
        pose = Pose((self.size[0] / 2, self.size[1] / 2))
        kinds_of(self._plates.full_half, self._plates.some_half, pose.centre, pose.people, room.kinds_half)
        self._lay(axes(self.size, pose.centre, pose.people), pose, drawn, room, frame)

    def _lay(self, people: Axes, pose: Pose, drawn: Layers, room: Room, out: Pixels) -> None:
        """Light, things and gains over what is in `out` already. people: where their pixels come from, at half size."""
        mean = room.bloom.of(drawn.light, drawn.touched)
        ambient = drawn.ambient if mean is None else drawn.ambient + mean
        kernels.activity(
            drawn.touched,
            room.kinds_half,
            drawn.gain,
            drawn.gain_people,
            room.bloom.veil,
            mean is not None,
            bool(ambient.max() > kernels.FAINT),
            room.active,
        )
        if not room.active.any():
            return
        self._maps(people, pose, room, shines=mean is not None)
        frame = planes(out)
        kernels.shade(
            frame.y,
            frame.u,
            frame.v,
            drawn.light.reshape(-1),
            drawn.back.reshape(-1),
            drawn.front.reshape(-1),
            drawn.gain,
            drawn.gain_people,
            ambient.astype(np.float32),
            drawn.touched,
            room.active,
            room.kinds_half,
            room.bloom.veil,
            mean is not None,
            room.mask,
            room.rim,
            room.keep,
            self._phases,
            self._wide_phases,
            self._noise,
            room.work,
            room.cells,
            room.lines,
            room.factor,
            room.offset,
        )

    def _maps(self, people: Axes, pose: Pose, room: Room, *, shines: bool) -> None:
        """What bounds people, as the pose shows it."""
        plate = self._plates
        zoom_map(plate.u.alpha, room.kinds_half, people, 0.0, 1.0, room.mask)
        if shines:
            # Without a veil nothing falls on edges, and it does not matter where they are.
            kinds_of(plate.rim_full, plate.rim_some, pose.centre, pose.people, room.kinds_map)
            zoom_map(plate.rim, room.kinds_map, people, 0.0, 1.0, room.rim)
        kinds_of(plate.keep_full, plate.keep_some, pose.centre, pose.people, room.kinds_map)
        zoom_map(plate.keep, room.kinds_map, people, 1.0, 0.0, room.keep)

    def _still(self, pose: Pose, room: Room, out: Pixels) -> Axes:
        """The still in two depths; returns where people's pixels come from, at half size."""
        width, height = self.size
        x, y = pose.centre
        # The middle of a half-size pixel lies between two of full size.
        full = (2 * x + 0.5, 2 * y + 0.5)
        frame, plate = planes(out), self._plates
        kinds_of(plate.full, plate.some, full, pose.people, room.kinds)
        kinds_of(plate.full_half, plate.some_half, pose.centre, pose.people, room.kinds_half)
        back, people = (axes((2 * width, 2 * height), full, scale) for scale in (pose.back, pose.people))
        zoom(plate.y, room.kinds, back, people, frame.y)
        back, people = (axes(self.size, pose.centre, scale) for scale in (pose.back, pose.people))
        zoom(plate.u, room.kinds_half, back, people, frame.u)
        zoom(plate.v, room.kinds_half, back, people, frame.v)
        return people


def _phases() -> Array:
    """Weights of four cells for each pixel of a tile: Catmull and Rom's cubic between the cells' middles."""
    at = (np.arange(CELL) + 0.5) / CELL - 0.5
    t = at - np.floor(at)
    weights = [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]
    return np.asarray(np.stack(weights) / 2, np.float32)


def _wide(phases: Array) -> Array:
    """The same for the two cells before its own, its own, and the two after it: (NEAR * CELL,)."""
    wide = np.zeros((rows.NEAR, CELL), np.float32)
    wide[:4, : CELL // 2], wide[1:, CELL // 2 :] = phases[:, : CELL // 2], phases[:, CELL // 2 :]
    return wide.reshape(-1)


_composers: WeakKeyDictionary[Stage, Composer] = WeakKeyDictionary()


def compose(stage: Stage, pose: Pose, drawn: Layers) -> Pixels:
    """uint8 H×W×3 of one moment, as a viewer of the clip sees it: for a single picture. What a stage needs is kept."""
    composer = _composers.get(stage)
    if composer is None:
        composer = _composers[stage] = Composer(stage)
    out = np.empty(composer.shape, np.uint8)
    composer.compose(pose, drawn, composer.room(), out)
    return to_rgb(out)
