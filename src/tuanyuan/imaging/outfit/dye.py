"""Silk of an asked colour in the light that fell on the old cloth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.outfit.brocade import TILE, damask, motif
from tuanyuan.imaging.outfit.photometry import encoded, from_lab, lab, linear

Array = NDArray[np.float32]

# Brightness of the ground's tone-in-tone weave; cover of the motif's thread; gloss of silk on rising folds.
WEAVE, THREAD, SHEEN = 0.09, 0.86, 0.10
THREAD_GLOSS = 0.35
# Width of the repeat in face widths; smaller motifs than this many pixels only make noise.
REPEAT, LEAST_REPEAT = 0.66, 24
CORRECTIONS = 3
PLAIN = 0.03


@dataclass(frozen=True)
class Silk:
    """name for result.json; ground, thread: sRGB 0..255; pattern: a name of `brocade.MOTIFS`."""

    name: str
    ground: tuple[int, int, int]
    thread: tuple[int, int, int]
    pattern: str


@dataclass(frozen=True, eq=False)
class Woven:
    """thread, weave: float32 h×w, 0..1: where the motif is, and the lighter parts of the ground."""

    thread: Array
    weave: Array


def woven(silk: Silk, u: Array, v: Array, unit: float) -> Woven:
    """The cloth at the places (u, v), in face widths, of its bolt; unit: pixels of a face width."""
    if REPEAT * unit < LEAST_REPEAT:
        return Woven(np.zeros_like(u), np.full_like(u, 0.5))
    per = np.float32(TILE / REPEAT)
    # The tile is softened to the size at which it is seen.
    blur = max(0.0, 0.45 * TILE / (REPEAT * unit) - 0.35)
    x, y = np.mod(u * per, TILE).astype(np.float32), np.mod(v * per, TILE).astype(np.float32)

    def seen(tile: Array) -> Array:
        wrapped = np.pad(tile, 8, mode="wrap")
        if blur > 0.05:
            wrapped = cv2.GaussianBlur(wrapped, (0, 0), blur)
        return cv2.remap(wrapped, x + 8, y + 8, cv2.INTER_LINEAR)

    return Woven(seen(motif(silk.pattern)), seen(damask()))


def silk_light(silk: Silk, ground: Array, cloth: Woven, level: Array) -> Array:
    """Linear light (float32 h×w×3) of the cloth under `level` (logarithm of light); ground (3,): linear."""
    weave = 1 + WEAVE * (cloth.weave - 0.5)
    plain = ground * weave[..., None]
    thread = linear(np.array(silk.thread, np.float32) / np.float32(255))
    cover = (THREAD * cloth.thread)[..., None]
    glossy = 1 + THREAD_GLOSS * np.clip(level, -0.4, 0.6)[..., None]
    albedo = plain * (1 - cover) + thread * glossy * cover
    gloss = SHEEN * np.clip(level, 0, 1) ** 1.5
    return (albedo * np.exp(level)[..., None] + gloss[..., None] * (0.35 + 0.65 * albedo)).astype(np.float32)


def right_ground(silk: Silk, cloth: Woven, level: Array, measured: NDArray[np.bool_], exposure: float) -> Array:
    """The ground's linear colour (3,) with which the middle of the `measured` pixels shows the asked colour."""
    asked = asked_colour(silk, exposure)
    step = max(1, int(np.sqrt(measured.sum() / 40_000)))
    at = (slice(None, None, step), slice(None, None, step))
    plain = measured[at] & (cloth.thread[at] < PLAIN)
    ground = linear(asked)
    if plain.sum() < 50:
        return ground
    part = Woven(cloth.thread[at][plain], cloth.weave[at][plain])
    aim = lab(asked)
    wanted = aim.copy()
    for _ in range(CORRECTIONS):
        shown = np.median(lab(encoded(silk_light(silk, ground, part, level[at][plain]))), 0)
        wanted = wanted + (aim - shown)
        ground = linear(from_lab(wanted))
    return ground


def asked_colour(silk: Silk, exposure: float) -> Array:
    """SRGB (3,) 0..1 of the ground in a photo whose whites stand at `exposure` of full light."""
    return encoded(linear(np.array(silk.ground, np.float32) / np.float32(255)) * np.float32(exposure))


def difference(one: Array, other: Array) -> float:
    """ΔE of two Lab colours (3,) by CIE 1976."""
    return float(np.linalg.norm(one - other))
