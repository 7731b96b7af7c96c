"""What stands out in a picture, by U²-Net's small variant (Qin et al., 2020; Apache-2.0)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.networks import load_onnx
from tuanyuan.imaging.reducing import reduce

# Half of the size it was trained at: a quarter of the time, and the masks of people get better (docs/benchmarks.md).
INPUT = 160
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


class Salience:
    """Loads once; safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._network = load_onnx(models / "u2netp.onnx")

    def __call__(self, rgb: NDArray[np.uint8], size: int | None = None) -> NDArray[np.float32]:
        """Salience of `rgb` (uint8, H×W×3), float32 size×size, stretched to 0..1. size: INPUT where none is said."""
        side = size or INPUT
        small = reduce(rgb, (side, side)).astype(np.float32)
        small = (small / max(float(small.max()), 1.0) - MEAN) / DEVIATION
        seen = self._network(small.transpose(2, 0, 1))[0]
        low, high = float(seen.min()), float(seen.max())
        stretched: NDArray[np.float32] = (seen - low) / (high - low + 1e-9)
        return stretched
