"""Cards of the sample photos: every face whole, uncovered, recognisable; and a measure that tells when one is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.card import CardMaker
from tuanyuan.imaging.cards.card import CardSpec, frame
from tuanyuan.imaging.cards.window import crop, heads
from tuanyuan.imaging.decode import decode

CARDS = [
    ("spring-festival", "portrait", "group_of_three"),
    ("mid-autumn", "landscape", "woman_blonde"),
    ("birthday", "portrait", "man_turned"),
    ("wedding", "landscape", "group_of_three"),
    ("full-moon", "portrait", "woman_long_hair"),
    ("longevity", "portrait", "elderly_man"),
]


@dataclass(frozen=True, eq=False)
class OnePhoto:
    """An opened photo."""

    name: str
    rgb: np.ndarray
    faces: tuple[Any, ...]
    role: str = "picture"
    alpha: None = None
    others: tuple[Any, ...] = ()
    likenesses: tuple[Any, ...] = ()


@pytest.fixture(scope="module")
def photo(samples: Path, finder):
    def opened(name: str) -> OnePhoto:
        rgb = decode((samples / f"{name}.jpg").read_bytes(), name=name).rgb
        return OnePhoto(name, rgb, tuple(finder.find(rgb)))

    return opened


@pytest.mark.parametrize(("template", "orientation", "name"), CARDS)
def test_faces_are_there_whole_and_themselves(photo, executor, template: str, orientation: str, name: str) -> None:
    shown = photo(name)
    maker = CardMaker(Path("nowhere"), executor)
    order = Order(
        (PhotoHint(name),), "card", style=template, candidates=1, beauty=0, options={"orientation": orientation}
    )
    prepared = maker.prepare([shown], order, None, None)
    made = maker.render(prepared, order, maker.plans(prepared, order)[0])
    assert made.faults == ()
    assert made.meshes is not None
    assert len(made.meshes) == len(shown.faces) > 0
    for face, mesh in zip(shown.faces, made.meshes, strict=True):
        # The same place of the photo and of the card: as far as reducing goes, the same picture.
        original = shown.rgb[
            tuple(np.rint(face.mesh[::9, 1::-1]).astype(int).clip(0, np.array(shown.rgb.shape[:2]) - 1).T)
        ]
        on_card = made.picture[tuple(np.rint(mesh[::9, ::-1]).astype(int).T)]
        assert np.median(np.abs(original.astype(int) - on_card)) < 12


def test_a_crop_through_a_face_would_be_noticed(photo) -> None:
    shown = photo("group_of_three")
    card = frame(CardSpec("full-moon", "好", size=(540, 720), aspect=1.5))
    assert crop(shown.rgb.shape[1::-1], heads([face.box for face in shown.faces]), None, card.clear) is None
