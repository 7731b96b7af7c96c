"""One moment of shells and of what carries them up, drawn from the time alone. Compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.effects.fireworks_strokes import Array, Tiles, disc, puff, segment, short, thin

Records = NDArray[Any]

# White-hot for so long after the burst, in seconds; from there to there of its life a spark changes its colour.
HOT, TURNS, TURNED = 0.085, 0.30, 0.72
# The time a frame is exposed, in seconds: a head's light is spread over it.
SHUTTER = 0.018
# A spark's flicker: changes in a second.
FLICKER = 13.0
# Strokes shorter than this, in pixels, are more and more as bright as their heads.
RESTING = 5.0
# Pieces of a stroke: one for so many pixels, and at most so many.
PIECE, PIECES = 6.0, 36


@compiled
def smooth(low: float, high: float, x: float) -> float:
    """0 at `low`, 1 at `high`, smooth between."""
    q = min(1.0, max(0.0, (x - low) / (high - low)))
    return q * q * (3.0 - 2.0 * q)


@compiled
def noise(x: float, seed: int) -> float:
    """Smooth random values 0..1, a new one at every whole x >= 0."""
    whole = int(np.floor(x))
    ends = (0.0, 0.0)
    for k in range(2):
        n = ((whole + k) * 374761393 + seed * 668265263) & 0xFFFFFFFF
        n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
        value = ((n ^ (n >> 16)) & 0xFFFF) / 65535.0
        ends = (ends[1], value)
    q = x - whole
    return ends[0] + (ends[1] - ends[0]) * q * q * (3.0 - 2.0 * q)


@compiled
def place(shell: Any, dx: float, dy: float, burnt: float, ago: float) -> tuple[float, float]:
    """Where an ember is, in half-size pixels at rest, that left its spark at age `burnt`, `ago` seconds ago."""
    out = 1.0 - np.exp(-shell.drag * burnt)
    late = burnt - out / shell.drag
    x = shell.x + shell.size * dx * out + shell.wind * (late + 0.6 * ago)
    y = shell.y + shell.size * dy * out + shell.gravity * late / shell.drag
    return x, y + shell.embers * ago * ago / (ago + 0.3)


@compiled
def heat(burnt: float) -> float:
    """How white-hot a spark is at age `burnt`: 1, soon 0."""
    return np.exp(-burnt / HOT) if burnt < 8.0 * HOT else 0.0


@compiled
def glow(shell: Any, bright: float, life: float, phase: int, burnt: float) -> float:
    """How brightly a spark burns at age `burnt`: lower and lower, then flickering out."""
    share = burnt / life
    value = bright * (1.0 - smooth(0.62, 1.0, share)) * (1.0 - 0.35 * share) * smooth(0.0, 0.15, burnt)
    restless = shell.glitter * smooth(0.35, 0.75, share)
    if value > 0.0 and restless > 0.0:
        flicker = noise(burnt * FLICKER, phase)
        value *= 1.0 + restless * (1.9 * flicker * flicker - 0.8)
    return value


@compiled
def trail(light: Array, touched: Tiles, shell: Any, spark: Any, age: float, cx: float, cy: float, zoom: float) -> None:
    """One spark with its trail, as one stroke from its head to the oldest ember that still glows."""
    youngest = max(0.0, age - spark.life)
    oldest = min(age, shell.trail)
    if oldest <= youngest:
        return
    hx, hy = place(shell, spark.dx, spark.dy, age - youngest, youngest)
    tx, ty = place(shell, spark.dx, spark.dy, age - oldest, oldest)
    length = (((tx - hx) ** 2 + (ty - hy) ** 2) ** 0.5) * zoom
    pieces = int(min(PIECES, max(4, np.ceil(length / PIECE))))
    # While they are close together, many sparks add up to more than the eye would see of one.
    boost = short(length) * shell.bright * (0.32 + 0.68 * smooth(0.0, 0.45, age))
    # A stroke shorter than its kernel shows one mean of its light: its head's, or what rests would be dim.
    resting = max(0.0, 1.0 - length / RESTING)
    x0, y0, wide0, r0, g0, b0 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(pieces + 1):
        q = k / pieces
        ago = youngest + (oldest - youngest) * q * np.sqrt(q)
        burnt = age - ago
        x, y = place(shell, spark.dx, spark.dy, burnt, ago)
        x, y = cx + (x - cx) * zoom, cy + (y - cy) * zoom
        cold = min(1.0, ago / shell.trail)
        left = 1.0 - cold
        hot = heat(burnt)
        value = glow(shell, spark.bright, spark.life, spark.phase, burnt) * (1.0 + 0.9 * hot)
        profile = left * (0.4 + 0.6 * left) + shell.head * (1.0 - smooth(0.0, 0.11, ago))
        profile *= 0.35 + 0.65 * smooth(0.0, SHUTTER, ago)
        value *= profile + (0.7 * (1.0 + shell.head) - profile) * resting
        wide = shell.wide * zoom * (shell.taper + (1.0 - shell.taper) * left * left)
        value *= boost * thin(wide)
        turned = smooth(TURNS, TURNED, burnt / spark.life)
        white = 0.9 * hot * left
        r, g, b = 0.0, 0.0, 0.0
        for c in range(3):
            colour = shell.first[c] + (shell.second[c] - shell.first[c]) * turned
            colour += (shell.cooled[c] - colour) * cold
            colour = value * (colour + (1.0 - 0.08 * c - colour) * white)
            if c == 0:
                r = colour
            elif c == 1:
                g = colour
            else:
                b = colour
        if k > 0:
            segment(light, touched, x0, y0, x, y, wide0, wide, r0, g0, b0, r, g, b)
        x0, y0, wide0, r0, g0, b0 = x, y, wide, r, g, b


@compiled
def pop(light: Array, touched: Tiles, shell: Any, spark: Any, age: float, cx: float, cy: float, zoom: float) -> None:
    """A spark's end in crackling: a few short rays, gone at once."""
    since = (age - spark.life * 0.97) / 0.17
    if since <= 0.0 or since >= 1.0:
        return
    x, y = place(shell, spark.dx, spark.dy, spark.life * 0.97, 0.0)
    x, y = cx + (x - cx) * zoom, cy + (y - cy) * zoom
    value = 2.6 * shell.bright * shell.crackle * spark.bright * (1.0 - since) * smooth(0.0, 0.15, since)
    far = zoom * shell.size * (0.03 + 0.07 * noise(0.0, spark.phase)) * (1.0 - (1.0 - since) ** 2) + 1.0
    wide = 0.55 * shell.wide * zoom
    value *= thin(wide)
    rays = 4 + spark.phase % 5
    for k in range(rays):
        turn = (k + 0.9 * noise(k + 1.0, spark.phase)) * 6.2832 / rays
        reach = far * (0.3 + 0.7 * noise(k + 21.0, spark.phase))
        dx, dy = reach * np.cos(turn), reach * np.sin(turn)
        tip = value * noise(k + 11.0, spark.phase) ** 2 * short(0.6 * reach)
        low = 0.25 * tip
        x0, y0 = x + 0.4 * since * dx, y + 0.4 * since * dy
        segment(
            light, touched, x0, y0, x + dx, y + dy, wide, wide, low, low * 0.7, low * 0.4, tip, tip * 0.86, tip * 0.6
        )


