"""The local engine's fashion picture: a garment hung on a wall or laid out, or a model cut out whole, before a scene.

Nobody is dressed and no model is invented: a person in the picture is the one in the photo, in what they wore.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.scene import Light, Scene
from tuanyuan.engines.local.fashion_looks import (
    FRAMINGS,
    GUTTER,
    LOOKS,
    MODEL_SHARE,
    PAGE,
    SPREAD,
    STYLES,
    Framing,
    Look,
)
from tuanyuan.engines.local.product import refuse_unfit
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.backdrop import backdrop, light_of
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.compose import KeyLight, paint, piece, placement
from tuanyuan.imaging.goods.fitness import fitness
from tuanyuan.imaging.goods.hanging import Wall, hung, laid, stood, touches
from tuanyuan.imaging.goods.item import Item, item, outline_colours, without_old_shadow
from tuanyuan.imaging.goods.light import LIGHTS
from tuanyuan.imaging.grade import apply_grade
from tuanyuan.imaging.judge import Surroundings, surroundings
from tuanyuan.imaging.layout import Seat
from tuanyuan.imaging.light import harmonise, skin_tone
from tuanyuan.imaging.makeover.framing import Outline, Placing, Wish, outline, place
from tuanyuan.imaging.makeover.relight import lit, neutral_tone
from tuanyuan.imaging.matting import Cutout, PersonCutter
from tuanyuan.imaging.matting.goods import GoodsCutter, cut_by, own_cutout
from tuanyuan.imaging.matting.segmentation import PersonSegmenter
from tuanyuan.imaging.sitter import Sitter, scaled, sitter

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# A garment is worn when so much of what stands out is person to the network that knows people.
WORN = 0.98
# The model's eyes are matted at this many pixels' distance at most, in a frame of PAGE.
EYES = 150.0
# A cut is no harm where it meets the page's edge: it is enlarged so far for that, and must be this tall then.
MOST_ENLARGED, LEAST_TALL = 1.8, 0.6
NOTED_ENLARGED, NOTED_BELOW = 0.62, 0.9
# Models stand on a floor below the page.
STANDING_LINE = 1.3


@dataclass(frozen=True, eq=False)
class Styled:
    """Implements `domain.ports.Prepared`. model: with a face; worn: somebody without one; garment: nobody in it."""

    people: tuple[tuple[int, int], ...]
    around: tuple[Surroundings, ...]
    scene: Scene
    scene_picture: Pixels
    light: Light
    model: tuple[Sitter, Outline] | None = None
    worn: Item | None = None
    garment: Item | None = None
    chosen: bool = True


@dataclass(frozen=True, eq=False)
class _Page:
    """A page before its grade. picture: sRGB float32 H×W×3; the rest as in `domain.ports.Rendering`."""

    picture: Array
    behind: Pixels
    owner: Pixels
    meshes: tuple[Array, ...]
    notes: tuple[str, ...]
    composition: float


class Fashion:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "fashion"

    def __init__(self, models: Path, executor: Executor) -> None:
        self._cutter, self._goods = PersonCutter(models, executor), GoodsCutter(models)
        self._people = PersonSegmenter(models, executor)

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Rejected: style_not_here, fashion_*, goods_*."""
        _look_for(order)
        garment, model = _told_apart(photos)
        if model is None:
            self._clothes(garment, order)
        elif not garment.faces:
            self._garment(garment)

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Styled:
        """Cut garment and model out and bring the model into the scene's light. Rejected as in `fit`."""
        if scene is None or scene_picture is None:
            raise OurFault("unexpected", detail="a fashion picture without a place")
        _look_for(order)
        garment, model = _told_apart(photos)
        light = _own_light(scene_picture) if scene.own else scene.light
        shared = Styled((), (), scene, scene_picture, light, chosen=order.background is not None)
        if model is None:
            worn, thing = self._clothes(garment, order)
            return replace(shared, worn=worn, garment=thing)
        number = next(i for i, photo in enumerate(photos) if photo is model)
        one, around = self._model(model, order, light)
        thing = None if model is garment else self._garment(garment)
        return replace(shared, people=((number, 0),), around=(around,), model=(one, outline(one)), garment=thing)

    def plans(self, prepared: Styled, order: Order) -> list[Plan]:
        """Four pages: each with its own framing and light."""
        del prepared
        return [Plan(number, look) for number, look in enumerate(list(LOOKS[_look_for(order)])[: order.candidates])]

    def changed(self, plan: Plan) -> None:
        """Nothing that is measured here gets better by another try."""

    def render(self, prepared: Styled, order: Order, plan: Plan) -> Rendering:
        """One candidate. The same prepared photos, order and plan give the same pixels."""
        look = LOOKS[_look_for(order)][plan.look]
        framing = FRAMINGS[look.framing]
        seed = order.seed + plan.number
        grade = look.grade
        if prepared.model is not None:
            page = self._modelled(prepared, prepared.model, order, look, framing)
            shows = "model" if prepared.garment is None else "model_and_garment"
            return Rendering(
                apply_grade(page.picture, grade, seed=seed),
                page.behind,
                page.owner,
                page.meshes,
                (page.notes,),
                page.composition,
                facts={"look": plan.look, "framing": look.framing, "shows": shows},
            )
        frame = order.size or PAGE
        wall = self._wall(prepared, frame, framing, look)
        if prepared.worn is not None:
            picture, shows = stood(wall, prepared.worn, framing.x, framing.nearer), "worn"
        elif prepared.garment is not None and look.paper and not prepared.chosen:
            picture = laid(frame, prepared.garment, outline_colours(prepared.garment), look.paper, framing.size)
            shows, grade = "laid", LIGHTS[look.paper].grade
        elif prepared.garment is not None:
            picture, hooked = hung(wall, prepared.garment, framing.x, framing.size)
            shows = "hung" if hooked else "floating"
        else:
            raise OurFault("unexpected", detail="nothing to show")
        facts = {"look": plan.look, "framing": look.framing, "shows": shows}
        return Rendering(apply_grade(picture, grade, seed=seed), wall.picture, meshes=(), facts=facts)

    @staticmethod
    def _wall(prepared: Styled, frame: tuple[int, int], framing: Framing, look: Look) -> Wall:
        blur = prepared.scene.blur
        behind = backdrop(prepared.scene_picture, frame, zoom=framing.zoom, blurred=blur, gain=look.backdrop)
        return Wall(behind, prepared.light.direction[0], prepared.light.contrast)

    def _modelled(
        self, prepared: Styled, model: tuple[Sitter, Outline], order: Order, look: Look, framing: Framing
    ) -> _Page:
        """The model on a page; where there is a garment beside, on one page of two."""
        if prepared.garment is None:
            return _model_page(model, self._wall(prepared, order.size or PAGE, framing, look), framing)
        frame = order.size or SPREAD
        upright = frame[1] > frame[0]
        first, gutter = (round(share * max(frame)) for share in (MODEL_SHARE, GUTTER))
        rest = max(frame) - first - gutter
        sizes = [(frame[0], n) if upright else (n, frame[1]) for n in (first, rest)]
        made = _model_page(model, self._wall(prepared, sizes[0], framing, look), framing)
        wall = self._wall(prepared, sizes[1], framing, look)
        beside, _ = hung(wall, prepared.garment, 0.5, 0.74)
        return _joined(made, beside, frame, upright=upright)

    def _model(self, photo: Shown, order: Order, light: Light) -> tuple[Sitter, Surroundings]:
        goal = EYES * min((order.size or PAGE)[0] / PAGE[0], 1.3)
        factor = min(1.0, goal / photo.faces[0].eye_distance)
        small, faces = scaled(photo.rgb, photo.faces, factor)
        others = scaled(photo.rgb[:1, :1], photo.others, factor)[1]
        cutout, seen = self._cutter.cut(small, faces, others)
        one = sitter(cutout, faces)
        tones = [skin_tone(cutout.colour, f) for f in faces]
        target = neutral_tone(np.mean(tones, 0).astype(np.float32), cutout.colour, cutout.alpha)
        colour = lit(harmonise(one, tones, target), cutout.alpha, faces, one.eye_distance, light)
        one = replace(one, cutout=Cutout(even_skin(colour, faces, order.beauty), cutout.alpha))
        return one, surroundings(small, seen.probability, faces[0].box)

    def _clothes(self, photo: Shown, order: Order) -> tuple[Item | None, Item | None]:
        """What a garment's photo without a face shows: (somebody who wears it, None) or (None, the garment)."""
        if photo.alpha is None:
            person = self._people.segment(photo.rgb, ()).probability
            cutout = self._goods.cut(photo.rgb)
            solid = cutout.alpha[::4, ::4] > 0.5
            seen = cv2.resize(person, solid.shape[::-1], interpolation=cv2.INTER_LINEAR)
            if solid.any() and float((seen[solid] > 0.5).mean()) > WORN and (person > 0.5).any():
                worn = item(cut_by(photo.rgb, person))
                _refuse_cut(worn, order.size or PAGE)
                return worn, None
        return None, self._garment(photo)

    def _garment(self, photo: Shown) -> Item:
        cutout = self._goods.cut(photo.rgb) if photo.alpha is None else own_cutout(photo.rgb, photo.alpha)
        seen = fitness(photo.rgb, cutout.alpha)
        if not seen.found:
            raise Rejected("fashion_garment_unclear")
        refuse_unfit(seen, whole=photo.alpha is None)
        return item(without_old_shadow(cutout))


