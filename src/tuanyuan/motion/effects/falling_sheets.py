"""Thin curved sheets that turn in the air, petals and paper: the compiled part that draws them.

A sheet's point (u, v), -1..1 across and along, lies at u·A + v·B + bend(u, v)·N of its middle, A, B, N being its turned
axes seen from the front. A pixel is taken back to (u, v) by solving that for the plane and correcting for the bend.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuanyuan.motion.compiled import compiled
from tuanyuan.motion.effects.falling_paths import TURN, Array, Course, Wind, clearance, mark, place

Vector = tuple[float, float, float]

# Half-size pixels over which an edge runs from nothing to full; of sheets whose thinner half is less than SMALL, which
# would twinkle if it were not SMALL_EDGE: there the sum over pixels of such a ramp's slope depends least on its place.
EDGE, SMALL, SMALL_EDGE = 1.8, 2.6, 2.8
# Where light comes from (unit, x right, y down, z towards the viewer), and what lies halfway from it to the viewer.
LIGHT = (-0.36, -0.64, 0.68)
HALFWAY = (-0.196, -0.349, 0.916)


class Sheets(NamedTuple):
    """What n sheets are, float32 (n,) or as said.

    wide, long: half the sides, half-size pixels. blur: of the lens, the same. thick: coverage, 0..1. base, tip: (n, 3)
    sRGB 0..1 at v = -1 and 1. back: (n, 3) of the other side. bend: (n, 2): rise of the middle across and along. spin,
    tilt, roll: (n, 2): turns in a loop and at birth, in the picture, about its width and about its length. rock: how
    far it tilts to and fro as it swings, turns. thin: share of itself that it shows on edge, where a curved sheet is
    never a line. gloss: strength of a flash, 0: none. through: light it lets through. notch: depth of the nick in a
    petal's tip; below 0 the sheet is a rectangle.
    """

    wide: Array
    long: Array
    blur: Array
    thick: Array
    base: Array
    tip: Array
    back: Array
    bend: Array
    spin: Array
    tilt: Array
    roll: Array
    rock: Array
    thin: Array
    gloss: Array
    through: Array
    notch: Array


@compiled
def fall(
    course: Course,
    wind: Wind,
    sheets: Sheets,
    at: tuple[float, float],
    seen: tuple[float, float, float, float],
    heads: Array,
    back: Array,
    front: Array,
    touched: NDArray[np.uint8],
) -> None:
    """Draw all sheets. at: time and shutter in loops; seen: centre x, y, scale of what is behind and in front."""
    for i in range(len(course.x)):
        before = course.front[i] > 0
        scale = seen[3] if before else seen[2]
        layer = front if before else back
        age = (course.start[i] + at[0]) % 1.0
        while age < course.life[i]:
            x, y = place(course, i, age, at[0], wind)
            later = place(course, i, age + at[1], at[0] + at[1], wind)
            across, down = (later[0] - x) * scale, (later[1] - y) * scale
            x, y = seen[0] + (x - seen[0]) * scale, seen[1] + (y - seen[1]) * scale
            reach = scale * (max(sheets.wide[i], sheets.long[i]) * 1.2 + sheets.blur[i])
            reach += SMALL_EDGE + 0.5 * math.hypot(across, down)
            shown = clearance(x, y, reach, heads) if before else 1.0
            if shown > 0:
                swing = TURN * (course.swings[i] * age + course.swing[i])
                sheet(sheets, i, age, swing, (x, y, scale), (across, down), shown, layer, touched)
            age += 1.0


@compiled
def turned(spin: float, tilt: float, roll: float) -> tuple[Vector, Vector, Vector]:
    """The axes across, along and off a sheet after a roll about its length, a tilt about its width and a spin."""
    cs, ss = math.cos(spin), math.sin(spin)
    ct, st = math.cos(tilt), math.sin(tilt)
    cr, sr = math.cos(roll), math.sin(roll)
    ax, ay, az = cr, sr * st, -sr * ct
    bx, by, bz = 0.0, ct, st
    nx, ny, nz = sr, -cr * st, cr * ct
    return (
        (cs * ax - ss * ay, ss * ax + cs * ay, az),
        (cs * bx - ss * by, ss * bx + cs * by, bz),
        (cs * nx - ss * ny, ss * nx + cs * ny, nz),
    )


@compiled
def opened(axis: Vector, normal: Vector, thin: float) -> tuple[float, float]:
    """x, y of an axis of a sheet whose `normal` lies closer to the picture's plane than `thin`, turned open so far."""
    steep = math.hypot(normal[0], normal[1])
    nx, ny = normal[0] / steep, normal[1] / steep
    level = axis[1] * nx - axis[0] * ny
    down = -axis[2] / steep * math.copysign(thin, normal[2])
    return down * nx - level * ny, down * ny + level * nx


