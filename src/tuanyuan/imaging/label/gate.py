"""The label gate: the last writer of every picture and every clip that leaves the studio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.label import AigcLabel
from tuanyuan.imaging.container import webp
from tuanyuan.imaging.container.movie import is_movie
from tuanyuan.imaging.encode import OutputFormat, encode
from tuanyuan.imaging.label.mark import mark
from tuanyuan.imaging.label.metadata import embed, read_payload, read_payloads


def label_picture(
    rgb: NDArray[np.uint8],
    label: AigcLabel,
    format: OutputFormat,
    quality: int = 92,
    alpha: NDArray[np.uint8] | None = None,
) -> bytes:
    """A finished file: visible mark, sRGB profile, the label as its only other metadata, read back.

    `rgb` uint8 (H, W, 3), `alpha` uint8 (H, W) or None (never with JPEG); neither is changed. Never returns
    an unlabelled file: raises OurFault label_unverified where what is read back differs.
    """
    marked, opacity = mark(rgb, alpha)
    file = embed(encode(marked, format, quality=quality, alpha=opacity), label.to_json())
    if read_payloads(file) != [label.to_json()]:
        raise OurFault("label_unverified")
    return file


def label_clip(clip: bytes, label: AigcLabel) -> bytes:
    """The same MP4, MOV or animated WebP with the label, read back; its frames carry the visible mark already.

    A label it had is replaced. Raises ValueError for another format, ContainerError for a broken file, and
    OurFault label_unverified where what is read back differs.
    """
    if not (is_movie(clip) or webp.is_webp(clip)):
        raise ValueError("neither MP4, MOV nor WebP")
    file = embed(clip, label.to_json())
    if read_payloads(file) != [label.to_json()]:
        raise OurFault("label_unverified")
    return file


def read_label(data: bytes) -> AigcLabel | None:
    """The label in a JPEG, PNG, WebP, MP4 or MOV file, None if it has none. Of a Motion Photo, the picture's.

    Raises Rejected label_unreadable where there is one that does not keep to the standard.
    """
    payload = read_payload(data)
    if payload is None:
        return None
    try:
        return AigcLabel.from_json(payload)
    except ValueError:
        raise Rejected("label_unreadable") from None
