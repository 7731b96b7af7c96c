"""The local engine's new background: one photo's people cut out as they stand, framed, lit and set before a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.scene import Light, Scene
from tuanyuan.engines.local.looks import CROPS, LOOKS
from tuanyuan.engines.local.outfits import Outfits
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.backdrop import backdrop, light_of
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.compose import KeyLight, paint, piece, placement
from tuanyuan.imaging.enlarging import Enlarger
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.grade import apply_grade
from tuanyuan.imaging.judge import Surroundings, surroundings
from tuanyuan.imaging.larger_piece import enlarged
from tuanyuan.imaging.layout import Seat
from tuanyuan.imaging.light import harmonise, skin_tone
from tuanyuan.imaging.makeover.framing import Outline, Placing, Wish, ends, outline, place
from tuanyuan.imaging.makeover.parting import Parting
from tuanyuan.imaging.makeover.relight import lit, neutral_tone
from tuanyuan.imaging.matting import Cutout, PersonCutter
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.segmentation import Segmentation
from tuanyuan.imaging.sitter import Sitter, scaled, sitter

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Look and crop of each candidate; each look has its own, so that candidates differ in both.
VARIANTS = {"daylight": "standard", "warm": "close", "soft": "standard", "evening": "wide"}
PLAINEST = "daylight"
WISHES = {
    "standard": Wish(size=1.0, headroom=0.13, lower=6.0),
    "close": Wish(size=1.0, headroom=0.08, lower=4.4),
    "wide": Wish(size=0.95, headroom=0.17, lower=8.5),
}
# People are told apart at this size, in pixels of the long side; hair is matted at the size at which it is drawn.
LOOK_AT = 960
# What is left round the people, in face widths, when the rest of the photo is cut away, and below which probability.
ROOM, NOBODY = 0.4, 0.08
# More than so many hidden joints, or so large a share that nobody can tell whose it is: somebody would be halved.
MOST_TORN, MOST_CONTESTED = 1, 0.35
ENLARGED, WARN_BELOW = 0.62, 0.9


class Dressing(Protocol):
    """Another outfit on the people of a photo, see `engines.local.outfits`."""

    def fit(self, photo: Shown, outfit: str, mask: Pixels | None) -> None:
        """Rejected, with advice, when the clothes cannot be changed."""
        ...

    def dress(self, photo: Shown, outfit: str, mask: Pixels | None, variants: int) -> tuple[Pixels, ...]:
        """The photo in so many variants, of its own size; nothing but clothes is changed."""
        ...


@dataclass(frozen=True, eq=False)
class Posed:
    """Implements `domain.ports.Prepared`. dressed: the group, in one light, once for each outfit's variant."""

    people: tuple[tuple[int, int], ...]
    around: tuple[Surroundings, ...]
    dressed: tuple[Sitter, ...]
    outline: Outline
    scene: Scene
    behind: Mapping[str, Future[Pixels]]
    side: float
    notes: tuple[str, ...]
    ends: float | None


