"""A crown that the photo's upper border cuts off: its outline rounded, its strands carried on in their own direction.

Nothing is mirrored. The strands' direction is that of the structure tensor at the border (Bigun & Granlund, 1987); it
turns into the outline's own as it nears it. Along these lines the photo's last strands run out into a soft noise of
strands (line integral convolution, Cabral & Leedom, 1993) in the hair's own colours, darker towards the outline. What
has no direction gets tufts, and what has no detail, as skin, neither.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.sitter import OPAQUE, crown_height, cut_above

Array = NDArray[np.float32]

# All lengths in eye distances. How deep under the border hair is looked at, and how soft that look is.
LOOKED_AT, TENSOR_BLUR, ALONG_BLUR = 0.34, 0.05, 0.10
# The outline goes on at the slope that it has over so many rows; its two exponents, of 1 - |x|^n.
SLOPE_ROWS, ROUNDEST, SQUAREST = 0.22, 2.0, 3.2
EDGE, FRAY, RUN_IN, ENDS = 0.018, 0.014, 0.06, 0.08
# A colour's power at the outline: darker, and as hair in shade is, fuller.
SHADED = 1.55
# How far a strand of the photo runs on, and one that lies along the border; how long strands are and how wide; steps
# along one.
RUN_ON, FADE, STRAND, TUFT, FINE, LOCK, STEP = 0.20, 0.028, 0.42, 0.10, 0.007, 0.045, 0.016
# UNSURE: the share of the contrast that is left where there is no direction.
LOCK_SHARE, CONTRAST, MOST_CONTRAST, UNSURE = 0.5, 0.9, 0.16, 0.6
# How far directions that meet give way to each other.
FIELD_BLUR = 0.07
# The direction of what is less coherent is not one; from so much on it is a strand's.
NO_DIRECTION, DIRECTION = 0.25, 0.65
DARKEST_LINE = 1e-3


@dataclass(frozen=True, eq=False)
class _Arc:
    """One crown over the columns left..right. height (w,): rows above the border at which it ends, at each column."""

    left: int
    right: int
    height: Array


def grow_crowns(colour: Array, alpha: Array, add: int, unit: float) -> tuple[Array, Array]:
    """Colour float32 H×W×3 and alpha H×W, 0..1, with `add` rows above in which every cut crown is rounded off.

    unit: the eye distance in pixels. The photo's own rows are not changed; the same pixels give the same crown.
    """
    width = alpha.shape[1]
    new_colour = np.repeat(colour[:1], add, 0)
    new_alpha = np.zeros((add, width), np.float32)
    for left, right in cut_above(alpha > OPAQUE):
        arc = _arc(alpha, left, right, add, unit)
        if arc.height.max(initial=0) < 1:
            continue
        strands, fray = _strands(colour, alpha, arc, add, unit)
        low, high = _with_room(left, right, width, unit)
        new_colour[:, low:high] = strands
        new_alpha[:, low:high] = np.maximum(new_alpha[:, low:high], _cover(alpha, arc, fray, (low, high), add, unit))
    return np.concatenate([new_colour, colour], 0), np.concatenate([new_alpha, alpha], 0)


def _with_room(left: int, right: int, width: int, unit: float) -> tuple[int, int]:
    room = round(0.15 * unit)
    return max(0, left - room), min(width, right + room)


def _arc(alpha: Array, left: int, right: int, add: int, unit: float) -> _Arc:
    """A rise from both ends of the cut, each with the slope that the outline has under it."""
    half = max(1.0, (right - left) / 2)
    top = max(0.0, min(crown_height(right - left, unit) * unit, float(add)) - (EDGE + FRAY) * unit)
    rows = max(2, min(round(SLOPE_ROWS * unit), alpha.shape[0]))
    middle = (left + right) // 2
    solid = alpha[:rows] > OPAQUE
    before, after = ~solid[:, : middle + 1][:, ::-1], ~solid[:, middle:]
    ends = [np.where(side.any(1), side.argmax(1), side.shape[1]).astype(np.float32) for side in (before, after)]
    x = (np.arange(left, right, dtype=np.float32) + 0.5 - (left + right) / 2) / half
    height = np.empty_like(x)
    for end, mine in zip(ends, (x < 0, x >= 0), strict=True):
        # An end that runs inwards under the border is no skull; it counts as upright.
        wider = max(0.0, float(end[-1] - end[0]))
        slope = rows / max(wider, rows / 4)
        exponent = float(np.clip(slope * half / max(top, 1.0), ROUNDEST, SQUAREST))
        height[mine] = top * (1 - np.abs(x[mine]) ** exponent)
    return _Arc(left, right, height)


def _cover(alpha: Array, arc: _Arc, fray: Array, columns: tuple[int, int], add: int, unit: float) -> Array:
    """Alpha over columns low..high: the arc with a hairy edge, which near the border is the photo's own."""
    low, high = columns
    height = np.zeros(high - low, np.float32)
    height[arc.left - low : arc.right - low] = arc.height
    above = (add - 0.5 - np.arange(add, dtype=np.float32))[:, None]
    soft = max(1.0, EDGE * unit)
    # Both ends start from nothing, or a beak would stand out over the hair under it.
    started = np.clip(height / (ENDS * unit), 0, 1)
    hairy = height[None] + started * fray * FRAY * unit - (1 - started) * soft
    cap = np.clip((hairy - above) / (2 * soft) + 0.5, 0, 1)
    cap = cap * cap * (3 - 2 * cap)
    inside = np.zeros(high - low, np.float32)
    inside[arc.left - low : arc.right - low] = 1
    inside = cv2.GaussianBlur(inside[None], (0, 0), soft)
    blend = np.clip(above / np.clip(0.5 * height, 0.02 * unit, RUN_IN * unit)[None], 0, 1)
    cover: Array = (alpha[:1, low:high] * (1 - blend) + cap * inside * blend).astype(np.float32)
    return cover