@compiled
def ramp(x: float) -> float:
    """0 below -0.5, 1 above 0.5, smooth between."""
    t = min(1.0, max(0.0, x + 0.5))
    return t * t * t * (t * (6 * t - 15) + 10)


@compiled
def petal(u: float, v: float, notch: float) -> tuple[float, float, float]:
    """How far (u, v) lies out on a petal, 1 on its outline, and the slope of that along u and v."""
    nick = v
    if v > 0 and abs(u) < 0.4:
        nick += notch * math.exp(-u * u * 40)
    girth = max(0.2, 0.86 * (1 + 0.3 * v - 0.12 * v * v))
    q = u / girth
    out = math.sqrt(q * q + nick * nick) + 1e-6
    return out, q / (girth * out), nick / out


@compiled
def shaded(normal: Vector, through: float, gloss: float) -> tuple[float, float]:
    """How bright a surface is whose `normal` (any length) is turned to the viewer, and its flash, both about 0..1."""
    size = 1 / math.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    x, y, z = normal[0] * size, normal[1] * size, normal[2] * size
    lit = x * LIGHT[0] + y * LIGHT[1] + z * LIGHT[2]
    if gloss <= 0:
        return 0.79 + 0.3 * max(0.0, lit) + through * max(0.0, -lit), 0.0
    # Foil mirrors a room that is bright above and dark below.
    mirrored = min(1.0, max(-1.0, -2 * z * y))
    shine = max(0.0, x * HALFWAY[0] + y * HALFWAY[1] + z * HALFWAY[2])
    return 0.84 + 0.14 * max(0.0, lit) + 0.16 * mirrored, gloss * shine**36


@compiled
def sheet(
    sheets: Sheets,
    i: int,
    age: float,
    swing: float,
    spot: Vector,
    moved: tuple[float, float],
    shown: float,
    layer: Array,
    touched: NDArray[np.uint8],
) -> None:
    """Draw sheet i over `layer` (h×w×4). spot: x, y, scale; moved: x, y while the shutter is open; shown: 0..1."""
    scale = spot[2]
    wide, long = sheets.wide[i] * scale, sheets.long[i] * scale
    lean = TURN * sheets.rock[i] * math.cos(swing)
    across, along, normal = turned(
        TURN * (sheets.spin[i, 0] * age + sheets.spin[i, 1]) + 0.6 * lean,
        TURN * (sheets.tilt[i, 0] * age + sheets.tilt[i, 1]) + lean,
        TURN * (sheets.roll[i, 0] * age + sheets.roll[i, 1]),
    )
    # The normal's z is the share of the sheet that is seen; its sign tells which side. A sheet that is blurred over
    # more than the sliver it shows is drawn opened so far, and covers less for it.
    seen = max(abs(normal[2]), sheets.thin[i])
    small = min(1.0, max(0.0, (SMALL - seen * min(wide, long)) / (0.6 * SMALL)))
    soft = math.hypot(EDGE + (SMALL_EDGE - EDGE) * small, sheets.blur[i] * scale * 1.8)
    opening = max(seen, min(0.95, 1.8 * soft / (wide + long)))
    axes = across[0], across[1], along[0], along[1]
    if abs(normal[2]) < opening:
        axes = opened(across, normal, opening) + opened(along, normal, opening)
    # Steeper than this the outline would fold over itself, and taking it back would find no point.
    steepest = 0.14 * opening / math.sqrt(1.0001 - opening * opening)
    shape = wide, long, soft, math.copysign(opening, normal[2]), steepest
    paint(
        sheets,
        i,
        spot,
        (across, along, normal),
        axes,
        shape,
        moved,
        shown * sheets.thick[i] * seen / opening,
        layer,
        touched,
    )


