"""People who touch, told apart: whose each pixel is, and whether that can be told at all.

Everybody's body mask, head and the column under it vote; where the vote is clear it stands, in between the border
follows the picture's edges (watershed: Meyer, 1992). A piece that hangs on nobody's head goes to whom it touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.makeover.bodies import JOINTS, Body
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Labels = NDArray[np.int32]
Pixels = NDArray[np.uint8]

PERSON = 0.5
# Votes: a body mask against a face width of distance from the head or the column under it.
BODY_VOTE, DISTANCE_VOTE, MOST_DISTANCE = 1.0, 0.15, 4.0
# A vote that is so clear, and a mask that is so sure, need no look at the picture's edges.
CLEAR, SURE_BODY = 0.45, 0.7
PRESUMED, PRESUMED_REACH = 0.85, 1.9
# The head above the landmarks, in face widths and heights: hair.
HAIR_WIDER, HAIR_HIGHER = 0.18, 0.55
# Somebody without a face: so far (face widths) from everybody, so large (face areas), so tall (face heights).
STRANGER_AWAY, STRANGER_AREA, STRANGER_TALL, STRANGER_CORE = 1.1, 7.0, 3.2, 0.35
SEEN_JOINT = 0.6
TRUNK, ARMS = ("shoulder", "elbow", "hip", "knee"), ("elbow", "wrist")
SMOOTH, SEAM = 5, 0.8


@dataclass(frozen=True, eq=False)
class Parting:
    """kept: float32 h×w, 0..1, 1 where the wanted people are, whatever is behind them, 0 where somebody else is.

    torn: so many joints of the wanted people lie under somebody else, who would leave a hole. left: so many joints of
    the others lie on the wanted people and stay in the picture. contested: share of the wanted people's area that the
    masks give to both. touching: somebody is cut off along a body, not along background.
    """

    kept: Array
    torn: int
    left: int
    contested: float
    touching: bool


def part(
    rgb: Pixels, probability: Array, faces: Sequence[Face], others: Sequence[Face], bodies: Sequence[Body]
) -> Parting:
    """Tell the people with `faces` from `others` in `rgb` (uint8 H×W×3).

    probability: person, float32 h×w. bodies: of `faces` and then of `others`, of the same h×w.
    """
    everybody = [*faces, *others]
    scale = probability.shape[1] / rgb.shape[1]
    solid = probability > PERSON
    masks = [
        b.mask if b.confidence else _presumed(f, probability.shape, scale)
        for f, b in zip(everybody, bodies, strict=True)
    ]
    votes = _votes(everybody, masks, probability.shape, scale)
    strangers = _strangers(solid, everybody, bodies, scale)
    sure = np.max(masks, 0) > SURE_BODY
    labels = _labels(rgb, solid, sure, votes, everybody, strangers, scale)
    labels = _hung_on_heads(labels, solid, everybody, scale)
    wanted = (labels > 0) & (labels <= len(faces))
    elsewhere = (labels > len(faces)) & solid
    kept: Array = cv2.GaussianBlur(wanted.astype(np.float32), (0, 0), SEAM)
    own = wanted & solid
    claimed = _claimed(masks, len(faces))
    return Parting(
        kept=kept,
        torn=_joints(bodies[: len(faces)], elsewhere, scale, TRUNK, 0.0),
        left=_joints(bodies[len(faces) :], own, scale, ARMS, SEEN_JOINT),
        contested=float((claimed & solid).sum() / max(1, own.sum())),
        touching=bool((cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)[elsewhere].any()),
    )


def _presumed(face: Face, shape: tuple[int, ...], scale: float) -> Array:
    """Where the body must be when the network saw none: the head and the column under it."""
    presumed: Array = PRESUMED * np.clip(PRESUMED_REACH - _away(face, shape, scale), 0, 1)
    return presumed


def _votes(faces: Sequence[Face], masks: Sequence[Array], shape: tuple[int, ...], scale: float) -> Array:
    """(people, h, w): how much each pixel is each person's."""
    heads = [_head(f, shape, scale) for f in faces]
    votes = []
    for n, (face, mask) in enumerate(zip(faces, masks, strict=True)):
        vote = BODY_VOTE * mask - DISTANCE_VOTE * np.minimum(_away(face, shape, scale), MOST_DISTANCE)
        for m, head in enumerate(heads):
            if m != n:
                vote = np.where(head & ~heads[n], vote - 2, vote)
        votes.append(vote.astype(np.float32))
    return np.stack(votes)


def _head(face: Face, shape: tuple[int, ...], scale: float) -> Flags:
    x, y, w, h = (v * scale for v in face.box)
    head = np.zeros(shape[:2], np.uint8)
    middle = (round(x + w / 2), round(y + h / 2 - HAIR_HIGHER * h / 2))
    axes = (max(1, round(w * (0.5 + HAIR_WIDER))), max(1, round(h * (0.5 + HAIR_HIGHER / 2))))
    cv2.ellipse(head, middle, axes, face.roll, 0, 360, 1, -1)
    return head > 0


