"""Which pixels of a person are skin, hair, top, or anything else: colours seen at sure places, and where things can be.

There is no network for it: the colour models are made from this very photo, so plain clothes come out well, and
what the models do not explain is called something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.beauty import LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE
from tuanyuan.imaging.clothes.figure import Figure, disc
from tuanyuan.imaging.clothes.mixture import mixture

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

# The face is this wide, in pixels, where a photo is parsed.
FACE_AT = 110.0
NOTHING, SKIN, HAIR, TOP, ELSE = range(5)
PERSON = 0.5
# What something that no model explains costs; it costs more to stand in front of the chest.
ELSE_COST = 11.0
# Costs are smoothed along edges of the picture: radius in face widths, edge height as a variance of 0..1.
SMOOTH, EDGE = 0.035, 2e-4
LEAST_SEEDS = 150
# How much better cloth must explain what was taken for hair.
MIXED = 1.5
# How much worse than nearly all of the face a colour must fit it, to be learnt as cloth where skin can be.
NOT_SKIN = 3.0
# The share of its breadth with which a top is seen to go on.
GOES_ON = 0.5
# Shoulders and collars keep under this line beside the neck: how far under the chin at its side, and how it falls.
SLOPE = (0.0, 0.3)
# The top reaches so far into what nothing explains: seams and the soft edge, in face widths.
EDGE_REACH = 0.06
# Light on the neck as shares of that on the face, and under the hair as shares of that on the chest: what stands in the
# shade there has not been seen yet when colours are learnt.
SKIN_SHADES, TOP_SHADES, HAIR_SHADE = (1.0, 0.7, 0.45), (1.0, 1.0, 0.45), 0.2


@dataclass(frozen=True, eq=False)
class Parsing:
    """labels: uint8 h×w of NOTHING … ELSE. ends: whether the top ends by itself before it must."""

    labels: Pixels
    ends: bool


def parse(rgb: Pixels, person: Array, body: Figure) -> Parsing | None:
    """Label `rgb` (uint8 h×w×3, face about FACE_AT wide); `person` (float32 h×w, 0..1) is this person alone.

    None: there is no cloth under the chin to learn its colours from.
    """
    shape = person.shape
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 0.8).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    inside = person > PERSON
    skin_seeds = _face_skin(body, shape) & inside
    if skin_seeds.sum() < LEAST_SEEDS:
        return None
    skin_cost = mixture(_with_shade(rgb[skin_seeds], SKIN_SHADES), 8, lightness_slack=30.0).cost(lab)
    skin_like = skin_cost < np.percentile(skin_cost[skin_seeds], 97) + NOT_SKIN
    head = _head(body, person)
    hair_cost = mixture(lab[head], 3).cost(lab) if head.sum() > LEAST_SEEDS else np.full(shape, 25.0, np.float32)
    hair = _hair(hair_cost, head, inside, body) if head.sum() > LEAST_SEEDS else head
    seeds = _chest(body, shape) & (person > 0.9) & ~hair & ~(skin_like & _skin_places(body, shape))
    if seeds.sum() < LEAST_SEEDS:
        return None
    top_cost = _top_cost(rgb, lab, seeds, hair | head, body)
    costs = np.stack(
        [
            skin_cost + _skin_prior(body, shape),
            hair_cost + np.where(hair, -1.0, 4.0).astype(np.float32) + _hair_prior(body, shape),
            top_cost + _top_prior(body, shape),
            np.full(shape, ELSE_COST, np.float32) + 2 * _chest(body, shape).astype(np.float32),
        ]
    )
    guide = rgb.astype(np.float32) / 255
    radius = max(2, round(SMOOTH * body.unit))
    smooth = [cv2.ximgproc.guidedFilter(guide, np.clip(cost, 0, 20), radius, EDGE) for cost in costs]
    labels = (np.argmin(smooth, 0) + SKIN).astype(np.uint8)
    smooth_hair = cv2.ximgproc.guidedFilter(guide, np.clip(hair_cost, 0, 20), radius, EDGE)
    # Cloth among strands is told by its own colour.
    labels[(labels == HAIR) & (smooth[TOP - SKIN] + MIXED < smooth_hair) & _under_jaw(body, shape)] = TOP
    labels[body.face_area(shape, -0.02) > 0] = SKIN
    labels[~inside] = NOTHING
    whole = _whole(labels, seeds, body)
    return Parsing(whole, _ends(whole, top_cost, inside, body))


def _with_shade(colours: Pixels, shares: tuple[float, ...]) -> Array:
    """Lab (n × len(shares), 3) of `colours` (uint8 n×3) under these shares of their light."""
    light = (colours.astype(np.float32) / 255) ** np.float32(2.2)
    shades = [(light * np.float32(share)) ** np.float32(1 / 2.2) for share in shares]
    # Interleaved: the mixture takes every so manieth sample.
    every = np.stack(shades, 1).reshape(-1, 1, 3)
    return cv2.cvtColor(np.ascontiguousarray(every, np.float32), cv2.COLOR_RGB2LAB)[:, 0]


def _ends(labels: Pixels, top_cost: Array, inside: Flags, body: Figure) -> bool:
    """Whether little of the top's colours goes on under the lowest place where it may end."""
    row = round(body.lowest + 0.12 * body.unit)
    if not 0 <= row < labels.shape[0] - 1:
        return True
    above = (labels[max(0, round(body.lowest - 0.15 * body.unit))] == TOP).sum()
    own = np.percentile(top_cost[labels == TOP], 80) if (labels == TOP).any() else ELSE_COST
    on = (inside[row] & (labels[row] != SKIN) & (top_cost[row] < own)).sum()
    return bool(on < GOES_ON * max(above, body.unit))


