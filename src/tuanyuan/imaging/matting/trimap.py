"""Which pixels are surely person, surely background, or must be solved.

All lengths are in face widths. Hair gets a wider band than cloth, and wider still where its colour stands apart
from the background; colour models with a longer reach add holes between curls and strands beyond the band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.faces.mesh import LEFT_EYE, NOSE_TIP, RIGHT_EYE
from tuanyuan.imaging.matting.segmentation import Segmentation
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

BODY, UNKNOWN, BACKGROUND = 255, 128, 0

OUTSIDE, OUTSIDE_HAIR, OUTSIDE_CLEAR_HAIR = 0.02, 0.03, 0.03
INSIDE, INSIDE_HAIR = 0.018, 0.024
SEPARATION_WINDOW = 0.045
SEPARATION_LOW, SEPARATION_HIGH = 0.8, 2.5
GROW_INSIDE, GROW_OUTSIDE, GROW_WINDOW, GROW_VARIANCE = 0.20, 0.15, 0.12, 25.0
PRIOR_WEIGHT, PRIOR_UNCLEAR, PRIOR_FAR = 0.001, 3.0, 0.5


@dataclass(frozen=True, eq=False)
class Trimap:
    """regions: uint8 H×W of BODY, UNKNOWN, BACKGROUND.

    body (bool) and prior_weight (float32) have the segmentation's size.
    """

    regions: Pixels
    body: Flags
    prior_weight: Array


@dataclass(frozen=True, eq=False)
class _Scene:
    """What every step looks at, at the segmentation's size."""

    lab: Array
    body: Flags
    hull: Flags
    inside: Array
    outside: Array
    face: float


def make_trimap(rgb: Pixels, seen: Segmentation, faces: Sequence[Face]) -> Trimap:
    """Trimap of the people with these `faces` in `rgb` (uint8, H×W×3); other people are background."""
    scene = _look(rgb, seen.probability, faces)
    likeness = _hair_likeness(scene, seen.probability, faces, seen.probability.shape[1] / rgb.shape[1])
    clear, hair = _separation(scene, likeness)
    chin = max(float(f.mesh[:, 1].max()) for f in faces) * seen.probability.shape[1] / rgb.shape[1]
    rows = np.arange(scene.body.shape[0], dtype=np.float32)[:, None]
    hair = np.maximum(hair, 0.35 * np.clip((chin - 0.25 * scene.face - rows) / (0.25 * scene.face), 0, 1))
    outer = scene.face * (OUTSIDE + OUTSIDE_HAIR * hair + OUTSIDE_CLEAR_HAIR * hair * clear)
    inner = scene.face * (INSIDE + INSIDE_HAIR * hair) * (1 + np.clip(seen.disagreement * 3, 0, 1))
    unknown = (~scene.body & (scene.outside < np.maximum(outer, 1.6))) | (
        scene.body & (scene.inside < np.maximum(inner, 1.6))
    )
    hesitant = (seen.probability > 0.2) & (seen.probability < 0.8)
    unknown |= hesitant & (scene.outside < outer * 1.3) & (scene.inside < inner * 2)
    grown = _grown(scene, hair)
    kernel = np.ones((3, 3), np.uint8)
    core = cv2.erode(scene.hull.astype(np.uint8), kernel) > 0
    unknown = (unknown | (cv2.dilate(grown.astype(np.uint8), kernel) > 0)) & ~core
    distance = np.where(scene.body, scene.inside / np.maximum(inner, 1e-3), scene.outside / np.maximum(outer, 1e-3))
    weight = PRIOR_WEIGHT * (1 + PRIOR_UNCLEAR * (1 - clear)) * (1 + PRIOR_FAR * np.minimum(distance**2, 50))
    return Trimap(_enlarged(unknown, scene.body, rgb.shape), scene.body, weight.astype(np.float32))


def _look(rgb: Pixels, probability: Array, faces: Sequence[Face]) -> _Scene:
    height, width = probability.shape
    scale = width / rgb.shape[1]
    small = reduce(rgb, (width, height))
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    _, labels = cv2.connectedComponents((probability > 0.5).astype(np.uint8))
    body = np.zeros((height, width), bool)
    hull = np.zeros((height, width), np.uint8)
    for face in faces:
        x, y = np.clip(face.mesh[NOSE_TIP, :2] * scale, 0, [width - 1, height - 1]).astype(int)
        if labels[y, x]:
            body |= labels == labels[y, x]
        outline = cv2.convexHull(np.round(face.mesh[:, :2] * scale).astype(np.int32))
        cv2.fillConvexPoly(hull, outline, 1)
    body |= hull > 0
    return _Scene(
        lab,
        body,
        hull > 0,
        cv2.distanceTransform(body.astype(np.uint8), cv2.DIST_L2, 3),
        cv2.distanceTransform((~body).astype(np.uint8), cv2.DIST_L2, 3),
        float(np.mean([f.width for f in faces])) * scale,
    )


