"""A cutter that leaves some of the old background beside each head."""

from __future__ import annotations

import numpy as np

from tuanyuan.imaging.matting import Cutout, PersonCutter

EMPTY = 0.02


def leaking_round_heads(side, radius):
    """A PersonCutter that takes a disc of `radius` face widths along, where the head ends on this side."""

    class Leaking(PersonCutter):
        def cut(self, rgb, faces, others=()):
            cutout, seen = super().cut(rgb, faces, others)
            colour, alpha = cutout.colour.copy(), cutout.alpha.copy()
            for face in faces:
                disc = _beside(alpha, face.box, side, radius) & (cutout.alpha < 1)
                colour[disc], alpha[disc] = rgb[disc] / np.float32(255), 1
            return Cutout(colour, alpha), seen

    return Leaking


def _beside(alpha, box, side, radius):
    """Bool H×W: the disc that touches the head just above the eyes."""
    x, y, width, height = box
    row, middle = int(y + 0.25 * height), int(x + width / 2)
    columns = range(middle, -1, -1) if side == "left" else range(middle, alpha.shape[1])
    edge = next(column for column in columns if alpha[row, column] < EMPTY)
    centre = edge + (-1 if side == "left" else 1) * radius * width
    rows, columns = np.mgrid[: alpha.shape[0], : alpha.shape[1]]
    return (columns - centre) ** 2 + (rows - row) ** 2 < (radius * width) ** 2
