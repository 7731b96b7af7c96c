"""rembg with u2netp, what the studio is compared with. Its weights are the studio's own file: nothing is downloaded."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench.paths import read
from bench.spent import Spent, spent
from tuanyuan import settings

Pixels = NDArray[np.uint8]

_session: dict[str, Any] = {}


def start() -> None:
    """Load the network and compile what alpha matting needs."""
    os.environ["U2NET_HOME"] = str(settings.load().models_dir.resolve())
    from rembg import new_session

    _session["u2netp"] = new_session("u2netp")
    disc = np.full((64, 64, 3), 230, np.uint8)
    disc[16:48, 16:48] = 60
    for matting in (False, True):
        cutout(disc, matting)


def cutout(rgb: Pixels, matting: bool) -> Pixels:
    """uint8 H×W×4, with rembg's own defaults."""
    from rembg import remove

    # pymatting prints its advice on standard output, where our tables go.
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        made: Pixels = remove(rgb, session=_session["u2netp"], alpha_matting=matting)
    return made


def cut(photos: Sequence[str], matting: bool) -> Spent:
    """Cut out the photos one after another; reading and writing is not counted."""
    pictures = [read(Path(p)) for p in photos]
    with spent() as taken:
        for picture in pictures:
            cutout(picture, matting)
    return taken


def peak_memory() -> int:
    """Bytes."""
    return machine.peak_memory()
