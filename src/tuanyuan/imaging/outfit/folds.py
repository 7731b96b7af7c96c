"""The light on cloth without its colour: folds, seams and shade as a logarithm that any other colour can be lit by."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.clothes.mixture import clusters
from tuanyuan.imaging.outfit.photometry import lab, log_luminance, spread

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

CORE = 0.9
# How lightness and hue count when cloths are told apart; distances (in these units) that one cloth's folds keep within.
WEIGHTS = (0.5, 1.3, 1.3)
SAME_CLOTH = 14.0
CLUSTERS, SAMPLES = 4, 3000
# Weave and pinstripes are evened: radius in face widths; the height of edges that are folds, as a share of the folds'
# variance.
EVEN_RADIUS, EVEN_EDGE, EVEN_SHARE = 0.02, 0.10, 0.85
DEEPEST, BRIGHTEST = -1.9, 0.75
# Luminance of cloth: darker shows more gloss than shade, lighter fills its own folds with light.
DARK = 0.05
# Silk's folds are deep: how much the light on it varies (standard deviation of its logarithm), and by how much the
# photo's cloth may be helped to that. White cloth lights its own folds and shows them weakly.
DEPTH, GAIN = 0.34, (0.7, 2.4)


@dataclass(frozen=True, eq=False)
class Folds:
    """What cloth looks like without its colour.

    level: float32 h×w, logarithm of light over the cloth's median, carried on beyond the cloth. foreign: float32 h×w,
    0..1, what is worn with the main cloth and not of it: a shirt, a tie, a badge. luminance: of the main cloth, 0..1.
    colour: its median, CIE Lab.
    """

    level: Array
    foreign: Array
    luminance: float
    colour: Array


def folds(colour: Array, alpha: Array, unit: float) -> Folds:
    """Read the folds of the cloth `alpha` (float32 h×w) of `colour` (float32 h×w×3, 0..1); unit: a face width."""
    logarithm = log_luminance(colour)
    core = alpha > CORE
    foreign, median = _foreign(colour, core, unit)
    main = core & (foreign < 0.5)
    middle = float(np.median(logarithm[main]))
    luminance = float(np.exp(middle))
    level = np.clip(logarithm - middle, 2 * DEEPEST, 2 * BRIGHTEST).astype(np.float32)
    weight = (alpha * (1 - foreign)).astype(np.float32)
    # Outside, and where something else is worn, the main cloth's light is carried on.
    carried = spread(level, weight * (alpha > 0.5), 0.06 * unit)
    whole = level * weight + carried * (1 - weight)
    varied = float(np.percentile(whole[main], 84) - np.percentile(whole[main], 16)) / 2
    even = _evened(whole, unit, varied)
    most = GAIN[1] if luminance > DARK else 1.0
    lit = even * np.float32(np.clip(DEPTH / max(varied, 1e-3), GAIN[0], most))
    # Gloss may not burn out, nor shade turn to ink.
    lit = np.where(lit > 0, BRIGHTEST * np.tanh(lit / BRIGHTEST), DEEPEST * np.tanh(lit / DEEPEST))
    return Folds(lit.astype(np.float32), foreign, luminance, median)


def _evened(level: Array, unit: float, varied: float) -> Array:
    radius = max(2, round(EVEN_RADIUS * unit))
    even = cv2.ximgproc.guidedFilter(level, level, radius, EVEN_EDGE * max(varied, 0.02) ** 2)
    return (EVEN_SHARE * even + (1 - EVEN_SHARE) * level).astype(np.float32)


def _foreign(colour: Array, core: Flags, unit: float) -> tuple[Array, Array]:
    """Where the colour is not the main cloth's, softly; and the main cloth's median in Lab."""
    step = max(1, round(unit / 110))
    seen = lab(cv2.GaussianBlur(colour, (0, 0), max(0.8, 0.008 * unit))[::step, ::step])
    small = core[::step, ::step]
    points = seen[small]
    samples = points[:: max(1, len(points) // SAMPLES)] * np.array(WEIGHTS, np.float32)
    numbers, centres = clusters(np.ascontiguousarray(samples), CLUSTERS)
    counts = np.bincount(numbers, minlength=CLUSTERS)
    groups = _groups(centres)
    main = max(set(groups), key=lambda group: sum(counts[k] for k in range(CLUSTERS) if groups[k] == group))
    away = np.stack([np.sqrt(((seen * np.array(WEIGHTS, np.float32) - c) ** 2).sum(2)) for c in centres])
    own = np.array([group == main for group in groups])
    near = away[own].min(0)
    far = away[~own].min(0) if (~own).any() else np.full(near.shape, 1e3, np.float32)
    foreign = np.clip((near - far) / 4 + 0.5, 0, 1) * (near > 0.6 * SAME_CLOTH)
    foreign = cv2.GaussianBlur(foreign.astype(np.float32), (0, 0), 1.2)
    median = np.median(points[np.isin(_nearest(points, centres), np.nonzero(own)[0])], 0)
    full = cv2.resize(foreign, (core.shape[1], core.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.clip(full, 0, 1), median.astype(np.float32)


def _nearest(points: Array, centres: Array) -> NDArray[np.intp]:
    weighted = points * np.array(WEIGHTS, np.float32)
    return ((weighted[:, None] - centres[None]) ** 2).sum(2).argmin(1)


def _groups(centres: Array) -> list[int]:
    """Clusters that are one cloth in more and less light: of one hue, lightness apart, chroma growing with it."""
    groups = list(range(len(centres)))
    order = np.argsort(centres[:, 0])
    for dark, light in ((a, b) for k, a in enumerate(order) for b in order[k + 1 :]):
        hue_apart = float(np.linalg.norm(centres[dark, 1:] - centres[light, 1:]))
        chroma = np.linalg.norm(centres[[dark, light], 1:], axis=1)
        cosine = float(centres[dark, 1:] @ centres[light, 1:]) / max(1e-3, float(chroma[0] * chroma[1]))
        steps = float(centres[light, 0] - centres[dark, 0])
        if steps < 2.2 * SAME_CLOTH and (hue_apart < SAME_CLOTH or (cosine > 0.9 and hue_apart < 2 * SAME_CLOTH)):
            old, new = groups[light], groups[dark]
            groups = [new if group == old else group for group in groups]
    return groups
