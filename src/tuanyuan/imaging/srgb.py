"""Every colour mode that a photo may come in becomes 8-bit sRGB."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from PIL import Image, ImageCms

_CREATED = slice(24, 36)  # the date in an ICC header (ICC.1:2022 section 7.2)
_FIXED_DATE = bytes.fromhex("07e4 0001 0001 0000 0000 0000")  # 2020-01-01: equal pictures make equal files
_LATTICE = 9  # steps per channel of the probe that tells whether a profile changes anything


def _make_profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_CREATED] = _FIXED_DATE
    return bytes(profile)


SRGB_PROFILE: Final[bytes] = _make_profile()
"""The sRGB ICC profile that every picture we write carries; the same bytes each time."""


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, Image.Image | None]:
    """(RGB picture, its 8-bit alpha or None) of any mode Pillow reads.

    `profile` is the picture's ICC profile; a broken one, or one for another kind of colour, is ignored.
    The colours under transparency stay as they are. CMYK without a profile is converted by 1 − (C + K).
    """
    colours, alpha = _split(image)
    if profile:
        converted = _through_profile(colours, profile)
        if converted is not None:
            return converted, alpha
    return colours if colours.mode == "RGB" else colours.convert("RGB"), alpha


def _split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """(L, RGB or CMYK picture, alpha or None)."""
    if image.mode.startswith("I;16"):
        # Pillow's own conversion of 16-bit grey clips at 255 instead of scaling.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)), None
    if image.mode == "LA":
        return image.getchannel("L"), image.getchannel("A")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return image.convert("RGB"), image.getchannel("A")
    if image.mode in ("L", "RGB", "CMYK"):
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB, or None where the profile cannot be used for it."""
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            ImageCms.Intent.PERCEPTUAL,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if image.mode == "RGB" and _changes_nothing(transform):
        return image  # most photos are sRGB already: no time spent, no rounding added
    return ImageCms.applyTransform(image, transform)


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    levels = np.linspace(0, 255, _LATTICE).astype(np.uint8)
    probe = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(_LATTICE, -1, 3)
    changed = ImageCms.applyTransform(Image.fromarray(probe), transform)
    return bool(np.abs(np.asarray(changed, np.int16) - probe).max() <= 1)
