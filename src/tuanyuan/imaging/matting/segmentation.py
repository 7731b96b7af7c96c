"""Where the people are: two networks that disagree usefully, fused into one probability."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.matting.salience import Salience
from tuanyuan.imaging.networks import TfliteNetwork
from tuanyuan.imaging.reducing import reduce

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Rect = tuple[int, int, int, int]

WORKING_SIZE, MOST_WORKING_SIZE = 320, 640
# In a group heads are small: so wide a face is wanted at working size, in pixels.
WORKING_FACE = 40
SELFIE_INPUT = 256
# Views of one face for the selfie network: left and right in face widths from its middle, top in face heights
# from its top, bottom from its bottom, and weight. Closer views see hair better; the whole frame sees the body.
VIEWS = (
    (-2.6, -1.5, 2.6, 3.0, 2.0),
    (-1.7, -1.0, 1.7, 1.3, 4.0),
    (-1.9, -0.9, 0.9, 1.1, 3.0),
    (-0.9, -0.9, 1.9, 1.1, 3.0),
)
SAME_VIEW = 0.08
FEATHER = 0.15
# In a group each view speaks for the person in its middle: how wide it is believed, in face widths.
BELIEVED = 1.3
# In a group what stands out counts as people no further beyond what looks like people than this.
BEYOND = 0.2
# Plain clothes that hardly stand out, from the first to the second salience on, are people all the same where both
# other networks say so: from so much agreement on, by so much.
PLAIN, AGREED, AGREED_GAIN, MOST_AGREED = (0.06, 0.14), 0.6, 2.5, 0.8
# Of a single sitter's photo: salience that means nothing is there, how far from the sitter (face widths) it is
# believed, and what is left of the probability then.
NOT_SALIENT, BYSTANDER_DISTANCE, BYSTANDER_SHARE = 0.12, 0.10, 0.3
# Beside the head, in face widths from its middle; how the shoulders fall from the chin, in face heights a width.
BESIDE, SHOULDER_FALL = 0.7, 0.35


class Masked(Protocol):
    """One person's own mask, see `makeover.bodies.Body`."""

    @property
    def mask(self) -> Array:
        """float32 h×w, 0..1."""
        ...

    @property
    def confidence(self) -> float:
        """0: it is somebody else's."""
        ...


@dataclass(frozen=True, eq=False)
class Segmentation:
    """probability, disagreement: float32 h×w with the long side at 320 px (in groups up to 640), both 0..1."""

    probability: Array
    disagreement: Array


