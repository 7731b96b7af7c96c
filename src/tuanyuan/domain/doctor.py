"""What the studio needs of a machine, and how a look at it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tuanyuan.domain.messages import Problem

PYTHONS = ((3, 11), (3, 12))
# Platforms for which every dependency publishes a wheel; musl libc and Intel Macs have none.
PLATFORMS = ("Linux x86_64", "Linux aarch64", "Darwin arm64", "Windows AMD64")
MEMORY_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Check:
    """One thing looked at: the fact `found`, and its `problem` if any. `needed`: no picture without it."""

    name: str
    found: str
    problem: Problem | None = None
    needed: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


class Machine(Protocol):
    """The computer and the Python that runs us."""

    @property
    def python(self) -> tuple[int, int, int]:
        """Version of the running Python."""
        ...

    @property
    def platform(self) -> str:
        """System and processor, e.g. `Linux x86_64`; ` musl` is appended on Linux without glibc."""
        ...

    @property
    def cores(self) -> int:
        """Cores that we may use."""
        ...

    @property
    def memory(self) -> int | None:
        """Main memory in bytes; None where the system does not say."""
        ...

    def import_error(self, module: str) -> str | None:
        """Why a module cannot be imported; None when it can."""
        ...

    def program(self, name: str) -> Path | None:
        """Where a program lies; None when it is not installed."""
        ...

    def writable(self, folder: Path) -> bool:
        """Whether files can be written there (or the folder made). Leaves nothing behind."""
        ...