def _face(face: Face, shape: tuple[int, ...], scale: float) -> Flags:
    inside = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(np.round(face.mesh[:, :2] * scale).astype(np.int32)), 1)
    return inside > 0


def _away(face: Face, shape: tuple[int, ...], scale: float) -> Array:
    """Distance of every pixel from a face's middle, or from the line straight down from it, in face widths."""
    x, y, w, h = (v * scale for v in face.box)
    down = np.minimum(np.arange(shape[0], dtype=np.float32)[:, None] - (y + h / 2), 0)
    away: Array = np.hypot(np.arange(shape[1], dtype=np.float32)[None] - (x + w / 2), down) / np.float32(w)
    return away


def _strangers(solid: Flags, faces: Sequence[Face], bodies: Sequence[Body], scale: float) -> Flags:
    """Where somebody stands whose face is not seen: a large, tall piece that belongs to nobody."""
    if not all(b.confidence for b in bodies):
        return np.zeros(solid.shape, bool)  # a body that leans out of its column could be taken for a stranger
    width = float(np.mean([f.box[2] for f in faces])) * scale
    height = float(np.mean([f.box[3] for f in faces])) * scale
    explained = np.max([b.mask if b.confidence else np.zeros_like(b.mask) for b in bodies], 0) > 0.3
    near = np.min([_away(f, solid.shape, scale) for f in faces], 0) < STRANGER_AWAY
    reach = max(1, round(STRANGER_CORE * width))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    core = cv2.morphologyEx((solid & ~explained & ~near).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core)
    large = stats[:, cv2.CC_STAT_AREA] > STRANGER_AREA * width * height
    tall = stats[:, cv2.CC_STAT_HEIGHT] > STRANGER_TALL * height
    found = large & tall
    found[0] = False
    strangers: Flags = found[labels] if count > 1 else np.zeros(solid.shape, bool)
    return strangers


def _labels(
    rgb: Pixels, solid: Flags, sure: Flags, votes: Array, faces: Sequence[Face], strangers: Flags, scale: float
) -> Labels:
    """1 … n for the faces in their order, n+1 for people without a face; everywhere, also on the background."""
    best = votes.argmax(0).astype(np.int32) + 1
    ordered = np.sort(votes, 0)
    clear = ordered[-1] - ordered[-2] > CLEAR if len(votes) > 1 else np.ones(solid.shape, bool)
    markers = np.where((clear & sure) | ~solid, best, 0).astype(np.int32)
    markers[strangers] = len(faces) + 1
    for number, face in enumerate(faces, 1):
        markers[_face(face, solid.shape, scale)] = number
    small = cv2.medianBlur(np.ascontiguousarray(reduce(rgb, solid.shape[::-1])), SMOOTH)
    grown: Labels = cv2.watershed(small, markers)
    # The border lines of the watershed go to the better vote.
    return np.where(grown > 0, grown, best).astype(np.int32)


def _hung_on_heads(labels: Labels, solid: Flags, faces: Sequence[Face], scale: float) -> Labels:
    """A piece of somebody that does not hang on their head goes to whom it has the longest border with."""
    out = labels.copy()
    kernel = np.ones((3, 3), np.uint8)
    for number, face in enumerate(faces, 1):
        count, pieces = cv2.connectedComponents(((labels == number) & solid).astype(np.uint8))
        head = _face(face, solid.shape, scale)
        own = set(np.unique(pieces[head]).tolist()) - {0}
        for piece in range(1, count):
            if piece in own:
                continue
            inside = pieces == piece
            ring = (cv2.dilate(inside.astype(np.uint8), kernel) > 0) & ~inside & solid
            near = labels[ring & (labels != number)]
            if len(near):
                out[inside] = int(np.bincount(near).argmax())
    return out


def _claimed(masks: Sequence[Array], count: int) -> Flags:
    """Where the masks of a wanted and of another person are both sure."""
    own = np.max(masks[:count], 0)
    other = np.max(masks[count:], 0) if len(masks) > count else np.zeros_like(own)
    claimed: Flags = (own > PERSON) & (other > PERSON)
    return claimed


def _joints(bodies: Sequence[Body], where: Flags, scale: float, kinds: Sequence[str], least: float) -> int:
    """Joints of these kinds inside the photo that lie in `where`, of those that are at least so visible."""
    height, width = where.shape
    count = 0
    for body in bodies:
        if not body.confidence:
            continue
        for x, y, seen in body.points[[n for kind in kinds for n in JOINTS[kind]]]:
            u, v = int(x * scale), int(y * scale)
            if seen >= least and 0 <= u < width and 0 <= v < height:
                count += bool(where[v, u])
    return count
