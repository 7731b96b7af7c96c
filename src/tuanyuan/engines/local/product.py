"""The local engine's product picture: cut out, set down on paper or a table, lit, shadowed, mirrored. No chance."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.backdrop import light_of
from tuanyuan.imaging.goods.fitness import SHARP, Fitness, fitness
from tuanyuan.imaging.goods.item import Item, item, outline_colours, without_old_shadow
from tuanyuan.imaging.goods.light import LIGHTS, Light, linear
from tuanyuan.imaging.goods.place import lit_by, shown
from tuanyuan.imaging.goods.sweep import sweep, tones
from tuanyuan.imaging.goods.tabletop import Spot, painted, put, standing_out
from tuanyuan.imaging.goods.view import signs
from tuanyuan.imaging.grade import apply_grade
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.matting.goods import GoodsCutter, own_cutout
from tuanyuan.imaging.matting.segmentation import PersonSegmenter

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

STYLES = tuple(LIGHTS)
PLACEMENTS = ("auto", "standing", "lying")
LEAST_PIXELS, MOST_PIECES = 160, 3
# A face is a person's, and no print, when so many times its area round it is person, and it is no mere speck.
PERSON, FACE_SHARE = 1.6, 0.004
# The lights of a set when none is asked for. What is dark gets the bright one, what is bright the dark one.
STANDING = ("softbox", "window", "rim", "warm")
LYING = ("softbox", "window", "top", "warm")
DARK = 28.0
# Where the paper bends upwards; seen from above there is no bend.
BEND = 0.60
# What a table's picture keeps of itself in each framing, against the paper's.
SCENE_ZOOM, SCENE_SIZE = {"standard": 0.94, "close": 0.80, "beside": 0.94, "wide": 1.0}, 0.82


@dataclass(frozen=True)
class Framing:
    """How much of the frame the goods may take, and where they are, as shares of it. turned: lit from the right."""

    wide: float
    tall: float
    x: float = 0.5
    ground: float = 0.81
    turned: bool = False


FRAMINGS = {
    "standard": Framing(0.62, 0.60),
    "close": Framing(0.78, 0.74, ground=0.87),
    "beside": Framing(0.50, 0.56, x=0.36, turned=True),
    "wide": Framing(0.46, 0.44, ground=0.76),
}
# The framings of a set whose candidates differ in light already: all of a shop's size.
CALM = ("standard", "standard", "close", "standard")


@dataclass(frozen=True, eq=False)
class Displayed:
    """Implements `domain.ports.Prepared`. edge: CIE Lab (N, 3) of what lies along the goods' outline.

    table: the scene and its picture; None: paper.
    """

    thing: Item
    edge: Array
    lies: bool
    table: tuple[Scene, Pixels] | None
    people: tuple[tuple[int, int], ...] = ()
    around: tuple[Any, ...] = ()


class Product:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "product"

    def __init__(self, models: Path, executor: Executor) -> None:
        del executor  # one photo, and one network that needs the other's answer
        self._cutter = GoodsCutter(models)
        self._people = PersonSegmenter(models)

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Rejected: style_not_here, goods_placement_unknown, goods_*."""
        self._cut(photos[0], order)

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Displayed:
        """Cut the goods out and tell whether they stand. Rejected as in `fit`."""
        photo = photos[0]
        cutout = without_old_shadow(self._cut(photo, order))
        chosen = order.options.get("placement", "auto")
        seen = None if photo.alpha is not None else photo.rgb
        lies = chosen == "lying" or (chosen == "auto" and signs(seen, cutout.alpha).lying)
        thing = item(cutout)
        table = None if scene is None or scene_picture is None else (scene, scene_picture)
        return Displayed(thing, outline_colours(thing), lies, table)

    def plans(self, prepared: Displayed, order: Order) -> Sequence[Plan]:
        """Four lights where none was asked for; else four framings and papers in that light."""
        looks = (order.style,) * order.candidates if order.style else self._lights(prepared)
        return [Plan(number, look) for number, look in enumerate(looks[: order.candidates])]

    def changed(self, plan: Plan) -> None:
        """Nothing that is measured here gets better by another try."""

    def render(self, prepared: Displayed, order: Order, plan: Plan) -> Rendering:
        """One candidate."""
        framing_name = list(FRAMINGS)[plan.number % 4] if order.style else CALM[plan.number % 4]
        framing, light = FRAMINGS[framing_name], LIGHTS[plan.look]
        if framing.turned:
            light = _turned(light)
        tone = None
        if prepared.table is None:
            tone = self._tone(prepared, order, plan)
            place = sweep(order.frame, tone, light, bend=None if prepared.lies else BEND)
        else:
            place, light, framing = _at_table(*prepared.table, order.frame, framing_name, light)
        spot = Spot(framing.x, 0.5 if prepared.lies else framing.ground, framing.wide, framing.tall, prepared.lies)
        placed = put(prepared.thing, order.frame, spot)
        mirror = _reflection(order, light, prepared)
        seen = standing_out(place, placed)
        picture = painted(place, placed, light, lies=prepared.lies, reflection=mirror)
        return Rendering(
            apply_grade(picture, light.grade, seed=order.seed + plan.number),
            composition=round(0.6 * seen + 0.4 * min(1.0, 1 / placed.enlarged), 3),
            facts={
                "look": plan.look,
                "tone": tone,
                "framing": framing_name,
                "placement": "lying" if prepared.lies else "standing",
                "reflection": bool(mirror),
                "enlarged": round(placed.enlarged, 2),
            },
        )

    def _cut(self, photo: Shown, order: Order) -> Cutout:
        if order.style is not None and order.style not in STYLES:
            raise Rejected("style_not_here", style=order.style, known="、".join(STYLES))
        placement = order.options.get("placement", "auto")
        if placement not in PLACEMENTS:
            raise WrongUsage("goods_placement_unknown", given=placement, known="、".join(PLACEMENTS))
        if self._shows_somebody(photo):
            raise Rejected("goods_with_person")
        cutout = self._cutter.cut(photo.rgb) if photo.alpha is None else own_cutout(photo.rgb, photo.alpha)
        refuse_unfit(fitness(photo.rgb, cutout.alpha), whole=photo.alpha is None)
        return cutout

    def _shows_somebody(self, photo: Shown) -> bool:
        height, width = photo.rgb.shape[:2]
        faces = [f for f in (*photo.faces, *photo.others) if f.box[2] * f.box[3] > FACE_SHARE * height * width]
        if not faces:
            return False
        person = self._people.segment(photo.rgb, faces).probability > 0.5
        area = sum(f.box[2] * f.box[3] for f in faces) * (person.shape[1] / width) ** 2
        return bool(person.sum() > PERSON * area)

    @staticmethod
    def _lights(prepared: Displayed) -> tuple[str, ...]:
        if prepared.lies:
            return LYING
        dark = float(prepared.edge[:, 0].mean()) < DARK
        return tuple("high-key" if dark and name == "rim" else name for name in STANDING)

    def _tone(self, prepared: Displayed, order: Order, plan: Plan) -> str:
        """The next paper that suits the goods; no two candidates get the same one while there are others."""
        taken: list[str] = []
        for earlier in self.plans(prepared, order)[: plan.number + 1]:
            ranked = tones(prepared.edge, LIGHTS[earlier.look].tones)
            taken.append(next((t for t in ranked if t not in taken), ranked[earlier.number % len(ranked)]))
        return taken[-1]


