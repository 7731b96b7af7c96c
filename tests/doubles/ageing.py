"""Damage of a known kind and place, painted onto a photo."""

from __future__ import annotations

import cv2
import numpy as np

WHITE, BLACK = np.array([243, 238, 226], np.float32), np.array([28, 25, 22], np.float32)


def _painted(rgb, share, tone):
    made = rgb * (1 - share[..., None]) + tone * share[..., None]
    return np.rint(made).clip(0, 255).astype(np.uint8), share > 0.2


def scratched(rgb, seed, count=12, *, dark=0.0, shortest=0.15, slant=0.4):
    """Lines, straight or bent, one to four pixels wide; where they are (bool H×W).

    dark: share of black ones, the others are white. shortest: share of the longer side. slant: spread of their
    directions round the upright, in radians.
    """
    rng = np.random.default_rng(seed)
    height, width = rgb.shape[:2]
    white, black = (np.zeros((height, width), np.float32) for _ in range(2))
    for number in range(count):
        share = black if number < dark * count else white
        long, turn = rng.uniform(shortest, 0.55) * max(height, width), rng.normal(np.pi / 2, slant)
        along = np.array([np.cos(turn), np.sin(turn)])
        t, bend = np.linspace(0, 1, 60), rng.normal(0, 0.02)
        points = rng.uniform(0, (width, height)) + np.outer(t * long, along)
        points += np.outer(bend * long * np.sin(np.pi * t), (-along[1], along[0]))
        line = np.zeros((height, width), np.uint8)
        fixed = [np.round(points * 16).astype(np.int32)]
        cv2.polylines(line, fixed, False, 255, int(rng.integers(1, 5)), cv2.LINE_AA, 4)
        np.maximum(share, line * np.float32(rng.uniform(0.65, 1) / 255), out=share)
    return _both(rgb, white, black)


def spotted(rgb, seed, count=24, *, dark=0.33):
    """Ragged spots, 3 to 18 thousandths of the longer side wide; where they are. dark: share of black ones."""
    rng = np.random.default_rng(seed)
    height, width = rgb.shape[:2]
    white, black = (np.zeros((height, width), np.float32) for _ in range(2))
    for number in range(count):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 10))
        radii = rng.uniform(0.0015, 0.009) * max(height, width) * rng.uniform(0.75, 1.2, angles.size)
        points = rng.uniform(0, (width, height)) + np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None]
        spot = np.zeros((height, width), np.uint8)
        cv2.fillPoly(spot, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        share = black if number < dark * count else white
        np.maximum(share, spot * np.float32(rng.uniform(0.8, 1) / 255), out=share)
    return _both(rgb, white, black)


def _both(rgb, white, black):
    made, where = _painted(rgb, white, WHITE)
    if not black.any():
        return made, where
    made, other = _painted(made, black, BLACK)
    return made, where | other


def torn(rgb, seed):
    """A jagged white line across the photo; where it is."""
    rng = np.random.default_rng(seed)
    height, width = rgb.shape[:2]
    x = np.linspace(0, width, 40)
    y = height * rng.uniform(0.6, 0.8) + np.cumsum(rng.normal(0, 2.5, x.size))
    line = np.zeros((height, width), np.uint8)
    fixed = [np.round(np.column_stack([x, y]) * 16).astype(np.int32)]
    cv2.polylines(line, fixed, False, 255, 5, cv2.LINE_AA, 4)
    return _painted(rgb, line.astype(np.float32) / 255, WHITE)


def cornerless(rgb, share=0.2):
    """Without its lower right corner, down to the white ground; where that is."""
    height, width = rgb.shape[:2]
    corner = np.zeros((height, width), np.uint8)
    points = [[width, height], [width, round(height * (1 - share))], [round(width * (1 - share)), height]]
    cv2.fillPoly(corner, [np.array(points)], 1)
    return _painted(rgb, corner.astype(np.float32), np.array([252, 250, 244], np.float32))


def grey(rgb):
    """Black and white."""
    return np.dstack([cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)] * 3)


def aged(rgb, seed, noise=5.0):
    """Faded, yellowed, grainy."""
    grain = np.random.default_rng(seed).normal(0, noise, rgb.shape[:2])[..., None]
    faded = rgb.astype(np.float32) * 0.62 + 48 + grain
    return np.rint(faded * np.array([1.03, 0.96, 0.78])).clip(0, 255).astype(np.uint8)
