"""One top made into a tang jacket 唐装 or the upper part of a cheongsam 旗袍: new silk, collar, opening, fastenings.

What it was cut as stays: sleeves, length and folds are those of the photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import disc
from tuanyuan.imaging.clothes.parsing import HAIR, NOTHING, SKIN, TOP
from tuanyuan.imaging.clothes.top import Top
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.outfit.closing import Closing, Outfit, closing
from tuanyuan.imaging.outfit.collar import Collar, collar, side_of_light
from tuanyuan.imaging.outfit.drape import along, on_bolt
from tuanyuan.imaging.outfit.dye import Silk, right_ground, silk_light, woven
from tuanyuan.imaging.outfit.folds import Folds, folds
from tuanyuan.imaging.outfit.frogs import Kind, frog
from tuanyuan.imaging.outfit.photometry import encoded, linear, spread

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

# In face widths: the strip down the front in which the old opening is evened out, and its soft border.
PANEL, PANEL_EDGE = 0.40, 0.22
PANEL_SMOOTH, PANEL_SHARE = 0.07, 0.88
ROUND, ROUND_SHADE = 0.72, 0.30
# The neckline: skin and shirt under the collar that the new front covers.
NECKLINE_WIDE, NECKLINE_DEEP, BESIDE = 0.95, 1.9, -0.28
PIPING, SEAM = 0.020, 0.014
FROG = {"tang": 0.46, "cheongsam": 0.36}
COLLAR_FROG = 0.30
SHADOW, SHADOW_REACH = 0.35, 0.045
# Whites of a photo (linear light) that count as fully lit, and how far silk may be darkened with a dark photo.
FULL_LIGHT, LEAST_EXPOSURE = 0.60, 0.60


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that the variants of one top share, in pixels of its window.

    whole: float32 h×w, the new cloth's cover, collar included. cloth: the same without the collar. old: float32 h×w×3,
    the old cloth's own colours.
    """

    top: Top
    folds: Folds
    collar: Collar
    closing: Closing
    level: Array
    filled: Array
    whole: Array
    old: Array
    u: Array
    v: Array
    exposure: float
    side: float


def fitted(top: Top, outfit: Outfit) -> Fitted:
    """Take the measures for `outfit`."""
    unit = top.body.unit
    image = top.rgb.astype(np.float32) / np.float32(255)
    old = foreground_colours(image, top.alpha)
    read = folds(old, top.alpha, unit)
    band = collar(top, read.level)
    lines = closing(outfit, top.body, band.pit)
    filled = _neckline(top, band)
    level = _evened_front(top, read, band, filled)
    u, v = on_bolt(top.body, level)
    cloth = np.maximum(top.alpha, filled)
    whole = np.maximum(cloth, band.alpha).astype(np.float32)
    return Fitted(top, read, band, lines, level, filled, whole, old, u, v, _exposure(image, top), side_of_light(top))


def sewn(fit: Fitted, silk: Silk, outfit: Outfit) -> Pixels:
    """The window of the photo in new silk, uint8 h×w×3; pixels that nothing new covers are the photo's own."""
    top, unit = fit.top, fit.top.body.unit
    band = fit.collar
    cloth = woven(silk, fit.u, fit.v, unit)
    ground = right_ground(silk, cloth, fit.level, top.alpha > 0.95, fit.exposure)
    light = silk_light(silk, ground, cloth, fit.level)
    trim = linear(np.array(silk.thread, np.float32) / np.float32(255)) * np.float32(fit.exposure)
    _open(light, fit, trim, unit)
    if band.shown:
        _throw(light, band, unit)
    collar_cloth = woven(silk, band.around * 0.62, (band.foot / unit).astype(np.float32), unit)
    collar_light = silk_light(silk, ground, collar_cloth, band.level)
    _pipe(collar_light, band, trim, unit)
    light += (collar_light - light) * band.alpha[..., None]
    _fasten(light, fit, trim, outfit)
    return _laid(top, fit, encoded(light))


