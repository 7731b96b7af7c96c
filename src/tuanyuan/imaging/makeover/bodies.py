"""Which pixels are the body of one given face, where several people touch: BlazePose's own mask of one person.

BlazePose (Bazarevsky et al., 2020; Google, Apache-2.0) is shown one person at a time and leaves neighbours out. It is
surer of shoulders and arms than of fingers, so it only says whose a pixel is; the edge is the matting's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.faces.mesh import NOSE_TIP
from tuanyuan.imaging.networks import TfliteNetwork
from tuanyuan.imaging.pose import INPUT, square_crop

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# The first look in eye distances: side of the square, and how far under the eyes its middle is.
FIRST_SIDE, FIRST_DROP = 12.0, 4.0
LEAST_SIDE, MOST_SIDE = 8.0, 40.0
# Round the hips a circle of this many radii holds the whole body.
MARGIN = 2.5
# A body is this face's own when its nose is so near (eye distances) to the face's. The network's own confidence says
# little here: bodies that the photo cuts off make it doubt.
LEAST_CONFIDENCE, SAME_NOSE = 0.05, 1.0
# After the 33 landmarks: the middle of the hips, and the end of the radius round the body.
NOSE, CENTRE, RIM = 0, 33, 34
JOINTS = {"shoulder": (11, 12), "elbow": (13, 14), "wrist": (15, 16), "hip": (23, 24), "knee": (25, 26)}


@dataclass(frozen=True, eq=False)
class Body:
    """mask: float32 h×w, 0..1, of the size that was asked for; looked: bool h×w, where the network looked.

    points (33, 3): x, y in pixels of the photo and visibility 0..1. confidence 0..1, 0: it was somebody else's body.
    """

    mask: Array
    looked: NDArray[np.bool_]
    points: Array
    confidence: float


class Bodies:
    """Loads its network once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._network = TfliteNetwork(models / "pose_landmark_full.tflite")

    def find(self, rgb: Pixels, faces: Sequence[Face], size: tuple[int, int]) -> list[Body]:
        """The body of each of `faces` in `rgb` (uint8 H×W×3), its mask reduced to `size` (width, height)."""
        return [self._of(rgb, face, size) for face in faces]

    def _of(self, rgb: Pixels, face: Face, size: tuple[int, int]) -> Body:
        lean = np.radians(face.roll / 2)
        down = np.array([-np.sin(lean), np.cos(lean)], np.float32)
        unit = face.eye_distance
        first, hips, rim = self._look(rgb, face, face.eyes + down * FIRST_DROP * unit, down, FIRST_SIDE * unit, size)
        radius = float(np.linalg.norm(rim - hips))
        if not first.confidence or radius < unit:
            return first
        side = float(np.clip(MARGIN * radius, LEAST_SIDE * unit, MOST_SIDE * unit))
        second, *_ = self._look(rgb, face, hips, (hips - rim) / np.float32(radius), side, size)
        if second.confidence < first.confidence - 0.2:
            return first
        # Two looks that agree are worth more than one: where only one looked, it is believed.
        both = first.looked & second.looked
        mask = np.where(both, (first.mask + second.mask) / 2, np.maximum(first.mask, second.mask))
        return Body(mask, first.looked | second.looked, second.points, second.confidence)

    def _look(
        self, rgb: Pixels, face: Face, centre: Array, down: Array, side: float, size: tuple[int, int]
    ) -> tuple[Body, Array, Array]:
        """What is seen in a square, and the circle round the body: its middle and a point of its rim (2,)."""
        across = np.array([down[1], -down[0]], np.float32)
        turn = np.column_stack([across, down]) * np.float32(side / INPUT)
        to_photo = np.column_stack([turn, centre - turn @ np.full(2, INPUT / 2, np.float32)]).astype(np.float32)
        outputs = self._network(square_crop(rgb, to_photo, side / INPUT)[None].astype(np.float32) / np.float32(255))
        found = next(o for o in outputs if o.size == 195).reshape(39, 5)
        logits = next(o for o in outputs if o.size == INPUT * INPUT).reshape(INPUT, INPUT)
        xy = (found[:, :2] @ to_photo[:, :2].T + to_photo[:, 2]).astype(np.float32)
        scale = np.array([[size[0] / rgb.shape[1]], [size[1] / rgb.shape[0]]], np.float32)
        mask = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        own = float(np.linalg.norm(xy[NOSE] - face.mesh[NOSE_TIP, :2])) < SAME_NOSE * face.eye_distance
        sure = float(next(o for o in outputs if o.size == 1).item())
        points = np.column_stack([xy[:33], 1 / (1 + np.exp(-np.clip(found[:33, 3], -60, 60)))]).astype(np.float32)
        looked = cv2.warpAffine(np.ones((INPUT, INPUT), np.uint8), to_photo * scale, size) > 0
        body = Body(
            cv2.warpAffine(mask.astype(np.float32), to_photo * scale, size),
            looked,
            points,
            sure if own and sure >= LEAST_CONFIDENCE else 0.0,
        )
        return body, xy[CENTRE], xy[RIM]
