"""All damage of a photo that can be filled: lines, spots, missing corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.restoration import fitted
from tuanyuan.imaging.restoration.evidence import evidence
from tuanyuan.imaging.restoration.findings import examine
from tuanyuan.imaging.restoration.guard import Guard, guard
from tuanyuan.imaging.restoration.losses import missing_corners
from tuanyuan.imaging.restoration.ridges import Piece, pieces
from tuanyuan.imaging.restoration.scratches import scratches
from tuanyuan.imaging.restoration.spots import FEATURES, Spot, spots

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# Longer side at which a photo is looked through, and below which there is nothing to see.
LOOKED_AT, LEAST = 1400, 64
SPOTS = {1: fitted.BRIGHT_SPOTS, -1: fitted.DARK_SPOTS}
# Log odds from which a spot is damage in a photo without other damage, and in one with; what it needs more in a face.
SURE, LIKELY, IN_FACE = {1: 4.0, -1: 2.0}, {1: 1.0, -1: -1.0}, 2.0
# In a photo smaller than this a collar is as thin as a scratch: only what is sure counts.
SMALL = 480
# So faded a photo of one colour is old, and likely to be damaged.
OLD = 0.3
# So many sure spots make a damaged photo.
MANY = 12
# Rests of spots: their size as a share of the longer side, their height over the ground in levels, and how long the rim
# is that they share with a mark, in square roots of their area.
REST, REST_HEIGHT, TOUCHING = 0.022, 45.0, 0.9
# Longer side from which lines may be too wide to be seen at full size.
WIDE_FROM = 1000


@dataclass(frozen=True, eq=False)
class Damage:
    """bool H×W each: where lines and spots are, and where corners are missing."""

    marks: Mask
    corners: Mask

    @property
    def share(self) -> float:
        """Share of the photo's pixels."""
        return float((self.marks | self.corners).mean())


def damage(rgb: Pixels, faces: Sequence[Face]) -> tuple[Damage, Damage]:
    """What is damaged in `rgb` (uint8 H×W×3), whose `faces` are guarded: all that is likely, and what is sure."""
    height, width = rgb.shape[:2]
    if min(height, width) < LEAST:
        nothing = np.zeros((height, width), bool)
        return Damage(nothing, nothing), Damage(nothing, nothing)
    scale = min(1.0, LOOKED_AT / max(height, width))
    small = reduce(rgb, (max(1, round(width * scale)), max(1, round(height * scale))))
    lab: Array = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    levels = np.ascontiguousarray(lab[..., 0] * np.float32(2.55))
    guarded = guard(levels.shape, faces, scale)
    corners = missing_corners(levels, guarded)
    # The ground that shows there is no part of the photo, and whiter than all of it.
    levels[corners] = np.median(levels)
    found = examine(lab)
    old = bool(corners.any()) or (found.one_colour and found.faded > OLD)
    seen = _Seen(levels, guarded)
    if max(levels.shape) < SMALL:
        sure = Damage(
            _enlarged(seen.marks(False, sure_only=True), (width, height)), _enlarged(corners, (width, height))
        )
        return sure, sure
    size, lost = (width, height), _enlarged(corners, (width, height))
    return Damage(_enlarged(seen.marks(old, sure_only=False), size), lost), Damage(
        _enlarged(seen.marks(False, sure_only=True), size), lost
    )


class _Seen:
    """Lines and spots of a photo, looked for once and believed twice."""

    def __init__(self, levels: Array, guarded: Guard) -> None:
        self._levels, self._guard = levels, guarded
        self._lines = {sign: pieces(levels, sign) for sign in (1, -1)}
        self._spots = {sign: spots(levels, sign) for sign in (1, -1)}
        self._half: tuple[Array, tuple[list[Piece], Array]] | None = None
        if max(levels.shape) >= WIDE_FROM:
            half = reduce(levels, (levels.shape[1] // 2, levels.shape[0] // 2))
            self._half = half, pieces(half, 1)

    def marks(self, aged: bool, *, sure_only: bool) -> Mask:
        """The mask, bool H×W. aged: the photo shows other damage. sure_only: less sure marks never count."""
        marks, worn = np.zeros(self._levels.shape, bool), aged
        for sign, lines in self._lines.items():
            mask, many = scratches(self._levels, sign, lines, self._guard, aged=aged, sure_only=sure_only)
            marks, worn = marks | mask, worn or many
        if self._half is not None:
            # Tears are too wide to be seen at full size.
            levels, lines = self._half
            mask, _ = scratches(levels, 1, lines, self._guard.halved(), aged=aged, sure_only=sure_only, wide=True)
            tall, wide = self._levels.shape
            marks |= _enlarged(mask, (wide, tall))
        marks |= _chosen(self._spots, self._guard, marks.shape, worn and not sure_only)
        return marks | (_rests(self._levels, marks) & ~self._guard.features)


def _chosen(found: Mapping[int, Sequence[Spot]], guarded: Guard, shape: tuple[int, ...], worn: bool) -> Mask:
    """Spots that are damage; many of them make less sure ones likely."""
    odds = {
        sign: evidence(SPOTS[sign], FEATURES).odds(np.stack([s.features for s in own]))
        for sign, own in found.items()
        if own
    }
    for sign, own in odds.items():
        places = [(spot.rows, spot.columns) for spot in found[sign]]
        own[[bool(guarded.features[at].any()) for at in places]] = -np.inf
        own[[bool((guarded.faces[at] | guarded.necks[at]).any()) for at in places]] -= IN_FACE
    many = worn or sum(int((own > SURE[sign]).sum()) for sign, own in odds.items()) >= MANY
    mask = np.zeros(shape, np.uint8)
    for sign, own in odds.items():
        for number in np.flatnonzero(own > (LIKELY if many else SURE)[sign]):
            spot = found[sign][int(number)]
            mask[spot.rows, spot.columns] = 1
    return cv2.dilate(mask, np.ones((5, 5), np.uint8)) > 0


def _rests(levels: Array, marks: Mask) -> Mask:
    """What is left of spots of which a part was marked: by a line that crosses them, or in another size."""
    side = round(REST * max(levels.shape)) | 1
    size = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    out = np.zeros(marks.shape, np.uint8)
    for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        over = cv2.morphologyEx(levels, kind, size) > REST_HEIGHT
        count, labels, stats, _ = cv2.connectedComponentsWithStats((over & ~marks).astype(np.uint8), connectivity=4)
        near = cv2.dilate(marks.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        rims = np.bincount(labels[near & over & ~marks], minlength=count)
        # Its rim is round: so much of what there is touches the mark.
        small = (stats[:, 2:4].max(1) <= side) & (rims >= TOUCHING * np.sqrt(stats[:, 4]))
        small[0] = False
        out |= small[labels].astype(np.uint8)
    return cv2.dilate(out, np.ones((3, 3), np.uint8)) > 0


def _enlarged(mask: Mask, size: tuple[int, int]) -> Mask:
    if mask.shape[::-1] == size:
        return mask
    # A little wider than it was seen: a line's soft rim is lost in the smaller picture.
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.25