def refuse_unfit(seen: Fitness, *, whole: bool) -> None:
    """Rejected: goods_not_found, goods_several, goods_too_small, goods_blurred; goods_cut_off where `whole` is said."""
    if not seen.found:
        raise Rejected("goods_not_found")
    if seen.pieces > MOST_PIECES:
        raise Rejected("goods_several", count=seen.pieces)
    if seen.pixels < LEAST_PIXELS:
        raise Rejected("goods_too_small", pixels=seen.pixels, least=LEAST_PIXELS)
    if whole and seen.cut_at:
        edge_zh, edge_en = seen.cut_at
        raise Rejected("goods_cut_off", edge_zh=edge_zh, edge_en=edge_en)
    if seen.sharpness < SHARP:
        raise Rejected("goods_blurred")


def _turned(light: Light) -> Light:
    throws = tuple(replace(throw, across=-throw.across) for throw in light.throws)
    return replace(light, side=-light.side, throws=throws)


def _reflection(order: Order, light: Light, prepared: Displayed) -> float:
    """What was asked for, else what suits the light; a table mirrors only when asked."""
    asked: Any = order.options.get("reflection")
    if asked is None:
        return light.reflection if prepared.table is None else 0.0
    return max(0.22, light.reflection) if asked else 0.0


def _at_table(
    scene: Scene, picture: Pixels, frame: tuple[int, int], framing: str, light: Light
) -> tuple[Array, Light, Framing]:
    """The table's picture (linear), the light as the table's is, and where the goods go on it."""
    own = scene.light
    direction, key = own.direction, own.key_colour
    line = min(0.95, scene.standing_line)
    if scene.own:
        side, key = light_of(picture)
        direction, line = (0.6 * side, 0.5, 0.6), 0.82
    part, ground = shown(picture, frame, SCENE_ZOOM[framing], line)
    wanted = FRAMINGS[framing]
    size = SCENE_SIZE * min(1.0, ground / wanted.ground)
    lit = replace(lit_by(light, direction, key, own.contrast), exposure=light.exposure * own.exposure)
    place = linear(cv2.convertScaleAbs(part).astype(np.float32) / np.float32(255))
    return place, lit, replace(wanted, wide=wanted.wide * size, tall=wanted.tall * size, ground=ground)