class Makeover:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "makeover"

    def __init__(self, models: Path, executor: Executor, outfits: Dressing | None = None) -> None:
        self._cutter, self._enlarger = PersonCutter(models, executor), Enlarger(models)
        self._models, self._executor = models, executor
        self._outfits = outfits

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Rejected: people_inseparable, or what the outfit says of the clothes."""
        photo, mask = _told_apart(photos)
        outfit = order.options.get("cloth_style")
        if outfit:
            self._dressing.fit(photo, outfit, mask)
        if photo.others:
            self._look(photo)

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Posed:
        """Cut the group out and bring it into the scene's light. Rejected as in `fit`, or body_hidden."""
        if scene is None or scene_picture is None:
            raise OurFault("unexpected", detail="a new background without one")
        photo, mask = _told_apart(photos)
        outfit = order.options.get("cloth_style")
        dressing = None
        if outfit:
            self._dressing.fit(photo, outfit, mask)
            dressing = self._executor.submit(self._dressing.dress, photo, outfit, mask, order.candidates)
        behind = {
            crop: self._executor.submit(_behind, scene_picture, order.frame, crop, scene.blur)
            for crop in dict.fromkeys(list(VARIANTS.values())[: order.candidates])
        }
        seen, parting = self._look(photo)
        sharpest = max(
            place(_rough(photo, seen), order.frame, WISHES[crop], scene.standing_line).eye_distance for crop in behind
        )
        near = _near(photo, seen, sharpest)
        cutout = self._cutter.matte(near.rgb, near.faces, near.seen)
        group = sitter(cutout, near.faces)
        lost = ends(group)
        shown = [place(outline(group), order.frame, WISHES[crop], scene.standing_line) for crop in behind]
        if all(_ends_inside(lost, placing, order.frame[1]) for placing in shown):
            raise Rejected("body_hidden", file=photo.name)
        light = _own_light(scene_picture) if scene.own else scene.light
        cutouts = [cutout]
        if dressing is not None:
            cutouts = [_recoloured(cutout, near, photo, worn) for worn in dressing.result()]
        dressed = [_brought(replace(group, cutout=one), light, order.beauty) for one in cutouts]
        return Posed(
            people=tuple((0, number) for number in range(len(near.faces))),
            around=tuple(surroundings(near.rgb, near.seen.probability, f.box) for f in near.faces),
            dressed=tuple(dressed),
            outline=outline(group),
            scene=scene,
            behind=behind,
            side=light.direction[0],
            notes=("people_parted",) if parting is not None and parting.touching else (),
            ends=lost,
        )

    def plans(self, prepared: Posed, order: Order) -> list[Plan]:
        """The first plan of each candidate."""
        del prepared
        return [Plan(number, look) for number, look in enumerate(list(VARIANTS)[: order.candidates])]

    def changed(self, plan: Plan) -> Plan | None:
        """After a failed check the same in the plainest light; then nothing more."""
        return Plan(plan.number, PLAINEST, plan.attempt + 1) if plan.look != PLAINEST else None

    def render(self, prepared: Posed, order: Order, plan: Plan) -> Rendering:
        """One candidate. The same prepared photo, order and plan give the same pixels."""
        crop = VARIANTS[list(VARIANTS)[plan.number % len(VARIANTS)]]
        look = LOOKS[plan.look]
        group = prepared.dressed[plan.number % len(prepared.dressed)]
        placing = place(prepared.outline, order.frame, WISHES[crop], prepared.scene.standing_line)
        behind = prepared.behind[crop].result()
        if look.backdrop != 1:
            behind = cv2.convertScaleAbs(behind, alpha=look.backdrop)
        completed = complete(group, below=placing.below, sides=placing.rounded)
        eyes = group.eyes + np.array(completed.offset, np.float32)
        ready = piece(completed.cutout, eyes, group.eye_distance, 0.0)
        seat = Seat(0, placing.x, placing.y, placing.eye_distance, placing.below, "front")
        finer = enlarged(ready, seat.eye_distance, self._enlarger)
        painted = paint(behind, [finer], [seat], KeyLight(side=prepared.side))
        matrix, shift = placement(ready, seat), (ready.eyes - group.eyes).astype(np.float32)
        return Rendering(
            picture=apply_grade(painted.picture, look.grade, seed=order.seed + plan.number),
            backdrop=behind,
            owner=painted.owner,
            meshes=tuple(_moved(f, shift, matrix) for f in group.faces),
            notes=tuple((*prepared.notes, *_notes(group, placing)) for _ in group.faces),
            composition=1 / (1 + placing.cost),
            faults=("body_hidden",) if _ends_inside(prepared.ends, placing, order.frame[1]) else (),
            facts={"look": plan.look, "crop": crop},
        )

    @cached_property
    def _dressing(self) -> Dressing:
        """Its networks are loaded for the first who asks for an outfit."""
        return self._outfits or Outfits(self._models, self._executor)

    def _look(self, photo: Shown) -> tuple[Segmentation, Parting | None]:
        """Who is where in the photo. Rejected people_inseparable."""
        factor = min(1.0, LOOK_AT / max(photo.rgb.shape[:2]))
        small, faces = scaled(photo.rgb, photo.faces, factor)
        others = scaled(photo.rgb[:1, :1], photo.others, factor)[1]
        seen, parting = self._cutter.look(small, faces, others)
        halved = parting is not None and (parting.torn > MOST_TORN or parting.contested > MOST_CONTESTED)
        if photo.others and halved:
            raise Rejected("people_inseparable", file=photo.name)
        return seen, parting


@dataclass(frozen=True, eq=False)
class _Near:
    """The people's part of the photo at the size at which it is drawn. place: x0, y0, x1, y1 in the photo's pixels."""

    rgb: Pixels
    faces: list[Face]
    seen: Segmentation
    place: tuple[int, int, int, int]


