"""The local engine's avatar: the best photo of one person, cut out, drawn or graded in a style on a ground of ours."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports import Shown
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.avatar import styles
from tuanyuan.imaging.avatar.bust import framed
from tuanyuan.imaging.avatar.choosing import Marks, Place, is_clear, marks, people
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.enlarging import MOST, Enlarger
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.identity import Identity, distance
from tuanyuan.imaging.light import harmonise, skin_tone
from tuanyuan.imaging.matting import Cutout, PersonCutter
from tuanyuan.imaging.sitter import Sitter, apart, scaled, sitter

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

STYLES = tuple(styles.STYLES)
# What a set without a style shows, best first: every odd seed the first four, every even seed the others.
SET = ("business", "guochao", "oil", "cartoon", "film", "ink", "festive", "classical")
# Of one style: the crop of each of its four palettes.
CROPS = ("standard", "close", "standard", "wide")
FRAME = (1440, 1440)
# Eye distance at which a person is cut out, as a share of the frame's shorter side; from how much enlarging on the
# enlarger is asked, and what is kept of a photo round the face, in eye distances.
CUT_AT, ENLARGE_FROM = 0.17, 1.3
AROUND = (4.2, 3.6, 4.2, 5.5)
# A further photo is used when its score is at least this share of the best one's; so many photos at most.
NEARLY, MOST_PHOTOS = 0.92, 3
# Beyond this distance (0.6: a stranger) a picture is not shown.
ALIKE = 0.5
# How many times larger than in its photo a face may be before the customer is told.
ENLARGED = 1.6
LIKENESS_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Choice:
    """One photo that is used. number: of the photo; descriptor (128,) of the face in it."""

    number: int
    name: str
    marks: Marks
    sitter: Sitter
    descriptor: Array
    enlarged: float


@dataclass(frozen=True, eq=False)
class Subject:
    """Implements `domain.ports.Prepared`. choices: best first. left_out: names of photos that show somebody else."""

    people: tuple[tuple[int, int], ...]
    choices: tuple[Choice, ...]
    left_out: tuple[str, ...]
    around: tuple[Any, ...] = ()


class Avatar:
    """Implements `domain.ports.Maker`. Loads its networks once; safe to share among threads."""

    feature = "avatar"

    def __init__(self, models: Path, executor: Executor) -> None:
        self._cutter, self._enlarger, self._identity = PersonCutter(models), Enlarger(models), Identity(models)
        self._executor = executor

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Rejected avatar_person_unclear: nobody is in most of the photos. WrongUsage option_invalid: no such style."""
        _styles(order, 1)
        _person(photos)

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Subject:
        """Find the person, choose the photos, cut them out in even light. Rejected as in `fit`."""
        del scene, scene_picture
        _styles(order, 1)
        own = _person(photos)
        marked = [(place, marks(photos[place[0]].rgb, photos[place[0]].faces[place[1]])) for place in own]
        marked.sort(key=lambda one: -one[1].score)
        chosen: list[tuple[Place, Marks]] = []
        for place, mark in marked:
            seen = {photo for (photo, _), _ in chosen}
            if not chosen or (mark.score >= NEARLY * chosen[0][1].score and place[0] not in seen):
                chosen.append((place, mark))
        side = min(order.size or FRAME)
        choices = self._executor.map(
            lambda one: self._cut(photos, one[0], one[1], CUT_AT * side, order.beauty), chosen[:MOST_PHOTOS]
        )
        shown = {photo for photo, _ in own}
        left_out = tuple(photo.name for number, photo in enumerate(photos) if number not in shown)
        return Subject((chosen[0][0],), tuple(choices), left_out)

    def plans(self, prepared: Subject, order: Order) -> Sequence[Plan]:
        """A style each, or one style in its palettes and crops."""
        del prepared
        return [Plan(number, look) for number, look in enumerate(_styles(order, order.candidates))]

    def changed(self, plan: Plan) -> Plan | None:
        """First closer, then in the plainest style."""
        style, palette, _ = plan.look.split("/")
        if plan.attempt == 0:
            return replace(plan, look=f"{style}/{palette}/close", attempt=1)
        if plan.attempt == 1 and style != "business":
            return replace(plan, look="business/steel/standard", attempt=2)
        return None

    def render(self, prepared: Subject, order: Order, plan: Plan) -> Rendering:
        """One avatar. The same photos, order and plan give the same pixels."""
        name, palette, crop = plan.look.split("/")
        style = styles.STYLES[name]
        # A re-make goes back to the best photo.
        choice = prepared.choices[0 if plan.attempt else plan.number % len(prepared.choices)]
        bust = framed(choice.sitter, style.framed(crop), order.size or FRAME)
        picture, ground = style.paint(bust, palette, order.seed + 101 * plan.number, self._enlarger)
        apart_by = distance(self._identity.describe(picture, bust.mesh), choice.descriptor)
        notes = ["photo_enlarged"] if bust.enlarged * choice.enlarged > ENLARGED else []
        notes += ["avatar_others_left_out"] if prepared.left_out else []
        return Rendering(
            picture,
            backdrop=ground,
            meshes=(bust.mesh,),
            notes=(tuple(notes),),
            composition=_composition(choice.marks, apart_by),
            faults=("avatar_not_alike",) if apart_by > ALIKE else (),
            facts={
                "style": name,
                "palette": palette,
                "crop": crop,
                "photo": choice.name,
                "marks": choice.marks.as_dict(),
                "left_out": list(prepared.left_out),
            },
        )

    def _cut(self, photos: Sequence[Shown], place: Place, mark: Marks, goal: float, beauty: int) -> Choice:
        """The person of one photo, in even light, at about `goal` pixels of eye distance."""
        photo = photos[place[0]]
        face = photo.faces[place[1]]
        descriptor = photo.likenesses[place[1]].descriptor
        rgb, faces = _near(photo.rgb, [face, *(f for f in (*photo.faces, *photo.others) if f is not face)])
        factor = goal / face.eye_distance
        enlarged = 1.0
        if factor > ENLARGE_FROM:
            enlarged = min(factor, MOST)
            faces = [replace(face, mesh=face.mesh * np.float32(enlarged)) for face in faces]
            rgb = self._enlarger.enlarge(rgb, enlarged)
        elif factor < 1:
            rgb, faces = scaled(rgb, faces, factor)
        own, others = faces[0], faces[1:]
        cutout, _ = self._cutter.cut(rgb, [own], others)
        one = sitter(apart(cutout, [own])[0][0], [own])
        tone = skin_tone(one.cutout.colour, own)
        colour = even_skin(harmonise(one, [tone], tone), one.faces, beauty)
        lit = replace(one, cutout=Cutout(colour, one.cutout.alpha))
        return Choice(place[0], photo.name, mark, lit, descriptor, enlarged)


