"""Looks for every person in a finished picture and compares each with their own photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.judgement import Judgement, Measured
from tuanyuan.imaging.faces import Face, FaceFinder
from tuanyuan.imaging.faces.face import pose
from tuanyuan.imaging.identity import MESH_POINTS, Identity, distance, face_chip
from tuanyuan.imaging.judge.leftover import Surroundings, leftover
from tuanyuan.imaging.judge.shape import covered, residual, squash, stretch

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# A second face this near to a person found elsewhere is the same person again.
DOUBLE = 0.40
LEAST_CONFIDENCE = 0.5
# Patterns pass for faces below this.
SURE = 0.7
# Nearer than this no better alignment is looked for.
LIKE_ENOUGH = 0.2
# Beyond this yaw, in degrees, landmarks guess the hidden half of the face and say nothing of its shape.
STEEP = 35.0


@dataclass(frozen=True, eq=False)
class Likeness:
    """What is remembered of a person's own photo: landmarks (468, 3), descriptor (128,), chip (150, 150, 3).

    inside: bool (150, 150), where the chip shows the face itself.
    """

    mesh: Array
    descriptor: Array
    chip: Pixels
    inside: NDArray[np.bool_]
    surroundings: Surroundings | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """A face in the picture with its descriptor."""

    mesh: Array
    descriptor: Array

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x, y, width, height in whole pixels."""
        low, high = self.mesh[:, :2].min(0), self.mesh[:, :2].max(0)
        x, y, w, h = (round(float(v)) for v in (*low, *(high - low)))
        return x, y, w, h