def _strands(colour: Array, alpha: Array, arc: _Arc, add: int, unit: float) -> tuple[Array, Array]:
    """Colours (add, w, 3) over the arc's columns with room, and the strands' noise there (add, w), about -1..1."""
    low, high = _with_room(arc.left, arc.right, alpha.shape[1], unit)
    deep = max(4, min(round(LOOKED_AT * unit), alpha.shape[0]))
    strip, weight = np.ascontiguousarray(colour[:deep, low:high]), alpha[:deep, low:high] ** 2 + DARKEST_LINE
    across, along, coherent = _direction(strip, weight, unit)
    near = _relative(arc, low, high, add)
    field, sure = _field(across, along, arc, near, (low, high), unit)
    base = _ground(strip, weight, add, unit)
    axis, amount = _contrast(strip, weight, coherent, unit)
    noise = _noise(strip, (add + deep, high - low), unit)
    steps, few = round(STRAND / STEP), round(TUFT / STEP)
    step = max(1.0, STEP * unit)
    long, short = (_even(_drawn_along(noise, field, number, step)) for number in (steps, few))
    # Short hair that stands every way has tufts, not strands.
    drawn = _even(long * coherent + short * (1 - coherent))
    soft = base + (drawn * sure * amount)[..., None] * axis
    run_on, kept = _run_on(strip, weight, field, add, steps, step, unit)
    kept = kept * sure[..., None]
    detail = run_on - _ground(strip, weight, 1, unit)
    made = soft * (1 - kept) + (base + detail) * kept
    made = np.clip(made, 0, 1) ** (1 + (SHADED - 1) * near**2)[..., None]
    return made.astype(np.float32), (drawn / 2).astype(np.float32)


def _even(drawn: Array) -> Array:
    """The same with a spread of 1, and nothing that stands out."""
    even: Array = np.clip(drawn / max(DARKEST_LINE, float(drawn.std())), -2.4, 2.4)
    return even


def _relative(arc: _Arc, low: int, high: int, add: int) -> Array:
    """How near the outline each new pixel is: 0 at the photo's border, 1 at the outline."""
    height = np.ones(high - low, np.float32)
    height[arc.left - low : arc.right - low] = np.maximum(arc.height, 1)
    above = (add - 0.5 - np.arange(add, dtype=np.float32))[:, None]
    near: Array = np.clip(above / height[None], 0, 1).astype(np.float32)
    return near


