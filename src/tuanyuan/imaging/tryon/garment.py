"""A garment's photo, read: what is garment, its colours, its landmarks, the edge of its neckline."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.tryon.silhouette import Silhouette, measure
from tuanyuan.imaging.tryon.sleeve import Unclear

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

# The garment is read, and drawn from, at this long side.
LONG_SIDE = 1000
# The mask is settled at this one.
SETTLED_AT = 480
# The frame of a photo is plain when its lightness and colours (CIE Lab) spread no more than this.
PLAIN = 7.0
FRAME = 0.015
# The doubtful rim round the first mask, as a share of the long side.
RIM = 0.02
# What has the ground's colour within this (CIE Lab a, b) and is no darker than this share of it is its shadow; told so
# only where the garment's own colour is further away.
SHADOW_COLOUR, SHADOW_DEPTH, OWN_COLOUR = 3.5, 0.45, 9.0
# A hood stands this much higher than the shoulders, a dress reaches this far under the armpits, in chest widths.
HOOD, DRESS = 0.25, 1.45
# A long sleeve is no shorter than this, in chest widths, and no longer than so many of the other.
LONG_SLEEVE, EVEN_SLEEVES = 0.75, 1.25
# An edge in front of the neck close under the neckline: the collar is open. Where it is looked for, in widths of the
# neckline; in Lab units of a Sobel kernel.
OPEN_COLLAR = 20.0
OPEN_FROM, OPEN_TO = 0.08, 0.36
CORNERS = 0.8
DEPTHS, ROUNDNESS = np.arange(0.3, 0.8, 0.015), (1.5, 2.0, 3.0)
USUAL_DEPTH, DEPTH_SPREAD = 0.56, 0.16
NECKLINE_POINTS = 11
# The share of a sleeve's end that looks like skin and means that somebody is in the garment.
SKIN = 0.5


@dataclass(frozen=True, eq=False)
class Garment:
    """colour: float32 h×w×3, sRGB 0..1, carried on beyond the garment's edge. alpha: float32 h×w, 0..1.

    neckline (n, 2): the front edge of the neck's opening, from left to right.
    """

    colour: Array
    alpha: Array
    outline: Silhouette
    neckline: Array


class Unfit(Exception):
    """A garment that cannot be tried on. `code` says why and is a message of `domain.messages.tryon`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(rgb: Pixels, alpha: Pixels | None, cut: Array | None) -> Garment:
    """The garment of `rgb` (uint8 H×W×3). Raises Unfit.

    It is what its own `alpha` (uint8 H×W) shows, or else about `cut` (float32 H×W, 0..1), a first guess.
    """
    scale = min(1.0, LONG_SIDE / max(rgb.shape[:2]))
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    small = reduce(rgb, size)
    if alpha is not None and _is_cut_out(alpha):
        mask = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        mask = mask * _largest(mask > 0.6)
    elif cut is not None:
        mask = _settled(small, cut)
    else:
        raise Unfit("tryon_garment_ground")
    inside = mask > 0.5
    try:
        outline = measure(inside, worn=False)
    except Unclear as unclear:
        raise Unfit("tryon_garment_sleeves" if unclear.what != "hem" else "tryon_garment_front") from unclear
    _check(small, inside, outline)
    neckline = _neckline(small, inside, outline)
    return Garment(_carried_on(small, mask), mask, outline, neckline)


def _is_cut_out(alpha: Pixels) -> bool:
    return bool((alpha < 26).mean() > 0.1 and (alpha > 200).mean() > 0.1)