class Judge:
    """Safe to share among threads."""

    def __init__(self, faces: FaceFinder, identity: Identity) -> None:
        self._faces, self._identity = faces, identity

    def likeness(self, rgb: Pixels, face: Face, around: Surroundings | None = None) -> Likeness:
        """Remember `face` of the photo `rgb` (uint8 H×W×3)."""
        points = face.mesh[MESH_POINTS, :2]
        outline = np.zeros(rgb.shape[:2], np.uint8)
        cv2.fillConvexPoly(outline, cv2.convexHull(np.round(face.mesh[:, :2]).astype(np.int32)), 255)
        inside = face_chip(cv2.merge([outline] * 3), points)[..., 0] > 127
        return Likeness(face.mesh, self._identity.describe(rgb, face.mesh), face_chip(rgb, points), inside, around)

    def judge(
        self,
        picture: Pixels,
        people: Sequence[Likeness],
        expected: Sequence[Array] | None = None,
        backdrop: Pixels | None = None,
        owner: NDArray[np.uint8] | None = None,
    ) -> Judgement:
        """Measure `picture` (uint8 H×W×3).

        expected: landmarks (468, 2) where each person was put; without it they are looked for and assigned by likeness.
        backdrop: the picture before the people came in; faces in it are not strangers.
        owner: uint8 H×W, 0 where nobody was painted, the same number over all of one sitter: others' clothes are then
        not taken for a person's old background.
        """
        faces = self._faces.find(picture, thorough=True, finest=2)
        found = [Found(f.mesh, self._identity.describe(picture, f.mesh)) for f in faces]
        seats = _assigned(found, people) if expected is None else [self._at(picture, mesh, found) for mesh in expected]
        placed = [None] * len(people) if expected is None else expected
        measured = [self._measure(i, picture, people, seats[i], placed[i], backdrop, owner) for i in range(len(people))]
        taken = {id(s) for s in seats if s is not None}
        # A pattern is nobody's likeness: a face that is somebody's again needs no sure detection.
        others = [f for f in found if id(f) not in taken]
        doubled = tuple(
            i for i, p in enumerate(people) if any(distance(f.descriptor, p.descriptor) < DOUBLE for f in others)
        )
        sure = {id(f) for f, face in zip(found, faces, strict=True) if face.confidence >= SURE}
        unknown = [
            f for f in others if id(f) in sure and all(distance(f.descriptor, p.descriptor) >= DOUBLE for p in people)
        ]
        strangers = [f for f in unknown if backdrop is None or not self._was_there(backdrop, f)]
        return Judgement(tuple(measured), len(strangers), doubled)

    def _was_there(self, backdrop: Pixels, face: Found) -> bool:
        """Whether the place looked like this before anybody came in; a pattern may pass for a face now and then."""
        return distance(self._identity.describe(backdrop, face.mesh), face.descriptor) < DOUBLE

    def _at(self, picture: Pixels, mesh: Array, found: Sequence[Found]) -> Found | None:
        """The detected face at `mesh`, or what the landmark network sees there; None: nobody."""
        centre = mesh[:, :2].mean(0)
        low, high = mesh[:, :2].min(0), mesh[:, :2].max(0)
        near = [f for f in found if (f.mesh[:, :2].mean(0) > low).all() and (f.mesh[:, :2].mean(0) < high).all()]
        if near:
            return min(near, key=lambda f: float(np.linalg.norm(f.mesh[:, :2].mean(0) - centre)))
        landmarks, confidence = self._faces.landmarks_at(picture, mesh)
        shift = float(np.linalg.norm(landmarks[:, :2].mean(0) - centre)) / float((high - low).max())
        if confidence < LEAST_CONFIDENCE or shift > 0.35:
            return None
        return Found(landmarks, self._identity.describe(picture, landmarks))

    def _measure(
        self,
        i: int,
        picture: Pixels,
        people: Sequence[Likeness],
        seen: Found | None,
        placed: Array | None,
        backdrop: Pixels | None,
        owner: NDArray[np.uint8] | None,
    ) -> Measured:
        if seen is None:
            return Measured(i, None, None)
        own = people[i]
        face = self._best_aligned(picture, own, seen, placed)
        others = [distance(face.descriptor, p.descriptor) for j, p in enumerate(people) if j != i]
        around = own.surroundings
        x, y, w, h = (float(v) for v in seen.box)
        chip = face_chip(picture, face.mesh[MESH_POINTS, :2])
        stretched = stretch(own.chip, chip)
        return Measured(
            person=i,
            box=seen.box,
            face_distance=distance(face.descriptor, own.descriptor),
            squash=_squash(own, seen, stretched),
            residual=0.0 if abs(pose(own.mesh)[0]) > STEEP else residual(own.mesh, seen.mesh),
            covered=covered(own.chip, chip, own.inside),
            leftover=leftover(around, picture, (x, y, w, h), backdrop, owner) if around else 0.0,
            nearest_other=min(others) if others else None,
        )

    def _best_aligned(self, picture: Pixels, own: Likeness, seen: Found, placed: Array | None) -> Found:
        """The face by its own landmarks or by those it was placed with, whichever is more like the person.

        The landmarks of a face in profile wander by more than the descriptor forgives; the place is known exactly.
        """
        if placed is None or distance(seen.descriptor, own.descriptor) < LIKE_ENOUGH:
            return seen
        there = Found(placed, self._identity.describe(picture, placed))
        return min(seen, there, key=lambda f: distance(f.descriptor, own.descriptor))


def _squash(own: Likeness, seen: Found, stretched: float | None) -> float:
    """From the pixels where they match, else from the landmarks where these can be trusted."""
    if stretched is not None:
        return stretched
    return 0.0 if abs(pose(own.mesh)[0]) > STEEP else squash(own.mesh, seen.mesh)


def _assigned(found: Sequence[Found], people: Sequence[Likeness]) -> list[Found | None]:
    """Each person's face so that the distances' sum is least (five people: at most 120 orders of eight faces)."""
    pool: list[Found | None] = [*sorted(found, key=lambda f: min(_nearness(f, people)))[:8]]
    pool += [None] * max(0, len(people) - len(pool))
    table = [[1.0 if f is None else distance(f.descriptor, p.descriptor) for f in pool] for p in people]
    best = min(
        permutations(range(len(pool)), len(people)),
        key=lambda order: sum(table[i][j] for i, j in enumerate(order)),
    )
    return [pool[j] for j in best]


def _nearness(face: Found, people: Sequence[Likeness]) -> list[float]:
    return [distance(face.descriptor, p.descriptor) for p in people]
