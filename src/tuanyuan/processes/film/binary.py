"""Which ffmpeg, and what it can do."""

from __future__ import annotations

import shutil
import sys
from importlib import resources
from pathlib import Path

from tuanyuan.domain.errors import OurFault

_PACKAGE = "imageio_ffmpeg.binaries"


def found(chosen: Path | None) -> Path:
    """The chosen program, else the one that came with its package, else the one on PATH. OurFault encoder_missing.

    The package is asked for its file only: its own search would start every candidate with all of our environment.
    """
    candidates = (chosen,) if chosen else (_packaged(), _on_path())
    for candidate in candidates:
        if candidate is not None and candidate.is_file():
            return candidate.resolve()
    raise OurFault("encoder_missing", program=chosen or "ffmpeg", detail="not there")


def _packaged() -> Path | None:
    try:
        folder = resources.files(_PACKAGE)
    except ModuleNotFoundError:
        return None
    ending = ".exe" if sys.platform == "win32" else ""
    names = sorted(file.name for file in folder.iterdir() if file.name.startswith("ffmpeg-"))
    return next((Path(str(folder / name)) for name in names if name.endswith(ending)), None)


def _on_path() -> Path | None:
    path = shutil.which("ffmpeg")
    return Path(path) if path else None
