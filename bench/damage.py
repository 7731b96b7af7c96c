"""What may go wrong in a family portrait, done on purpose and by measure.

Each function takes a rendering and gives a new one; `person` counts as in its meshes. Nothing is changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.judge import Likeness

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
Rendering = TypeVar("Rendering", bound=Any)

SOFT_EDGE = 1.2
# A face is drawn in or squashed up to this many of its own half sizes, and fades out to twice that.
INNER = 1.15
# How far from the middle of a face patches of old background are looked for, in face widths.
REACH = 1.15


@dataclass(frozen=True)
class Box:
    """A face: middle and half sizes in pixels."""

    x: float
    y: float
    half_width: float
    half_height: float


def face_box(made: Rendering, person: int) -> Box:
    low, high = made.meshes[person][:, :2].min(0), made.meshes[person][:, :2].max(0)
    (x, y), (half_width, half_height) = (low + high) / 2, (high - low) / 2
    return Box(float(x), float(y), float(half_width), float(half_height))


def squash_picture(made: Rendering, share: float, across: bool) -> Rendering:
    """The whole picture narrower (across) or lower by `share`, as a wrong resize would make it."""
    height, width = made.picture.shape[:2]
    scale = np.array([1 - share, 1] if across else [1, 1 - share], np.float32)
    size = (round(width * float(scale[0])), round(height * float(scale[1])))
    return replace(
        made,
        picture=cv2.resize(made.picture, size, interpolation=cv2.INTER_AREA),
        backdrop=cv2.resize(made.backdrop, size, interpolation=cv2.INTER_AREA),
        owner=cv2.resize(made.owner, size, interpolation=cv2.INTER_NEAREST),
        meshes=tuple(mesh[:, :2] * scale for mesh in made.meshes),
    )


def squash_face(made: Rendering, person: int, share: float, across: bool) -> Rendering:
    """One face narrower or lower by `share`; its surroundings give way."""
    box = face_box(made, person)
    height, width = made.picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    dx, dy = x - box.x, y - box.y
    away = np.sqrt((dx / box.half_width) ** 2 + (dy / box.half_height) ** 2) / INNER
    pull = (1 / (1 - share) - 1) * np.clip(2 - away, 0, 1)
    moved = cv2.remap(made.picture, x + dx * pull if across else x, y if across else y + dy * pull, cv2.INTER_LINEAR)
    return replace(made, picture=moved)


def change_places(made: Rendering, person: int, other: int) -> Rendering:
    """Two people stand where the other one should; nothing is painted."""
    meshes = list(made.meshes)
    meshes[person], meshes[other] = meshes[other], meshes[person]
    return replace(made, meshes=tuple(meshes))


def another_face(made: Rendering, person: int, other: int, share: float) -> Rendering:
    """The other's face laid over the person's, with `share` opacity and the person's own skin tone."""
    source, target = made.meshes[other][:, :2], made.meshes[person][:, :2]
    matrix = _similarity(source, target)
    height, width = made.picture.shape[:2]
    laid = cv2.warpAffine(made.picture, matrix, (width, height), flags=cv2.INTER_AREA).astype(np.float32)
    face = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(np.rint(target).astype(np.int32)), 1)
    own = made.picture.astype(np.float32)
    inside = face > 0
    laid += own[inside].mean(0) - laid[inside].mean(0)
    return _mixed(made, laid, _softened(inside, face_box(made, person).half_width * 0.1) * share)


def double(made: Rendering, person: int, share: float) -> Rendering:
    """The person's head once more, `share` of its size, in the emptiest place."""
    box = face_box(made, person)
    height, width = made.picture.shape[:2]
    half = np.array([box.half_width, box.half_height]) * 1.5 * share
    empty = cv2.blur((made.owner > 0).astype(np.float32), (int(2 * half[0]) | 1, int(2 * half[1]) | 1))
    top, left = int(half[1]) + 1, int(half[0]) + 1
    inner = empty[top : height - top, left : width - left]
    row, column = np.unravel_index(int(inner.argmin()), inner.shape)
    x, y = column + left, row + top
    matrix = np.array([[share, 0, x - share * box.x], [0, share, y - share * box.y]], np.float64)
    again = cv2.warpAffine(made.picture, matrix, (width, height), flags=cv2.INTER_AREA)
    place = np.zeros((height, width), np.uint8)
    cv2.ellipse(place, (int(x), int(y)), (int(half[0]), int(half[1])), 0, 0, 360, 1, -1)
    return _mixed(made, again.astype(np.float32), _softened(place > 0, 0.06 * half[0]))


def fade(made: Rendering, person: int, share: float) -> Rendering:
    """The person and all that is theirs turned into background, by `share`."""
    gone = made.owner == _number(made, person)
    return _mixed(made, made.backdrop.astype(np.float32), gone.astype(np.float32) * share)