@compiled
def shells(
    light: Array,
    touched: Tiles,
    rows: Records,
    sparks: Records,
    time: float,
    loop: float,
    cx: float,
    cy: float,
    zoom: float,
) -> None:
    """Add every shell that burns at `time`; of one that outlasts the loop of `loop` seconds, both rounds."""
    for i in range(len(rows)):
        shell = rows[i]
        age = (time - shell.birth) % loop
        while age < shell.lasts:
            flash = shell.flash * shell.bright * smooth(0.0, 0.02, age) * np.exp(-age / 0.07)
            if flash > 0.004:
                x, y = cx + (shell.x - cx) * zoom, cy + (shell.y - cy) * zoom
                for k in range(2):
                    radius, value = (shell.size * 0.15, 1.8 * flash) if k == 0 else (shell.size * 0.7, 0.24 * flash)
                    red, green, blue = (
                        0.6 + 0.4 * shell.first[0],
                        0.5 + 0.4 * shell.first[1],
                        0.4 + 0.4 * shell.first[2],
                    )
                    disc(light, touched, x, y, radius * zoom, value * red, value * green, value * blue)
            for k in range(shell.start, shell.stop):
                trail(light, touched, shell, sparks[k], age, cx, cy, zoom)
                if shell.crackle > 0.0:
                    pop(light, touched, shell, sparks[k], age, cx, cy, zoom)
            age += loop


