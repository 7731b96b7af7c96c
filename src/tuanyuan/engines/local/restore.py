"""The local engine's old photo: damage filled, tone and grain brought back, faces as they were. No chance."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.judgement import SURE
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.enlarging import Enlarger
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.identity import Identity, distance
from tuanyuan.imaging.restoration import FULL, GENTLE, Damage, Manner, damage, filled, one_colour, toned
from tuanyuan.imaging.restoration.comparison import side_by_side
from tuanyuan.imaging.restoration.tinting import tinted, toned_print

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

STYLES = ("faithful", "colour")
PAIR = "before_after"
# dlib distance of a face to itself in the photo. Beyond it grain is left in the picture, in so many shares.
SAME, GRAIN_LEFT = 0.25, (0.0, 0.5, 1.0)
# Small photos are enlarged up to this longer side, at most so many times; for less than the first nobody would thank.
LARGE_ENOUGH, LEAST_FACTOR, MOST_FACTOR = 1200, 1.5, 2.0
# Share of a face that is filled from which the customer is asked to look.
FILLED = 0.02
# What each picture is worth to a customer, best first; the pair is always last.
WORTH = {"full": 1.0, "tinted": 0.8, "toned": 0.8, "gentle": 0.9, PAIR: 0.0}


@dataclass(frozen=True, eq=False)
class Repair:
    """picture: uint8 H×W×3, of the photo's own size. found: what was filled. grain: the share of it that was left.

    away: dlib distance of each face to itself in the photo.
    """

    picture: Pixels
    found: Damage
    grain: float
    away: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class OldPhoto:
    """Implements `domain.ports.Sitting`. faces: those who are compared come first. repairs: full, gentle.

    factor: how many times it is enlarged. one_colour: it is black and white, or sepia.
    """

    rgb: Pixels
    faces: tuple[Face, ...]
    repairs: tuple[Repair, ...]
    factor: float
    one_colour: bool
    people: tuple[tuple[int, int], ...]
    around: tuple[Any, ...] = ()


class Restore:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "restore"

    def __init__(self, models: Path, executor: Executor) -> None:
        self._identity, self._enlarger, self._executor = Identity(models), Enlarger(models), executor

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Rejected: style_not_here."""
        del photos  # whatever can be opened can be repaired
        if order.style is not None and order.style not in STYLES:
            raise Rejected("style_not_here", style=order.style, known="、".join(STYLES))

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> OldPhoto:
        """Repair it, fully and gently. Rejected as in `fit`."""
        del scene, scene_picture  # the feature takes none
        self.fit(photos, order)
        photo = photos[0]
        faces = (*photo.faces, *photo.others)
        own = [self._identity.describe(photo.rgb, face.mesh) for face in faces]
        found = damage(photo.rgb, faces)
        wanted = list(zip((FULL, GENTLE), found, strict=True))[: 1 if order.candidates == 1 else 2]
        repairs = tuple(self._executor.map(lambda one: self._repair(photo.rgb, faces, own, *one), wanted))
        factor = _factor(photo.rgb, order)
        people = tuple((0, number) for number in range(len(photo.faces)))
        return OldPhoto(photo.rgb, faces, repairs, factor, one_colour(photo.rgb), people)

    def plans(self, prepared: OldPhoto, order: Order) -> Sequence[Plan]:
        """Full and gentle repair, a print in colours or tones where the photo has none, and last the comparison.

        One candidate: the full repair, or the coloured one where that is the style.
        """
        print_ = "tinted" if order.style == "colour" else "toned"
        looks = ["full", "gentle", *([print_] if prepared.one_colour else [])]
        if order.style == "colour" and prepared.one_colour:
            looks = [print_, "full", "gentle"]
        if order.candidates > 1:
            looks = [*looks[: order.candidates - 1], PAIR]
        return [Plan(number, look) for number, look in enumerate(looks[: order.candidates])]

    def changed(self, plan: Plan) -> Plan | None:
        """First the same, placed for nobody; then with the faces as they were in the photo.

        Where there was damage, landmarks tell nothing of a face's shape, and its likeness was measured in `prepare`.
        """
        return None if plan.look == PAIR or plan.attempt == 2 else replace(plan, attempt=plan.attempt + 1)

    def render(self, prepared: OldPhoto, order: Order, plan: Plan) -> Rendering:
        """One candidate."""
        repair = prepared.repairs[1 if plan.look == "gentle" else 0]
        picture = repair.picture
        if plan.attempt == 2:
            picture = _with_own_faces(picture, prepared.rgb, prepared.faces)
        picture = self._finished(picture, prepared, order, plan.look)
        facts = {
            "look": plan.look,
            "repaired": round(repair.found.share, 4),
            "grain_left": repair.grain,
            "enlarged": round(prepared.factor, 3),
            "face_distances": list(repair.away),
        }
        worth = WORTH[plan.look] + (0.2 if plan.look == "tinted" else 0)
        if plan.look == PAIR:
            before = self._sized(prepared.rgb, prepared.factor)
            # Nobody is placed: everybody is in it twice, and that is meant.
            return Rendering(side_by_side(before, picture), meshes=(), composition=worth, facts=facts)
        count = len(prepared.people)
        meshes = tuple(face.mesh[:, :2] * np.float32(prepared.factor) for face in prepared.faces[:count])
        notes = tuple(_notes(repair.found, face) for face in prepared.faces[:count])
        changed = max(repair.away, default=0.0) > SURE and plan.attempt < 2
        return Rendering(
            picture,
            meshes=() if plan.attempt == 1 or any(notes) else meshes,
            notes=notes,
            composition=worth,
            faults=("face_changed",) if changed else (),
            facts=facts,
        )

    def _repair(
        self, rgb: Pixels, faces: Sequence[Face], own: Sequence[Array], manner: Manner, found: Damage
    ) -> Repair:
        """The photo repaired, with as little of its grain as leaves everybody themselves (`own`: descriptors)."""
        whole = filled(rgb, found)
        repair = Repair(whole, found, 1.0, ())
        for grain in GRAIN_LEFT:
            picture = toned(whole, manner.strength, grain)
            made = [self._identity.describe(picture, face.mesh) for face in faces]
            away = tuple(round(distance(a, b), 4) for a, b in zip(own, made, strict=True))
            repair = Repair(picture, found, grain, away)
            if max(away, default=0.0) <= SAME:
                break
        return repair

    def _finished(self, picture: Pixels, prepared: OldPhoto, order: Order, look: str) -> Pixels:
        """Skin evened, coloured where that was asked for, and in its size."""
        if order.beauty > 0 and prepared.faces:
            colour = even_skin(picture.astype(np.float32) / np.float32(255), prepared.faces, order.beauty)
            picture = np.rint(np.clip(colour, 0, 1) * 255).astype(np.uint8)
        if look == "tinted":
            picture = tinted(picture, prepared.faces)
        elif look == "toned":
            picture = toned_print(picture)
        return self._sized(picture, prepared.factor)

    def _sized(self, picture: Pixels, factor: float) -> Pixels:
        if factor > 1:
            return self._enlarger.enlarge(picture, factor)
        if factor < 1:
            size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
            return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        return picture


