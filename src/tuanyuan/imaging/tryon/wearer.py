"""Who tries a garment on: whether the photo will do, and which pixels and landmarks the top they wear has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.figure import Figure, disc, figure
from tuanyuan.imaging.clothes.mixture import clusters, mixture
from tuanyuan.imaging.clothes.parsing import HAIR, SKIN, TOP, Parsing, parse
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.imaging.pose import PoseFinder
from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.tryon.garment import Unfit
from tuanyuan.imaging.tryon.silhouette import Silhouette, measure
from tuanyuan.imaging.tryon.sleeve import Unclear
from tuanyuan.imaging.tryon.standing import check_standing

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
Rect = tuple[int, int, int, int]

# The face is this wide, in pixels, where the top is looked for.
FACE_AT = 110.0
# What is looked at, in face widths: beside the shoulders' middle, above the chin, under the hips.
BESIDE, ABOVE, UNDER = 3.2, 2.2, 3.5
# Where the hem may be, and from where on surely something else is worn, in face widths under the hips; the last as a
# share of what the photo shows under them, too.
HEM_FROM, HEM_TO, LOWER_FROM, LOWER_SHARE = -0.8, 2.1, 0.8, 0.6
# Of the middle of a forearm, with some room beside it, at least this share is covered by a long sleeve.
COVERED = 0.3
# The top and what is worn under it differ by so much at least, as costs of their colours.
APART = 1.5
# A top is patterned when a larger share than this differs by more than PATCH (CIE Lab) from the rest, folds evened out.
PATCHED, PATCH = 0.12, 24.0
# Hair that lies on the top, in square face widths; a collar or hood that reaches so near the chin, in face widths.
HAIR_ON_TOP, HIGH_COLLAR = 0.16, 0.12


@dataclass(frozen=True, eq=False)
class Wearer:
    """All at the photo's own resolution, within `box` (x0, y0, x1, y1) of it.

    rgb uint8 h×w×3. top: float32 h×w, 0..1, how much of a pixel is the top that is worn. foreground float32 h×w×3, sRGB
    0..1: its colours free of what is behind. unit: width of the face in pixels.
    """

    box: Rect
    rgb: Pixels
    top: Array
    foreground: Array
    outline: Silhouette
    unit: float


class WearerReader:
    """Loads its networks once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._poses = PoseFinder(models)
        self._cutter = PersonCutter(models)

    def read(self, rgb: Pixels, faces: Sequence[Face]) -> Wearer:
        """The wearer with the only face of `faces` in `rgb` (uint8 H×W×3). Raises Unfit."""
        if len(faces) != 1:
            raise Unfit("tryon_one_person")
        face = faces[0]
        pose = self._poses.find(rgb, face)
        if pose is None:
            raise Unfit("tryon_no_body")
        check_standing(rgb.shape, face, pose)
        body = figure(face, pose)
        box = _surroundings(rgb.shape, body)
        near = np.ascontiguousarray(rgb[box[1] : box[3], box[0] : box[2]])
        scale = FACE_AT / body.unit
        small = _at(near, scale)
        small_body = body.scaled(scale, (-box[0] * scale, -box[1] * scale))
        small_face = _moved(face, scale, box)
        cut, _ = self._cutter.cut(small, [small_face])
        parsing = parse(small, cut.alpha, small_body)
        if parsing is None:
            raise Unfit("tryon_top_unclear")
        top = _top(small, cut.alpha, small_body, parsing)
        _check_sleeves(top, small_body)
        outline = _outline(top, cut.alpha, small_body, parsing)
        soft = _edge(top, cut.alpha)
        return _enlarged(box, near, soft, cut.colour, outline, 1 / scale, body.unit)


def _surroundings(shape: tuple[int, ...], body: Figure) -> Rect:
    middle, unit = float(body.middle[0]), body.unit
    x0, x1 = max(0, int(middle - BESIDE * unit)), min(shape[1], int(middle + BESIDE * unit))
    y0 = max(0, int(body.chin[1] - ABOVE * unit))
    return x0, y0, x1, min(shape[0], int(body.hips[:, 1].mean() + UNDER * unit))


def _at(rgb: Pixels, scale: float) -> Pixels:
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    return reduce(rgb, size) if scale < 1 else cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC)


def _moved(face: Face, scale: float, box: Rect) -> Face:
    mesh = face.mesh * np.float32(scale)
    mesh[:, :2] -= np.array(box[:2], np.float32) * np.float32(scale)
    return Face(mesh, face.confidence, face.yaw, face.pitch, face.roll, face.sharpness)


def _top(rgb: Pixels, person: Array, body: Figure, parsing: Parsing) -> Flags:
    """The top, down to its hem: what is nearer to its colours than to those worn below. Raises Unfit."""
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 0.8).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    first = parsing.labels == TOP
    if first.mean() < 0.03:
        raise Unfit("tryon_top_unclear")
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    hips, unit, inside = body.hips.mean(0), body.unit, person > 0.5
    start = max(LOWER_FROM * unit, LOWER_SHARE * (len(rgb) - float(hips[1])))
    lower = inside & (np.abs(x - hips[0]) < 0.75 * unit) & (y > hips[1] + start)
    if lower.sum() < 400:
        raise Unfit("tryon_hips_out")
    skin = parsing.labels == SKIN
    upper_cost, lower_cost, skin_cost = (
        mixture(lab[seen], 5, lightness_slack=30.0).cost(lab) for seen in (first, lower, skin)
    )
    apart = min(np.median((lower_cost - upper_cost)[first]), np.median((upper_cost - lower_cost)[lower]))
    if apart < APART:
        raise Unfit("tryon_same_colours")
    guide = rgb.astype(np.float32) / 255
    to_lower = cv2.ximgproc.guidedFilter(guide, np.clip(upper_cost - lower_cost, -12, 12), 8, 2e-4)
    to_skin = cv2.ximgproc.guidedFilter(guide, np.clip(upper_cost - skin_cost, -12, 12), 5, 2e-4)
    hem = (y > hips[1] + HEM_FROM * unit) & (y < hips[1] + HEM_TO * unit) & inside
    top = np.where(hem, (to_lower < 0) & (to_skin < 1), first).astype(np.uint8)
    top = cv2.morphologyEx(cv2.morphologyEx(top, cv2.MORPH_OPEN, disc(3)), cv2.MORPH_CLOSE, disc(2))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(top)
    whole = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return _filled(whole, person, parsing)


