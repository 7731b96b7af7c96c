"""The local engine's family portrait: cut out, bring into one light, arrange, paint. No network, no GPU, no chance."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.order import FRAME, Order
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.reunion import Plan, changed, plans
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.looks import CROPS, LOOKS
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.backdrop import backdrop, light_of
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.compose import KeyLight, Piece, paint, piece, placement
from tuanyuan.imaging.enlarging import Enlarger
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.grade import apply_grade
from tuanyuan.imaging.judge import Surroundings, surroundings
from tuanyuan.imaging.larger_piece import enlarged
from tuanyuan.imaging.layout import Framing, Place, Seat, arrange
from tuanyuan.imaging.light import group_tone, harmonise, skin_tone
from tuanyuan.imaging.matting import Cutout, PersonCutter
from tuanyuan.imaging.seating import Option, options
from tuanyuan.imaging.sitter import Sitter, apart, scaled, sitter

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

    people: for each person, photo by photo and from left to right, the photo and the face in it; seated: the sitter
    and the face in that. around: what was seen round each face.
    """

    sitters: tuple[Sitter, ...]
    places: tuple[Place, ...]
    people: tuple[tuple[int, int], ...]
    around: tuple[Surroundings, ...]
    scene: Scene
    scene_picture: Pixels
    side: float
    seated: tuple[tuple[int, int], ...]
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


class LocalReunion:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "reunion"

    def __init__(self, models: Path, executor: Executor) -> None:
        self._cutter, self._enlarger = PersonCutter(models), Enlarger(models)
        self._executor = executor

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """The photos' own reports say it all."""

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Group:
        """Cut out the people of each photo; one light for all."""
        if scene is None or scene_picture is None:
            raise OurFault("unexpected", detail="a family portrait without a place")
        size = min(order.frame[0] / FRAME[0], order.frame[1] / FRAME[1])
        goal = CUT_AT[min(len(photos), 5)] * size
        cut = list(self._executor.map(lambda p: self._cut(p.rgb, p.faces, p.others, goal), photos))
        seated = _people([[numbers for _, numbers in own] for own, _ in cut])
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
            Place(hint.scale, hint.row) for hint, (own, _) in zip(order.photos, cut, strict=True) for _ in own
        )
        orders = tuple(options(apart_sitters, places, order.frame, _framing("standard")))
        sitters = tuple(lit_sitters)
        around = tuple(seen for _, own in cut for seen in own)
        who = tuple((photo, face) for photo, one in enumerate(photos) for face in range(len(one.faces)))
        return Group(sitters, places, who, around, scene, scene_picture, side, seated, orders)

    def plans(self, sitting: Group, order: Order) -> list[Plan]:
        """The first plan of each candidate."""
        del sitting
        return plans(order.candidates)

    def changed(self, plan: Plan) -> Plan:
        """Another arrangement."""
        return changed(plan)

    def render(self, group: Group, order: Order, plan: Plan) -> Rendering:
        """Paint one candidate. The same group, order and plan give the same pixels."""
        look, crop = LOOKS[plan.light], CROPS[plan.crop]
        chosen = group.orders[plan.order % len(group.orders)]
        seats = arrange([s.shape for s in group.sitters], group.places, order.frame, chosen.rows, _framing(plan.crop))
        behind = backdrop(
            group.scene_picture, order.frame, zoom=crop.zoom, blurred=group.scene.blur, gain=look.backdrop
        )
        pieces = [group.piece(seat) for seat in seats]
        finer = [enlarged(one, seat.eye_distance, self._enlarger) for one, seat in zip(pieces, seats, strict=True)]
        painted = paint(behind, finer, seats, KeyLight(side=group.side))
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
            tuple(meshes[sitter][face] for sitter, face in group.seated),
            tuple(notes[sitter] for sitter, _ in group.seated),
            1 / (1 + chosen.cost),
            facts={"light": plan.light, "crop": plan.crop},
        )

    def _cut(
        self, rgb: Pixels, faces: Sequence[Face], others: Sequence[Face], goal: float
    ) -> tuple[list[tuple[Sitter, list[int]]], tuple[Surroundings, ...]]:
        """The sitters of one photo with the numbers of their faces, and what surrounds each face."""
        factor = min(1.0, goal / float(np.median([f.eye_distance for f in faces])))
        small, moved = scaled(rgb, faces, factor)
        cutout, seen = self._cutter.cut(small, moved, scaled(rgb[:1, :1], others, factor)[1])
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
