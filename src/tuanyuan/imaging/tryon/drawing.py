"""Drawing a garment in place of the top that somebody wears: bent part by part, lit as the old top was."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.tryon.garment import Garment
from tuanyuan.imaging.tryon.silhouette import Silhouette
from tuanyuan.imaging.tryon.sleeve import Sleeve
from tuanyuan.imaging.tryon.warping import bend, field
from tuanyuan.imaging.tryon.wearer import Wearer

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
GAMMA = 2.2
# Light is taken from the old top in patches of this size, the garment's own is evened out in such; in face widths.
OLD_LIGHT, OWN_LIGHT = 0.13, 0.3
# How much of it, and the most it may darken and lighten, as logarithms.
OLD_SHARE, OWN_SHARE = 0.75, 0.5
DARKEST, LIGHTEST = -0.8, 0.4
# A sleeve shades the trunk beside it: how much, how far in face widths.
CONTACT, CONTACT_REACH = 0.28, 0.07
# The whitest cloth is no whiter than the photo's lightest places allow.
EXPOSURE_FROM, EXPOSURE_BY = 0.72, 0.32
LINE, ROWS = 7, 8
# How much of the difference in length the chest is spared, and the ratios of length that are told apart.
CHEST_FIRST, MOST_STRETCH = 0.35, (0.6, 1.6)


def draw(wearer: Wearer, garment: Garment) -> Pixels:
    """`wearer.rgb` with the garment on; uint8 h×w×3. Pixels where `wearer.top` is 0 are unchanged."""
    shape = wearer.top.shape
    new = _trunk(wearer, garment, (shape[0], shape[1]))
    shade = np.ones(shape, np.float32)
    for number in range(2):
        bent, area = _sleeve(wearer, garment, number)
        new += (bent - new) * area[..., None]
        shade *= 1 - CONTACT * cv2.GaussianBlur(area, (0, 0), CONTACT_REACH * wearer.unit) * (1 - area)
    lit = _lit(wearer, np.clip(new, 0, 1)) * shade[..., None]
    picture = wearer.rgb.astype(np.float32) / 255
    # Inside the top its colours are the photo's; at its edge what is behind has to stay.
    inside = np.clip((wearer.top - 0.6) / 0.35, 0, 1)[..., None]
    old = wearer.foreground + (picture - wearer.foreground) * inside
    drawn = picture + wearer.top[..., None] * (lit - old)
    result = np.where(wearer.top[..., None] > 0.004, np.clip(drawn * 255 + 0.5, 0, 255), wearer.rgb)
    return result.astype(np.uint8)


def colour_difference(drawn: Pixels, wearer: Wearer, garment: Garment) -> float:
    """CIE76 difference between the garment's middling colour in its photo and in the picture drawn by `draw`."""

    def middling(colour: Array, where: Flags) -> Array:
        lab = cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_RGB2LAB)
        return np.median(lab[where], 0).astype(np.float32)

    shown = middling(drawn.astype(np.float32) / np.float32(255), wearer.top > 0.97)
    return float(np.linalg.norm(shown - middling(garment.colour, garment.alpha > 0.97)))


def _trunk(wearer: Wearer, garment: Garment, shape: tuple[int, int]) -> Array:
    worn, laid = wearer.outline, garment.outline
    worn_top, laid_top = _upper_edge(wearer.top > 0.5), _upper_edge(garment.alpha > 0.5)
    here, there = [worn.hem, _neckline(worn, worn_top)], [laid.hem, garment.neckline]
    down = np.linspace(0, 1, 6, dtype=np.float32)[1:, None]
    for side in range(2):
        for points, outline, edge in ((here, worn, worn_top), (there, laid, laid_top)):
            points.append(_shoulder(outline, edge, side))
            points.append(outline.tips[side] * (1 - down) + outline.pits[side] * down)
    shares = np.linspace(0, 1, ROWS, dtype=np.float32)[1:]
    for points, outline, rows in ((here, worn, shares), (there, laid, _lengthened(worn, laid, shares))):
        left, right = (_along(outline.sides[side], rows) for side in range(2))
        points += [left, right, (left + right)[:-1] * np.float32(0.5)]
    return bend(garment.colour, field(np.concatenate(here), np.concatenate(there), shape))


def _lengthened(worn: Silhouette, laid: Silhouette, shares: Array) -> Array:
    """How far down the garment's trunk the rows at `shares` of the worn one come from, both 0..1 from armpit to hem.

    The hem goes to the old hem, whatever the garment's length; the chest, where prints are, is stretched less than the
    rest.
    """
    length = [float(o.hem[:, 1].mean() - o.pits[0, 1]) / o.chest for o in (worn, laid)]
    ratio = float(np.clip(length[0] / length[1], *MOST_STRETCH))
    bowed = ratio * shares + (1 - ratio) * shares**2
    return (shares + CHEST_FIRST * (bowed - shares)).astype(np.float32)


