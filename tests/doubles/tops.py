"""Long-sleeved tops, drawn: as a garment laid flat, and on somebody who stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.tryon.silhouette import measure
from tuanyuan.imaging.tryon.wearer import Wearer

SIZE = (900, 800)  # height, width
MIDDLE = 400


@dataclass(frozen=True)
class Cut:
    """Measures of a top in pixels of SIZE: half widths of trunk and neck, rows, and how far the sleeves stand off."""

    half: int = 130
    neck: int = 55
    top: int = 150
    hem: int = 620
    off: int = 120
    sleeve: int = 80
    cuff: int = 640


def shape(cut: Cut = Cut()) -> np.ndarray:
    """Bool h×w: a round neck, two straight sleeves that stand off the trunk."""
    mask = np.zeros(SIZE, np.uint8)
    tip, pit = cut.top + 30, cut.top + 150
    trunk = [
        (MIDDLE - cut.neck, cut.top), (MIDDLE + cut.neck, cut.top), (MIDDLE + cut.half, tip),
        (MIDDLE + cut.half, cut.hem), (MIDDLE - cut.half, cut.hem), (MIDDLE - cut.half, tip),
    ]  # fmt: skip
    cv2.fillPoly(mask, [np.array(trunk, np.int32)], 1)
    for side in (-1, 1):
        x = MIDDLE + side * cut.half
        wrist = x + side * cut.off
        arm = [
            (x - side * 20, tip - 4),
            (wrist + side * cut.sleeve // 2, cut.cuff),
            (wrist - side * cut.sleeve // 3, cut.cuff),
            (x, pit),
        ]
        cv2.fillPoly(mask, [np.array(arm, np.int32)], 1)
    cv2.ellipse(mask, (MIDDLE, cut.top), (cut.neck - 6, 58), 0, 0, 180, 0, -1)
    return mask > 0


def garment_photo(
    colour: tuple[int, int, int], cut: Cut = Cut(), mark: tuple[int, int, int] | None = None
) -> tuple[Any, Any]:
    """RGB and alpha, uint8, of a garment whose neckline shows the inside of its back; `mark`: a square on the chest."""
    mask = shape(cut)
    inside = np.zeros(SIZE, np.uint8)
    cv2.ellipse(inside, (MIDDLE, cut.top), (cut.neck - 2, 58), 0, 0, 180, 1, -1)
    rgb = np.full((*SIZE, 3), 255, np.uint8)
    rgb[mask] = colour
    rgb[inside > 0] = (np.array(colour) * 0.45).astype(np.uint8)
    if mark is not None:
        rgb[cut.top + 170 : cut.top + 250, MIDDLE - 40 : MIDDLE + 40] = mark
    return rgb, ((mask | (inside > 0)) * 255).astype(np.uint8)


def wearer(
    rgb: np.ndarray, colour: tuple[int, int, int], cut: Cut = Cut(half=120, off=70)
) -> tuple[np.ndarray, Wearer]:
    """`rgb` (900×800) with a top of that colour, darker to the right, drawn on it, and what is to be read from it."""
    top = shape(cut)
    light = np.linspace(1.0, 0.5, SIZE[1])[None, :, None]
    photo = rgb.copy()
    photo[top] = np.clip(np.array(colour) * light, 0, 255).repeat(SIZE[0], 0)[top].astype(np.uint8)
    soft = top.astype(np.float32)
    return photo, Wearer(
        (0, 0, SIZE[1], SIZE[0]), photo, soft, photo.astype(np.float32) / 255, measure(top, worn=True), 110.0
    )


def sitter_face(face: Face, width: float, eyes: tuple[float, float]) -> Face:
    """`face` as it is in a picture where it is `width` wide and its eyes' middle lies at `eyes`."""
    scale = np.float32(width / face.width)
    mesh = face.mesh * scale
    mesh[:, :2] += np.array(eyes, np.float32) - face.eyes * scale
    return Face(mesh, face.confidence, face.yaw, face.pitch, face.roll, face.sharpness)


def standing(rgb: np.ndarray, face: Face, alpha: np.ndarray, colour: tuple[int, int, int] = (70, 95, 75)) -> np.ndarray:
    """Uint8 1400×1000×3: somebody with that head (cut out by `alpha`) who stands as is asked for, the body drawn."""
    height, width, middle = 1400, 1000, 500
    canvas = np.full((height, width, 3), (196, 200, 206), np.float32)
    mesh = face.mesh[:, :2]
    skin = np.median(rgb[mesh[[50, 280, 205, 425], 1].astype(int), mesh[[50, 280, 205, 425], 0].astype(int)], 0)
    ink = np.zeros((height, width), np.uint8)

    def paint(polygon: list[tuple[int, int]], tone: np.ndarray | tuple[int, int, int], round_off: int = 9) -> None:
        ink[:] = 0
        cv2.fillPoly(ink, [np.array(polygon, np.int32)], 255)
        ink[:] = cv2.GaussianBlur(ink, (0, 0), round_off)
        area = ink > 127
        depth = np.clip(cv2.distanceTransform(area.astype(np.uint8), cv2.DIST_L2, 3) / 45, 0, 1)
        canvas[area] = (np.array(tone, np.float32) * (0.72 + 0.28 * np.sqrt(depth))[..., None])[area]

    for side in (-1, 1):
        x = middle + side * 195
        hand = [(x + side * 62, 800), (x + side * 112, 800), (x + side * 108, 915), (x + side * 70, 915)]
        paint(hand, skin)
        paint(
            [(middle, 780), (middle + side * 140, 780), (middle + side * 130, 1400), (middle + side * 25, 1400)],
            (45, 50, 90),
        )
    paint([(middle - 52, 230), (middle + 52, 230), (middle + 60, 390), (middle - 60, 390)], skin * 0.9, 4)
    for side in (-1, 1):
        x = middle + side * 160
        paint(
            [
                (x - side * 30, 372),
                (x + side * 30, 395),
                (x + side * 155, 815),
                (x + side * 85, 815),
                (x - side * 25, 560),
            ],
            colour,
        )
    trunk = [(middle - 70, 345), (middle + 70, 345), (middle + 165, 390), (middle + 140, 560), (middle + 142, 810)]
    paint([*trunk, (middle - 142, 810), (middle - 140, 560), (middle - 165, 390)], colour)
    neck = np.zeros((height, width), np.uint8)
    cv2.ellipse(neck, (middle, 340), (58, 40), 0, 0, 360, 255, -1)
    canvas[neck > 0] = skin * 0.88
    scale = 140 / face.width
    chin = mesh[152]
    matrix = np.array([[scale, 0, middle - scale * chin[0]], [0, scale, 300 - scale * chin[1]]], np.float32)
    kept = alpha.copy()
    y, x = np.mgrid[: alpha.shape[0], : alpha.shape[1]]
    kept[
        (y > chin[1] + 0.12 * face.width) | ((y > chin[1] - 0.1 * face.width) & (abs(x - chin[0]) > 0.45 * face.width))
    ] = 0
    head = cv2.warpAffine(rgb.astype(np.float32), matrix, (width, height), flags=cv2.INTER_AREA)
    there = cv2.GaussianBlur(cv2.warpAffine(kept, matrix, (width, height), flags=cv2.INTER_AREA), (0, 0), 1)[..., None]
    grain = np.random.default_rng(4).normal(0, 2, (height, width, 1))
    return np.clip(canvas * (1 - there) + head * there + grain, 0, 255).astype(np.uint8)
