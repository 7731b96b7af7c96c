"""Where the measured pictures lie, and how they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.decode import decode, over_white

Pixels = NDArray[np.uint8]

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
PICTURES = ROOT / "bench" / "pictures"
KINDS = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def read(path: Path) -> Pixels:
    """uint8 H×W×3, as the studio reads it."""
    return over_white(decode(path.read_bytes(), name=path.name, long_side=2000))


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, by name; subfolders are left alone."""
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in KINDS)