def cover(made: Rendering, person: int, share: float, side: str) -> Rendering:
    """`share` of the face hidden from one side by cloth: a piece of somebody's clothes from the same picture."""
    box = face_box(made, person)
    height, width = made.picture.shape[:2]
    reach = 2 * share - 1
    x = (np.arange(width, dtype=np.float32) - box.x)[None] / box.half_width
    y = (np.arange(height, dtype=np.float32) - box.y)[:, None] / box.half_height
    near = (np.abs(x) < 1.3) & (np.abs(y) < 1.3)
    sides = {"left": x < reach, "right": -x < reach, "top": y < reach, "bottom": -y < reach}
    return _mixed(made, _cloth(made, person), _softened(sides[side] & near, SOFT_EDGE))


def old_background(made: Rendering, person: int, own: Likeness, photo: Pixels, share: float) -> Rendering | None:
    """A patch of the person's own photo beside the head, `share` of a face's width squared. None: no room for it.

    The patch counts as the person's own, as it would if the cut-out had kept it.
    """
    box = face_box(made, person)
    height, width = made.picture.shape[:2]
    matrix = _similarity(own.mesh[:, :2], made.meshes[person][:, :2])
    behind = cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_AREA)
    known = cv2.warpAffine(np.ones(photo.shape[:2], np.uint8), matrix, (width, height)) > 0
    free = known & (made.owner != _number(made, person)) & _seen_empty(made, person, own)
    patch = _nearest_patch(free, box, share)
    if patch is None:
        return None
    marked = _mixed(made, behind.astype(np.float32), _softened(patch, SOFT_EDGE))
    owner = np.where(patch, np.uint8(_number(made, person)), made.owner)
    return replace(marked, owner=owner)


def _seen_empty(made: Rendering, person: int, own: Likeness) -> Flags:
    """Where the person's own photo surely shows no person, in the picture."""
    box = face_box(made, person)
    around = own.surroundings
    if around is None:
        return np.zeros(made.owner.shape, bool)
    side = around.empty.shape[0]
    scale = 2 * REACH * 2 * box.half_width / side
    matrix = np.array([[scale, 0, box.x - scale * side / 2], [0, scale, box.y - scale * side / 2]])
    size = made.owner.shape[::-1]
    return cv2.warpAffine(around.empty.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0


def _nearest_patch(free: Flags, box: Box, share: float) -> Flags | None:
    """The free pixels nearest to the face that together have the area, in one piece."""
    height, width = free.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32) - box.x, np.arange(height, dtype=np.float32) - box.y)
    head = np.sqrt(x**2 + (y * 0.8) ** 2) / (2 * box.half_width)
    ring = free & (head < REACH)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(ring.astype(np.uint8))
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    area = int(share * (2 * box.half_width) ** 2)
    rows, columns = np.nonzero(pieces == largest)
    if len(rows) < area:
        return None
    start = int(head[rows, columns].argmin())
    away = (rows - rows[start]) ** 2 + (columns - columns[start]) ** 2
    nearest = np.argsort(away, kind="stable")[:area]
    patch = np.zeros(free.shape, bool)
    patch[rows[nearest], columns[nearest]] = True
    return patch


def _cloth(made: Rendering, person: int) -> Array:
    """A picture that holds, where this face is, the clothes below the chin of somebody else (or their own)."""
    others = [p for p in range(len(made.meshes)) if p != person] or [person]
    source, box = face_box(made, others[person % len(others)]), face_box(made, person)
    height, width = made.picture.shape[:2]
    top = min(int(source.y + 1.5 * source.half_height), height - 16)
    left, right = max(0, int(source.x - source.half_width)), min(width, int(source.x + source.half_width))
    strip = made.picture[top:, left:right].astype(np.float32)
    x0, y0 = box.x - 1.4 * box.half_width, box.y - 1.4 * box.half_height
    stretch = 2.8 * box.half_width / strip.shape[1], 2.8 * box.half_height / strip.shape[0]
    matrix = np.array([[stretch[0], 0, x0], [0, stretch[1], y0]])
    return cv2.warpAffine(strip, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)


def _similarity(source: Array, target: Array) -> NDArray[np.float64]:
    """2×3 matrix that scales, turns and shifts `source` onto `target` (N, 2), by least squares."""
    start, end = source.mean(0), target.mean(0)
    a, b = (source - start) @ np.array([1, 1j]), (target - end) @ np.array([1, 1j])
    factor = np.vdot(a, b) / np.vdot(a, a)
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.column_stack([turn, end - turn @ start])


def _number(made: Rendering, person: int) -> int:
    """Whose the middle of the face is."""
    box = face_box(made, person)
    return int(made.owner[int(box.y), int(box.x)])


def _softened(place: Flags, edge: float) -> Array:
    return cv2.GaussianBlur(place.astype(np.float32), (0, 0), max(0.6, edge))


def _mixed(made: Rendering, over: Array, opacity: Array) -> Rendering:
    own = made.picture.astype(np.float32)
    picture = own + (over - own) * opacity[..., None]
    return replace(made, picture=np.clip(np.rint(picture), 0, 255).astype(np.uint8))
