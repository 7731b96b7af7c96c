"""Goods cut out of their photo: what stands out, its edge solved as for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.matting.backing import Backing, attenuation, cast, glass, holes, plain_backing, shadowed
from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.cutout import Cutout
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.salience import Salience
from tuanyuan.imaging.matting.separation import seen_through, separated
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

WORKING_SIZE = 480
# The size at which the network was trained: thin things are seen at it.
LOOK_SIZE = 320
# A second look at the goods alone, with this share of room round them, where they fill less than that of the photo.
ROOM, WORTHWHILE = 0.14, 0.7
# Salience that is surely goods, and surely not.
SURE, NONE = 0.9, 0.1
# A piece smaller than this share of the largest is no goods of its own.
LEAST_PIECE = 0.03
PRIOR_SOFT = 1.0
# Where the goods differ less from the backing than this (CIE76, within so many working pixels), their edge is drawn
# smoothly along the outline, so softly: a photo's compression is all that a finer one would follow.
FAINT, CLEAR, FAINT_REACH, FAINT_SOFT, FAINT_CONTRAST = 11.0, 19.0, 5, 1.4, 1.8


@dataclass(frozen=True)
class _Edge:
    """band: how far from the outline an edge may lie, in working pixels. weight: of the outline against colours."""

    band: int
    weight: float


# Of goods before a plain backing, of goods before anything, and of what another network saw, with hair.
PLAIN, BUSY, SOFT = _Edge(2, 0.02), _Edge(2, 0.5), _Edge(4, 0.02)


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen of one photo, at the working size: float32 and bool h×w.

    probability: of goods. body: what is taken for goods. clear: glass. backing: None where it is not plain.
    """

    probability: Array
    body: Flags
    clear: Flags
    backing: Backing | None


class GoodsCutter:
    """Loads its network once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._salient = Salience(models)

    def cut(self, rgb: Pixels) -> Cutout:
        """Cut what stands out of `rgb` (uint8 H×W×3); alpha is 0 everywhere where nothing does."""
        return self.seen(rgb)[0]

    def seen(self, rgb: Pixels) -> tuple[Cutout, Seen]:
        """As `cut`, also what it went by."""
        seen = _decided(rgb, self._look(rgb))
        image = rgb.astype(np.float32) / np.float32(255)
        trimap = _trimap(rgb, seen, BUSY if seen.backing is None else PLAIN)
        prior = cv2.GaussianBlur(seen.body.astype(np.float32), (0, 0), PRIOR_SOFT)
        alpha = solve_alpha(image, trimap, prior)
        if seen.backing is not None:
            alpha = _smoothed(alpha, seen.body, seen.backing)
        colour = foreground_colours(image, alpha)
        if seen.clear.any() and seen.backing is not None:
            colour, alpha = _cleared(image, colour, alpha, seen.clear, seen.backing)
        return Cutout(colour, alpha), seen

    def _look(self, rgb: Pixels) -> Array:
        """Salience at the working size: of the whole photo, and of the goods from nearer."""
        height, width = rgb.shape[:2]
        scale = WORKING_SIZE / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        whole = _sized(self._salient(rgb, LOOK_SIZE), size)
        ys, xs = np.nonzero(whole > 0.5)
        if not len(ys):
            return whole
        room = ROOM * max(np.ptp(ys), np.ptp(xs))
        x0, y0 = (max(0, int(v.min() - room)) for v in (xs, ys))
        x1, y1 = min(size[0], int(xs.max() + room) + 1), min(size[1], int(ys.max() + room) + 1)
        if (x1 - x0) * (y1 - y0) > WORTHWHILE * size[0] * size[1] or min(x1 - x0, y1 - y0) < 16:
            return whole
        crop = rgb[int(y0 / scale) : int(y1 / scale), int(x0 / scale) : int(x1 / scale)]
        near = _sized(self._salient(np.ascontiguousarray(crop), LOOK_SIZE), (x1 - x0, y1 - y0))
        whole[y0:y1, x0:x1] = (whole[y0:y1, x0:x1] + near) / 2
        return whole


def cut_by(rgb: Pixels, probability: Array) -> Cutout:
    """Cut out of `rgb` (uint8 H×W×3) what some other network gives `probability` (float32 h×w, 0..1) of."""
    body = _pieces(probability > 0.5)
    seen = Seen(probability, body, np.zeros(body.shape, bool), None)
    image = rgb.astype(np.float32) / np.float32(255)
    alpha = solve_alpha(image, _trimap(rgb, seen, SOFT), probability)
    return Cutout(foreground_colours(image, alpha), alpha)


def own_cutout(rgb: Pixels, alpha: Pixels) -> Cutout:
    """What the file's own transparency says, kept as it is. rgb: uint8 H×W×3 over white; alpha: uint8 H×W."""
    opacity = alpha.astype(np.float32) / np.float32(255)
    over = rgb.astype(np.float32) / np.float32(255)
    colour = (over - (1 - opacity[..., None])) / np.maximum(opacity[..., None], np.float32(1 / 255))
    return Cutout(np.clip(colour, 0, 1).astype(np.float32), opacity)


