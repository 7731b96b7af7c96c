"""What a person wears above the waist, down to the soft edge of every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import Figure, disc, figure
from tuanyuan.imaging.clothes.parsing import ELSE, FACE_AT, NOTHING, PERSON, TOP, Parsing, parse
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap
from tuanyuan.imaging.pose import PoseFinder
from tuanyuan.imaging.sitter import scaled

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Half the width of the edge that is solved, and what is cut off round the top, in face widths.
BAND, MARGIN = 0.028, 0.25
# The top's edge may lie this far from the coarse outline where hair hangs over it.
HAIR_BAND = 0.06
PRIOR_WEIGHT = 0.01
# As far to each side a person is looked at, in face widths.
REACH = 3.2
# How far one person's clothes may reach into the column under another's face, in face widths, and a soft border there.
OVERLAP, SEAM = 1.0, 0.1


@dataclass(frozen=True, eq=False)
class Window:
    """A rectangle of a photo, in its pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, picture: NDArray[np.generic]) -> NDArray[np.generic]:
        """That part of `picture`; a view."""
        return picture[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, eq=False)
class Top:
    """One person's top. window: where it lies in the photo. All else is in pixels of the window.

    rgb: uint8 h×w×3, the photo there. alpha: float32 h×w, 0..1. labels: uint8 h×w of `parsing`. person: float32 h×w,
    0..1, this person alone. touching: how much of its border is another person's, in face widths.
    ends: whether it is seen where it ends.
    """

    window: Window
    rgb: Pixels
    alpha: Array
    labels: Pixels
    person: Array
    body: Figure
    touching: float
    ends: bool


class TopFinder:
    """Finds the tops of people. Loads its networks once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._poses, self._cutter = PoseFinder(models), PersonCutter(models)

    def find(
        self, rgb: Pixels, faces: Sequence[Face], others: Sequence[Face] = (), mask: Pixels | None = None
    ) -> list[Top | None]:
        """For each of `faces` in `rgb` (uint8 H×W×3) the top; None where no cloth can be seen under the chin.

        others: faces of people whose clothes are left alone. mask: uint8 H×W, 255 where the tops are, as somebody drew
        it; then each pixel of it goes to the person whose column it is nearest to.
        """
        if not faces:
            return []
        bodies = [figure(face, self._poses.find(rgb, face)) for face in faces]
        everybody = [*faces, *others]
        factor = min(1.0, FACE_AT / float(np.median([body.unit for body in bodies])))
        small, moved = scaled(rgb, everybody, factor)
        factor = small.shape[1] / rgb.shape[1]
        cut, _ = self._cutter.cut(small, moved)
        found: list[Top | None] = []
        for number, body in enumerate(bodies):
            strangers = [figure(face, None) for k, face in enumerate(moved) if k != number]
            own = _own(cut.alpha.shape, body.scaled(factor), strangers)
            given = None if mask is None else np.where(_nearest(rgb.shape, body, number, bodies), mask, 0)
            found.append(_top(rgb, small, cut.alpha, own, body, factor, given))
        return found


def clothes_mask(shape: tuple[int, ...], tops: Sequence[Top | None]) -> Pixels:
    """Uint8 H×W of a photo of that shape: the alpha of all its tops; 0 where there is none."""
    mask = np.zeros(shape[:2], np.uint8)
    for top in tops:
        if top is not None:
            here = top.window.of(mask)
            np.maximum(here, np.rint(top.alpha * 255).astype(np.uint8), out=here)
    return mask


def _nearest(shape: tuple[int, ...], body: Figure, number: int, bodies: Sequence[Figure]) -> NDArray[np.bool_]:
    """Where `body`, the one of that `number`, is the nearest of `bodies`."""
    away = _away(shape, body)
    nearest = np.ones(away.shape, bool)
    for k, other in enumerate(bodies):
        if k != number:
            nearest &= away < _away(shape, other)
    return nearest


def _own(shape: tuple[int, ...], body: Figure, strangers: Sequence[Figure]) -> Array:
    """1 where `body` can reach: colours decide between people, but not deep inside another one."""
    if not strangers:
        return np.ones((shape[0], shape[1]), np.float32)
    nearest = np.min([_away(shape, other) for other in strangers], 0)
    return np.clip((nearest - _away(shape, body)) / SEAM + OVERLAP / SEAM, 0, 1).astype(np.float32)


def _away(shape: tuple[int, ...], body: Figure) -> Array:
    """Distance of every pixel from the chin, or from the line straight down from it, in face widths."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    middle = body.outline.mean(0)
    return np.hypot(x - middle[0], np.minimum(y - middle[1], 0)) / np.float32(body.unit)


