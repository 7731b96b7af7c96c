"""Photos: opened, checked, shrunk."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.photo import BYSTANDER, FaceReport, PhotoReport, examine
from tuanyuan.domain.ports import PhotoFiles
from tuanyuan.imaging.compress import compress
from tuanyuan.imaging.decode import Picture, decode, over_white
from tuanyuan.imaging.faces import Face, FaceFinder

Pixels = NDArray[np.uint8]

# Enough for a face of 80 px in an original of 12 megapixels, and quick.
WORKING_SIDE = 2000


@dataclass(frozen=True, eq=False)
class Photo:
    """An opened photo. rgb: uint8 H×W×3, at most 2000 px a side. faces: in pixels of rgb, from left to right.

    others: faces of people who are not wanted in the picture. alpha: uint8 H×W where the file brought one.
    """

    name: str
    rgb: Pixels
    faces: tuple[Face, ...]
    others: tuple[Face, ...]
    report: PhotoReport
    alpha: Pixels | None = None


@dataclass(frozen=True)
class Darkroom:
    """The use cases of `tuanyuan check` and `compress`; `open` is the way in for every feature."""

    files: PhotoFiles
    finder: FaceFinder
    executor: Executor

    def open(self, name: str, chosen: Sequence[int] = ()) -> Photo:
        """Read a photo and look at its faces. Rejected when it cannot be read; its report says the rest.

        chosen: numbers of the faces to keep, from the left, from 1; empty: all but passers-by.
        """
        picture = decode(self.files.read(name), name=name, long_side=WORKING_SIDE)
        rgb = over_white(picture)
        everybody = _from_left(self.finder.find(rgb))
        faces = _kept(name, everybody, chosen)
        others = tuple(f for f in everybody if f not in faces)
        report = examine(name, picture.source_width, picture.source_height, [_report(f, picture) for f in faces])
        return Photo(name, rgb, tuple(faces), others, report, picture.alpha)

    def plain(self, name: str) -> Photo:
        """A photo as it is, nobody looked for. Rejected when it cannot be read."""
        picture = decode(self.files.read(name), name=name, long_side=WORKING_SIDE)
        report = PhotoReport(name, True, picture.source_width, picture.source_height, (), ())
        return Photo(name, over_white(picture), (), (), report, picture.alpha)

    def check(self, names: Sequence[str]) -> list[PhotoReport]:
        """A verdict for each photo; one that cannot be read gets its reason as the problem."""
        return list(self.executor.map(self._check_one, names))

    def _check_one(self, name: str) -> PhotoReport:
        try:
            return self.open(name).report
        except Rejected as error:
            return PhotoReport(name, False, 0, 0, (), (error.problem,))

    def compress(self, name: str) -> bytes:
        """The photo as it may be sent on: spec 2.1."""
        return compress(self.files.read(name), name=name)


def _from_left(faces: Sequence[Face]) -> list[Face]:
    """Without passers-by: faces much smaller than the largest."""
    if not faces:
        return []
    least = BYSTANDER * max(f.eye_distance for f in faces)
    return sorted((f for f in faces if f.eye_distance >= least), key=lambda f: f.box[0] + f.box[2] / 2)


def _kept(name: str, faces: Sequence[Face], chosen: Sequence[int]) -> list[Face]:
    for number in chosen:
        if number > len(faces):
            raise Rejected("faces_not_there", file=name, count=len(faces), wanted=number)
    return [faces[n - 1] for n in sorted(set(chosen))] if chosen else list(faces)


def _report(face: Face, picture: Picture) -> FaceReport:
    """The face in pixels of the upright original."""
    scale = picture.source_width / picture.rgb.shape[1]
    x, y, w, h = face.box
    return FaceReport(
        (x * scale, y * scale, w * scale, h * scale),
        face.confidence,
        face.sharpness,
        face.yaw,
        face.pitch,
        face.roll,
    )
