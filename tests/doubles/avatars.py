"""Opened photos of people, as a maker is given them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tuanyuan.domain.engine import Role
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.judge import Judge, Likeness


@dataclass(frozen=True, eq=False)
class Shot:
    """Implements `domain.ports.Shown`."""

    name: str
    rgb: np.ndarray
    faces: tuple[Face, ...]
    likenesses: tuple[Likeness, ...]
    others: tuple[Face, ...] = ()
    role: Role = "person"
    alpha: np.ndarray | None = None


@dataclass(frozen=True)
class Album:
    """`album(portrait, name)`: the portrait as a shot; its likenesses are looked at once."""

    judge: Judge
    known: dict[str, tuple[Likeness, ...]] = field(default_factory=dict)

    def __call__(self, one, name=None) -> Shot:
        name = name or one.name
        if name not in self.known:
            self.known[name] = tuple(self.judge.likeness(one.rgb, face) for face in one.faces)
        return Shot(name, one.rgb, one.faces, self.known[name])