@compiled
def risers(
    light: Array, touched: Tiles, rows: Records, time: float, loop: float, cx: float, cy: float, zoom: float
) -> None:
    """Add what climbs at `time` to burst: a flickering stroke that slows down and thins out."""
    for i in range(len(rows)):
        riser = rows[i]
        age = (time - riser.birth) % loop
        while age < riser.climb + riser.trail:
            newest, oldest = max(0.0, age - riser.climb), min(age, riser.trail)
            x0, y0, wide0, r0, g0, b0 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for k in range(25):
                ago = newest + (oldest - newest) * (k / 24.0) ** 1.3
                left = 1.0 - (age - ago) / riser.climb
                x = riser.x + riser.lean * left + riser.bend * left * (1.0 - left)
                y = riser.y + riser.drop * left * (0.35 + 0.65 * left)
                x, y = cx + (x - cx) * zoom, cy + (y - cy) * zoom
                cold = min(1.0, ago / riser.trail)
                value = riser.bright * (1.0 - cold) ** 1.5 * (0.25 + 0.75 * smooth(0.0, 0.25, left))
                value *= 0.45 + 0.55 * noise((age - ago) * 17.0, riser.phase) + 1.1 * np.exp(-((ago / 0.03) ** 2))
                value *= (0.35 + 0.65 * smooth(0.0, SHUTTER, ago)) * smooth(0.0, 0.12, age - ago)
                wide = riser.wide * zoom * (1.0 - 0.6 * cold)
                value *= thin(wide)
                r, g, b = value, value * (0.74 - 0.30 * cold), value * (0.42 - 0.34 * cold)
                if k > 0:
                    segment(light, touched, x0, y0, x, y, wide0, wide, r0, g0, b0, r, g, b)
                x0, y0, wide0, r0, g0, b0 = x, y, wide, r, g, b
            age += loop


@compiled
def smoke(
    back: Array,
    touched: Tiles,
    rows: Records,
    clouds: Array,
    time: float,
    loop: float,
    cx: float,
    cy: float,
    zoom: float,
) -> None:
    """Lay over the smoke that hangs at `time` where shells burst: lit at first, then a faint grey that drifts off."""
    for i in range(len(rows)):
        cloud = rows[i]
        age = (time - cloud.birth) % loop
        while age < cloud.lasts:
            share = age / cloud.lasts
            cover = cloud.cover * smooth(0.0, 0.16, share) * (1.0 - smooth(0.35, 1.0, share))
            x = cx + (cloud.x + cloud.wind * age - cx) * zoom
            y = cy + (cloud.y + cloud.sink * age - cy) * zoom
            radius = zoom * cloud.radius * (0.6 + 0.55 * share**0.6)
            lit = np.exp(-age / 0.45)
            red, green, blue = (
                0.16 + 0.5 * lit * cloud.lit[0],
                0.16 + 0.5 * lit * cloud.lit[1],
                0.18 + 0.5 * lit * cloud.lit[2],
            )
            puff(
                back, touched, clouds[cloud.form], x, y, radius, cloud.turn + cloud.spin * age, cover, red, green, blue
            )
            age += loop