def _settled(picture: Pixels, cut: Array) -> Array:
    """The mask of a garment on a plain ground, its shadow taken off."""
    scale = SETTLED_AT / max(picture.shape[:2])
    rgb = reduce(picture, (round(picture.shape[1] * scale), round(picture.shape[0] * scale)))
    guess = cv2.resize(cut, rgb.shape[1::-1], interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    border = max(3, round(FRAME * max(guess.shape)))
    frame = np.concatenate(
        [lab[:border].reshape(-1, 3), lab[:, :border].reshape(-1, 3), lab[:, -border:].reshape(-1, 3)]
    )
    ground = np.median(frame, 0)
    if np.percentile(np.linalg.norm(frame - ground, axis=1), 95) > PLAIN:
        raise Unfit("tryon_garment_ground")
    reach = round(RIM * max(guess.shape))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    core = cv2.erode((guess > 0.6).astype(np.uint8), kernel) > 0
    near = cv2.dilate((guess > 0.3).astype(np.uint8), kernel) > 0
    if core.mean() < 0.05:
        raise Unfit("tryon_garment_ground")
    verdict = np.full(guess.shape, cv2.GC_PR_BGD, np.uint8)
    verdict[guess > 0.5] = cv2.GC_PR_FGD
    verdict[core] = cv2.GC_FGD
    verdict[~near] = cv2.GC_BGD
    off = np.linalg.norm(lab[..., 1:] - ground[1:], axis=-1)
    if np.linalg.norm(np.median(lab[core], 0)[1:] - ground[1:]) > OWN_COLOUR:
        verdict[(off < SHADOW_COLOUR) & (lab[..., 0] > SHADOW_DEPTH * ground[0])] = cv2.GC_BGD
    lightest = float(np.percentile(lab[core][:, 0], 98)) + 1
    verdict[(off < SHADOW_COLOUR) & (lab[..., 0] > lightest) & ~core] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    cv2.grabCut(rgb, verdict, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    kept = (verdict == cv2.GC_FGD) | (verdict == cv2.GC_PR_FGD)
    opened = cv2.morphologyEx(kept.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    whole = _without_holes(_largest(opened > 0))
    large = cv2.resize(whole.astype(np.float32), picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    fine = cv2.ximgproc.guidedFilter(picture.astype(np.float32) / 255, large, round(1.5 / scale), 1e-4)
    soft: Array = np.clip(1.25 * fine - 0.125, 0, 1).astype(np.float32)
    return soft * _largest(soft > 0.3)


def _largest(mask: Flags) -> Flags:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        raise Unfit("tryon_garment_ground")
    largest: Flags = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return largest


def _without_holes(mask: Flags) -> Flags:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = np.nonzero(stats[:count, cv2.CC_STAT_AREA] < 0.004 * mask.sum())[0]
    filled: Flags = mask | np.isin(labels, small)
    return filled


def _check(rgb: Pixels, inside: Flags, outline: Silhouette) -> None:
    chest = outline.chest
    if float(outline.necks[:, 1].mean()) - outline.crown > HOOD * chest:
        raise Unfit("tryon_garment_hood")
    if float(outline.hem[:, 1].mean() - outline.pits[0, 1]) > DRESS * chest:
        raise Unfit("tryon_garment_dress")
    lengths = [sleeve.length / chest for sleeve in outline.sleeves]
    if min(lengths) < LONG_SLEEVE or max(lengths) > EVEN_SLEEVES * min(lengths):
        raise Unfit("tryon_garment_sleeves")
    trunk = inside.copy()
    for sleeve in outline.sleeves:
        trunk &= ~sleeve.area
    worn = _skin_like(rgb)
    for sleeve in outline.sleeves:
        ends = np.zeros(inside.shape, np.uint8)
        cv2.fillConvexPoly(
            ends, cv2.convexHull(np.concatenate([sleeve.outer[-3:], sleeve.inner[-3:]]).astype(np.int32)), 1
        )
        end = (ends > 0) & sleeve.area
        if end.any() and worn[end].mean() > SKIN and worn[trunk].mean() < SKIN / 2:
            raise Unfit("tryon_garment_worn")


def _skin_like(rgb: Pixels) -> Flags:
    """Chai and Ngan's bounds of skin in YCbCr (1999)."""
    colours = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    like: Flags = (colours[..., 1] > 133) & (colours[..., 1] < 173) & (colours[..., 2] > 77) & (colours[..., 2] < 127)
    return like


def _neckline(rgb: Pixels, inside: Flags, outline: Silhouette) -> Array:
    """The curve between the collar's corners along which the picture changes most."""
    corners = _corners(inside, outline)
    width = float(corners[1, 0] - corners[0, 0])
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 1.2).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    across = np.linalg.norm(cv2.Sobel(lab, cv2.CV_32F, 0, 1), axis=2)
    along = np.linalg.norm(cv2.Sobel(lab, cv2.CV_32F, 1, 0), axis=2)
    edges = np.minimum(across + 0.5 * along, 40).astype(np.float32)
    share = np.linspace(-CORNERS, CORNERS, 60)

    def strength(depth: float, roundness: float) -> float:
        points = _curve(corners, depth, roundness, share)
        seen = cv2.remap(edges, points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR)
        return float(np.sqrt(seen).mean() * np.exp(-0.5 * ((depth - USUAL_DEPTH) / DEPTH_SPREAD) ** 2))

    tried = [(strength(float(depth), bend), float(depth), bend) for depth in DEPTHS for bend in ROUNDNESS]
    _, depth, bend = max(tried)
    neckline = _curve(corners, depth, bend, np.linspace(-1, 1, NECKLINE_POINTS))
    middle, half = int(corners[:, 0].mean()), max(3, int(0.16 * width))
    front = np.median(across[:, middle - half : middle + half + 1], axis=1)
    low = int(neckline[:, 1].max())
    if front[low + int(OPEN_FROM * width) : low + int(OPEN_TO * width)].max() > OPEN_COLLAR:
        raise Unfit("tryon_garment_open")
    return neckline


def _corners(inside: Flags, outline: Silhouette) -> Array:
    """The highest points of the collar, left and right."""
    top = np.where(inside.any(0), inside.argmax(0), inside.shape[0]).astype(np.float32)
    corners = []
    for neck, side in zip(outline.necks, (-1, 1), strict=True):
        columns = np.arange(int(outline.axis + side * 0.05 * outline.chest), int(neck[0]) + side, side)
        if len(columns) < 3:
            raise Unfit("tryon_garment_front")
        column = columns[int(np.argmin(top[columns] + 0.02 * np.abs(columns - neck[0])))]
        corners.append((float(column), float(top[column])))
    return np.array(corners, np.float32)


def _curve(corners: Array, depth: float, roundness: float, share: NDArray[np.floating]) -> Array:
    """Points between `corners` at `share` (-1..1) of a bow that hangs through by `depth` of its width."""
    width = float(corners[1, 0] - corners[0, 0])
    x = corners[:, 0].mean() + share * width / 2
    y = (corners[0, 1] * (1 - share) + corners[1, 1] * (1 + share)) / 2 + depth * width * (
        1 - np.abs(share) ** roundness
    )
    return np.stack([x, y], 1).astype(np.float32)


def _carried_on(rgb: Pixels, mask: Array) -> Array:
    """Colours 0..1 with those just inside the edge carried on outside, so that none of the ground is drawn."""
    core = cv2.erode((mask > 0.9).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    nearest = cv2.distanceTransformWithLabels(1 - core, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    table = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    table[nearest[core > 0]] = rgb[core > 0].astype(np.float32) / 255
    return np.where(core[..., None] > 0, rgb.astype(np.float32) / 255, table[nearest]).astype(np.float32)