def _decided(rgb: Pixels, probability: Array) -> Seen:
    """Which pixels are goods, by the network and by colours."""
    small = reduce(rgb, (probability.shape[1], probability.shape[0]))
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    near = _grown(probability > 0.3, round(0.03 * WORKING_SIZE))
    empty = (probability < NONE) & ~near
    backing = plain_backing(lab, empty)
    none = np.zeros(probability.shape, bool)
    if backing is None:
        body = separated(small, probability) & ~seen_through(lab, probability, empty)
        return Seen(probability, _pieces(body), none, None)
    other = (backing.away > backing.other) & _grown(probability > 0.15, round(0.06 * WORKING_SIZE))
    other &= (probability > 0.5) | ~shadowed(lab, backing)
    body = _pieces(other | ((probability > 0.5) & ((backing.away > backing.same) | (probability > SURE))))
    clear = glass(lab, backing, body)
    body = _pieces(body & ~(cast(lab, backing, body) & ~clear))
    return Seen(probability, (body | clear) & ~(holes(backing, body) & ~clear), clear, backing)


def _trimap(rgb: Pixels, seen: Seen, edge: _Edge) -> Trimap:
    body = seen.body
    unknown = _grown(body, edge.band) & _grown(~body, edge.band)
    level = np.where(unknown, 0.5, body).astype(np.float32)
    level = cv2.resize(level, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    regions = np.where(level > 0.93, BODY, np.where(level < 0.07, BACKGROUND, UNKNOWN)).astype(np.uint8)
    return Trimap(regions, body, np.full(body.shape, edge.weight, np.float32))


def _smoothed(alpha: Array, body: Flags, backing: Backing) -> Array:
    """`alpha` (H×W), where the edge is faint, as smooth as the outline of `body` (h×w)."""
    around = np.ones((2 * FAINT_REACH + 1, 2 * FAINT_REACH + 1), np.uint8)
    apart = cv2.GaussianBlur(cv2.dilate(backing.away, around), (0, 0), FAINT_REACH)
    faint = np.clip((CLEAR - apart) / (CLEAR - FAINT), 0, 1)
    size = alpha.shape[1::-1]
    outline = cv2.GaussianBlur(body.astype(np.float32), (0, 0), FAINT_SOFT)
    smooth = np.clip((cv2.resize(outline, size, interpolation=cv2.INTER_CUBIC) - 0.5) * FAINT_CONTRAST + 0.5, 0, 1)
    share = cv2.resize(faint, size, interpolation=cv2.INTER_LINEAR)
    return (alpha + (smooth - alpha) * share).astype(np.float32)


def _cleared(image: Array, colour: Array, alpha: Array, clear: Flags, backing: Backing) -> tuple[Array, Array]:
    """Glass keeps what it does to the light behind it, without that light."""
    size = image.shape[1::-1]
    backing_lab = cv2.resize(backing.lab, size, interpolation=cv2.INTER_LINEAR)
    behind = np.clip(cv2.cvtColor(backing_lab, cv2.COLOR_LAB2RGB), 0, 1)
    own_colour, own_alpha = attenuation(image, behind)
    share = cv2.GaussianBlur(_sized(clear.astype(np.float32), size), (0, 0), 1.0) * (alpha > 0)
    mixed = alpha + (own_alpha - alpha) * share
    return colour + (own_colour - colour) * share[..., None], mixed.astype(np.float32)


def _grown(flags: Flags, reach: int) -> Flags:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown: Flags = cv2.dilate(flags.astype(np.uint8), kernel) > 0
    return grown


def _pieces(body: Flags) -> Flags:
    """Without specks: pieces much smaller than the largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(body.astype(np.uint8))
    if count < 2:
        return body
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept: Flags = np.isin(labels, np.nonzero(areas >= LEAST_PIECE * areas.max())[0])
    return kept & body


def _sized(values: Array, size: tuple[int, int]) -> Array:
    sized: Array = np.clip(cv2.resize(values, size, interpolation=cv2.INTER_CUBIC), 0, 1)
    return sized