def _neckline(top: Top, band: Collar) -> Array:
    """Skin and shirt between the collar's foot and the old top, softly: the new front is closed there."""
    body, unit = top.body, top.body.unit
    if not band.shown:
        return np.zeros_like(top.alpha)
    across, down = along(body, top.alpha.shape, band.pit)
    inside = (band.foot < 1) & (down > -0.35 * unit) & (down < NECKLINE_DEEP * unit)
    inside &= np.abs(across) < NECKLINE_WIDE * unit
    # A bit of bare neck outside the collar would look like a hole in the shoulder.
    inside |= (np.abs(band.around) > 0.999) & (down > BESIDE * unit) & (np.abs(across) < NECKLINE_WIDE * unit)
    free = ~np.isin(top.labels, (HAIR, NOTHING))
    area = (inside & free & (top.alpha < 0.98)).astype(np.uint8)
    # Only what hangs together with the neck: hands in front of the chest are not covered.
    _, pieces = cv2.connectedComponents(area)
    around = (np.abs(across) < 0.4 * unit) & (down < unit) & (area > 0)
    own = np.isin(pieces, np.unique(pieces[around & (pieces > 0)])) & (area > 0)
    soft = cv2.GaussianBlur(
        cv2.dilate(own.astype(np.uint8), disc(1)).astype(np.float32), (0, 0), max(0.8, 0.006 * unit)
    )
    return (soft * (1 - band.front) * ((band.foot < 1) | (np.abs(band.around) > 0.999))).astype(np.float32)


def _evened_front(top: Top, read: Folds, band: Collar, filled: Array) -> Array:
    """The folds, without the old opening, collar and lapels down the front."""
    unit = top.body.unit
    across, down = along(top.body, top.alpha.shape, band.pit)
    wide = PANEL * unit + 0.35 * unit * np.clip(1 - np.maximum(down, 0) / (1.2 * unit), 0, 1)
    panel = np.clip((wide - np.abs(across)) / (PANEL_EDGE * unit) + 0.5, 0, 1)
    trust = (top.alpha > 0.9) * (1 - read.foreign) * (1 - 0.97 * (filled > 0.2))
    smooth = spread(read.level, trust.astype(np.float32), PANEL_SMOOTH * unit)
    share = np.maximum(PANEL_SHARE * panel, np.maximum(filled, read.foreign * (panel > 0)))
    even = read.level + (np.clip(smooth, -1.0, 0.4) - read.level) * share
    # Flash takes the roundness from a body; silk shows it.
    turned = np.clip(np.abs(across) / (ROUND * max(top.body.span, 1.5 * unit)), 0, 0.98)
    return (even + ROUND_SHADE * np.log(np.sqrt(1 - turned**2) * 0.7 + 0.3)).astype(np.float32)


def _exposure(image: Array, top: Top) -> float:
    """How fully lit the photo is, LEAST_EXPOSURE..1, by the brightest of the person."""
    seen = np.isin(top.labels, (SKIN, TOP))
    light = linear(image[seen][::7]).max(1)
    bright = float(np.percentile(light, 97)) if light.size else FULL_LIGHT
    return float(np.clip(bright / FULL_LIGHT, LEAST_EXPOSURE, 1))


def _open(light: Array, fit: Fitted, trim: Array, unit: float) -> None:
    """The opening: a fold with piping and a thin shadow, in place."""
    shape = light.shape[:2]
    body = fit.top.body
    points = fit.closing.line
    shadow = _stroke(shape, points + body.across * np.float32(0.012 * unit), 1.6 * SEAM * unit)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.7, 0.008 * unit))
    light *= (1 - 0.55 * shadow)[..., None]
    piping = _stroke(shape, points, PIPING * unit)[..., None]
    light += (trim * np.exp(np.clip(fit.level, -1.2, 0.4))[..., None] * 0.9 - light) * piping


def _throw(light: Array, band: Collar, unit: float) -> None:
    """The collar's shadow on the cloth under it, in place."""
    reach = SHADOW_REACH * unit
    below = np.exp(-np.maximum(0, -band.foot) / reach) * (band.foot < 0.5) * (np.abs(band.around) < 0.999)
    light *= (1 - SHADOW * below)[..., None]