def _direction(strip: Array, weight: Array, unit: float) -> tuple[Array, Array, Array]:
    """For each column the strands' direction at the border, doubled (cosine, sine), and its coherence 0..1."""
    grey = strip.mean(2)
    dx, dy = (
        cv2.Sobel(grey, cv2.CV_32F, *order, ksize=3, borderType=cv2.BORDER_REPLICATE) for order in ((1, 0), (0, 1))
    )
    depth = np.linspace(1, 0, len(strip), dtype=np.float32)[:, None]
    parts = []
    for product in (dx * dx - dy * dy, 2 * dx * dy, dx * dx + dy * dy):
        near = cv2.GaussianBlur(product * weight, (0, 0), TENSOR_BLUR * unit)
        parts.append(cv2.GaussianBlur((near * depth).sum(0)[None], (0, 0), ALONG_BLUR * unit)[0])
    length = np.maximum(parts[2], 1e-7)
    # A strand runs across its gradient: the doubled angle turns by half a circle.
    across, along = -parts[0] / length, -parts[1] / length
    coherent = np.clip((np.hypot(across, along) - NO_DIRECTION) / (DIRECTION - NO_DIRECTION), 0, 1)
    return across, along, coherent.astype(np.float32)


def _field(
    across: Array, along: Array, arc: _Arc, near: Array, columns: tuple[int, int], unit: float
) -> tuple[tuple[Array, Array], Array]:
    """Unit direction (x, y) of every new pixel, y never negative, and how sure it is, 0..1: less where two meet."""
    low, high = columns
    rise = np.zeros(high - low, np.float32)
    rise[arc.left - low : arc.right - low] = -np.gradient(arc.height) if len(arc.height) > 1 else 0
    tangent = 2 * np.arctan2(rise, 1.0)
    length = np.maximum(np.hypot(across, along), 1e-4)
    bent = near**1.5
    cosine = (across / length)[None] * (1 - bent) + np.cos(tangent)[None] * bent
    sine = (along / length)[None] * (1 - bent) + np.sin(tangent)[None] * bent
    cosine, sine = (cv2.GaussianBlur(part.astype(np.float32), (0, 0), FIELD_BLUR * unit) for part in (cosine, sine))
    sure = np.clip(np.hypot(cosine, sine) * 1.6, 0, 1)
    angle = np.arctan2(sine, cosine) / 2
    x, y = np.cos(angle), np.sin(angle)
    turned = np.where(y < 0, np.float32(-1), np.float32(1))
    return ((x * turned).astype(np.float32), (y * turned).astype(np.float32)), sure.astype(np.float32)


def _ground(strip: Array, weight: Array, rows: int, unit: float) -> Array:
    """The hair's colour without strands, (rows, w, 3): what lies at the border, softer the further up."""
    depth = np.exp(-np.arange(len(strip), dtype=np.float32) / (0.10 * unit))[:, None] * weight
    amount = depth.sum(0)[None]
    row = (strip * depth[..., None]).sum(0)[None]

    def blurred(sigma: float) -> Array:
        soft: Array = (
            cv2.GaussianBlur(row, (0, 0), sigma * unit) / cv2.GaussianBlur(amount, (0, 0), sigma * unit)[..., None]
        )
        return soft

    t = np.linspace(1, 0, rows, dtype=np.float32)[:, None, None] if rows > 1 else np.zeros((1, 1, 1), np.float32)
    ground: Array = blurred(0.06) * (1 - t) + blurred(0.22) * t
    return ground


def _contrast(strip: Array, weight: Array, coherent: Array, unit: float) -> tuple[Array, Array]:
    """Colour (3,) from the mean to a light strand, and how much of it each column's strands have (w,)."""
    detail = strip - cv2.GaussianBlur(strip, (0, 0), 0.09 * unit)
    grey = detail.mean(2)
    total = max(float(weight.sum()), DARKEST_LINE)
    spread = float(np.sqrt((weight * grey**2).sum() / total))
    axis = (weight[..., None] * detail * grey[..., None]).sum((0, 1)) / max(total * spread**2, 1e-7)
    amount = min(CONTRAST * spread, MOST_CONTRAST) * (UNSURE + (1 - UNSURE) * coherent)
    return axis.astype(np.float32), amount.astype(np.float32)


