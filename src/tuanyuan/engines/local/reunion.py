"""The local engine's family portrait: cut out, bring into one light, arrange, paint. No network, no GPU, no chance."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.reunion import Order, Plan
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.looks import CROPS, LOOKS
from tuanyuan.imaging.backdrop import backdrop, light_of
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.compose import KeyLight, Piece, paint, piece, placement
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.grade import apply_grade
from tuanyuan.imaging.judge import Surroundings, surroundings
from tuanyuan.imaging.layout import Framing, Place, Seat, arrange
from tuanyuan.imaging.light import group_tone, harmonise, skin_tone
from tuanyuan.imaging.matting import Cutout, PersonCutter
from tuanyuan.imaging.seating import Option, options
from tuanyuan.imaging.sitter import Sitter, apart, scaled, sitter, without

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Eye distance at which sitters are cut out, in pixels of a 1920×1440 picture, by the number of photos. A little more
# than the largest that the layout gives, so that nothing is enlarged that need not be.
CUT_AT = {1: 230, 2: 190, 3: 160, 4: 150, 5: 136}
TINT = 0.20
WARN_BELOW, BELOW_STEP = 0.9, 0.25


@dataclass(frozen=True, eq=False)
class Group:
    """Everybody cut out and in one light; what all candidates of an order share.

    people: for each person, photo by photo and from left to right, the sitter and the face in it. around: what was seen
    round each face of each photo.
    """

    sitters: tuple[Sitter, ...]
    places: tuple[Place, ...]
    around: tuple[tuple[Surroundings, ...], ...]
    scene: Scene
    scene_picture: Pixels
    side: float
    people: tuple[tuple[int, int], ...]
    orders: tuple[Option, ...]
    pieces: dict[tuple[int, int], Piece] = field(default_factory=dict)

    def piece(self, seat: Seat) -> Piece:
        """The seat's sitter ready to be painted; candidates share it."""
        # In steps, so that they can; a step too much only ends below the frame.
        steps = ceil(seat.below / BELOW_STEP)
        key = seat.sitter, steps
        if key not in self.pieces:
            one = self.sitters[seat.sitter]
            completed = complete(one, below=steps * BELOW_STEP)
            eyes = one.eyes + np.array(completed.offset, np.float32)
            self.pieces[key] = piece(completed.cutout, eyes, one.eye_distance, one.shape.lean)
        return self.pieces[key]


@dataclass(frozen=True, eq=False)
class Rendering:
    """picture, backdrop: uint8 H×W×3. owner: uint8 H×W, who is in front where.

    meshes: where each person's landmarks (468, 2) were put, photo by photo.

    notes: for each person, codes of what was done that the customer should know. composition: 0..1, how well the group
    stands.
    """

    picture: Pixels
    backdrop: Pixels
    owner: Pixels
    meshes: tuple[Array, ...]
    notes: tuple[tuple[str, ...], ...]
    composition: float


