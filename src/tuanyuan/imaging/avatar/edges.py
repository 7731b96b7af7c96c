"""What joins a person with a ground: rim light, a cut-out's border, a soft shadow, a body that fades into paper."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.avatar.bust import Bust
from tuanyuan.imaging.avatar.texture import blurred, clouded

Array = NDArray[np.float32]
Colour = tuple[float, float, float]

# How much a step sideways counts of one down where a body fades into paper.
SIDEWAYS = 0.62


def rimmed(bust: Bust, colour: Array, tint: Colour, *, side: float, strength: float, width: float = 0.16) -> Array:
    """Light of `tint` along the edge of the person; side: where it comes from, -1 left … 1 right, 0 both.

    width: how far it reaches in, in eye distances.
    """
    reach = width * bust.unit
    soft = blurred(bust.alpha, reach)
    rim = np.clip(1.9 * (1 - soft) * bust.alpha - 0.35, 0, 1)
    if side:
        slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=reach / 2)
        rim = rim * np.clip(0.5 - side * slope * 2.4, 0, 1)
    # Light on cloth and hair shows what is there; it does not paint over it.
    light = rim[..., None] * np.array(tint, np.float32) * (0.35 + 0.65 * colour) * np.float32(strength)
    lit: Array = 1 - (1 - colour) * (1 - np.clip(light, 0, 0.9))
    return lit


def wrapped(bust: Bust, colour: Array, ground: Array, strength: float = 0.25) -> Array:
    """The ground's light on the last pixels of the edge, so that the person stands in it."""
    soft = blurred(1 - bust.alpha, 0.05 * bust.unit)
    around = cv2.GaussianBlur(cv2.resize(ground, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA), (0, 0), 6)
    around = cv2.resize(around, bust.size, interpolation=cv2.INTER_LINEAR)
    mixed: Array = colour + (around - colour) * (np.float32(strength) * soft * bust.alpha)[..., None]
    return mixed


def bordered(bust: Bust, ground: Array, bands: tuple[tuple[float, Colour], ...]) -> Array:
    """Bands round the person as a sticker has them, widest first: (width in eye distances, colour)."""
    solid = (cv2.GaussianBlur(bust.alpha, (0, 0), 0.02 * bust.unit) > 0.5).astype(np.uint8)
    # Under the frame the body goes on: no band along its lower edge.
    padded = cv2.copyMakeBorder(solid, 0, round(0.5 * bust.unit), 0, 0, cv2.BORDER_REPLICATE)
    away = cv2.distanceTransform(1 - padded, cv2.DIST_L2, 5)[: solid.shape[0]]
    away = cv2.GaussianBlur(away, (0, 0), 0.02 * bust.unit)
    out = ground
    for width, colour in bands:
        cover = np.clip(width * bust.unit - away + 0.5, 0, 1)[..., None]
        out = out + (np.array(colour, np.float32) - out) * cover
    return out


def cut_clean(bust: Bust) -> Bust:
    """The person with an outline as scissors leave it: single hairs and the haze of the edge are gone."""
    smooth = blurred(bust.alpha, 0.018 * bust.unit)
    solid = np.clip((smooth - 0.62) / 0.16 + 0.5, 0, 1).astype(np.float32)
    # The innermost colour runs out over the edge, so that no old fringe is drawn.
    core = (bust.alpha > 0.97).astype(np.float32)
    colour = bust.colour
    for reach in (0.20, 0.06):
        weight = blurred(core, reach * bust.unit)[..., None]
        inner = blurred(bust.colour * core[..., None], reach * bust.unit) / np.maximum(weight, 1e-4)
        # Near the body its nearest colour, further out that of more of it.
        colour = colour + (inner - colour) * (np.clip(weight / 0.05, 0, 1) * (1 - core[..., None]))
    return replace(bust, colour=np.clip(colour, 0, 1).astype(np.float32), alpha=solid)


def shadowed(bust: Bust, ground: Array, depth: float, *, fall: float = 0.10, blur: float = 0.22) -> Array:
    """`ground` with the person's shadow on it; fall to the lower right and blur in eye distances."""
    shift = np.array([[1, 0, fall * bust.unit], [0, 1, 0.7 * fall * bust.unit]], np.float32)
    moved = cv2.warpAffine(bust.alpha, shift, bust.size, borderMode=cv2.BORDER_REPLICATE)
    soft = blurred(moved, blur * bust.unit)
    darker: Array = ground * (1 - np.float32(depth) * soft[..., None])
    return darker


def dissolved(bust: Bust, seed: int, *, begin: float, end: float) -> Array:
    """Alpha of the person, who fades into paper from `begin` to `end` eye distances under the eyes, unevenly."""
    width, height = bust.size
    rows = (np.arange(height, dtype=np.float32)[:, None] - bust.eyes[1]) / bust.unit
    across = (np.arange(width, dtype=np.float32)[None] - bust.eyes[0]) / bust.unit
    # Shoulders fade outwards, too; hair beside the face does not.
    away = np.sqrt(np.maximum(rows, 0) ** 2 + (SIDEWAYS * across) ** 2 * np.clip(rows - 0.8, 0, 1))
    # All of it is gone where the body ends.
    short = min(0.0, (bust.floor - float(bust.eyes[1])) / bust.unit - 0.12 - end)
    begin, end = begin + 0.8 * short, end + short
    uneven = clouded((width, height), 1.1 * bust.unit, seed, 4) * np.float32(0.30 * (end - begin))
    share = np.clip((end - away - np.abs(uneven)) / (end - begin), 0, 1)
    faded: Array = bust.alpha * (share * share * (3 - 2 * share))
    return faded


def fitted_light(bust: Bust, colour: Array, low: float, high: float) -> Array:
    """Exposure of the person moved so that the face's mean lightness (Lab L, 0..100) lies from `low` to `high`.

    By half a stop at most: skin keeps its own depth.
    """
    mask = np.zeros(bust.alpha.shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(bust.mesh).astype(np.int32)), 1)
    lightness = cv2.cvtColor(colour, cv2.COLOR_RGB2LAB)[..., 0][mask > 0]
    if lightness.size == 0:
        return colour
    mean = float(lightness.mean())
    gain = float(np.clip((min(max(mean, low), high) / max(mean, 1.0)) ** 2.2, 0.71, 1.41))
    linear = np.clip(colour, 0, 1) ** np.float32(2.2) * np.float32(gain)
    # Highlights roll off; nothing clips that was not clipped.
    rolled = linear / (1 + np.maximum(0, np.float32(gain - 1)) * linear)
    exposed: Array = np.clip(rolled, 0, 1) ** np.float32(1 / 2.2)
    return exposed