def _face_skin(body: Figure, shape: tuple[int, ...]) -> Flags:
    area = body.face_area((shape[0], shape[1]), -0.05)
    for feature in (RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS):
        hole = np.zeros_like(area)
        hull = cv2.convexHull(np.round(body.outline[list(feature)]).astype(np.int32))
        cv2.fillConvexPoly(hole, hull, 1)
        area[cv2.dilate(hole, disc(max(1, round(0.05 * body.unit)))) > 0] = 0
    return area > 0


def _grids(body: Figure, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """How far right of the neck's axis, and how far under the chin, every pixel is, in face widths."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    top = body.outline.min(0)[1]
    # The axis goes through the chin down to the shoulders' middle and on along the trunk.
    lean = (body.middle - body.chin) / max(1.0, body.middle[1] - body.chin[1])
    down = np.clip(y - body.chin[1], top - body.chin[1], None)
    bend = body.middle[1] - body.chin[1]
    slope = body.down[0] / max(0.5, body.down[1])
    axis = body.chin[0] + np.where(down < bend, np.maximum(down, 0) * lean[0], bend * lean[0] + (down - bend) * slope)
    return ((x - axis) / body.unit).astype(np.float32), ((y - body.chin[1]) / body.unit).astype(np.float32)


def _chest(body: Figure, shape: tuple[int, ...]) -> Flags:
    """The front of the trunk, under any neckline, as far as tops reach."""
    across, down = _grids(body, shape)
    low = 2.5 if not body.hips_seen else float((body.hips[:, 1].mean() - body.chin[1]) / body.unit) - 0.25
    spread = 0.35 + 0.55 * np.clip(down - 0.5, 0, 1)
    return (down > 0.55) & (down < low) & (np.abs(across) < spread)


def _under_jaw(body: Figure, shape: tuple[int, ...]) -> Flags:
    across, down = _grids(body, shape)
    return down > 0.3 + SLOPE[1] * np.abs(across)


def _skin_places(body: Figure, shape: tuple[int, ...]) -> Flags:
    """Where bare skin may be taken for cloth of its colour: the neckline, and round the hands."""
    across, down = _grids(body, shape)
    places = (down < 1.5) & (np.abs(across) < 0.75 - 0.35 * np.clip(down, 0, 1.5))
    for arm in range(2):
        hand = np.zeros((shape[0], shape[1]), np.uint8)
        x, y = body.wrists[arm] + 0.35 * (body.wrists[arm] - body.elbows[arm])
        if body.arms_seen[1, arm]:
            cv2.circle(hand, (round(float(x)), round(float(y))), round(0.6 * body.unit), 1, -1)
        places |= hand > 0
    return places


def _head(body: Figure, person: Array) -> Flags:
    """Surely hair (or a hat): inside the person, above and beside the forehead."""
    shape = (person.shape[0], person.shape[1])
    across, down = _grids(body, shape)
    brow = float((body.outline[list(RIGHT_BROW + LEFT_BROW), 1].mean() - body.chin[1]) / body.unit)
    around = (body.face_area(shape, 0.07) == 0) & (down < brow) & (np.abs(across) < 0.9)
    return around & (person > 0.9)


def _hair(cost: Array, head: Flags, inside: Flags, body: Figure) -> Flags:
    """Pixels of the hair's colours that hang together with the head, not far under it."""
    like = inside & (cost < np.percentile(cost[head], 90) + 0.5)
    across, down = _grids(body, cost.shape)
    like &= (np.abs(across) < 1.15) & (down < 2.6)
    kernel = disc(max(1, round(0.02 * body.unit)))
    joined = cv2.morphologyEx((like | head).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(joined)
    own = np.unique(labels[head & (labels > 0)])
    return np.isin(labels, own) & (labels > 0)


def _top_cost(rgb: Pixels, lab: Array, seeds: Flags, hair: Flags, body: Figure) -> Array:
    """How badly each pixel fits the top's colours: in the light, or, near the hair, in its shade."""
    cost = mixture(lab[seeds], 5, lightness_slack=50.0).cost(lab)
    shaded = mixture(_with_shade(rgb[seeds], TOP_SHADES), 7, lightness_slack=50.0).cost(lab)
    _, down = _grids(body, seeds.shape)
    near = cv2.dilate(hair.astype(np.uint8), disc(max(1, round(HAIR_SHADE * body.unit)))) > 0
    return np.where((down < 0.8) | near, np.minimum(cost, shaded), cost).astype(np.float32)


def _skin_prior(body: Figure, shape: tuple[int, ...]) -> Array:
    """Skin is at the face, the neck and the hands; further along the arms it costs a little."""
    places = _skin_places(body, shape).astype(np.uint8) | body.face_area((shape[0], shape[1]))
    away = cv2.distanceTransform(1 - places, cv2.DIST_L2, 3)
    return np.minimum(away / np.float32(0.12 * body.unit), 3.0).astype(np.float32)


def _hair_prior(body: Figure, shape: tuple[int, ...]) -> Array:
    across, down = _grids(body, shape)
    face = body.face_area((shape[0], shape[1]), -0.03).astype(np.float32)
    return (8 * np.clip(down - 2.4, 0, 1) + 8 * np.clip(np.abs(across) - 1.1, 0, 1) + 6 * face).astype(np.float32)


def _top_prior(body: Figure, shape: tuple[int, ...]) -> Array:
    """No top beside the face or under the hips."""
    across, down = _grids(body, shape)
    face = body.face_area((shape[0], shape[1]), 0.04).astype(np.float32)
    # Beside the cheeks there is none; a collar may stand up to the jaw.
    cost = 8 * face + 12 * np.clip(-0.1 - down, 0, 0.5)
    away = np.abs(across)
    cost += 14 * np.clip(SLOPE[0] + SLOPE[1] * (away - 0.45) - down, 0, 0.6) * (away > 0.45)
    cost += 10 * np.clip((down - (body.lowest - body.chin[1]) / body.unit) / 0.4, 0, 1)
    return cost.astype(np.float32)


def _whole(labels: Pixels, seeds: Flags, body: Figure) -> Pixels:
    """The top without specks and pinholes: its pieces near the chest, grown to its edge, small holes closed."""
    reach = max(1, round(0.012 * body.unit))
    top = cv2.morphologyEx((labels == TOP).astype(np.uint8), cv2.MORPH_OPEN, disc(reach))
    count, pieces, stats, centres = cv2.connectedComponentsWithStats(top)
    large = stats[:, cv2.CC_STAT_AREA] > 0.02 * max(1, int(top.sum()))
    large[0] = False
    seeded = np.isin(np.arange(count), np.unique(pieces[seeds]))
    main = np.isin(pieces, np.nonzero(large & seeded)[0]).astype(np.uint8)
    near = cv2.dilate(main, disc(round(0.35 * body.unit))) > 0
    # A sleeve may be cut off by an arm or by hair; what is cut off under the hips are trousers.
    high = centres[:, 1] < body.hips[:, 1].mean() - 0.2 * body.unit
    kept = large & (seeded | (high & np.isin(np.arange(count), np.unique(pieces[near]))))
    whole = np.isin(pieces, np.nonzero(kept)[0])
    out = labels.copy()
    out[(labels == TOP) & ~whole] = ELSE
    # Dark seams and necklaces are no hair.
    strands = cv2.morphologyEx((labels == HAIR).astype(np.uint8), cv2.MORPH_OPEN, disc(max(1, round(0.02 * body.unit))))
    strands = cv2.dilate(strands, disc(max(1, round(0.05 * body.unit)))) > 0
    out[(labels == HAIR) & ~strands] = ELSE
    grown = cv2.dilate(whole.astype(np.uint8), disc(max(1, round(EDGE_REACH * body.unit)))) > 0
    whole |= grown & (out == ELSE)
    _, inner, hole_stats, _ = cv2.connectedComponentsWithStats((~whole).astype(np.uint8))
    small = hole_stats[:, cv2.CC_STAT_AREA] < (0.13 * body.unit) ** 2
    small[0] = False
    out[whole | (np.isin(inner, np.nonzero(small)[0]) & (labels != SKIN))] = TOP
    return out