def _hair_likeness(scene: _Scene, probability: Array, faces: Sequence[Face], scale: float) -> Array:
    """How much each body pixel looks like the hair seen just above the foreheads, 0..1."""
    reach = max(2, int(0.16 * scene.face))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    hull = scene.hull.astype(np.uint8)
    ring = (cv2.dilate(hull, kernel) > 0) & (cv2.dilate(hull, np.ones((3, 3), np.uint8)) == 0)
    ring &= (probability > 0.85) & (scene.inside > 0.03 * scene.face)
    for face in faces:
        eyes = int(np.clip(face.mesh[[RIGHT_EYE[0], LEFT_EYE[1]], 1].mean() * scale, 0, ring.shape[0]))
        x, _, w, _ = (v * scale for v in face.box)
        ring[eyes:, max(0, int(x - w / 2)) : int(x + 1.5 * w)] = False
    middle, spread = np.array([20, 2, 4], np.float32), np.array([15, 6, 6], np.float32)
    if ring.sum() > 25:
        middle = np.median(scene.lab[ring], 0)
        spread = np.median(np.abs(scene.lab[ring] - middle), 0) * 1.5 + np.array([6, 3, 3], np.float32)
    distance = (((scene.lab - middle) / (spread * 1.6)) ** 2).sum(2)
    likeness: Array = np.exp(-0.5 * np.minimum(distance, 30)).astype(np.float32) * scene.body
    return likeness


def _separation(scene: _Scene, likeness: Array) -> tuple[Array, Array]:
    """How well the colours just inside and outside differ, 0..1, and how much hair is near, 0..1."""
    size = scene.body.shape[::-1]
    half = ((size[0] + 1) // 2, (size[1] + 1) // 2)
    lab = cv2.resize(scene.lab, half, interpolation=cv2.INTER_AREA)
    square = (lab * lab).sum(2, keepdims=True)
    face = scene.face
    front = _plane(scene.body * np.exp(-scene.inside / (0.12 * face)) * (scene.inside > 0.02 * face), half)
    back = _plane(~scene.body * np.exp(-scene.outside / (0.15 * face)) * (scene.outside > 0.05 * face), half)
    sigma = max(0.6, SEPARATION_WINDOW * face)
    f_mean, f_var, f_weight = _local_moments(lab, square, front, sigma)
    b_mean, b_var, _ = _local_moments(lab, square, back, sigma)
    apart = np.sqrt(((f_mean - b_mean) ** 2).sum(2)) / (np.sqrt(f_var) * 0.7 + np.sqrt(b_var) + 4)
    hair = cv2.GaussianBlur((_plane(likeness, half) * front)[..., 0], (0, 0), sigma) / f_weight
    clear = np.clip((apart - SEPARATION_LOW) / (SEPARATION_HIGH - SEPARATION_LOW), 0, 1)
    return (
        cv2.resize(clear.astype(np.float32), size, interpolation=cv2.INTER_LINEAR),
        np.clip(cv2.resize(hair.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) * 2.2, 0, 1),
    )


def _local_moments(lab: Array, square: Array, weight: Array, sigma: float) -> tuple[Array, Array, Array]:
    """Local mean (h, w, 3), summed variance (h, w) and weight (h, w) of the pixels that `weight` (h, w, 1) counts."""
    sums = cv2.GaussianBlur(np.concatenate([lab * weight, square * weight, weight], 2), (0, 0), sigma)
    total = sums[..., 4] + 1e-4
    mean = sums[..., :3] / total[..., None]
    variance = np.maximum(sums[..., 3] / total - (mean**2).sum(2), 0)
    return mean, variance, total


def _grown(scene: _Scene, hair: Array) -> Flags:
    """Background seen inside the body, and hair beyond the band, by local colour models with a longer reach."""
    height, width = scene.body.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    quarter = ((half[0] + 1) // 2, (half[1] + 1) // 2)
    face, sigma = scene.face, max(0.6, GROW_WINDOW * scene.face / 4)
    lab = cv2.resize(scene.lab, half, interpolation=cv2.INTER_AREA)
    square = (lab * lab).sum(2, keepdims=True)
    zones = (
        scene.body & (scene.inside > 0.04 * face) & (scene.inside < 0.35 * face),
        ~scene.body & (scene.outside > 0.06 * face) & (scene.outside < 0.4 * face),
    )
    distances = []
    for zone in zones:
        weight = _plane(zone, half)
        colours = cv2.resize(np.concatenate([lab, square], 2) * weight, quarter, interpolation=cv2.INTER_AREA)
        colours = cv2.GaussianBlur(colours, (0, 0), sigma)
        total = cv2.GaussianBlur(_plane(weight, quarter), (0, 0), sigma)
        moments = colours / (total[..., None] + 1e-5)
        variance = np.maximum(moments[..., 3] - (moments[..., :3] ** 2).sum(2), 0) / 3 + GROW_VARIANCE
        model = cv2.resize(np.dstack([moments[..., :3], variance]), (width, height), interpolation=cv2.INTER_LINEAR)
        distances.append(((scene.lab - model[..., :3]) ** 2).sum(2) / model[..., 3])
    front, back = distances
    holes = scene.body & (scene.inside < GROW_INSIDE * face) & (back < 3) & (front > 3 * back + 4)
    strands = (
        ~scene.body & (scene.outside < GROW_OUTSIDE * face) & (hair > 0.4) & (front < 2.5) & (back > 3 * front + 5)
    )
    grown: Flags = holes | strands
    return grown


def _plane(values: NDArray[np.generic], size: tuple[int, int]) -> Array:
    """`values` reduced to width×height `size` as float32 (h, w, 1)."""
    plane: Array = cv2.resize(np.asarray(values, np.float32), size, interpolation=cv2.INTER_AREA)[..., None]
    return plane


def _enlarged(unknown: Flags, body: Flags, shape: tuple[int, ...]) -> Pixels:
    level = np.where(unknown, 0.5, body).astype(np.float32)
    level = cv2.resize(level, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.where(level > 0.93, BODY, np.where(level < 0.07, BACKGROUND, UNKNOWN)).astype(np.uint8)
