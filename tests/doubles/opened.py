"""An opened photo as makers are given it, without anybody who opened it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Opened:
    """Implements `domain.ports.Shown`."""

    rgb: np.ndarray
    alpha: np.ndarray | None = None
    faces: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    likenesses: tuple[Any, ...] = ()
    role: str = "person"
    name: str = "photo.jpg"
