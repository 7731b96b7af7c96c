"""The local engine's moving picture: the still's people told from what is behind them, an effect round them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import LONGEST_SIDE, SHORT_SIDES, ClipShape, Effect
from tuanyuan.domain.feature import MOTION
from tuanyuan.domain.order import Order
from tuanyuan.domain.ports import Shown
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.label.inner_mark import inner_mark
from tuanyuan.imaging.label.mark import Overlay, overlay
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.imaging.matting.segmentation import Segmentation
from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.watermark import watermark
from tuanyuan.motion import effects
from tuanyuan.motion.camera import Camera, centre
from tuanyuan.motion.choosing import suiting
from tuanyuan.motion.footage import Footage
from tuanyuan.motion.stage import make_stage

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

RATE, SECONDS, RESOLUTION = 25, 5, "1080p"
# `motion_bucket_id` of a gentle breath of the frame, and the strongest breath, in gentle ones.
GENTLE_BUCKET, STRONGEST = 10, 1.6
# Letters of the still's own mark: where there is ink, how far beyond it, and what round them they are filled from.
INK, RIM, AROUND = 0.02, 3, 40
# What is looked at of one person in a group: face widths beside the face, face heights above and below its top.
BESIDE, ABOVE, BELOW = 1.0, 0.9, 2.0
# People from so much coverage on; holes in them up to so many faces, frayed at their edges by so many face widths.
SOLID, HOLE, FRAYED = 0.6, 0.5, 0.12


class Motion:
    """Implements `domain.ports.film.FilmMaker`."""

    feature = MOTION

    def __init__(self, models: Path, executor: Executor) -> None:
        self._cutter, self._executor = PersonCutter(models, executor), executor

    def prepare(self, photo: Shown, order: Order) -> tuple[Effect, Footage]:
        """The picture at the clip's size, without its old mark, ready to be rendered."""
        rgb, faces, others = _sized(photo, str(order.options.get("resolution", RESOLUTION)))
        rgb, mark = _unmarked(rgb)
        everybody = (*faces, *others)
        people = self._people(rgb, everybody)
        stage = make_stage(watermark(rgb) if order.watermark else rgb, people, everybody)
        shape = ClipShape(
            width=rgb.shape[1],
            height=rgb.shape[0],
            fps=int(order.options.get("fps", RATE)),
            seconds=float(order.options.get("video_length", SECONDS)),
        )
        effect = cast(Effect, order.style) if order.style else suiting(stage)
        moving = effects.make(effect, stage, shape.seconds, order.seed)
        breath = min(STRONGEST, int(order.options.get("motion_bucket_id", GENTLE_BUCKET)) / GENTLE_BUCKET)
        camera = Camera(centre(stage), shape.seconds, breath)
        return effect, Footage(stage, moving, camera, shape, [mark], self._executor)

    def _people(self, rgb: Pixels, faces: tuple[Face, ...]) -> Array:
        """float32 H×W: where anybody is. Nobody is looked for in a picture without faces."""
        if not faces:
            return np.zeros(rgb.shape[:2], np.float32)
        seen, _ = self._cutter.look(rgb, faces)
        if len(faces) > 1:
            seen = Segmentation(self._closely(rgb, faces, seen.probability), seen.disagreement)
        people = self._cutter.matte(rgb, faces, seen).alpha
        return whole(people, min(face.box[2] * face.box[3] for face in faces))

    def _closely(self, rgb: Pixels, faces: Sequence[Face], probability: Array) -> Array:
        """Where people are in a group, with what is seen of each of them alone: a headscarf is lost among others.

        All of them stay, so it does not matter whose a pixel is.
        """
        scale = probability.shape[1] / rgb.shape[1]
        together = probability.copy()

        def alone(face: Face) -> tuple[int, int, Array]:
            x, y, wide, high = face.box
            left, right = max(0.0, x - BESIDE * wide), min(rgb.shape[1], x + (1 + BESIDE) * wide)
            top, bottom = max(0.0, y - ABOVE * high), min(rgb.shape[0], y + BELOW * high)
            part = np.ascontiguousarray(rgb[int(top) : int(bottom), int(left) : int(right)])
            moved = replace(face, mesh=face.mesh - np.array([int(left), int(top), 0], np.float32))
            found = self._cutter.look(part, [moved])[0].probability
            size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
            return round(int(top) * scale), round(int(left) * scale), reduce(found, size)

        for row, column, found in self._executor.map(alone, faces):
            place = together[row : row + found.shape[0], column : column + found.shape[1]]
            np.maximum(place, found[: place.shape[0], : place.shape[1]], out=place)
        return together


def whole(people: Array, face: float) -> Array:
    """People (float32 H×W, 0..1) without small holes: between two who touch, plain clothes may look like background.

    face: area of the smallest face, in pixels. A hole at the frame's edge, or as large as half a face, is none.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats((people < SOLID).astype(np.uint8), connectivity=4)
    height, width = people.shape
    holes = np.zeros(count, np.float32)
    for number in range(1, count):
        x, y, w, h, area = stats[number]
        holes[number] = x > 0 and y > 0 and x + w < width and y + h < height and area < HOLE * face
    frayed = round(FRAYED * face**0.5)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * frayed + 1, 2 * frayed + 1))
    # Slivers along the outline are no holes: what is filled lies inside of people all round.
    inside = cv2.erode(np.maximum(people >= SOLID, holes[labels]).astype(np.float32), disc, borderValue=1)
    grown = cv2.dilate(holes[labels] * inside, disc) * inside
    filled: Array = np.maximum(people, cv2.GaussianBlur(grown, (0, 0), max(0.5, frayed / 3)) * inside)
    return filled


def _sized(photo: Shown, resolution: str) -> tuple[Pixels, tuple[Face, ...], tuple[Face, ...]]:
    """The picture of its own shape at the clip's size, with even sides, never enlarged; and its faces."""
    height, width = photo.rgb.shape[:2]
    factor = min(1.0, SHORT_SIDES[resolution] / min(height, width), LONGEST_SIDE / max(height, width))
    size = 2 * round(width * factor / 2), 2 * round(height * factor / 2)
    rgb = photo.rgb if size == (width, height) else reduce(photo.rgb, size)
    scale = np.float32(size[0] / width)
    return rgb, _scaled(photo.faces, scale), _scaled(photo.others, scale)


def _scaled(faces: Sequence[Face], scale: np.float32) -> tuple[Face, ...]:
    return tuple(replace(face, mesh=face.mesh * scale) for face in faces)


def _unmarked(rgb: Pixels) -> tuple[Pixels, Overlay]:
    """The picture without the letters of its own AI mark, which would breathe with it; and the clip's, in their place.

    The glow of the letters stays in the picture, so that the clip's letters need no other. It is never seen without.
    """
    mark = overlay(rgb)
    if inner_mark(rgb) is None:
        return rgb, mark
    x0, y0, x1, y1 = mark.box
    hole = np.zeros(rgb.shape[:2], np.uint8)
    hole[y0:y1, x0:x1] = mark.ink > INK
    hole = cv2.dilate(hole, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8))
    top, left = max(0, y0 - AROUND), max(0, x0 - AROUND)
    filled = rgb.copy()
    part = np.ascontiguousarray(rgb[top:, left:])
    filled[top:, left:] = cv2.inpaint(part, np.ascontiguousarray(hole[top:, left:]), RIM, cv2.INPAINT_TELEA)
    return filled, replace(mark, cover=mark.ink)
