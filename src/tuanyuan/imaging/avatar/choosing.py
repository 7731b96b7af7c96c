"""Who the photos show, and which photo shows them best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.identity import distance

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Place = tuple[int, int]

# Mean distance up to which two groups of faces are one person: photos of one man years apart were 0.39 apart,
# different people 0.61 and more.
SAME = 0.52
# Eyelids in the canonical face model: upper, lower, outer and inner corner of each eye; lips inside, corners.
LIDS = ((159, 145, 33, 133), (386, 374, 263, 362))
LIPS = (13, 14, 61, 291)
# From where a measure is bad (0) to where it is as good as need be (1).
SHARP, EYES_APART, LID_GAP = (40.0, 220.0), (45.0, 150.0), (0.10, 0.24)
TURNED, TILTED, LEANING = (40.0, 8.0), (28.0, 10.0), (32.0, 6.0)
MOUTH, HALVES = (0.50, 0.12), (32.0, 8.0)
DARK, BRIGHT = (24.0, 42.0), (88.0, 80.0)
CLIPPED = (0.18, 0.02)
WEIGHTS = {"sharp": 1.0, "size": 0.8, "frontal": 1.1, "upright": 0.4, "light": 0.9, "eyes": 0.8, "mouth": 0.3}
# What a measure at its worst leaves of the score.
FLOOR = 0.15


@dataclass(frozen=True)
class Marks:
    """Each 0 bad … 1 as good as need be."""

    sharp: float
    size: float
    frontal: float
    upright: float
    light: float
    eyes: float
    mouth: float

    @property
    def score(self) -> float:
        """Weighted geometric mean, 0..1: one bad measure is not made up for by the others."""
        total = sum(WEIGHTS.values())
        logs = sum(w * np.log(FLOOR + (1 - FLOOR) * getattr(self, name)) for name, w in WEIGHTS.items())
        return float(np.exp(logs / total))

    def as_dict(self) -> dict[str, float]:
        """For result.json."""
        return {name: round(getattr(self, name), 2) for name in WEIGHTS}


def people(descriptors: Sequence[tuple[Place, Array]]) -> list[list[Place]]:
    """Groups of faces of one person each, the one in most photos first.

    descriptors: (number of the photo, number of the face), float32 (128,). Groups are joined while their mean distance
    is below `SAME` (average linkage); ties keep the order of the photos.
    """
    groups = [[number] for number in range(len(descriptors))]
    apart = np.array([[distance(a, b) for _, b in descriptors] for _, a in descriptors])
    while len(groups) > 1:
        pairs = [
            (float(apart[np.ix_(groups[i], groups[j])].mean()), i, j)
            for i in range(len(groups))
            for j in range(i + 1, len(groups))
        ]
        least, i, j = min(pairs)
        if least >= SAME:
            break
        groups[i] += groups.pop(j)
    found = [[descriptors[number][0] for number in sorted(group)] for group in groups]
    return sorted(found, key=lambda group: (-photos(group), group[0]))


def photos(group: Sequence[Place]) -> int:
    """In how many photos a person is."""
    return len({photo for photo, _ in group})


def is_clear(groups: Sequence[Sequence[Place]]) -> bool:
    """Whether one person is in more photos than anybody else, and in at least half of them."""
    counts = [photos(group) for group in groups]
    everywhere = len({photo for group in groups for photo, _ in group})
    return len(counts) == 1 or (counts[0] > counts[1] and 2 * counts[0] >= everywhere)


def marks(rgb: Pixels, face: Face) -> Marks:
    """How well `face` of `rgb` (uint8 H×W×3) would do as an avatar."""
    mesh = face.mesh
    lids = [_gap(mesh, *lid) for lid in LIDS]
    # Of a head turned away the far eye is seen too narrow to tell.
    open_ = max(lids) if abs(face.yaw) > 25 else min(lids)
    return Marks(
        sharp=_between(face.sharpness, SHARP),
        size=_between(face.eye_distance, EYES_APART),
        frontal=_between(abs(face.yaw), TURNED) * _between(abs(face.pitch), TILTED),
        upright=_between(abs(face.roll), LEANING),
        light=_light(rgb, face),
        eyes=_between(open_, LID_GAP),
        mouth=_between(_gap(mesh, *LIPS), MOUTH),
    )


def _gap(mesh: Array, upper: int, lower: int, left: int, right: int) -> float:
    """How far two points are apart as a share of two others' distance."""
    return float(np.linalg.norm(mesh[upper] - mesh[lower]) / (np.linalg.norm(mesh[left] - mesh[right]) + 1e-6))


def _between(value: float, ends: tuple[float, float]) -> float:
    bad, good = ends
    return float(np.clip((value - bad) / (good - bad), 0, 1))


def _light(rgb: Pixels, face: Face) -> float:
    """Even and neither dark nor burnt: halves of the face against each other, its mean, its clipped share."""
    x, y, w, h = (round(v) for v in face.box)
    crop = rgb[max(0, y) : y + h, max(0, x) : x + w]
    if min(crop.shape[:2]) < 8:
        return 0.0
    outline = np.round(face.mesh[:, :2] - [max(0, x), max(0, y)]).astype(np.int32)
    mask = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(outline), 1)
    inside = cv2.erode(mask, np.ones((5, 5), np.uint8)) > 0
    if inside.sum() < 64:
        return 0.0
    lightness = cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    columns = np.nonzero(inside)[1]
    level = lightness[inside]
    middle = float(face.eyes[0]) - max(0, x)
    left, right = level[columns < middle], level[columns >= middle]
    even = 1.0 if min(len(left), len(right)) < 32 else _between(abs(float(left.mean() - right.mean())), HALVES)
    clipped = float((crop[inside].max(1) >= 254).mean())
    mean = float(level.mean())
    return even**0.5 * min(_between(mean, DARK), _between(mean, BRIGHT)) * _between(clipped, CLIPPED) ** 0.5