def _top(
    rgb: Pixels, small: Pixels, people: Array, own: Array, body: Figure, factor: float, given: Pixels | None
) -> Top | None:
    person = people * own
    parsed = _parsed(small, person, body.scaled(factor))
    if parsed is None:
        return None
    if not parsed.ends:
        long = _parsed(small, person, body.long().scaled(factor))
        # Where that does not end either, it is trousers or a lap that go on in the same colour.
        parsed = long if long is not None and long.ends else parsed
    area = parsed.labels == TOP
    if given is not None:
        area |= cv2.resize(given, area.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    window = _window(area, body, rgb.shape, factor)
    if window is None:
        return None
    crop = np.ascontiguousarray(window.of(rgb))
    size = (crop.shape[1], crop.shape[0])
    # From the window's pixels to those of the small picture; pixel centres, hence the halves.
    to_small = np.array(
        [
            [factor, 0, (window.left + 0.5) * factor - 0.5],
            [0, factor, (window.top + 0.5) * factor - 0.5],
        ],
        np.float32,
    )

    def here(plane: NDArray[np.generic], method: int) -> NDArray[np.generic]:
        return cv2.warpAffine(
            plane, to_small, size, flags=method | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )

    soft = np.clip(here((parsed.labels == TOP).astype(np.float32), cv2.INTER_LINEAR), 0, 1).astype(np.float32)
    labels = here(parsed.labels, cv2.INTER_NEAREST).astype(np.uint8)
    moved = body.scaled(1.0, (-window.left, -window.top))
    alone = np.clip(here(person, cv2.INTER_LINEAR), 0, 1).astype(np.float32)
    if given is None:
        alpha = _solved(crop, soft, moved.unit)
    else:
        alpha = window.of(given).astype(np.float32) / np.float32(255)
        labels[(labels == TOP) & (alpha < PERSON)] = ELSE
        labels[alpha >= PERSON] = TOP
    return Top(
        window,
        crop,
        alpha,
        labels,
        alone,
        moved,
        _touching(parsed.labels == TOP, people, own, body, factor),
        parsed.ends,
    )


def _parsed(small: Pixels, person: Array, body: Figure) -> Parsing | None:
    """Parse what lies near `body`; the rest of the picture is nothing of this person."""
    reach, (height, width) = REACH * body.unit, person.shape
    left, right = max(0, int(body.chin[0] - reach)), min(width, int(body.chin[0] + reach))
    top, bottom = max(0, int(body.outline[:, 1].min() - body.unit)), min(height, int(body.lowest + body.unit))
    near = (slice(top, bottom), slice(left, right))
    parsed = parse(np.ascontiguousarray(small[near]), person[near], body.scaled(1.0, (-left, -top)))
    if parsed is None:
        return None
    labels = np.full(person.shape, NOTHING, np.uint8)
    labels[near] = parsed.labels
    return Parsing(labels, parsed.ends)


def _touching(area: NDArray[np.bool_], people: Array, own: Array, body: Figure, factor: float) -> float:
    """How long the top's border runs where it is cut off only because another person begins there."""
    across = cv2.dilate(((people > PERSON) & (own < PERSON)).astype(np.uint8), disc(2)) > 0
    return float((cv2.dilate(area.astype(np.uint8), disc(2)).astype(bool) & across).sum()) / 4 / (body.unit * factor)


def _window(area: NDArray[np.bool_], body: Figure, shape: tuple[int, ...], factor: float) -> Window | None:
    """The top and the neck with a margin."""
    if not area.any():
        return None
    rows, columns = np.nonzero(area.any(1))[0] / factor, np.nonzero(area.any(0))[0] / factor
    margin = MARGIN * body.unit
    highest = min(float(rows[0]), float(body.chin[1]) - 0.6 * body.unit)
    left, right = min(columns[0], body.chin[0] - body.unit), max(columns[-1], body.chin[0] + body.unit)
    return Window(
        max(0, int(left - margin)),
        max(0, int(highest - margin)),
        min(shape[1], int(right + margin) + 1),
        min(shape[0], int(rows[-1] + margin) + 1),
    )


def _solved(crop: Pixels, soft: Array, unit: float) -> Array:
    """The coarse outline `soft` made exact by closed-form matting."""
    inside = (soft > 0.5).astype(np.uint8)
    reach = max(2, round(BAND * unit))
    regions = np.full(soft.shape, UNKNOWN, np.uint8)
    # The frame's border is no edge of the cloth.
    regions[cv2.erode(inside, disc(reach), borderType=cv2.BORDER_REPLICATE) > 0] = BODY
    regions[cv2.dilate(inside, disc(reach)) == 0] = BACKGROUND
    image = crop.astype(np.float32) / np.float32(255)
    return solve_alpha(image, Trimap(regions, inside > 0, np.full(soft.shape, PRIOR_WEIGHT, np.float32)), soft)
