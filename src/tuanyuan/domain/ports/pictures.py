"""What a feature's maker is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tuanyuan.domain.engine import Role
from tuanyuan.domain.order import Order
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


class Shown(Protocol):
    """One opened photo of an order."""

    @property
    def name(self) -> str:
        """As the order names it."""
        ...

    @property
    def role(self) -> Role:
        """What it shows."""
        ...

    @property
    def rgb(self) -> Pixels:
        """uint8 H×W×3, upright, sRGB, at most 2000 px a side; transparent parts are white."""
        ...

    @property
    def alpha(self) -> Pixels | None:
        """uint8 H×W where the file brought a transparency of its own."""
        ...

    @property
    def faces(self) -> tuple[Any, ...]:
        """`imaging.faces.Face` of everybody who is wanted, from left to right, in pixels of rgb."""
        ...

    @property
    def others(self) -> tuple[Any, ...]:
        """Faces of people who are not wanted."""
        ...

    @property
    def likenesses(self) -> tuple[Any, ...]:
        """`imaging.judge.Likeness` of each of `faces`; empty where nobody is to be recognised."""
        ...


class Sitting(Protocol):
    """What all candidates of an order share."""

    @property
    def people(self) -> tuple[tuple[int, int], ...]:
        """Who will be in the pictures: (number of the photo, number of the face in it), both from 0."""
        ...

    @property
    def around(self) -> tuple[Any, ...]:
        """For each of `people` what `imaging.judge.surroundings` saw round the face; empty: nobody was cut out."""
        ...


class Rendering(Protocol):
    """One candidate before it is judged."""

    @property
    def picture(self) -> Pixels:
        """uint8 H×W×3."""
        ...

    @property
    def backdrop(self) -> Pixels | None:
        """The same place without people, uint8 H×W×3; None: there is no such place."""
        ...

    @property
    def owner(self) -> Pixels | None:
        """uint8 H×W: 0 where nobody was painted, else one number for each cut-out; None: nobody was cut out."""
        ...

    @property
    def meshes(self) -> tuple[Points, ...] | None:
        """Where the landmarks (468, 2) of each of `Sitting.people` were put; None: they are to be looked for."""
        ...

    @property
    def notes(self) -> tuple[tuple[str, ...], ...]:
        """For each of `Sitting.people` codes of what the customer should know; empty: nothing."""
        ...

    @property
    def composition(self) -> float:
        """How good the picture is as the maker can tell, 0..1."""
        ...

    @property
    def faults(self) -> tuple[str, ...]:
        """Codes of what keeps it from being shown, as the maker measured it itself; empty: nothing."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What result.json says of it beside the rest; JSON."""
        ...


class Maker(Protocol):
    """Makes the pictures of one feature. Safe to share among threads; loads its networks once."""

    feature: str

    def fit(self, photos: Sequence[Shown], order: Order) -> None:
        """Whether these photos will do, before anything is charged. Rejected, with advice.

        Only what the photos' own reports do not say; where there is nothing more to say it does nothing.
        """
        ...

    def prepare(
        self, photos: Sequence[Shown], order: Order, scene: Scene | None, scene_picture: Pixels | None
    ) -> Sitting:
        """Do what all candidates need, once. Rejected as in `fit`.

        scene, scene_picture (uint8 H×W×3): the place, for features that take one; else None.
        """
        ...

    def plans(self, prepared: Any, order: Order) -> Sequence[Any]:
        """How each candidate is to be made: `order.candidates` of them or fewer, each with an `attempt`."""
        ...

    def changed(self, plan: Any) -> Any | None:
        """What is tried after a failed check; None: nothing more."""
        ...

    def render(self, prepared: Any, order: Order, plan: Any) -> Rendering:
        """One candidate. The same prepared photos, order and plan give the same pixels."""
        ...