def _pipe(light: Array, band: Collar, trim: Array, unit: float) -> None:
    """Piping along the collar's edges, and the slit where its ends meet, in place."""
    width = max(1.2, PIPING * unit)
    lit = (trim * np.exp(np.clip(band.level, -1.2, 0.3))[..., None] * 1.1).astype(np.float32)
    for edge in (band.top, band.foot):
        cover = np.clip(width - edge + 0.5, 0, 1) * np.clip(edge + 0.5, 0, 1)
        light += (lit - light) * cover[..., None]
    slit = np.exp(-((band.around * band.half / max(0.7, 0.006 * unit)) ** 2))
    light *= (1 - 0.7 * slit)[..., None]


def _fasten(light: Array, fit: Fitted, trim: Array, outfit: Outfit) -> None:
    """Frogs on the opening and one on the collar, where nothing lies over them; in place."""
    unit, band = fit.top.body.unit, fit.collar
    body = fit.top.body
    kind: Kind = "straight" if outfit == "tang" else "coiled"
    collar_at = band.pit - body.down * np.float32(0.13 * unit)
    level = float(np.arctan2(body.across[1], body.across[0]))
    if band.shown:
        _sew_on(light, fit, trim, frog("straight", COLLAR_FROG * unit, level, fit.side), collar_at)
    for at, angle in zip(fit.closing.fastened, fit.closing.angles, strict=True):
        _sew_on(light, fit, trim, frog(kind, FROG[outfit] * unit, float(angle), fit.side), at)


def _sew_on(light: Array, fit: Fitted, trim: Array, patch: tuple[Array, Array], at: Array) -> None:
    alpha, lit = patch
    half = alpha.shape[0] // 2
    left, top = round(float(at[0])) - half, round(float(at[1])) - half
    height, width = light.shape[:2]
    if left < 0 or top < 0 or left + alpha.shape[1] > width or top + alpha.shape[0] > height:
        return
    here = (slice(top, top + alpha.shape[0]), slice(left, left + alpha.shape[1]))
    if (fit.whole[here] * alpha).sum() < 0.97 * alpha.sum():
        return
    offset = max(1, round(0.012 * fit.top.body.unit))
    shadow = cv2.GaussianBlur(np.roll(alpha, (offset, -round(offset * fit.side)), (0, 1)), (0, 0), offset)
    light[here] *= (1 - 0.5 * shadow)[..., None]
    level = np.where(fit.collar.alpha[here] > 0.5, fit.collar.level[here], fit.level[here])
    round_cord = trim * (lit * np.exp(np.clip(level, -1.0, 0.3)))[..., None]
    light[here] += (round_cord - light[here]) * alpha[..., None]


def _laid(top: Top, fit: Fitted, new: Array) -> Pixels:
    """New cloth over the photo: under the old edge what shone through goes on shining through."""
    image = top.rgb.astype(np.float32) / np.float32(255)
    dyed = image + top.alpha[..., None] * (new - fit.old)
    cover = np.maximum(fit.filled, fit.collar.alpha)[..., None]
    laid = dyed + (new - dyed) * cover
    out = np.rint(np.clip(laid, 0, 1) * 255).astype(np.uint8)
    # A collar ends at the jaw: not even its soft edge may change a face.
    face = top.body.face_area((top.alpha.shape[0], top.alpha.shape[1])) > 0
    untouched = (fit.whole < 1 / 255) | face
    out[untouched] = top.rgb[untouched]
    return out


def _stroke(shape: tuple[int, ...], points: Array, width: float) -> Array:
    """A soft line (float32 h×w, 0..1) `width` pixels wide."""
    plane = np.zeros((shape[0], shape[1]), np.uint8)
    shift = 4
    scaled = np.round(points * (1 << shift)).astype(np.int32)
    thick = max(1, round(width))
    cv2.polylines(plane, [scaled], False, 255, thick, cv2.LINE_AA, shift)
    return plane.astype(np.float32) / np.float32(255) * np.float32(min(1.0, width / thick))
