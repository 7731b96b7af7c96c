"""What the services need from the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tuanyuan.domain.reunion import Order, Plan
from tuanyuan.domain.scene import Scene

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Points = NDArray[np.float32]
else:  # the API names these ports too, and has no use for numpy
    Pixels = Points = Any


class PhotoFiles(Protocol):
    """Where photos are read from."""

    def read(self, name: str) -> bytes:
        """The whole file. Rejected: file_missing, file_unreadable, file_too_large (before it is read)."""
        ...


class Scenes(Protocol):
    """Backgrounds to choose from."""

    def all(self) -> tuple[Scene, ...]:
        """Every preset, in the order in which it is shown."""
        ...

    def find(self, chosen: str) -> Scene:
        """The preset of that id, or the customer's own picture of that path. Rejected: background_unknown."""
        ...


class ResultFiles(Protocol):
    """Result files, written all or none."""

    def write(self, name: str, data: bytes) -> None:
        """Hold one more file back until the commit."""
        ...

    def commit(self) -> object:
        """Let all of them appear at once."""
        ...


class Rendering(Protocol):
    """One candidate before it is judged."""

    @property
    def picture(self) -> Pixels:
        """uint8 H×W×3."""
        ...

    @property
    def backdrop(self) -> Pixels:
        """The same place without people, uint8 H×W×3."""
        ...

    @property
    def owner(self) -> Pixels:
        """uint8 H×W: 0 where nobody was painted, else one number for each sitter."""
        ...

    @property
    def meshes(self) -> tuple[Points, ...]:
        """Where each person's landmarks (468, 2) were put."""
        ...

    @property
    def notes(self) -> tuple[tuple[str, ...], ...]:
        """Message codes for each person of what the customer should know."""
        ...

    @property
    def composition(self) -> float:
        """How well the group stands, 0..1."""
        ...


class Group(Protocol):
    """Everybody cut out and in one light; what all candidates of an order share."""

    @property
    def around(self) -> tuple[tuple[Any, ...], ...]:
        """For each photo and face: what `imaging.judge.surroundings` saw round it, to find leftovers by."""
        ...


class ReunionEngine(Protocol):
    """Makes one family portrait of several photos. `prepare` does once what all candidates share."""

    name: str

    def prepare(
        self,
        photos: Sequence[tuple[Pixels, Sequence[Any], Sequence[Any]]],
        order: Order,
        scene: Scene,
        scene_picture: Pixels,
    ) -> Group:
        """Do what all candidates need, once.

        photos: each with its faces (`imaging.faces.Face`), from left to right, and the faces of people in it who are
        to be left out.
        """
        ...

    def render(self, group: Any, order: Order, plan: Plan) -> Rendering:
        """One candidate. The same group, order and plan give the same pixels."""
        ...
