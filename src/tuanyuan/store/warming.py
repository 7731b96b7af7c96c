"""Remembering that the compiled loops are in their cache on disk, so that nobody compiles or checks twice."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

NOTE = ".warm"


class WarmOnce:
    """Implements `services.weights.Warm`: `work` runs again only when code, Python or compiler changed.

    Importing the compiler alone takes seconds, which a second `models install` should not.
    """

    def __init__(self, work: Callable[[], None], sources: Sequence[Path]) -> None:
        """sources: folders of the code that is compiled."""
        self._work = work
        self._sources = sources

    def __call__(self, models: Path, begin: Callable[[], None]) -> None:
        """Fill the caches if need be; `begin` is called before that. The note lies in the models folder."""
        note, wanted = models / NOTE, self._fingerprint()
        # numba keeps its index files beside the sources. Without them (removed, kept elsewhere): do it again.
        cached = all(any(folder.rglob("*.nbi")) for folder in self._sources)
        with suppress(OSError):
            if cached and note.read_text("utf-8") == wanted:
                return
        begin()
        self._forget()
        self._work()
        with suppress(OSError):  # a read-only folder of models: next time it is done again
            note.write_text(wanted, "utf-8")

    def _forget(self) -> None:
        """Remove what was compiled. numba looks at a loop's own file alone: one that calls a changed one would stay."""
        for folder in self._sources:
            for kept in folder.rglob("*.nb[ic]"):
                with suppress(OSError):
                    kept.unlink()

    def _fingerprint(self) -> str:
        """What numba's own cache index depends on: the sources' place, time and size, Python, numba."""
        files = sorted(file for folder in self._sources for file in folder.rglob("*.py"))
        facts = [f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files]
        return hashlib.sha256("\n".join([sys.version, version("numba"), *facts]).encode()).hexdigest()
