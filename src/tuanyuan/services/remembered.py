"""Likenesses between two calls of pixel processes: plain bytes that are in memory only, and never unpickled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tuanyuan.imaging.judge.judge import Likeness

# (photo, number from the left, likeness)
Person = tuple[str, int, Likeness]

# One person. photo: its place in the order of the photos. The arrays are those of `Likeness`.
RECORD = np.dtype(
    [
        ("photo", "u1"),
        ("number", "<u2"),
        ("mesh", "<f4", (468, 3)),
        ("descriptor", "<f4", (128,)),
        ("chip", "u1", (150, 150, 3)),
        ("inside", "?", (150, 150)),
    ]
)


def packed(people: Sequence[Person], photos: Sequence[str]) -> bytes:
    """Everything that the judge compares by, of each. photos: names, in the order of the order."""
    records = [
        (photos.index(photo), number, one.mesh, one.descriptor, one.chip, one.inside) for photo, number, one in people
    ]
    return np.array(records, RECORD).tobytes()


def unpacked(data: bytes, photos: Sequence[str]) -> list[Person]:
    """What `packed` was given. Empty where it was nobody, or these bytes are nothing of the kind."""
    if len(data) % RECORD.itemsize:
        return []
    records = np.frombuffer(data, RECORD)
    if (records["photo"] >= len(photos)).any():
        return []
    return [
        (
            photos[int(one["photo"])],
            int(one["number"]),
            Likeness(one["mesh"].copy(), one["descriptor"].copy(), one["chip"].copy(), one["inside"].copy()),
        )
        for one in records
    ]