def _look_for(order: Order) -> str:
    style = order.style or STYLES[0]
    if style not in STYLES:
        raise Rejected("style_not_here", style=style, known="、".join(STYLES))
    return style


def _told_apart(photos: Sequence[Shown]) -> tuple[Shown, Shown | None]:
    """The garment's photo and the model's, which may be one; None: nobody's face is in them."""
    garment = next((p for p in photos if p.role != "person"), photos[0])
    model = next((p for p in photos if p.role == "person"), garment if garment.faces else None)
    if model is not None and len(model.faces) != 1:
        raise Rejected("fashion_several_people", count=len(model.faces)) if model.faces else Rejected("no_face")
    return garment, model


def _model_page(model: tuple[Sitter, Outline], wall: Wall, framing: Framing) -> _Page:
    one, shape = model
    height, width = wall.picture.shape[:2]
    placing = _placed(shape, (width, height), framing)
    completed = complete(one, below=placing.below, sides=placing.rounded)
    ready = piece(completed.cutout, one.eyes + np.array(completed.offset, np.float32), one.eye_distance, 0.0)
    seat = Seat(0, placing.x, placing.y, placing.eye_distance, placing.below, "front")
    painted = paint(wall.picture, [ready], [seat], KeyLight(side=wall.side))
    matrix, shift = placement(ready, seat), (ready.eyes - one.eyes).astype(np.float32)
    notes = []
    if one.eye_distance < NOTED_ENLARGED * placing.eye_distance:
        notes.append("photo_enlarged")
    if placing.below > NOTED_BELOW:
        notes.append("body_carried_on")
    meshes = tuple(((f.mesh[:, :2] + shift) @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32) for f in one.faces)
    return _Page(painted.picture, wall.picture, painted.owner, meshes, tuple(notes), 1 / (1 + placing.cost))