def _check_sleeves(top: Flags, body: Figure) -> None:
    """Raises Unfit where a forearm is not covered by the top."""
    y, x = np.mgrid[: top.shape[0], : top.shape[1]].astype(np.float32)
    for arm in range(2):
        elbow, forearm = body.elbows[arm], body.wrists[arm] - body.elbows[arm]
        along = ((x - elbow[0]) * forearm[0] + (y - elbow[1]) * forearm[1]) / float(forearm @ forearm)
        middle = (body.sleeve(top.shape, arm, 1) > 0) & (along > 0.2) & (along < 0.6)
        if middle.any() and top[middle].mean() < COVERED:
            raise Unfit("tryon_short_sleeves")


def _filled(top: Flags, person: Array, parsing: Parsing) -> Flags:
    """Without holes that are the person's, and out to the person's edge."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~top).astype(np.uint8), connectivity=4)
    for number in range(1, count):
        if stats[number, cv2.CC_STAT_AREA] < 0.02 * top.sum() and person[labels == number].mean() > 0.5:
            top |= labels == number
    rim = cv2.dilate(top.astype(np.uint8), disc(4)) > 0
    out: Flags = top | (rim & (person > 0.5) & ~np.isin(parsing.labels, (SKIN, HAIR, TOP)))
    return out


def _outline(top: Flags, person: Array, body: Figure, parsing: Parsing) -> Silhouette:
    """The landmarks of the top, if it is one that can be replaced. Raises Unfit."""
    unit = body.unit
    try:
        outline = measure(top & (person > 0.5), worn=True)
    except Unclear as unclear:
        raise Unfit("tryon_arms" if unclear.what in ("gap", "sleeve") else "tryon_top_unclear") from unclear
    if outline.crown < body.chin[1] + HIGH_COLLAR * unit:
        raise Unfit("tryon_collar")
    below = np.zeros(top.shape, bool)
    below[int(outline.tips[:, 1].min()) :] = True
    if ((parsing.labels == HAIR) & below).sum() > HAIR_ON_TOP * unit**2:
        raise Unfit("tryon_hair")
    return outline


def check_plain(rgb: Pixels, top: Array, unit: float) -> None:
    """Raises Unfit when the top is not of one colour."""
    inside = (top > 0.9).astype(np.float32)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    even = cv2.GaussianBlur(lab * inside[..., None], (0, 0), 0.1 * unit)
    even /= cv2.GaussianBlur(inside, (0, 0), 0.1 * unit)[..., None] + 1e-3
    colours = (even[inside > 0] * np.array([0.7, 1, 1], np.float32))[:: max(1, int(inside.sum()) // 4000)]
    group, centres = clusters(np.ascontiguousarray(colours), 2)
    share = float(np.bincount(group, minlength=2).min()) / len(group)
    if share > PATCHED and float(np.linalg.norm(centres[0] - centres[1])) > PATCH:
        raise Unfit("tryon_top_patterned")


def _edge(top: Flags, person: Array) -> Array:
    """0..1: the person's own soft edge where the top ends with the person; a slight blur elsewhere."""
    # A pixel beyond the top itself: at the neck its own edge would show as a line.
    inner = cv2.GaussianBlur(cv2.dilate(top.astype(np.uint8), disc(1)).astype(np.float32), (0, 0), 0.8)
    rim = (cv2.dilate(top.astype(np.uint8), disc(4)) > 0) & (person < 0.98) & ~top
    away = cv2.dilate(((person > 0.98) & ~top).astype(np.uint8), disc(1)) > 0
    edge = np.where(rim & ~away, person, inner)
    soft: Array = np.where(top, np.minimum(np.maximum(inner, 0.0), np.maximum(person, 0.5)), edge).astype(np.float32)
    return soft


def _enlarged(
    box: Rect, rgb: Pixels, top: Array, colour: Array, outline: Silhouette, scale: float, unit: float
) -> Wearer:
    size = rgb.shape[1::-1]
    large = cv2.resize(top, size, interpolation=cv2.INTER_LINEAR)
    if scale > 1.3:
        guide = rgb.astype(np.float32) / 255
        large = np.clip(cv2.ximgproc.guidedFilter(guide, large, max(2, round(1.5 * scale)), 1e-4), 0, 1)
        large[cv2.resize(top, size, interpolation=cv2.INTER_NEAREST) > 0.99] = 1
    foreground = cv2.resize(colour, size, interpolation=cv2.INTER_LINEAR)
    check_plain(rgb, large, unit)
    return Wearer(box, rgb, large.astype(np.float32), foreground, outline.scaled(scale, size), unit)
