"""The six lights of a product table, and what they do to the thing itself.

Colours are kept as a light keeps them: a smooth factor in linear light, and an edge that a lamp behind draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.goods.shadow import Throw
from tuanyuan.imaging.grade import Grade

Array = NDArray[np.float32]
Colour = tuple[float, float, float]

GAMMA = 2.2
RIM_WIDTH = 0.011


@dataclass(frozen=True)
class Light:
    """side: where the key comes from, -1 left … 1 right. key: its colour, linear, mean 1.

    shape: how the key lights the thing, share of brighter to darker side. rim: share of full scale that a lamp behind
    adds at the edges. throws, contact: as in `shadow`. floor, wall: brightness of the paper near and far. pool: how
    much the paper darkens away from the light. patch: what the light draws on the paper. reflection: how much a ground
    mirrors when nothing else is said. tones: papers that suit it.
    """

    side: float
    throws: tuple[Throw, ...]
    tones: tuple[str, ...]
    key: Colour = (1.0, 1.0, 1.0)
    shape: float = 0.10
    rim: float = 0.0
    contact: float = 1.0
    floor: float = 1.0
    wall: float = 0.92
    pool: float = 0.25
    patch: Literal["panes", "slats", "halo", "none"] = "none"
    patch_gain: float = 0.0
    reflection: float = 0.0
    exposure: float = 1.0
    grade: Grade = field(default_factory=lambda: Grade(0.0, 0.0, 0.12, 0.04, 0.0025))


LIGHTS: dict[str, Light] = {
    "softbox": Light(
        side=-0.35,
        throws=(Throw(0.55, 0.16, 0.24, 1.0), Throw(-0.45, 0.16, 0.14, 1.1)),
        tones=("pearl", "mist", "sky", "sage", "sand"),
        shape=0.06,
        floor=1.06,
        wall=0.99,
        pool=0.20,
        reflection=0.10,
    ),
    "window": Light(
        side=-0.9,
        throws=(Throw(1.05, 0.20, 0.46, 0.8),),
        tones=("oat", "cream", "blush", "sage", "ice"),
        key=(1.02, 1.0, 0.975),
        shape=0.16,
        floor=1.04,
        wall=0.84,
        pool=0.28,
        patch="panes",
        patch_gain=0.30,
        grade=Grade(0.0, 0.06, 0.16, 0.06, 0.0025),
    ),
    "rim": Light(
        side=0.3,
        throws=(Throw(0.25, 0.05, 0.35, 1.2),),
        tones=("graphite", "ink", "forest", "wine"),
        shape=0.04,
        rim=0.34,
        floor=0.85,
        wall=0.55,
        pool=0.62,
        patch="halo",
        patch_gain=1.5,
        reflection=0.30,
        exposure=0.96,
        grade=Grade(0.0, 0.0, 0.24, 0.12, 0.003),
    ),
    "high-key": Light(
        side=0.0,
        throws=(Throw(0.12, 0.06, 0.10, 1.4),),
        tones=("white", "snow", "ice", "cream"),
        shape=0.0,
        contact=0.55,
        wall=1.0,
        pool=0.05,
        reflection=0.16,
        exposure=1.05,
        grade=Grade(0.04, 0.0, 0.04, 0.0, 0.0018),
    ),
    "top": Light(
        side=0.0,
        throws=(Throw(0.0, 0.035, 0.42, 0.8),),
        tones=("clay", "sage", "sky", "slate", "sand"),
        shape=0.03,
        contact=1.15,
        floor=1.06,
        wall=0.66,
        pool=0.55,
        grade=Grade(0.0, 0.02, 0.18, 0.08, 0.0025),
    ),
    "warm": Light(
        side=0.85,
        throws=(Throw(-1.35, 0.24, 0.50, 0.55),),
        tones=("sand", "clay", "oat", "blush"),
        key=(1.10, 1.0, 0.84),
        shape=0.20,
        wall=0.78,
        pool=0.40,
        patch="slats",
        patch_gain=0.42,
        grade=Grade(0.0, 0.30, 0.20, 0.12, 0.003),
    ),
}


def linear(srgb: Array) -> Array:
    """Light of sRGB values 0..1 (a plain power of 2.2)."""
    return np.power(np.maximum(srgb, 0), np.float32(GAMMA))


def encoded(light: Array) -> Array:
    """The inverse of `linear`, clipped to 0..1."""
    return np.power(np.clip(light, 0, 1), np.float32(1 / GAMMA))


def lit(colour: Array, alpha: Array, light: Light, tint: float = 1.0) -> Array:
    """`colour` (float32 h×w×3, linear) of a thing with `alpha` (float32 h×w) as `light` lights it; a new array.

    tint: share of the key's own colour that the thing takes on.
    """
    height, width = alpha.shape
    across = np.linspace(-1, 1, width, dtype=np.float32)[None]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    gain = light.exposure * (1 + light.shape * light.side * across - 0.35 * light.shape * down)
    key = 1 + tint * (np.array(light.key, np.float32) - 1)
    out = colour * gain[..., None].astype(np.float32) * key
    if light.rim:
        out = out + _rim(alpha, colour, light)
    return np.clip(out, 0, 1).astype(np.float32)


def _rim(alpha: Array, colour: Array, light: Light) -> Array:
    """What lamps behind on both sides add, where the outline turns away to the sides and upwards."""
    height, width = alpha.shape
    sigma = max(1.5, RIM_WIDTH * float(np.sqrt(height * width)))
    padded = np.pad(alpha, round(3 * sigma))
    soft = cv2.GaussianBlur(padded, (0, 0), sigma)
    slope_x, slope_y = (cv2.Sobel(soft, cv2.CV_32F, dx, dy, ksize=3, scale=sigma / 4) for dx, dy in ((1, 0), (0, 1)))
    margin = round(3 * sigma)
    inner = np.s_[margin : margin + height, margin : margin + width]
    sideways = np.abs(slope_x[inner]) * (1 + 0.5 * light.side * np.sign(-slope_x[inner]))
    upwards = np.maximum(slope_y[inner], 0)
    # Nothing shines from below: the lower half's edges fade.
    fade = np.clip(1.25 - np.arange(height, dtype=np.float32)[:, None] / height, 0, 1)
    edge = np.clip(1.6 * sideways + 0.8 * upwards, 0, 1) ** 2 * fade
    # A lamp behind shines off the surface more than it takes on its colour.
    shine = 0.45 + 0.55 * colour / np.maximum(colour.max(2, keepdims=True), 0.05)
    return (light.rim * edge[..., None] * shine).astype(np.float32)
