"""Cutting out and restoring on this computer: the last way of each, and always there.

Implements `domain.ports.retouching.Matting` and `FaceRestoring`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.photo import BYSTANDER
from tuanyuan.domain.ports.retouching import Kind
from tuanyuan.imaging import restoration
from tuanyuan.imaging.clothes.top import TopFinder, clothes_mask
from tuanyuan.imaging.decode import Bounds, decode, over_white
from tuanyuan.imaging.encode import encode
from tuanyuan.imaging.faces import FaceFinder
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.imaging.matting.goods import GoodsCutter

NAME = "local"
_BOUNDS = Bounds(bytes=64 * 1024 * 1024)


class LocalMatting:
    """The studio's own networks. Safe to share between threads."""

    def __init__(self, models: Path, finder: FaceFinder, cutter: PersonCutter) -> None:
        self._finder, self._cutter, self._goods = finder, cutter, GoodsCutter(models)
        self._tops = TopFinder(models)

    def cut(self, picture: bytes, kind: Kind) -> bytes:
        """A PNG with alpha of the picture's size. Rejected: what `decode` refuses; no_face where people are wanted."""
        rgb = _opened(picture)
        if kind == "goods":
            cut = self._goods.cut(rgb)
        else:
            faces = self._finder.find(rgb)
            if not faces:
                raise Rejected("no_face")
            least = BYSTANDER * max(face.eye_distance for face in faces)
            faces = [face for face in faces if face.eye_distance >= least]
            if kind == "clothes":
                return encode(rgb, "png", alpha=clothes_mask(rgb.shape, self._tops.find(rgb, faces)))
            cut, _ = self._cutter.cut(rgb, faces)
        colour, alpha = (np.rint(np.clip(part, 0, 1) * 255).astype(np.uint8) for part in (cut.colour, cut.alpha))
        return encode(colour, "png", alpha=alpha)


class LocalRestoring:
    """`imaging.restoration` on files. Safe to share between threads."""

    def __init__(self, finder: FaceFinder | None = None) -> None:
        """Without a finder faces cannot be guarded, and scratches, tears and spots stay."""
        self._finder = finder

    def restore(self, picture: bytes) -> bytes:
        """A PNG of the picture's size. Rejected: what `decode` refuses."""
        rgb = _opened(picture)
        faces = None if self._finder is None else self._finder.find(rgb)
        return encode(restoration.restore(rgb, faces), "png")


def _opened(picture: bytes) -> NDArray[np.uint8]:
    return over_white(decode(picture, name="picture", bounds=_BOUNDS))
