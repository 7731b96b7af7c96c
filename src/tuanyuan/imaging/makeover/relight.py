"""People in the light of another place: their colour cast taken off, and its key light laid on them from its side.

The form is guessed from the outline: near an edge a body turns away. That is enough for the soft modelling that tells
where a lamp stands, and it can never draw a hard shadow into a face.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, hypot, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.scene import Light
from tuanyuan.imaging.faces import Face

Array = NDArray[np.float32]

# Hue of skin in CIE Lab (degrees) under a white light, whoever it is; beyond, it is the old light's colour.
LEAST_HUE, MOST_HUE = 40.0, 66.0
# Lightness of the brightest cloth or skin in a well exposed photo, and how much of what is missing is given.
BRIGHT, LIFT_SHARE, MOST_LIFT = 88.0, 0.25, 6.0
# Scales of the form in eye distances, pixels an eye distance when it is worked out, and how round it is.
SCALES, GRAIN, ROUNDNESS = (0.35, 1.1), 7.0, 1.6
# Heads are balls: radius in face widths, and how much rounder than the rest.
HEAD_RADIUS, HEAD_ROUND = 0.85, 0.75
# What of the scene's light is laid on: people bring their own along.
SHARE, MOST_GAIN = 0.42, 1.22
TINT = 0.22
GAMMA = 2.2


def neutral_tone(tone: Array, colour: Array, alpha: Array) -> Array:
    """The skin tone (CIE Lab, (3,)) that a photo would show in good white light.

    colour: float32 H×W×3, 0..1, and alpha H×W of the people. Lightness of skin is the person's own: it only follows
    what the brightest parts of the whole photo lack.
    """
    lightness, a, b = (float(v) for v in tone)
    chroma, hue = hypot(a, b), atan2(b, a)
    hue = min(max(hue, radians(LEAST_HUE)), radians(MOST_HUE))
    seen = cv2.cvtColor(np.ascontiguousarray(colour[::4, ::4]), cv2.COLOR_RGB2LAB)[..., 0][alpha[::4, ::4] > 0.9]
    brightest = float(np.percentile(seen, 98)) if seen.size else BRIGHT
    lift = min(max(0.0, BRIGHT - brightest) * LIFT_SHARE, MOST_LIFT)
    return np.array([lightness + lift, chroma * cos(hue), chroma * sin(hue)], np.float32)


def lit(colour: Array, alpha: Array, faces: Sequence[Face], unit: float, light: Light) -> Array:
    """`colour` (float32 H×W×3, 0..1) in the scene's `light`; mean brightness stays. unit: eye distance in pixels."""
    height, width = alpha.shape
    scale = min(1.0, GRAIN / unit)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    normal = _normals(small, faces, unit * scale, scale)
    towards = np.array([light.direction[0], -light.direction[1], light.direction[2]], np.float32)
    facing = np.maximum(0, normal @ towards)
    # Lit to shaded side of a ball is `contrast`: ambient 1, key contrast - 1.
    shade = 1 + (light.contrast - 1) * facing
    weight = small + 1e-6
    relative = (shade / float((shade * weight).sum() / weight.sum())) ** SHARE
    relative = np.clip(relative, 1 / MOST_GAIN, MOST_GAIN)
    ambient, key = (
        1 + TINT * (np.clip(np.asarray(c, np.float32), 0.6, 1.4) - 1) for c in (light.ambient_colour, light.key_colour)
    )
    share = np.clip(facing, 0, 1)[..., None]
    gain = (relative[..., None] * (ambient * (1 - 0.5 * share) + key * 0.5 * share)).astype(np.float32)
    gain **= 1 / GAMMA
    gain = cv2.resize(cv2.GaussianBlur(gain, (0, 0), 1.2), (width, height), interpolation=cv2.INTER_LINEAR)
    out: Array = np.clip(colour * gain, 0, 1)
    return out


def _normals(alpha: Array, faces: Sequence[Face], unit: float, scale: float) -> Array:
    """(h, w, 3) unit vectors, x right, y down, z to the camera."""
    across, down = np.zeros_like(alpha), np.zeros_like(alpha)
    for reach in SCALES:
        form = cv2.GaussianBlur(alpha, (0, 0), max(0.8, reach * unit), borderType=cv2.BORDER_REPLICATE)
        across -= cv2.Sobel(form, cv2.CV_32F, 1, 0) / 8 * reach * unit * ROUNDNESS
        down -= cv2.Sobel(form, cv2.CV_32F, 0, 1) / 8 * reach * unit * ROUNDNESS
    rows, columns = np.mgrid[: alpha.shape[0], : alpha.shape[1]].astype(np.float32)
    for face in faces:
        x, y, w, h = (v * scale for v in face.box)
        u = (columns - (x + w / 2)) / (HEAD_RADIUS * w)
        v = (rows - (y + h / 2)) / (HEAD_RADIUS * h)
        inside = np.clip(1.2 - np.hypot(u, v), 0, 1)
        across += HEAD_ROUND * u * inside
        down += HEAD_ROUND * 0.6 * v * inside
    normal = np.dstack([across, down, np.ones_like(across)])
    unit_length: Array = normal / np.linalg.norm(normal, axis=2, keepdims=True)
    return unit_length