def _styles(order: Order, count: int) -> list[str]:
    """`style/palette/crop` of each candidate. WrongUsage option_invalid: no such style."""
    turn = order.seed // 2
    if order.style is None:
        first = 0 if order.seed % 2 else len(SET) // 2
        names = [SET[(first + number) % len(SET)] for number in range(count)]
        return [f"{name}/{_palette(name, turn)}/standard" for name in names]
    if order.style not in STYLES:
        raise WrongUsage("option_invalid", field="style", allowed="、".join(STYLES))
    return [
        f"{order.style}/{_palette(order.style, number)}/{CROPS[(number + turn) % len(CROPS)]}"
        for number in range(count)
    ]


def _palette(style: str, number: int) -> str:
    palettes = styles.STYLES[style].palettes
    return palettes[number % len(palettes)]


def _person(photos: Sequence[Shown]) -> list[Place]:
    """Where the person is. Rejected avatar_person_unclear."""
    groups = people(
        [
            ((number, face), likeness.descriptor)
            for number, photo in enumerate(photos)
            for face, likeness in enumerate(photo.likenesses)
        ]
    )
    if not groups:
        raise Rejected("no_face")
    if not is_clear(groups):
        raise Rejected("avatar_person_unclear", count=len(groups))
    return groups[0]


def _near(rgb: Pixels, faces: list[Face]) -> tuple[Pixels, list[Face]]:
    """What an avatar may show of the photo, round the first of `faces`."""
    x, y = (float(v) for v in faces[0].eyes)
    unit = faces[0].eye_distance
    left, top, right, bottom = AROUND
    x0, y0 = max(0, int(x - left * unit)), max(0, int(y - top * unit))
    x1, y1 = min(rgb.shape[1], int(x + right * unit)), min(rgb.shape[0], int(y + bottom * unit))
    shift = np.array([x0, y0, 0], np.float32)
    moved = [replace(face, mesh=face.mesh - shift) for face in faces]
    return np.ascontiguousarray(rgb[y0:y1, x0:x1]), moved


def _composition(mark: Marks, apart_by: float) -> float:
    """Half how good the photo is, half how near the picture is to the person."""
    return float(np.clip((1 - LIKENESS_SHARE) * mark.score + LIKENESS_SHARE * (1 - apart_by), 0, 1))