def _joined(page: _Page, beside: Array, frame: tuple[int, int], *, upright: bool) -> _Page:
    """Both pages on one sheet, the model's first; paper between."""
    width, height = frame
    picture, place = np.full((height, width, 3), 0.97, np.float32), np.full((height, width, 3), 247, np.uint8)
    owner = np.zeros((height, width), np.uint8)
    h, w = page.picture.shape[:2]
    second = np.s_[height - beside.shape[0] :, :] if upright else np.s_[:, width - beside.shape[1] :]
    picture[:h, :w], picture[second] = page.picture, beside
    place[:h, :w], place[second] = page.behind, np.rint(beside * 255).astype(np.uint8)
    owner[:h, :w] = page.owner
    return replace(page, picture=picture, behind=place, owner=owner)


def _placed(shape: Outline, frame: tuple[int, int], framing: Framing) -> Placing:
    """Where the model is: aside, for the sake of an empty margin, where the photo cuts neither side."""
    placing = place(shape, frame, Wish(size=1.0, headroom=framing.headroom, lower=framing.lower), STANDING_LINE)
    if shape.shape.cut_left is not None or shape.shape.cut_right is not None:
        return placing
    reach = 1.1 * max(shape.faces[0], shape.faces[2]) * placing.eye_distance
    x = float(np.clip(placing.x + (framing.x - 0.5) * frame[0], reach, frame[0] - reach))
    return replace(placing, x=x)


def _refuse_cut(worn: Item, frame: tuple[int, int]) -> None:
    """Rejected fashion_model_cut where what the photo cuts cannot meet the page's edges."""
    above, sides = touches(worn)
    factor = max(frame[0] / worn.size[0] if sides else 0.0, frame[1] / worn.size[1] if above else 0.0)
    short = sides and worn.size[1] * factor < frame[1] * LEAST_TALL
    if factor > MOST_ENLARGED or short:
        raise Rejected("fashion_model_cut")


def _own_light(picture: Pixels) -> Light:
    side, ambient = light_of(picture)
    across = 0.7 * side
    return Light(direction=(across, 0.35, float(np.sqrt(max(0.1, 1 - across**2 - 0.35**2)))), ambient_colour=ambient)
