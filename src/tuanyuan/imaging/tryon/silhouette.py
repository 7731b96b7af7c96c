"""The landmarks of a long-sleeved top seen from the front, by its silhouette alone: laid flat or worn, arms down.

The same measures are taken of the garment and of the top somebody wears, so that the one can be drawn in place of the
other. Left and right are the picture's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.tryon.sleeve import Sleeve, Unclear, sleeve

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

SIDES = (-1, 1)
# The trunk is looked for between these shares of the silhouette's height.
TRUNK_FROM, TRUNK_TO = 0.45, 0.9
# An armpit lies this far under the shoulder tip, in chest widths, where an arm that touches the trunk hides it.
ARMPIT_DEPTH = 0.46
# The shoulder tip lies this far inside the armpit, in chest widths.
TIP_INSET = 0.07
# A gap between arm and trunk is at least this high, as a share of the silhouette's height.
LEAST_GAP = 0.05
# Of the width over both arms at the armpits, an arm that hangs takes this share.
ARM_SHARE = 0.175
# The neck begins where the outline rises more steeply than this.
STEEP = 1.1
# Width at the hem against the width between the armpits.
LEAST_TAPER, MOST_TAPER = 0.7, 1.5


@dataclass(frozen=True, eq=False)
class Silhouette:
    """Points (x, y) in pixels; pairs are left, right.

    tips: shoulder tips. pits: armpits. necks: where the neckline or collar leaves the shoulders. sides (2, n, 2): from
    the armpits to the hem. hem (n, 2) from left to right. crown: the highest pixel.
    """

    axis: float
    necks: Array
    tips: Array
    pits: Array
    sides: Array
    hem: Array
    crown: float
    sleeves: tuple[Sleeve, Sleeve]

    @property
    def chest(self) -> float:
        """Width between the armpits."""
        return float(self.pits[1, 0] - self.pits[0, 0])

    def scaled(self, factor: float, size: tuple[int, int]) -> Silhouette:
        """The same after its picture was enlarged by `factor` to `size` (width, height)."""

        def larger(sleeve: Sleeve) -> Sleeve:
            area = cv2.resize(sleeve.area.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.5
            return Sleeve(sleeve.outer * grow, sleeve.inner * grow, area, sleeve.gap)

        grow = np.float32(factor)
        return Silhouette(
            axis=self.axis * factor,
            necks=self.necks * grow,
            tips=self.tips * grow,
            pits=self.pits * grow,
            sides=self.sides * grow,
            hem=self.hem * grow,
            crown=self.crown * factor,
            sleeves=(larger(self.sleeves[0]), larger(self.sleeves[1])),
        )


def measure(mask: Flags, *, worn: bool) -> Silhouette:
    """The landmarks of `mask` (bool h×w); worn: somebody is in it, whose arms may touch the trunk. Raises Unclear."""
    rows = np.nonzero(mask.any(1))[0]
    if len(rows) < 60:
        raise Unclear("trunk")
    crown, bottom = int(rows[0]), int(rows[-1])
    axis = _axis(mask, crown, bottom)
    gaps = [_gap(mask, axis, side, crown, bottom) for side in SIDES]
    hem_low = _lowest(mask, axis)
    top = np.where(mask.any(0), mask.argmax(0), mask.shape[0]).astype(np.float32)
    level = _armpit_level(gaps, top)
    sides = [_side(gap, hem_low, mask, level, side, worn=worn) for gap, side in zip(gaps, SIDES, strict=True)]
    pits, tips = _armholes(sides, level, top)
    chest = float(pits[1, 0] - pits[0, 0])
    hips = float(np.polyval(sides[1], hem_low) - np.polyval(sides[0], hem_low))
    if chest < 30 or not LEAST_TAPER < hips / chest < MOST_TAPER:
        raise Unclear("trunk")
    sides_at = np.stack([_sampled(side, pits[i, 1], hem_low) for i, side in enumerate(sides)])
    sides_at[:, 0] = pits
    hem = _hem(mask, sides_at[0, -1, 0], sides_at[1, -1, 0], hem_low, chest)
    necks = np.stack([_neck(top, axis, tips[i], side, chest) for i, side in enumerate(SIDES)])
    height = hem_low - float(pits[:, 1].mean())
    sleeves = tuple(
        sleeve(mask, tips[i], sides_at[i], side, (gaps[i][-1, 0] - gaps[i][0, 0]) / height)
        for i, side in enumerate(SIDES)
    )
    return Silhouette(axis, necks, tips, pits, sides_at, hem, float(crown), (sleeves[0], sleeves[1]))


def _runs(row: Flags) -> list[tuple[int, int]]:
    """First and last column of each run of true pixels."""
    step = np.diff(np.concatenate([[0], row.astype(np.int8), [0]]))
    return list(zip(np.nonzero(step == 1)[0].tolist(), (np.nonzero(step == -1)[0] - 1).tolist(), strict=True))


def _axis(mask: Flags, crown: int, bottom: int) -> float:
    """The middle of the trunk, which is the run nearest to the middle of mass."""
    height = bottom - crown
    centre = float(np.nonzero(mask[crown + int(0.3 * height) :])[1].mean())
    middles = []
    for y in range(crown + int(TRUNK_FROM * height), crown + int(TRUNK_TO * height), 3):
        middles += [(a + b) / 2 for a, b in _runs(mask[y]) if a <= centre <= b]
    if not middles:
        raise Unclear("trunk")
    return float(np.median(middles))


def _gap(mask: Flags, axis: float, side: int, crown: int, bottom: int) -> Array:
    """Rows (n, 3) of y, the trunk's edge and the sleeve's, where background parts them, without holes of a pixel."""
    found = []
    column = round(axis)
    for y in range(crown + int(0.15 * (bottom - crown)), bottom):
        runs = _runs(mask[y])
        here = next((i for i, (a, b) in enumerate(runs) if a <= column <= b), None)
        if here is None or not 0 <= here + side < len(runs):
            continue
        edge, other = runs[here][(side + 1) // 2], runs[here + side][(1 - side) // 2]
        width = runs[here + side][1] - runs[here + side][0]
        if width > 3:
            found.append((y, edge, other))
    rows = _longest(np.array(found, np.float32).reshape(-1, 3))
    if len(rows) < LEAST_GAP * (bottom - crown):
        raise Unclear("gap")
    return rows


def _longest(rows: Array) -> Array:
    """The longest stretch of rows without a break of more than 6 px."""
    if len(rows) == 0:
        return rows
    return max(np.split(rows, np.nonzero(np.diff(rows[:, 0]) > 6)[0] + 1), key=len)


def _lowest(mask: Flags, axis: float) -> float:
    strip = mask[:, max(0, round(axis) - 4) : round(axis) + 5]
    return float(np.median([np.nonzero(column)[0].max() for column in strip.T if column.any()]))


def _armpit_level(gaps: list[Array], top: Array) -> float:
    """The row of the armpits: where the gaps begin, unless arms that touch the trunk hide how high they are."""
    starts = [float(gap[0, 0]) for gap in gaps]
    left, right = float(gaps[0][0, 1]), float(gaps[1][0, 1])
    chest = right - left
    columns = [int(left + TIP_INSET * chest), int(right - TIP_INSET * chest)]
    shoulder = float(np.mean([top[int(np.clip(x, 0, len(top) - 1))] for x in columns]))
    return min(*starts, shoulder + ARMPIT_DEPTH * chest)


def _side(gap: Array, hem_low: float, mask: Flags, level: float, side: int, *, worn: bool) -> Array:
    """Coefficients of the line x(y) of the trunk's side: along the gap, and to the armpit where the gap is short."""
    rows = gap[gap[:, 0] < hem_low]
    if len(rows) < 8:
        raise Unclear("gap")
    hidden = float(np.clip((rows[0, 0] - level) / (hem_low - level), 0, 1))
    y, x = rows[:, 0], rows[:, 1]
    weight = np.ones(len(rows), np.float32)
    fit = np.polyfit(y, x, 1)
    doubt = float(np.clip((hidden - 0.1) / 0.35, 0, 1)) if worn else float(hidden > 0.45)
    if doubt > 0:
        # A garment lies with its sides about straight; on a body the armpit follows from the width over the arms.
        across = np.nonzero(mask[int(level)])[0]
        inset = ARM_SHARE * float(across[-1] - across[0])
        armpit = (float(across[0] if side < 0 else across[-1]) - side * inset) if worn else float(x[:10].mean())
        armpit = doubt * armpit + (1 - doubt) * float(np.polyval(fit, level))
        y, x = np.append(y, level), np.append(x, armpit)
        weight = np.append(weight, hidden * 2 * len(rows)).astype(np.float32)
        fit = np.polyfit(y, x, 1, w=weight)
    for _ in range(3):
        off = np.abs(x - np.polyval(fit, y))
        good = (off <= np.percentile(off, 80)) | (weight > 1)
        fit = np.polyfit(y[good], x[good], 1, w=weight[good])
    return fit.astype(np.float32)