class LocalReunion:
    """Loads its networks once; safe to share among threads."""

    name = "local"

    def __init__(self, models: Path, executor: Executor) -> None:
        self._cutter = PersonCutter(models)
        self._executor = executor

    def prepare(
        self,
        photos: Sequence[tuple[Pixels, Sequence[Face], Sequence[Face]]],
        order: Order,
        scene: Scene,
        scene_picture: Pixels,
    ) -> Group:
        """Cut out the people of each photo (uint8 H×W×3, faces to keep, faces to leave out); one light for all."""
        size = min(order.size[0] / 1920, order.size[1] / 1440)
        goal = CUT_AT[min(len(photos), 5)] * size
        cut = list(self._executor.map(lambda p: self._cut(p[0], p[1], p[2], goal), photos))
        people = _people([[numbers for _, numbers in own] for own, _ in cut])
        apart_sitters = [one for own, _ in cut for one, _ in own]
        tones = [[skin_tone(one.cutout.colour, f) for f in one.faces] for one in apart_sitters]
        target = group_tone([t for own in tones for t in own])
        ambient = scene.light.ambient_colour
        side = scene.light.direction[0]
        if scene.own:
            side, ambient = light_of(scene_picture)
        tint = np.array([1 + TINT * (min(1.4, max(0.6, a)) - 1) for a in ambient], np.float32)

        def lit(one: Sitter, own: list[Array]) -> Sitter:
            colour = np.clip(harmonise(one, own, target) * tint, 0, 1).astype(np.float32)
            colour = even_skin(colour, one.faces, order.beauty)
            return replace(one, cutout=Cutout(colour, one.cutout.alpha))

        lit_sitters = self._executor.map(lit, apart_sitters, tones)
        places = tuple(
            Place(hint.scale, hint.row) for hint, (own, _) in zip(order.people, cut, strict=True) for _ in own
        )
        orders = tuple(options(apart_sitters, places, order.size, _framing("standard")))
        sitters = tuple(lit_sitters)
        return Group(sitters, places, tuple(a for _, a in cut), scene, scene_picture, side, people, orders)

    def render(self, group: Group, order: Order, plan: Plan) -> Rendering:
        """Paint one candidate. The same group, order and plan give the same pixels."""
        look, crop = LOOKS[plan.light], CROPS[plan.crop]
        chosen = group.orders[plan.order % len(group.orders)]
        seats = arrange([s.shape for s in group.sitters], group.places, order.size, chosen.rows, _framing(plan.crop))
        behind = backdrop(group.scene_picture, order.size, zoom=crop.zoom, blurred=group.scene.blur, gain=look.backdrop)
        pieces = [group.piece(seat) for seat in seats]
        painted = paint(behind, pieces, seats, KeyLight(side=group.side))
        picture = apply_grade(painted.picture, look.grade, seed=order.seed + plan.number)
        meshes: dict[int, tuple[Array, ...]] = {}
        notes: dict[int, tuple[str, ...]] = {}
        for painted_piece, seat in zip(pieces, seats, strict=True):
            matrix = placement(painted_piece, seat)
            one = group.sitters[seat.sitter]
            shift = painted_piece.eyes - one.eyes
            meshes[seat.sitter] = tuple(_moved(f.mesh[:, :2] + shift, matrix) for f in one.faces)
            notes[seat.sitter] = _notes(one, seat)
        return Rendering(
            picture,
            behind,
            painted.owner,
            tuple(meshes[sitter][face] for sitter, face in group.people),
            tuple(notes[sitter] for sitter, _ in group.people),
            1 / (1 + chosen.cost),
        )

    def _cut(
        self, rgb: Pixels, faces: Sequence[Face], others: Sequence[Face], goal: float
    ) -> tuple[list[tuple[Sitter, list[int]]], tuple[Surroundings, ...]]:
        """The sitters of one photo with the numbers of their faces, and what surrounds each face."""
        factor = min(1.0, goal / float(np.median([f.eye_distance for f in faces])))
        small, moved = scaled(rgb, faces, factor)
        cutout, seen = self._cutter.cut(small, moved)
        if others:
            cutout = without(cutout, moved, scaled(rgb, others, factor)[1])
        around = tuple(surroundings(small, seen.probability, f.box) for f in moved)
        pieces = [(sitter(one, [moved[n] for n in numbers]), numbers) for one, numbers in apart(cutout, moved)]
        return pieces, around


def _framing(crop: str) -> Framing:
    chosen = CROPS[crop]
    return Framing(chosen.closeness, chosen.headroom, chosen.size)


def _people(photos: Sequence[Sequence[Sequence[int]]]) -> tuple[tuple[int, int], ...]:
    """For each photo's faces, in their order: number of the sitter over all photos, and of the face in it."""
    people: list[tuple[int, int]] = []
    first = 0
    for pieces in photos:
        seat = {n: (first + s, k) for s, numbers in enumerate(pieces) for k, n in enumerate(numbers)}
        people += [seat[n] for n in sorted(seat)]
        first += len(pieces)
    return tuple(people)


def _moved(points: Array, matrix: NDArray[np.float64]) -> Array:
    moved: Array = (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return moved


def _notes(one: Sitter, seat: Seat) -> tuple[str, ...]:
    """What the customer should know of how this sitter was used."""
    notes = []
    if one.eye_distance < 0.62 * seat.eye_distance:
        notes.append("photo_enlarged")
    if seat.below > WARN_BELOW and seat.row == "front":
        notes.append("body_carried_on")
    return tuple(notes)
