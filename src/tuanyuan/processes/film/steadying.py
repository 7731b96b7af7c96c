"""Holding a shaken clip still: what ffmpeg sees move, without what moves in the picture, is what the camera did."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A field of vid.stab's list: how far it moved, where its middle is; then size, contrast, how well it was found again.
_FIELD = re.compile(r"\(LM (-?\d+) (-?\d+) (-?\d+) (-?\d+) [^()]*\)")
# Pixels. Fields are found to whole pixels; what differs by more from the movement of the frame moves by itself.
NEAR, SAME = 8.0, 1.5
FEWEST = 8


@dataclass(frozen=True)
class Steadying:
    """The two passes of a stabiliser; `watch` is None where one pass does it. {file}: between them."""

    watch: str | None
    move: str


# Two passes. A zoom that does not change hides the edges. The default way of smoothing zooms even into a still clip.
VIDSTAB = Steadying(
    "vidstabdetect=shakiness=6:accuracy=15:stepsize=4:mincontrast=0.2:result={file}",
    "vidstabtransform=input={file}:optalgo=gauss:smoothing=40:optzoom=1:interpol=bicubic:crop=keep",
)
# One pass that every ffmpeg has. Its edges are mirrored.
DESHAKE = Steadying(None, "deshake=rx=16:ry=16:blocksize=32:contrast=20:edge=mirror")


def stabiliser(watching: str) -> Steadying:
    """The best one that a program has. watching: what it says of its filter `vidstabdetect`."""
    if "Filter vidstabdetect" not in watching:
        return DESHAKE
    # Newer ones write a binary list unless told otherwise, older ones do not know the word.
    text = ":fileformat=ascii" if "fileformat" in watching else ""
    return Steadying(f"{VIDSTAB.watch}{text}", VIDSTAB.move)


def of_the_camera(moves: str) -> str:
    """A list of vid.stab without the fields that go their own way: people move while the frame stands still."""
    return "".join(_line(line) for line in moves.splitlines(keepends=True))


def _line(line: str) -> str:
    fields = list(_FIELD.finditer(line))
    if not fields:
        return line
    numbers = np.array([[float(number) for number in field.groups()] for field in fields])
    kept = [field.group() for field, keep in zip(fields, _together(numbers), strict=True) if keep]
    kept = kept if len(kept) >= FEWEST else []
    return f"{line.partition('(')[0]}(List {len(kept)} [{','.join(kept)}])\n"


def _together(fields: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of N fields (float N×4: movement x, y; place x, y) share one shift, turn and zoom: bool N.

    Least squares over those near the last answer, three times, from the median on.
    """
    moved, places = fields[:, :2], fields[:, 2:] - fields[:, 2:].mean(axis=0)
    zero, one = np.zeros(len(fields)), np.ones(len(fields))
    across = np.stack([one, zero, places[:, 0], -places[:, 1]], axis=1)
    down = np.stack([zero, one, places[:, 1], places[:, 0]], axis=1)
    expected = np.broadcast_to(np.median(moved, axis=0), moved.shape)
    for bound in (NEAR, NEAR / 2, SAME, SAME):
        near = np.asarray(np.abs(moved - expected).max(axis=1) <= bound)
        if near.sum() < FEWEST:
            break
        wanted = np.concatenate([moved[near, 0], moved[near, 1]])
        answer = np.linalg.lstsq(np.concatenate([across[near], down[near]]), wanted, rcond=None)[0]
        expected = np.stack([across @ answer, down @ answer], axis=1)
    return np.asarray(np.abs(moved - expected).max(axis=1) <= SAME)
