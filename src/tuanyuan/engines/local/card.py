"""The local engine's greeting cards: the photo in the window that suits it, words set by hand's rules."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.card import Wanted, wanted
from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.order import Order, Plan
from tuanyuan.domain.ports.pictures import Shown
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.imaging.beauty import even_skin
from tuanyuan.imaging.cards import kinsoku, letters
from tuanyuan.imaging.cards.card import CardSpec, Frame, WordsTooLong, check, frame, outline_clear, windows, with_photo
from tuanyuan.imaging.cards.window import Box, Crop, crop, heads
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.label.inner_mark import inner_mark

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Candidates: the template's palette, and whether another of its windows is taken than the best.
LOOKS = {
    "classic": ("first", False),
    "alternate": ("other", False),
    "reshaped": ("first", True),
    "both": ("other", True),
}
MOST_ATTEMPTS = 1


@dataclass(frozen=True, eq=False)
class Mounted:
    """The photo as it goes into every candidate. Implements `domain.ports.Prepared`.

    keep: whole heads that must be seen, x0, y0, x1, y1. mark: the photo's own AI mark.
    """

    photo: Pixels
    faces: tuple[Face, ...]
    keep: tuple[Box, ...]
    mark: Box | None
    people: tuple[tuple[int, int], ...]
    around: tuple[object, ...] = ()


class CardMaker:
    """Loads nothing but fonts; safe to share among threads."""

    feature = "card"

    def __init__(self, models: Path, executor: Executor) -> None:
        """`models` and `executor` as every maker takes them; no network is needed here."""

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Whether template, words and signature will do. Rejected card_…; WrongUsage option_invalid."""
        card = wanted(order)
        text = kinsoku.normal(f"{card.words}\n{card.signature}")
        missing = letters.missing(text, letters.suitable(text, "kai"))
        if missing:
            raise Rejected("card_letters_missing", letters=" ".join(missing)[:60])
        height, width = photos[0].rgb.shape[:2]
        try:
            check(_spec(card, width / height, "first"))
        except WordsTooLong:
            raise Rejected("card_words_do_not_fit") from None

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Mounted:
        """The photo with even skin, who is in it, and its mark. A card has no place: `scene` is not used."""
        del scene, scene_picture
        self.fit(photos, order)
        shown = photos[0]
        photo = shown.rgb
        if order.beauty and shown.faces:
            even = even_skin(photo.astype(np.float32) / np.float32(255), tuple(shown.faces), order.beauty)
            photo = np.rint(even * 255).clip(0, 255).astype(np.uint8)
        keep = heads([face.box for face in (*shown.faces, *shown.others)])
        people = tuple((0, number) for number in range(len(shown.faces)))
        return Mounted(photo, tuple(shown.faces), tuple(keep), inner_mark(shown.rgb), people)

    def plans(self, prepared: Mounted, order: Order) -> list[Plan]:
        """Palettes, then window shapes."""
        del prepared
        return [Plan(number, look) for number, look in enumerate(list(LOOKS)[: order.candidates])]

    def changed(self, plan: Plan) -> Plan | None:
        """The whole photo on a plain mat."""
        return replace(plan, attempt=plan.attempt + 1) if plan.attempt < MOST_ATTEMPTS else None

    def render(self, prepared: Mounted, order: Order, plan: Plan) -> Rendering:
        """The first of the template's windows in which every head is seen whole."""
        card = wanted(order)
        height, width = prepared.photo.shape[:2]
        spec = _spec(card, width / height, LOOKS[plan.look][0])
        made, part, spec = _mounted(prepared, spec, LOOKS[plan.look][1], whole=plan.attempt > 0)
        if part is None:
            part = Crop(0, 0, width, height, 1.0)
            faults: tuple[str, ...] = ("card_face_covered",)
        else:
            faults = ()
        facts = {
            "template": card.template.id,
            "look": plan.look,
            "window": windows(spec)[spec.window].shape,
            "lines": list(made.lines),
            "text_size": round(made.text_size, 1),
            "inner_mark": _told(prepared.mark, part),
        }
        return Rendering(
            picture=with_photo(made, prepared.photo, part),
            meshes=tuple(_moved(face, part, made) for face in prepared.faces),
            notes=tuple(() for _ in prepared.faces),
            composition=float(np.clip(1 - part.cost / 2, 0, 1)),
            faults=faults,
            facts=facts,
        )


def _spec(card: Wanted, aspect: float, palette: str) -> CardSpec:
    return CardSpec(card.template.id, card.words, card.signature, card.size, aspect, palette)


def _mounted(prepared: Mounted, spec: CardSpec, other: bool, whole: bool) -> tuple[Frame, Crop | None, CardSpec]:
    """A frame, the part of the photo in it (None: a head would be covered in all of them), and which frame it is.

    other: the second window that will do. whole: only the one that shows the whole photo.
    """
    size = prepared.photo.shape[1], prepared.photo.shape[0]
    keep = list(prepared.keep)
    last = len(windows(spec)) - 1
    for number in range(last if whole else 0, last + 1):
        tried = replace(spec, window=number)
        # Painting takes a second; what cannot fit the outline is not painted.
        if number < last and crop(size, keep, prepared.mark, outline_clear(tried)) is None:
            continue
        if other and number < last:
            other = False
            continue
        for bare in (False, True):
            made = frame(replace(tried, bare=bare))
            part = crop(size, keep, prepared.mark, made.clear)
            if part is not None:
                return made, part, tried
    return made, None, tried


def _moved(face: Face, part: Crop, made: Frame) -> Array:
    x, y, w, h = made.box
    low = np.array([round(part.x0), round(part.y0)], np.float32)
    size = np.array([round(part.x1), round(part.y1)], np.float32) - low
    return np.asarray(
        (face.mesh[:, :2] - low) / size * np.array([w, h], np.float32) + np.array([x, y], np.float32), np.float32
    )


def _told(mark: Box | None, part: Crop) -> str | None:
    """What became of the photo's own AI mark: None: it had none."""
    if mark is None:
        return None
    inside = mark[0] >= part.x0 and mark[1] >= part.y0 and mark[2] <= part.x1 + 1 and mark[3] <= part.y1 + 1
    return "in the crop" if inside else "left out"