def _along(side: Array, shares: Array) -> Array:
    """Points at `shares` of the way down a trunk's side."""
    way = np.linspace(0, 1, len(side))
    return np.stack([np.interp(shares, way, side[:, i]) for i in range(2)], 1).astype(np.float32)


def _sleeve(wearer: Wearer, garment: Garment, side: int) -> tuple[Array, Array]:
    """The garment bent to one sleeve, and that sleeve's area 0..1."""
    down = np.linspace(0, 1, 6, dtype=np.float32)[1:-1, None]
    points = []
    for outline in (wearer.outline, garment.outline):
        sleeve = outline.sleeves[side]
        across = outline.tips[side] * (1 - down) + outline.pits[side] * down
        points.append(np.concatenate([*_edges(sleeve), across]))
    area = wearer.outline.sleeves[side].area
    near, x0, y0 = _near(area, 12)
    places = field(points[0] - np.array([x0, y0], np.float32), points[1], near.shape)
    bent = np.zeros((*area.shape, 3), np.float32)
    bent[y0 : y0 + near.shape[0], x0 : x0 + near.shape[1]] = bend(garment.colour, places)
    # The sleeve reaches beyond its own outline outwards, where the top ends with it, but not over the trunk.
    grown = cv2.dilate(area.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    trunk = (wearer.top > 0.5) & ~area
    soft = cv2.GaussianBlur((grown & ~trunk).astype(np.float32), (0, 0), 1.0)
    return bent, soft


def _edges(sleeve: Sleeve) -> tuple[Array, Array, Array]:
    outer, inner = _evenly(sleeve.outer, 10), _evenly(sleeve.inner, 10)
    return outer, inner, (outer + inner)[1:] * np.float32(0.5)


def _evenly(points: Array, count: int) -> Array:
    """`count` points at equal distances along a line through `points`."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], 1).astype(np.float32)


def _near(area: Flags, margin: int) -> tuple[Flags, int, int]:
    rows, columns = np.nonzero(area.any(1))[0], np.nonzero(area.any(0))[0]
    y0, x0 = max(0, int(rows[0]) - margin), max(0, int(columns[0]) - margin)
    return area[y0 : rows[-1] + margin, x0 : columns[-1] + margin], x0, y0


def _upper_edge(mask: Flags) -> Array:
    return np.where(mask.any(0), mask.argmax(0), mask.shape[0]).astype(np.float32)


def _shoulder(outline: Silhouette, edge: Array, side: int) -> Array:
    """Points on the shoulder between neck and tip, both left out."""
    x = np.linspace(outline.necks[side, 0], outline.tips[side, 0], LINE)[1:]
    return np.stack([x, edge[np.clip(x, 0, len(edge) - 1).astype(int)]], 1).astype(np.float32)


def _neckline(outline: Silhouette, edge: Array) -> Array:
    """The upper edge of the worn top between the necks, smoothed."""
    left, right = outline.necks
    x = np.linspace(left[0], right[0], 11)
    y = edge[np.clip(x, 0, len(edge) - 1).astype(int)]
    y = cv2.GaussianBlur(y[:, None], (1, 3), 0.7)[:, 0]
    y[0], y[-1] = left[1], right[1]
    return np.stack([x, y], 1).astype(np.float32)


def _lit(wearer: Wearer, colour: Array) -> Array:
    """`colour` in the light that fell on the old top: its large folds and its bright and dark side, not its weave."""
    core = (wearer.top > 0.97).astype(np.float32)
    old = _log_light(wearer.rgb.astype(np.float32) / np.float32(255))
    own = _log_light(colour)
    fall = _patches(old, core, OLD_LIGHT * wearer.unit) - float(np.median(old[core > 0]))
    flat = _patches(own, core, OWN_LIGHT * wearer.unit) - float(np.median(own[core > 0]))
    gain = OLD_SHARE * np.clip(fall, DARKEST, LIGHTEST) - OWN_SHARE * np.clip(flat, -0.4, 0.4)
    bright = float(np.percentile(wearer.rgb.max(2), 97)) / 255
    exposure = min(1.0, EXPOSURE_FROM + EXPOSURE_BY * bright)
    lit: Array = (colour**GAMMA * np.exp(gain)[..., None] * exposure).astype(np.float32)
    return np.clip(lit, 0, 1) ** np.float32(1 / GAMMA)


def _log_light(colour: Array) -> Array:
    light: Array = np.log(colour**GAMMA @ LUMINANCE + 0.004).astype(np.float32)
    return light


def _patches(values: Array, where: Array, size: float) -> Array:
    """Local mean of `values` over the pixels `where` (0 or 1); size: of the patches, in pixels."""
    weight = cv2.GaussianBlur(where, (0, 0), size)
    mean: Array = cv2.GaussianBlur(values * where, (0, 0), size) / (weight + 1e-4)
    return np.where(weight > 1e-3, mean, np.float32(np.median(values[where > 0])))