def _noise(strip: Array, size: tuple[int, int], unit: float) -> Array:
    """Fine strands and locks, as dots that are drawn out later: float32 of `size`. The content is the seed."""
    seed = zlib.crc32(np.rint(np.clip(strip[0], 0, 1) * 255).astype(np.uint8).tobytes())
    chance = np.random.default_rng(seed)
    fine, lock = (
        cv2.GaussianBlur(chance.standard_normal(size, np.float32), (0, 0), max(0.5, width * unit))
        for width in (FINE, LOCK)
    )
    noise: Array = (1 - LOCK_SHARE) * fine / fine.std() + LOCK_SHARE * lock / lock.std()
    return noise


def _walk(field: tuple[Array, Array], sign: int, steps: int, step: float, rows: int, see: Callable[..., None]) -> None:
    """Follow the field from every pixel of `rows` rows; `see` is told x, y and the number of each step."""
    height, width = field[0].shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(rows, dtype=np.float32))
    last_x, last_y = (np.float32(sign) * part[:rows] for part in field)
    for number in range(1, steps + 1):
        at = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        dx, dy = (cv2.remap(part, *at, cv2.INTER_NEAREST) for part in field)
        # A direction has no sign of its own; a strand does not turn back.
        onwards = np.where(dx * last_x + dy * last_y < 0, np.float32(-1), np.float32(1))
        last_x, last_y = dx * onwards, dy * onwards
        x, y = x + np.float32(step) * last_x, y + np.float32(step) * last_y
        see(x, y, number)


def _drawn_along(noise: Array, field: tuple[Array, Array], steps: int, step: float) -> Array:
    """Line integral convolution of `noise` over the rows of the field, with weights that fall off both ways."""
    rows = field[0].shape[0]
    total = noise[:rows].copy()

    def see(x: Array, y: Array, number: int) -> None:
        share = np.float32(0.5 + 0.5 * np.cos(np.pi * number / steps))
        total[:] += share * cv2.remap(noise, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)

    for sign in (1, -1):
        _walk(field, sign, steps, step, rows, see)
    return total


def _run_on(
    strip: Array, weight: Array, field: tuple[Array, Array], add: int, steps: int, step: float, unit: float
) -> tuple[Array, Array]:
    """For each new pixel the photo's colour at the foot of its strand (add, w, 3), and how much of it is left, 0..1."""
    width = strip.shape[1]
    above = (add - np.arange(add, dtype=np.float32))[:, None]
    foot = np.broadcast_to(np.arange(width, dtype=np.float32)[None], (add, width)).copy()
    # Strands that lie along the border have no foot; there the border itself fades out, at once.
    far = np.broadcast_to(above * (RUN_ON / FADE), (add, width)).copy()
    met = np.zeros((add, width), np.bool_)
    before_x, before_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(add, dtype=np.float32))

    def see(x: Array, y: Array, number: int) -> None:
        first = (y >= add) & ~met
        # Where between the two steps the border lies: a pixel's error there is a strand's width.
        share = (add - before_y[first]) / np.maximum(y[first] - before_y[first], DARKEST_LINE)
        foot[first] = before_x[first] + share * (x[first] - before_x[first])
        far[first] = (number - 1 + share) * step
        met[:] |= first
        before_x[:], before_y[:] = x, y

    _walk(field, 1, steps, step, add, see)
    feet = np.clip(foot, 0, width - 1), np.zeros_like(foot)
    sampled = cv2.remap(strip, *feet, cv2.INTER_LINEAR)
    # What is no hair under the border leaves nothing above it.
    kept = np.exp(-far / (RUN_ON * unit)) * np.clip(cv2.remap(weight, *feet, cv2.INTER_LINEAR), 0, 1)
    return sampled, kept[..., None].astype(np.float32)
