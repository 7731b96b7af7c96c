"""Light and colour by number: sRGB to linear light and back, luminance, CIE Lab and its differences."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# Rec. 709, linear light.
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
# Keeps the logarithm of black finite: about one step of 8 bits.
DARKEST = 0.004


def linear(srgb: Array) -> Array:
    """Linear light 0..1 of sRGB 0..1 (IEC 61966-2-1)."""
    low = srgb <= 0.04045
    return np.where(low, srgb / 12.92, ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encoded(light: Array) -> Array:
    """SRGB 0..1 of linear light, clipped to 0..1."""
    light = np.clip(light, 0, 1)
    low = light <= 0.0031308
    return np.where(low, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055).astype(np.float32)


def log_luminance(srgb: Array) -> Array:
    """Natural logarithm of the luminance (…) of sRGB (…, 3) 0..1."""
    return np.log(linear(srgb) @ LUMINANCE + np.float32(DARKEST)).astype(np.float32)


def lab(srgb: Array) -> Array:
    """CIE Lab (…, 3) of sRGB (…, 3) 0..1."""
    flat = np.ascontiguousarray(srgb.reshape(-1, 1, 3), np.float32)
    return cv2.cvtColor(flat, cv2.COLOR_RGB2LAB).reshape(srgb.shape)


def from_lab(colour: Array) -> Array:
    """SRGB (…, 3), clipped to 0..1, of CIE Lab (…, 3)."""
    flat = np.ascontiguousarray(colour.reshape(-1, 1, 3), np.float32)
    return np.clip(cv2.cvtColor(flat, cv2.COLOR_LAB2RGB).reshape(colour.shape), 0, 1)


def spread(values: Array, weight: Array, sigma: float) -> Array:
    """`values` (h, w) where `weight` (h, w, 0..1) has any, carried smoothly to everywhere else."""
    if sigma > 8:
        # A wide blur needs no fine grid.
        step = sigma / 4
        size = (max(1, round(values.shape[1] / step)), max(1, round(values.shape[0] / step)))
        total = cv2.resize(values * weight, size, interpolation=cv2.INTER_AREA)
        small = spread_sums(total, cv2.resize(weight, size, interpolation=cv2.INTER_AREA), 4.0)
        return cv2.resize(small, values.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return spread_sums(values * weight, weight, sigma)


def spread_sums(total: Array, weight: Array, sigma: float) -> Array:
    """As `spread`, of values already multiplied by their weight."""
    out = np.zeros_like(total)
    norm = np.full_like(total, 1e-6)
    # Wider blurs only speak where nearer ones have nothing to say.
    for reach, share in ((sigma, 1.0), (3 * sigma, 1e-2), (9 * sigma, 1e-4)):
        out += share * cv2.GaussianBlur(total, (0, 0), reach)
        norm += share * cv2.GaussianBlur(weight, (0, 0), reach)
    return (out / norm).astype(np.float32)
