"""A file for ffmpeg alone: in memory where the system has such files, else in a folder that goes with the work."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """path: as the child finds it. descriptors: what the child must be given for that."""

    path: str
    descriptors: tuple[int, ...]

    def read(self) -> bytes:
        """All that is in it."""
        return Path(self.path).read_bytes()

    def write(self, data: bytes) -> None:
        """Have nothing but `data` in it."""
        Path(self.path).write_bytes(data)


@contextmanager
def held(data: bytes = b"") -> Iterator[Held]:
    """A file with `data`, seekable, without a name that outlives the block. Killed with all of us it is gone, too."""
    # Asked for its presence: systems without it, and sandboxes that take it away.
    if sys.platform == "linux" and hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("tuanyuan-film", os.MFD_CLOEXEC)
        try:
            # The same number here and in the child, which inherits it.
            file = Held(f"/proc/self/fd/{descriptor}", (descriptor,))
            file.write(data)
            yield file
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory(prefix="tuanyuan-film-") as folder:
        file = Held(str(Path(folder) / "film"), ())
        file.write(data)
        yield file