@compiled
def paint(
    sheets: Sheets,
    i: int,
    spot: Vector,
    turn: tuple[Vector, Vector, Vector],
    axes: tuple[float, float, float, float],
    shape: tuple[float, float, float, float, float],
    moved: tuple[float, float],
    cover: float,
    layer: Array,
    touched: NDArray[np.uint8],
) -> None:
    """Fill in sheet i. turn: its axes and normal; axes: x, y of both as drawn; shape: as `sheet` finds it."""
    x, y, _ = spot
    across, along, (nx, ny, nz) = turn
    ax, ay, bx, by = axes
    wide, long, soft, facing, steepest = shape
    ux, uy, vx, vy = by / (facing * wide), -bx / (facing * wide), -ay / (facing * long), ax / (facing * long)
    # The width over which edges across and along run out: by blur, and by motion along their normals.
    wu = math.hypot(soft * math.hypot(ux, uy), ux * moved[0] + uy * moved[1])
    wv = math.hypot(soft * math.hypot(vx, vy), vx * moved[0] + vy * moved[1])
    rise = 0.5 * (wide + long)
    bend_u, bend_v = sheets.bend[i, 0], sheets.bend[i, 1]
    arch_u, arch_v = min(max(bend_u, -steepest), steepest), min(max(bend_v, -steepest), steepest)
    bulge = rise * (abs(arch_u) + abs(arch_v))
    beside = wide * abs(ax) + long * abs(bx) + bulge * abs(nx) + 0.5 * (soft + abs(moved[0]))
    below = wide * abs(ay) + long * abs(by) + bulge * abs(ny) + 0.5 * (soft + abs(moved[1]))
    left, right = max(0, math.floor(x - beside)), min(layer.shape[1], math.ceil(x + beside) + 1)
    top, bottom = max(0, math.floor(y - below)), min(layer.shape[0], math.ceil(y + below) + 1)
    if left >= right or top >= bottom:
        return
    mark(touched, left, top, right, bottom)
    side = math.copysign(1.0, nz)
    base, tip = (sheets.base[i], sheets.tip[i]) if nz > 0 else (sheets.back[i], sheets.back[i])
    # Beyond this share of its sides nothing of it is seen, bent and blurred as it may be.
    outer_u, outer_v = 1.35 + 0.5 * wu, 1.35 + 0.5 * wv
    for py in range(top, bottom):
        for px in range(left, right):
            dx, dy = px - x, py - y
            u, v = ux * dx + uy * dy, vx * dx + vy * dy
            if abs(u) > outer_u or abs(v) > outer_v:
                continue
            step = 0.0
            for _ in range(3):
                off = rise * (arch_u * (min(u * u, 1.5) - 0.5) + arch_v * (min(v * v, 1.5) - 0.5))
                was_u, was_v = u, v
                u = ux * (dx - off * nx) + uy * (dy - off * ny)
                v = vx * (dx - off * nx) + vy * (dy - off * ny)
                step = abs(u - was_u) + abs(v - was_v)
            if sheets.notch[i] >= 0:
                out, du, dv = petal(u, v, sheets.notch[i])
                gx, gy = du * ux + dv * vx, du * uy + dv * vy
                drawn = gx * moved[0] + gy * moved[1]
                run = math.sqrt(soft * soft * (gx * gx + gy * gy) + drawn * drawn) + 1e-6
                # A blurred sliver seems longer to its slope than it is.
                a = ramp((1 - out) / run) * ramp((1.1 * max(wide, long) - math.sqrt(dx * dx + dy * dy)) / soft + 0.5)
            else:
                a = (ramp((u + 1) / wu) - ramp((u - 1) / wu)) * (ramp((v + 1) / wv) - ramp((v - 1) / wv))
            # Where the search does not settle there is no point of the sheet.
            a *= cover * min(1.0, max(0.0, 1.6 - 4 * step))
            if a < 0.002:
                continue
            u, v = min(1.0, max(-1.0, u)), min(1.0, max(-1.0, v))
            hu, hv = 2 * bend_u * u * rise / wide, 2 * bend_v * v * rise / long
            shade, flash = shaded(
                (
                    side * (nx - hu * across[0] - hv * along[0]),
                    side * (ny - hu * across[1] - hv * along[1]),
                    side * (nz - hu * across[2] - hv * along[2]),
                ),
                sheets.through[i],
                sheets.gloss[i],
            )
            for c in range(3):
                colour = base[c] + (tip[c] - base[c]) * 0.5 * (v + 1)
                # Foil in shade is amber, not olive.
                dark = (1 - shade) * (0.65 + 0.35 * c) if sheets.gloss[i] > 0 else 1 - shade
                value = min(1.0, colour * (1 - dark) + flash * (0.35 + 0.65 * colour))
                layer[py, px, c] += (value - layer[py, px, c]) * a
            layer[py, px, 3] += (1 - layer[py, px, 3]) * a
