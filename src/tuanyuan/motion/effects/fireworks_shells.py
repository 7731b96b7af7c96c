"""What bursts: the kinds of shells, and the sparks of one, thrown by a seed.

A spark flies against linear drag k under gravity: at age a it is (1 - e^(-ka)) of its way out, and has fallen
g (a - (1 - e^(-ka)) / k) / k. Lengths are shares of the shell's size, times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
Records = NDArray[Any]

# birth: when it bursts, in the loop. lasts: until its last ember is out. x, y: where; size: how far sparks fly; wide:
# half a head's width: half-size pixels. wind: pixels a second along x. taper: a tail's share of a head's width.
# head: how much brighter the head is. glitter: how deep it flickers, 0..1.2. embers: how those of the trail sink.
# crackle: 1 where sparks pop at last. first, second: colours it burns in; cooled: its trail's. start, stop: its sparks.
SHELL = np.dtype(
    [
        ("birth", "f8"),
        ("lasts", "f8"),
        ("x", "f4"),
        ("y", "f4"),
        ("size", "f4"),
        ("drag", "f4"),
        ("gravity", "f4"),
        ("wind", "f4"),
        ("trail", "f4"),
        ("wide", "f4"),
        ("taper", "f4"),
        ("bright", "f4"),
        ("head", "f4"),
        ("glitter", "f4"),
        ("embers", "f4"),
        ("crackle", "f4"),
        ("flash", "f4"),
        ("first", "f4", 3),
        ("second", "f4", 3),
        ("cooled", "f4", 3),
        ("start", "i4"),
        ("stop", "i4"),
    ]
)
# dx, dy: where it flies, in shares of the size. life: seconds it burns. phase: its own number, for its flicker.
SPARK = np.dtype([("dx", "f4"), ("dy", "f4"), ("bright", "f4"), ("life", "f4"), ("phase", "i4")])


@dataclass(frozen=True)
class Palette:
    """Colours (red, green, blue, 0..1) a spark burns in, one after the other, and the one its trail cools to."""

    first: Colour
    second: Colour
    cooled: Colour


GOLD = Palette((1.0, 0.66, 0.24), (1.0, 0.51, 0.15), (0.88, 0.34, 0.07))
SILVER = Palette((0.95, 0.90, 0.80), (1.0, 0.80, 0.48), (0.75, 0.42, 0.16))
COLOURED = (
    Palette((1.0, 0.20, 0.13), (1.0, 0.64, 0.24), (0.80, 0.14, 0.06)),
    Palette((1.0, 0.36, 0.52), (1.0, 0.80, 0.66), (0.75, 0.16, 0.25)),
    Palette((0.80, 0.42, 0.96), (1.0, 0.55, 0.70), (0.42, 0.14, 0.55)),
    Palette((0.30, 0.58, 1.0), (0.78, 0.88, 1.0), (0.12, 0.24, 0.60)),
    Palette((0.36, 0.94, 0.46), (1.0, 0.86, 0.46), (0.14, 0.45, 0.16)),
    Palette((1.0, 0.48, 0.12), (1.0, 0.84, 0.54), (0.75, 0.22, 0.05)),
)


@dataclass(frozen=True)
class Kind:
    """sparks: how many at full size. uneven: spread of their speeds. Others as in SHELL; ring: all in one circle."""

    sparks: int
    drag: float
    gravity: float
    life: float
    trail: float
    wide: float
    taper: float
    bright: float
    head: float
    uneven: float
    glitter: float = 0.0
    embers: float = 0.0
    crackle: float = 0.0
    flash: float = 1.0
    ring: bool = False


PEONY = Kind(136, 2.1, 0.50, 1.95, 0.46, 1.8, 0.42, 1.75, 1.9, 0.05, glitter=0.55)
CHRYSANTHEMUM = Kind(104, 2.0, 0.55, 2.2, 0.80, 1.7, 0.40, 1.5, 1.7, 0.07, glitter=0.8)
BROCADE = Kind(110, 2.5, 0.86, 2.7, 1.35, 1.55, 0.45, 1.45, 1.2, 0.11, glitter=1.1, embers=0.07)
RING = Kind(56, 1.9, 0.45, 1.75, 0.27, 1.8, 0.42, 1.8, 2.0, 0.04, glitter=0.5, flash=0.8, ring=True)
PISTIL = Kind(36, 2.2, 0.42, 1.5, 0.34, 1.9, 0.45, 1.5, 1.8, 0.06, glitter=0.4, flash=0.0)
CRACKLE = Kind(52, 2.6, 0.60, 1.15, 0.48, 1.6, 0.40, 1.3, 1.4, 0.16, glitter=0.7, crackle=1.0, flash=0.7)


def throw(kind: Kind, count: int, random: np.random.Generator) -> Records:
    """`count` sparks of one shell: SPARK records.

    Sparks leave evenly over a ball, or over a tilted circle, then each a little off; the shell is never quite round,
    and burns brighter to one side.
    """
    if kind.ring:
        turn, tilt = random.uniform(0, np.pi), random.uniform(0.45, 0.85)
        angle = (np.arange(count) + random.normal(0, 0.3, count)) * 2 * np.pi / count
        flat = np.stack([np.cos(angle), np.sin(angle) * tilt], 1)
        c, s = np.cos(turn), np.sin(turn)
        x, y, z = flat[:, 0] * c - flat[:, 1] * s, flat[:, 0] * s + flat[:, 1] * c, np.sin(angle) * (1 - tilt)
    else:
        z = 1 - (2 * np.arange(count) + 1) / count + random.normal(0, 0.06, count)
        z = np.clip(z, -1, 1)
        angle = np.arange(count) * np.pi * (3 - 5**0.5) + random.normal(0, 0.22, count)
        across = np.sqrt(1 - z * z)
        x, y = across * np.cos(angle), across * np.sin(angle)
        lean = random.uniform(0, 2 * np.pi)  # turns the ball, so that its poles do not face the viewer
        y, z = y * np.cos(lean) - z * np.sin(lean), y * np.sin(lean) + z * np.cos(lean)
    speed = np.clip(random.normal(1, kind.uneven, count), 0.6, 1.25) * (1 + 0.10 * z)
    squash, side = random.uniform(0.93, 1.05), random.uniform(0, 2 * np.pi)
    lit = 1 + 0.28 * (x * np.cos(side) + y * np.sin(side)) + 0.12 * z
    sparks = np.zeros(count, SPARK)
    sparks["dx"], sparks["dy"] = x * speed, y * speed * squash
    sparks["bright"] = lit * np.exp(random.normal(0, 0.25, count))
    sparks["life"] = kind.life * random.uniform(0.74, 1.06, count)
    sparks["phase"] = random.integers(1, 1 << 20, count)
    return sparks


def shell(kind: Kind, palette: Palette, birth: float, x: float, y: float, size: float, wind: float) -> Records:
    """One SHELL record of `kind`, of `size` half-size pixels, without its sparks' range."""
    row = np.zeros(1, SHELL)
    row["birth"], row["x"], row["y"], row["size"], row["wind"] = birth, x, y, size, wind
    row["lasts"] = kind.life * 1.06 + kind.trail + (0.2 if kind.crackle else 0.0)
    for name in ("drag", "trail", "taper", "bright", "head", "glitter", "crackle", "flash"):
        row[name] = getattr(kind, name)
    row["gravity"], row["embers"] = kind.gravity * size, kind.embers * size
    row["first"], row["second"], row["cooled"] = palette.first, palette.second, palette.cooled
    return row
