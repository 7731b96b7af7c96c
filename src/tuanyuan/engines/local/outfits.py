"""Changing an outfit on this computer: the top that a person wears becomes a tang jacket or a cheongsam of new silk.

A recolouring, and honest about it: cut, sleeves and length stay. Another garment altogether is a cloud engine's work.
"""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.ports.pictures import Shown
from tuanyuan.imaging.clothes.top import Top, TopFinder
from tuanyuan.imaging.outfit.closing import Outfit
from tuanyuan.imaging.outfit.dye import Silk
from tuanyuan.imaging.outfit.fitness import fitness
from tuanyuan.imaging.outfit.tailor import fitted, sewn

Pixels = NDArray[np.uint8]

# In the order in which they are offered.
SILKS: dict[Outfit, tuple[Silk, ...]] = {
    "tang": (
        Silk("vermilion_roundels", (170, 22, 32), (212, 168, 84), "roundels"),
        Silk("ink_clouds", (28, 44, 84), (206, 190, 140), "clouds"),
        Silk("jade_panes", (30, 96, 80), (222, 190, 110), "panes"),
        Silk("plum_blossoms", (104, 28, 66), (224, 180, 110), "blossoms"),
    ),
    "cheongsam": (
        Silk("vermilion_blossoms", (170, 22, 32), (222, 178, 96), "blossoms"),
        Silk("jade_blossoms", (30, 96, 80), (222, 200, 140), "blossoms"),
        Silk("plum_panes", (104, 28, 66), (224, 180, 110), "panes"),
        Silk("ink_roundels", (28, 44, 84), (206, 190, 140), "roundels"),
    ),
}
MASKED = 127
# Of a face that a mask may cover, and of the picture that it must.
MOST_OF_FACE, LEAST_OF_PICTURE = 0.06, 0.003
# What a mask that somebody drew settles: these doubts are theirs, no longer ours.
SETTLED = frozenset({"unclear", "touching", "covered"})


class Outfits:
    """Loads its networks once; safe to share among threads."""

    def __init__(self, models: Path, executor: Executor) -> None:
        self._tops = TopFinder(models)
        self._executor = executor

    def fit(self, photo: Shown, outfit: str, mask: Pixels | None) -> None:
        """Whether everybody kept in `photo` can be dressed in `outfit`. Rejected: outfit_…, with advice.

        mask: uint8 H×W of the photo's size, white where the tops are, as somebody corrected it; None: it is found.
        """
        _known(outfit)
        self._fitting(photo, mask)

    def dress(self, photo: Shown, outfit: str, mask: Pixels | None, variants: int) -> tuple[Pixels, ...]:
        """`variants` (at most four) pictures, uint8 of the photo's size, in different silks. Rejected as in `fit`.

        Nothing but the tops, with their new collars and fastenings, differs from the photo by a bit.
        """
        kind = _known(outfit)
        measured = [fitted(top, kind) for top in self._fitting(photo, mask)]

        def picture(number: int) -> Pixels:
            out: Pixels = photo.rgb.copy()
            for person, fit in enumerate(measured):
                # People in one picture wear different silks of one set, as families do.
                silk = SILKS[kind][(number + person) % len(SILKS[kind])]
                # Windows of neighbours overlap: only what is new is laid over.
                here = fit.top.window.of(out)
                new = sewn(fit, silk, kind)
                changed = (new != fit.top.rgb).any(2)
                here[changed] = new[changed]
            return out

        numbers = range(min(variants, len(SILKS[kind])))
        # One alone may be asked for from a thread of the pool, which must not wait for another.
        return tuple(self._executor.map(picture, numbers) if len(numbers) > 1 else map(picture, numbers))

    def _fitting(self, photo: Shown, mask: Pixels | None) -> list[Top]:
        """The tops, each found good enough. Rejected."""
        if not photo.faces:
            raise Rejected("outfit_no_person", photo=photo.name)
        if mask is not None:
            _check_mask(photo, mask)
        tops = [top for top in self._tops.find(photo.rgb, photo.faces, photo.others, mask) if top is not None]
        if len(tops) < len(photo.faces):
            raise Rejected("outfit_small", photo=photo.name)
        for top in tops:
            fault = fitness(top).fault
            if fault is not None and not (mask is not None and fault in SETTLED):
                raise Rejected(f"outfit_{fault}", photo=photo.name)
        return tops


def _known(outfit: str) -> Outfit:
    for kind in SILKS:
        if kind == outfit:
            return kind
    raise KeyError(outfit)


def _check_mask(photo: Shown, mask: Pixels) -> None:
    height, width = photo.rgb.shape[:2]
    if mask.shape != (height, width):
        given = "×".join(str(side) for side in mask.shape[1::-1])
        raise Rejected("outfit_mask_size", photo=photo.name, given=given, wanted=f"{width}×{height}")
    if (mask > MASKED).mean() < LEAST_OF_PICTURE:
        raise Rejected("outfit_mask_empty", photo=photo.name)
    for face in photo.faces:
        x, y, w, h = face.box
        inner = mask[max(0, int(y + 0.1 * h)) : int(y + 0.85 * h), max(0, int(x + 0.15 * w)) : int(x + 0.85 * w)]
        if inner.size and (inner > MASKED).mean() > MOST_OF_FACE:
            raise Rejected("outfit_mask_face", photo=photo.name)