def _armholes(sides: list[Array], level: float, top: Array) -> tuple[Array, Array]:
    """Armpits and shoulder tips."""
    pits = np.array([(float(np.polyval(fit, level)), level) for fit in sides], np.float32)
    inset = TIP_INSET * float(pits[1, 0] - pits[0, 0])
    columns = [float(pits[i, 0]) - side * inset for i, side in enumerate(SIDES)]
    tips = [(x, float(top[int(np.clip(x, 0, len(top) - 1))])) for x in columns]
    return pits, np.array(tips, np.float32)


def _sampled(side: Array, start: float, end: float) -> Array:
    y = np.linspace(start, end, 8)
    return np.column_stack([np.polyval(side, y), y]).astype(np.float32)


def _hem(mask: Flags, left: float, right: float, level: float, chest: float) -> Array:
    points = []
    for x in np.linspace(left + 0.02 * chest, right - 0.02 * chest, 9):
        column = np.nonzero(mask[: int(level + 0.2 * chest), int(np.clip(x, 0, mask.shape[1] - 1))])[0]
        if len(column) == 0:
            raise Unclear("hem")
        points.append((x, min(float(column.max()), level + 0.12 * chest)))
    return np.array(points, np.float32)


def _neck(top: Array, axis: float, tip: Array, side: int, chest: float) -> Array:
    """Coming from the shoulder tip: where the outline rises steeply (a collar), or else where it is highest."""
    rise = 0.0
    smooth = cv2.GaussianBlur(top[None], (0, 0), max(0.8, 0.004 * chest))[0]
    reach = max(2, int(0.02 * chest))
    x = int(tip[0])
    highest = x
    while (x - axis) * side > 0.08 * chest:
        x -= side
        if smooth[x] < smooth[highest]:
            highest = x
        rise = (smooth[x] - smooth[x - side * reach]) / reach
        if (x - axis) * side < 0.36 * chest and (rise > STEEP or smooth[x] > smooth[highest] + 0.012 * chest):
            break
    x = x if rise > STEEP else highest
    return np.array([x, top[x]], np.float32)
