# SPDX-License-Identifier: GPL-3.0-or-later
"""From the clean render to a photograph: bloom, vignette, grain, dither, JPEG (numpy only)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms
from scipy.ndimage import gaussian_filter

SIZE = (2400, 1800)
MOST_BYTES = 700 * 1024


@dataclass(frozen=True)
class Finish:
    """`exposure` in stops and `saturation` of the negative; then the strength of each step: `bloom` of what
    is brighter than 0.72,
    `vignette` at the corners, `grain` as deviation in mid grey.
    """

    exposure: float = 0.0
    saturation: float = 1.0
    bloom: float = 0.35
    vignette: float = 0.10
    grain: float = 0.0045


def enlarge(negative: np.ndarray) -> np.ndarray:
    """A negative brought to `SIZE`, before grain is laid on; the lens blur leaves no detail that a smaller
    render would lose.
    """
    channels = [Image.fromarray(negative[..., c]).resize(SIZE, Image.Resampling.BICUBIC) for c in range(3)]
    return np.clip(np.stack([np.asarray(channel) for channel in channels], -1), 0, None)


def film(negative: np.ndarray, exposure: float, saturation: float) -> np.ndarray:
    """Linear light → sRGB-encoded 0–1 by a filmic curve on each channel, so that a hot red turns orange as
    on film.

    Curve: K. Narkowicz, "ACES Filmic Tone Mapping Curve" (2016). Encoding: IEC 61966-2-1.
    """
    grey = (negative @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None]
    x = np.clip(grey + saturation * (negative - grey), 0, None) * 2**exposure
    y = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return np.where(y <= 0.0031308, 12.92 * y, 1.055 * y ** (1 / 2.4) - 0.055).astype(np.float32)


def _bloom(picture: np.ndarray, strength: float) -> np.ndarray:
    bright = np.clip(picture - 0.72, 0, 1)
    glow = np.zeros_like(picture)
    for share, sigma in ((0.6, 1 / 160), (0.4, 1 / 32)):
        glow += share * gaussian_filter(bright, (picture.shape[1] * sigma,) * 2 + (0,))
    return picture + strength * 2.2 * glow * (1 - np.clip(picture, 0, 1))


def _vignette(picture: np.ndarray, strength: float) -> np.ndarray:
    rows, cols = picture.shape[:2]
    y, x = np.mgrid[-0.6 : 0.6 : rows * 1j, -0.8 : 0.8 : cols * 1j]
    return picture * (1 - strength * (x**2 + y**2) ** 1.3)[..., None]


def _grain(picture: np.ndarray, strength: float, draw: np.random.Generator) -> np.ndarray:
    """Mostly in brightness, strongest in mid tones, as film and small sensors show it."""
    rows, cols = picture.shape[:2]
    tone = gaussian_filter(draw.standard_normal((rows, cols)).astype(np.float32), 0.7)
    colour = gaussian_filter(draw.standard_normal((rows, cols, 3)).astype(np.float32), (0.9, 0.9, 0))
    grey = np.clip(picture @ np.array([0.2126, 0.7152, 0.0722], np.float32), 0, 1)
    amount = strength * (0.4 + 1.2 * np.sqrt(grey * (1 - grey)))
    return picture + amount[..., None] * (tone[..., None] / tone.std() + 0.35 * colour / colour.std())


def develop(negative: np.ndarray, finish: Finish, seed: int) -> Image.Image:
    """The 8-bit picture of a negative in linear light; random dither of one step, so that a soft wall shows
    no bands.
    """
    draw = np.random.default_rng(seed)
    picture = film(negative, finish.exposure, finish.saturation)
    picture = _grain(_vignette(_bloom(picture, finish.bloom), finish.vignette), finish.grain, draw)
    steps = np.clip(picture, 0, 1) * 255 + draw.random(picture.shape, dtype=np.float32)
    return Image.fromarray(np.clip(steps, 0, 255).astype(np.uint8))


def save(image: Image.Image, folder: Path) -> int:
    """Write `picture.jpg` (2400 × 1800, sRGB, at most 700 KB) and `thumbnail.jpg` (480 wide); bytes of the
    picture.
    """
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for quality in (92, 91, 90, 89, 88, 86, 84):
        data = io.BytesIO()
        image.save(data, "JPEG", quality=quality, subsampling=0, optimize=True, progressive=True, icc_profile=profile)
        if data.tell() <= MOST_BYTES:
            break
    (folder / "picture.jpg").write_bytes(data.getvalue())
    small = image.resize((480, 360), Image.Resampling.LANCZOS)
    small.save(folder / "thumbnail.jpg", quality=84, optimize=True, icc_profile=profile)
    return data.tell()
