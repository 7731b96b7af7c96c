"""What may go wrong in a family portrait, made on purpose: each takes a picture and returns a spoilt copy."""

from __future__ import annotations

import cv2
import numpy as np

EYES = [33, 133, 362, 263]


def similarity(source, target):
    """2×3 matrix that brings landmarks `source` onto `target` by scale, turn and shift (least squares)."""
    a = source[:, :2].astype(np.float64) @ [1, 1j]
    b = target[:, :2].astype(np.float64) @ [1, 1j]
    factor = np.vdot(a - a.mean(), b - b.mean()) / np.vdot(a - a.mean(), a - a.mean())
    shift = b.mean() - factor * a.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def hull(shape, mesh, grow=0.0):
    """Bool H×W: inside the face's outline, grown by a share of the face's width."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(mesh[:, :2]).astype(np.int32)), 1)
    reach = round(abs(grow) * np.ptp(mesh[:, 0]))
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return (cv2.dilate(mask, kernel) if grow >= 0 else cv2.erode(mask, kernel)) > 0


def blended(picture, other, mask, soft):
    """`other` where `mask` is, with a border of `soft` pixels."""
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), soft)[..., None]
    return np.rint(picture + (other.astype(np.float32) - picture) * weight).astype(np.uint8)


def with_face_of(picture, mesh, other, other_mesh):
    """The face at `mesh` replaced by the one at `other_mesh` in `other`, toned alike, softly let in."""
    size = picture.shape[1::-1]
    moved = cv2.warpAffine(other, similarity(other_mesh, mesh), size, flags=cv2.INTER_AREA)
    mask = hull(picture.shape, mesh, 0.04)
    tone = picture[mask].mean(0) - moved[mask].mean(0)
    return blended(picture, np.clip(moved + tone, 0, 255), mask, 0.02 * np.ptp(mesh[:, 0]))


def without(picture, backdrop, mask):
    """The people under `mask` gone, the backdrop in their place."""
    return blended(picture, backdrop, cv2.dilate(mask.astype(np.uint8), np.ones((9, 9))) > 0, 2)


def with_margin(image, width):
    """`width` pixels of room on the right, carried on from the left border."""
    return np.concatenate([image, np.repeat(image[:, :1], width, 1)], 1)


def with_second_copy(picture, mask, width):
    """All under `mask` once more in the margin of `width` pixels on the right."""
    ys, xs = np.nonzero(mask)
    xs, ys = xs[xs < xs.min() + width - 4], ys[xs < xs.min() + width - 4]
    out = picture.copy()
    out[ys, xs - xs.min() + picture.shape[1] - width + 2] = picture[ys, xs]
    return out


def stretched(image, across, down, nearest=False):
    """The whole picture by these factors."""
    size = (round(image.shape[1] * across), round(image.shape[0] * down))
    return cv2.resize(image, size, interpolation=cv2.INTER_NEAREST if nearest else cv2.INTER_CUBIC)


def with_squashed_face(picture, mesh, across, down, mask):
    """One head drawn out of shape by these factors round its middle, fading towards the shoulders.

    Nothing outside `mask` changes.
    """
    height, width = picture.shape[:2]
    (x, y), (w, h) = mesh[:, :2].mean(0), np.ptp(mesh[:, :2], axis=0)
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    away = np.maximum(np.abs(grid_x - x) / w, np.abs(grid_y - y) / h)
    full = np.clip((1.1 - away) / 0.5, 0, 1)
    source_x = grid_x + (x + (grid_x - x) / across - grid_x) * full
    source_y = grid_y + (y + (grid_y - y) / down - grid_y) * full
    moved = cv2.remap(picture, source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_CUBIC)
    return np.where(mask[..., None], moved, picture)


def with_covered_face(picture, mesh, side, cloth):
    """The left, right or lower half of a face under cloth: `cloth` is a patch (h, w, 3), tiled."""
    (x, y), (low_x, low_y), (high_x, high_y) = mesh[:, :2].mean(0), *(f(mesh[:, :2], 0) for f in (np.min, np.max))
    wide, high = 0.15 * (high_x - low_x), 0.15 * (high_y - low_y)
    x0, y0, x1, y1 = low_x - wide, low_y - high, high_x + wide, high_y + high
    x0, x1 = (x, x1) if side == "right" else (x0, x if side == "left" else x1)
    y0 = y if side == "lower" else y0
    out = picture.copy()
    region = out[max(0, int(y0)) : int(y1), max(0, int(x0)) : int(x1)]
    tiles = [-(-region.shape[i] // cloth.shape[i]) for i in (0, 1)]
    region[:] = np.tile(cloth, (*tiles, 1))[: region.shape[0], : region.shape[1]]
    return out