def _factor(rgb: Pixels, order: Order) -> float:
    """How many times it is enlarged: small photos, and whatever fits into the size that was asked for."""
    height, width = rgb.shape[:2]
    if order.size is not None:
        return min(MOST_FACTOR, order.size[0] / width, order.size[1] / height)
    factor = min(MOST_FACTOR, LARGE_ENOUGH / max(height, width))
    return factor if factor >= LEAST_FACTOR else 1.0


def _with_own_faces(picture: Pixels, rgb: Pixels, faces: Sequence[Face]) -> Pixels:
    """`picture` with the faces of `rgb`, by soft hulls, in the picture's own colour and lightness."""
    mask = np.zeros(rgb.shape[:2], np.float32)
    for face in faces:
        hull = cv2.convexHull(np.round(face.mesh[:, :2]).astype(np.int32))
        one = np.zeros(rgb.shape[:2], np.float32)
        cv2.fillConvexPoly(one, hull, 1.0)
        mask = np.maximum(mask, cv2.GaussianBlur(one, (0, 0), max(0.6, 0.12 * face.eye_distance)))
    made, own = picture.astype(np.float32), rgb.astype(np.float32)
    return np.rint(made + (own - made) * mask[..., None]).astype(np.uint8)


def _notes(found: Damage, face: Face) -> tuple[str, ...]:
    whole = np.zeros(found.marks.shape, np.uint8)
    cv2.fillConvexPoly(whole, cv2.convexHull(np.round(face.mesh[:, :2]).astype(np.int32)), 1)
    inside = whole > 0
    share = float((found.marks | found.corners)[inside].mean()) if inside.any() else 0.0
    return ("face_filled",) if share > FILLED else ()