class PersonSegmenter:
    """MediaPipe's selfie network on several views round each face, and U²-Net on the whole frame."""

    def __init__(self, models: Path, executor: Executor | None = None) -> None:
        """executor: where one network may work while the other does; else they take turns."""
        self._selfie = TfliteNetwork(models / "selfie_segmentation.tflite")
        self._salient = Salience(models)
        self._executor = executor

    def segment(self, rgb: Pixels, faces: Sequence[Face], bodies: Sequence[Masked] = ()) -> Segmentation:
        """People of `rgb` (uint8, H×W×3). Each face of `faces` is looked at closely; others only in the whole.

        bodies: of everybody who is known in the photo, their masks of `working_shape`; for one person none are needed.
        """
        height, width = rgb.shape[:2]
        shape = bodies[0].mask.shape if bodies else working_shape(rgb, faces[:1])
        scale = shape[1] / width
        salience = self._executor.submit(self._salient, rgb) if self._executor is not None else None
        total, squares, weight = (np.zeros(shape, np.float32) for _ in range(3))
        weight += 1e-6
        for (left, top, right, bottom), gain, middle in _views(rgb.shape, faces):
            crop = np.ascontiguousarray(rgb[top:bottom, left:right])
            x0, y0 = round(left * scale), round(top * scale)
            x1, y1 = min(round(right * scale), shape[1]), min(round(bottom * scale), shape[0])
            seen = cv2.resize(self._people(crop), (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
            inner = (left > 0, top > 0, right < width, bottom < height)
            window = _feathered(y1 - y0, x1 - x0, inner) * np.float32(gain)
            if bodies and middle is not None:
                window *= _focus(x0, x1, middle[0] * scale, middle[1] * scale)
            total[y0:y1, x0:x1] += seen * window
            squares[y0:y1, x0:x1] += seen * seen * window
            weight[y0:y1, x0:x1] += window
        mean = total / weight
        spread = np.sqrt(np.maximum(squares / weight - mean * mean, 0))
        # What nobody has begun is done here: an executor whose threads all wait would never come to it.
        here = salience is None or salience.cancel()
        salient = self._salient(rgb) if here or salience is None else salience.result()
        salient = cv2.resize(salient, shape[::-1], interpolation=cv2.INTER_LINEAR)
        disagreement = np.maximum(spread, 0.5 * np.abs(mean - salient))
        if bodies:
            return Segmentation(_with_bodies(mean, salient, bodies), disagreement.astype(np.float32))
        fused = ((mean + salient) / 2).astype(np.float32)
        if len(faces) == 1:
            fused[_bystanders(salient, [v * scale for v in faces[0].box])] *= BYSTANDER_SHARE
        return Segmentation(fused, disagreement.astype(np.float32))

    def _people(self, rgb: Pixels) -> Array:
        square = reduce(rgb, (SELFIE_INPUT, SELFIE_INPUT))
        probability: Array = self._selfie(square[None].astype(np.float32) / np.float32(255))[0][0, :, :, 0]
        return probability


def working_shape(rgb: Pixels, faces: Sequence[Face]) -> tuple[int, int]:
    """Height and width of the masks: enough for the smaller faces of a group, and no more."""
    longest = max(rgb.shape[:2])
    size = WORKING_SIZE
    if len(faces) > 1:
        size = int(np.clip(WORKING_FACE * longest / np.median([f.width for f in faces]), size, MOST_WORKING_SIZE))
    scale = min(size, longest) / longest if len(faces) > 1 else size / longest
    return max(1, round(rgb.shape[0] * scale)), max(1, round(rgb.shape[1] * scale))


def _with_bodies(mean: Array, salient: Array, bodies: Sequence[Masked]) -> Array:
    """Between the people of a group things stand out that are no people, a lamp or the moon: they do not count."""
    known = [b.mask for b in bodies if b.confidence]
    body = np.max(known, 0) if known else mean
    counted = np.minimum(salient, np.maximum(mean, body) + BEYOND)
    agreed = np.clip(AGREED_GAIN * (np.minimum(mean, body) - AGREED), 0, MOST_AGREED)
    agreed *= np.clip((salient - PLAIN[0]) / (PLAIN[1] - PLAIN[0]), 0, 1)
    fused: Array = ((mean + np.maximum(counted, agreed)) / 2).astype(np.float32)
    return fused


def _focus(first: int, last: int, middle: float, width: float) -> Array:
    """Weights (1, n) of a view's columns: full over the person in its middle, falling over the neighbours."""
    away = np.abs(np.arange(first, last, dtype=np.float32) - np.float32(middle)) / np.float32(width)
    focus: Array = np.exp(-0.5 * (np.maximum(0, away - 0.6) / BELIEVED) ** 2)[None]
    return focus


def _bystanders(salient: Array, box: Sequence[float]) -> NDArray[np.bool_]:
    """Where nothing stands out beside the sitter's head: there the selfie network sees other people.

    Below the shoulders, and above the head, it is the other network that errs: it drops plain clothes and hats.
    """
    x, y, w, h = box
    rows = np.arange(salient.shape[0], dtype=np.float32)[:, None]
    columns = np.abs(np.arange(salient.shape[1], dtype=np.float32)[None] - (x + w / 2)) / w
    shoulders = y + h * (1 + SHOULDER_FALL * (columns - BESIDE))
    away = cv2.distanceTransform((salient < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    beside = (columns > BESIDE) & (rows < shoulders)
    found: NDArray[np.bool_] = beside & (salient < NOT_SALIENT) & (away > BYSTANDER_DISTANCE * w)
    return found


def _views(shape: tuple[int, ...], faces: Sequence[Face]) -> list[tuple[Rect, float, tuple[float, float] | None]]:
    """The whole frame, and crops round each face that differ enough from those before.

    Each with its weight, and with the middle and the width of its face.
    """
    height, width = shape[:2]
    views: list[tuple[Rect, float, tuple[float, float] | None]] = [((0, 0, width, height), 1.0, None)]
    for face in faces:
        x, y, w, h = face.box
        for left, top, right, bottom, gain in VIEWS:
            rect = (
                int(max(0, x + w / 2 + left * w)),
                int(max(0, y + top * h)),
                int(min(width, x + w / 2 + right * w)),
                int(min(height, y + h + bottom * h)),
            )
            large = rect[2] - rect[0] >= 16 and rect[3] - rect[1] >= 16
            if large and not any(_alike(rect, seen, width + height) for seen, *_ in views):
                views.append((rect, gain, (x + w / 2, w)))
    return views


def _alike(a: Rect, b: Rect, size: int) -> bool:
    return sum(abs(p - q) for p, q in zip(a, b, strict=True)) < SAME_VIEW * size


def _feathered(height: int, width: int, inner: tuple[bool, bool, bool, bool]) -> Array:
    """Weights that fall towards borders inside the picture, so that views meet without seams."""
    down, across = np.ones(height, np.float32), np.ones(width, np.float32)
    n = max(3, int(FEATHER * min(height, width)))
    ramp = np.linspace(0.02, 1, n, dtype=np.float32)
    left, top, right, bottom = inner
    if left:
        across[:n] = ramp[: len(across[:n])]
    if top:
        down[:n] = ramp[: len(down[:n])]
    if right:
        across[-n:] = ramp[::-1][-len(across[-n:]) :]
    if bottom:
        down[-n:] = ramp[::-1][-len(down[-n:]) :]
    return down[:, None] * across[None]
