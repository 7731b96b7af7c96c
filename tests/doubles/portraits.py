"""The sample portraits, opened and looked at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuanyuan.imaging.decode import decode, over_white
from tuanyuan.imaging.faces import Face, FaceFinder


@dataclass(frozen=True, eq=False)
class Portrait:
    """A sample and its faces from left to right."""

    name: str
    rgb: np.ndarray
    faces: tuple[Face, ...]

    @property
    def face(self) -> Face:
        (only,) = self.faces
        return only


class Album:
    """Portraits by name; each is opened at its first use."""

    def __init__(self, folder: Path, finder: FaceFinder) -> None:
        self._folder, self._finder = folder, finder
        self._opened: dict[str, Portrait] = {}

    def __call__(self, name: str) -> Portrait:
        if name not in self._opened:
            path = self._folder / f"{name}.jpg"
            rgb = over_white(decode(path.read_bytes(), name=name, long_side=2000))
            faces = sorted(self._finder.find(rgb), key=lambda f: f.box[0])
            self._opened[name] = Portrait(name, rgb, tuple(faces))
        return self._opened[name]