def _rough(photo: Shown, seen: Segmentation) -> Outline:
    """The group's outline as the networks see it, before any hair is matted."""
    faces = scaled(photo.rgb[:1, :1], photo.faces, seen.probability.shape[1] / photo.rgb.shape[1])[1]
    return outline(sitter(Cutout(np.empty(0, np.float32), seen.probability), faces))


def _near(photo: Shown, seen: Segmentation, eye_distance: float) -> _Near:
    """Cut away what is far from the people, and reduce the rest so that eyes are `eye_distance` pixels apart."""
    scale = photo.rgb.shape[1] / seen.probability.shape[1]
    rows, columns = (np.flatnonzero((seen.probability > NOBODY).any(axis)) for axis in (1, 0))
    room = round(ROOM * max(f.width for f in photo.faces) / scale) + 1
    y0, x0 = max(0, int(rows[0]) - room), max(0, int(columns[0]) - room)
    y1, x1 = int(rows[-1]) + 1 + room, int(columns[-1]) + 1 + room
    cut = (slice(y0, y1), slice(x0, x1))
    height, width = photo.rgb.shape[:2]
    left, top = round(x0 * scale), round(y0 * scale)
    right, bottom = min(width, round(x1 * scale)), min(height, round(y1 * scale))
    moved = [replace(f, mesh=f.mesh - np.array([left, top, 0], np.float32)) for f in photo.faces]
    factor = min(1.0, eye_distance / float(np.median([f.eye_distance for f in moved])))
    rgb, faces = scaled(np.ascontiguousarray(photo.rgb[top:bottom, left:right]), moved, factor)
    part = Segmentation(np.ascontiguousarray(seen.probability[cut]), np.ascontiguousarray(seen.disagreement[cut]))
    return _Near(rgb, faces, part, (left, top, right, bottom))


def _behind(picture: Pixels, size: tuple[int, int], crop: str, blurred: float) -> Pixels:
    return backdrop(picture, size, zoom=CROPS[crop].zoom, blurred=blurred, gain=1.0)


def _told_apart(photos: Sequence[Shown]) -> tuple[Shown, Pixels | None]:
    """The photo, and the mask of the clothes where there is one."""
    photo = next(p for p in photos if p.role != "mask")
    mask = next((p.rgb[..., 0] for p in photos if p.role == "mask"), None)
    return photo, mask


def _own_light(picture: Pixels) -> Light:
    """A guess at the light of a customer's picture: its brighter side, and its colour."""
    side, ambient = light_of(picture)
    across = 0.7 * side
    return Light(direction=(across, 0.35, float(np.sqrt(max(0.1, 1 - across**2 - 0.35**2)))), ambient_colour=ambient)


def _recoloured(cutout: Cutout, near: _Near, photo: Shown, worn: Pixels) -> Cutout:
    """The same cut-out with the colours of the photo in other clothes."""
    if worn.shape != photo.rgb.shape:
        raise OurFault("unexpected", detail="the dressed photo has another size")
    left, top, right, bottom = near.place
    height, width = cutout.alpha.shape
    small, _ = scaled(np.ascontiguousarray(worn[top:bottom, left:right]), (), width / (right - left))
    image = small[:height, :width].astype(np.float32) / np.float32(255)
    return Cutout(foreground_colours(image, cutout.alpha), cutout.alpha)


def _brought(group: Sitter, light: Light, beauty: int) -> Sitter:
    """The group without its old light's cast, in the scene's light, its skin evened."""
    colour, alpha = group.cutout.colour, group.cutout.alpha
    tones = [skin_tone(colour, f) for f in group.faces]
    target = neutral_tone(np.mean(tones, 0).astype(np.float32), colour, alpha)
    colour = lit(harmonise(group, tones, target), alpha, group.faces, group.eye_distance, light)
    return replace(group, cutout=Cutout(even_skin(colour, group.faces, beauty), alpha))


def _moved(face: Face, shift: Array, matrix: NDArray[np.float64]) -> Array:
    moved: Array = ((face.mesh[:, :2] + shift) @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return moved


def _ends_inside(ends: float | None, placing: Placing, height: int) -> bool:
    """Whether somebody's body ends in mid-air within the frame."""
    return ends is not None and placing.y + ends * placing.eye_distance < height


def _notes(group: Sitter, placing: Placing) -> tuple[str, ...]:
    notes: list[Any] = []
    if group.eye_distance < ENLARGED * placing.eye_distance:
        notes.append("photo_enlarged")
    if placing.below > WARN_BELOW:
        notes.append("body_carried_on")
    return tuple(notes)
