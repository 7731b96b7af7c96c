"""The local engine's try-on: a long-sleeved garment drawn over the top that somebody wears. A preview, no fitting."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.matting.goods import GoodsCutter
from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.tryon.drawing import colour_difference, draw
from tuanyuan.imaging.tryon.garment import Garment, Unfit, read
from tuanyuan.imaging.tryon.wearer import Wearer, WearerReader

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# The whole photo, and the upper body alone.
LOOKS = ("whole", "close")
# What the close one shows, in face widths: above the chin, beside the middle, and under the hem.
ABOVE, BESIDE, UNDER = 1.75, 2.4, 0.7
NOTE = "tryon_preview"
# A garment whose colour changed by more than this (CIE Lab) is not shown. Light of the photo explains less.
MOST_COLOUR_OFF = 18.0


@dataclass(frozen=True, eq=False)
class Fitting:
    """Implements `domain.ports.Prepared`. person: number of the photo that shows them; rgb: that photo, uint8 H×W×3."""

    person: int
    rgb: Pixels
    face: Face
    wearer: Wearer
    garment: Garment

    @property
    def people(self) -> tuple[tuple[int, int], ...]:
        """The only person."""
        return ((self.person, 0),)

    @property
    def around(self) -> tuple[object, ...]:
        """Nobody was cut out."""
        return ()


class TryOn:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "tryon"

    def __init__(self, models: Path, executor: Executor) -> None:
        self._wearers = WearerReader(models)
        self._goods = GoodsCutter(models)
        self._executor = executor

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Rejected, each with what to do, unless these two photos give a picture that is good enough to show."""
        del order
        self._fitting(photos)

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Fitting:
        """Read person and garment. Rejected as in `fit`."""
        del order, scene, scene_picture
        return self._fitting(photos)

    def plans(self, prepared: Fitting, order: Order) -> Sequence[Plan]:
        """At most two: try-on has no more than one truth, seen whole and from near."""
        del prepared
        return [Plan(number, look) for number, look in enumerate(LOOKS[: order.candidates])]

    def changed(self, plan: Plan) -> Plan | None:
        """Nothing would make it better."""
        del plan
        return None

    def render(self, prepared: Fitting, order: Order, plan: Plan) -> Rendering:
        """One candidate; outside the worn top (and, with beauty, the face) every pixel is the photo's."""
        wearer = prepared.wearer
        x0, y0, x1, y1 = wearer.box
        picture = prepared.rgb.copy()
        picture[y0:y1, x0:x1] = drawn = draw(wearer, prepared.garment)
        off = colour_difference(drawn, wearer, prepared.garment)
        picture = _evened(picture, prepared.face, order.beauty)
        mesh = prepared.face.mesh[:, :2].astype(np.float32)
        if plan.look == "close":
            left, top, right, bottom = _close(picture.shape, prepared)
            picture = np.ascontiguousarray(picture[top:bottom, left:right])
            mesh = mesh - np.array([left, top], np.float32)
        if order.size is not None:
            picture, mesh = _framed(picture, mesh, order.size)
        return Rendering(
            picture,
            meshes=(mesh,),
            notes=((NOTE,),),
            composition=0.9 if plan.look == "close" else 1.0,
            faults=("tryon_colour_off",) if off > MOST_COLOUR_OFF else (),
            facts={"look": plan.look, "colour_off": round(off, 1)},
        )

    def _fitting(self, photos: Sequence[Shown]) -> Fitting:
        number = next(i for i, photo in enumerate(photos) if photo.role == "person")
        person = photos[number]
        clothes = next(photo for photo in photos if photo.role == "garment")
        if len(person.faces) != 1 or person.others:
            raise Rejected("tryon_one_person")
        if clothes.faces or clothes.others:
            raise Rejected("tryon_garment_worn")
        try:
            garment = self._garment(clothes)
            wearer = self._wearers.read(person.rgb, person.faces)
        except Unfit as unfit:
            raise Rejected(unfit.code) from unfit
        return Fitting(number, person.rgb, person.faces[0], wearer, garment)

    def _garment(self, photo: Shown) -> Garment:
        cut = self._goods.cut(photo.rgb).alpha if photo.alpha is None or photo.alpha.min() > 25 else None
        return read(photo.rgb, photo.alpha, cut)


def _evened(picture: Pixels, face: Face, level: int) -> Pixels:
    if level <= 0:
        return picture
    colour = picture.astype(np.float32) / np.float32(255)
    even = even_skin(colour, (face,), level)
    changed = (even != colour).any(2)
    return np.where(changed[..., None], np.clip(even * 255 + 0.5, 0, 255).astype(np.uint8), picture)


def _close(shape: tuple[int, ...], fitting: Fitting) -> tuple[int, int, int, int]:
    """Head to hem, no narrower than three quarters of its height where the photo is wide enough."""
    unit, (x0, y0, _, _) = fitting.wearer.unit, fitting.wearer.box
    outline = fitting.wearer.outline
    chin = float(fitting.face.mesh[:, 1].max())
    top = max(0, int(chin - ABOVE * unit))
    bottom = min(shape[0], int(y0 + outline.hem[:, 1].max() + UNDER * unit))
    half = max(BESIDE * unit, 0.375 * (bottom - top))
    middle = x0 + outline.axis
    return max(0, int(middle - half)), top, min(shape[1], int(middle + half)), bottom


def _framed(picture: Pixels, mesh: Array, size: tuple[int, int]) -> tuple[Pixels, Array]:
    """The picture whole in a frame of `size` (width, height), on a ground of its own edge, softened."""
    height, width = picture.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    inner = (round(width * scale), round(height * scale))
    cover = max(size[0] / width, size[1] / height)
    spread = cv2.resize(picture, (int(np.ceil(width * cover)), int(np.ceil(height * cover))))
    x, y = (spread.shape[1] - size[0]) // 2, (spread.shape[0] - size[1]) // 2
    ground = cv2.GaussianBlur(spread[y : y + size[1], x : x + size[0]], (0, 0), max(size) / 40)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    shown = reduce(picture, inner) if scale < 1 else cv2.resize(picture, inner, interpolation=cv2.INTER_CUBIC)
    ground[top : top + inner[1], left : left + inner[0]] = shown
    return ground, (mesh * np.float32(scale) + np.array([left, top], np.float32)).astype(np.float32)
