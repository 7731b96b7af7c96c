"""One candidate, as every maker of the local engine gives it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Rendering:
    """Implements `domain.ports.Rendering`; see there."""

    picture: Pixels
    backdrop: Pixels | None = None
    owner: Pixels | None = None
    meshes: tuple[Array, ...] | None = None
    notes: tuple[tuple[str, ...], ...] = ()
    composition: float = 1.0
    faults: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Nobody:
    """Implements `domain.ports.Sitting` for pictures in which nobody is to be recognised."""

    people: tuple[tuple[int, int], ...] = ()
    around: tuple[Any, ...] = ()
