"""The label gate: the last writer of every picture that leaves the studio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.label import AigcLabel
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


def read_label(data: bytes) -> AigcLabel | None:
    """The label in a JPEG, PNG or WebP file, None if it has none.

    Raises Rejected label_unreadable where there is one that does not keep to the standard.
    """
    payload = read_payload(data)
    if payload is None:
        return None
    try:
        return AigcLabel.from_json(payload)
    except ValueError:
        raise Rejected("label_unreadable") from None
