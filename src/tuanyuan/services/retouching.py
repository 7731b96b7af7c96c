"""Cutting out and restoring: by services or on this computer, the local way last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.engine import OutputRefused, Transient
from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.judgement import SURE
from tuanyuan.domain.label import new_label
from tuanyuan.domain.ports import PhotoFiles
from tuanyuan.domain.ports.retouching import FaceRestoring, Kind, Matting
from tuanyuan.imaging.decode import Bounds, decode, over_white
from tuanyuan.imaging.encode import OutputFormat, encode
from tuanyuan.imaging.face_inlay import with_faces
from tuanyuan.imaging.faces import Face, FaceFinder
from tuanyuan.imaging.judge import Judge
from tuanyuan.imaging.label import label_picture
from tuanyuan.imaging.label.metadata import embed, read_payload
from tuanyuan.services.ways import PassedOver, Report, Way, chosen, first_of

Pixels = NDArray[np.uint8]

# PHOTO: it brought its transparency itself.
LOCAL, PHOTO = "local", "photo"
# The sides that are worked on: a cut-out, and a restored photo.
CUT_SIDE, RESTORED_SIDE = 2000, 3000
# What goes out to be worked on is nearly without loss.
SENT_QUALITY = 95
# Share of transparent pixels of a cut-out that deserves the name.
LEAST_CLEAR, MOST_CLEAR = 0.01, 0.99
# A face as sharp as this gets worse by being restored (`imaging.faces.Face.sharpness`).
SHARP = 100.0

_BOUNDS = Bounds(bytes=64 * 1024 * 1024)


@dataclass(frozen=True)
class CutOut:
    """mask: alpha as a grey PNG; picture: a PNG with transparency."""

    mask: bytes
    picture: bytes
    report: Report


@dataclass(frozen=True)
class Restored:
    """file: labelled. face_distances: of each face to the original's, from left to right; None: not found again."""

    file: bytes
    produce_id: str
    face_distances: tuple[float | None, ...]
    report: Report


@dataclass(frozen=True)
class Cutting:
    """The use case of `tuanyuan mask`."""

    files: PhotoFiles
    ways: Sequence[Way[Matting]]

    def cut(self, name: str, kind: Kind = "portrait", by: str | None = None) -> CutOut:
        """People, goods or clothes of a photo, at most 2000 pixels a side, cut out by the first way that can.

        Only this computer knows clothes.

        What somebody has cut out already stays as it is, and nobody is asked, unless one is named (`by`). A label of
        the photo stays on it.

        Rejected: a file that cannot be read; no_face. OutputRefused nothing_cut_out. WrongUsage engine_unknown.
        """
        data = self.files.read(name)
        photo = decode(data, name=name, long_side=CUT_SIDE)
        clothes = kind == "clothes"
        if by is None and not clothes and photo.alpha is not None and _is_cut_out(photo.alpha):
            return _made(photo.rgb, photo.alpha, Report(PHOTO), data)
        rgb = over_white(photo)
        sent = encode(rgb, "png")

        def attempt(way: Way[Matting]) -> tuple[Pixels, Pixels]:
            opened = decode(way.by.cut(sent, kind), name=way.name, bounds=_BOUNDS)
            if opened.rgb.shape != rgb.shape or opened.alpha is None:
                raise Transient("picture_broken")
            if not _is_cut_out(opened.alpha):
                raise OutputRefused("nothing_cut_out")
            return opened.rgb, opened.alpha

        ways = [way for way in self.ways if not clothes or way.name == LOCAL]
        (colour, alpha), report = first_of(chosen(ways, by), attempt)
        return _made(colour, alpha, report, data)


@dataclass(frozen=True)
class Restoring:
    """The use case of `tuanyuan restore`."""

    files: PhotoFiles
    finder: FaceFinder
    judge: Judge
    ways: Sequence[Way[FaceRestoring]]

    def restore(self, name: str, produce_id: str, by: str | None = None, format: OutputFormat = "jpeg") -> Restored:
        """A photo restored, at most 3000 pixels a side, labelled.

        Whoever did it: a picture whose faces are not surely those of the photo is thrown away. Rejected: a file that
        cannot be read. OutputRefused face_changed: no way kept the faces. WrongUsage engine_unknown.
        """
        rgb = over_white(decode(self.files.read(name), name=name, long_side=RESTORED_SIDE))
        faces = sorted(self.finder.find(rgb), key=lambda face: face.box[0] + face.box[2] / 2)
        ways, ground = chosen(self.ways, by), cache(lambda: self._ground(rgb))
        distances: tuple[float | None, ...] = ()

        def attempt(way: Way[FaceRestoring]) -> Pixels:
            nonlocal distances
            picture = self._by(way, rgb, faces, ground, wanted=by is not None)
            distances = self._distances(rgb, picture, faces)
            if any(distance is None or distance > SURE for distance in distances):
                raise OutputRefused("face_changed")
            return picture

        picture, report = first_of(ways, attempt)
        file = label_picture(picture, new_label(produce_id), format)
        return Restored(file, produce_id, distances, report)

    def _by(
        self,
        way: Way[FaceRestoring],
        rgb: Pixels,
        faces: Sequence[Face],
        ground: Callable[[], Pixels],
        wanted: bool,
    ) -> Pixels:
        """What one way makes of it. wanted: it was chosen by name, so it is not spared where it is not needed."""
        if not way.faces:
            return _sized(_opened(way.by.restore(encode(rgb, "png")), way.name), rgb)
        if not faces:
            raise Rejected("no_face") if wanted else PassedOver("no_face")
        if not wanted and min(face.sharpness for face in faces) >= SHARP:
            raise PassedOver("faces_sharp_already")
        made = _opened(way.by.restore(encode(ground(), "jpeg", quality=SENT_QUALITY)), way.name)
        return with_faces(ground(), _sized(made, rgb), faces)

    def _ground(self, rgb: Pixels) -> Pixels:
        """The rest of a picture of which somebody else makes the faces: restored by us."""
        local = next((way for way in self.ways if way.name == LOCAL), None)
        return rgb if local is None else _sized(_opened(local.by.restore(encode(rgb, "png")), LOCAL), rgb)

    def _distances(self, rgb: Pixels, picture: Pixels, faces: Sequence[Face]) -> tuple[float | None, ...]:
        likenesses = [self.judge.likeness(rgb, face) for face in faces]
        if not likenesses:
            return ()
        judgement = self.judge.judge(picture, likenesses, expected=[face.mesh[:, :2] for face in faces])
        return tuple(person.face_distance for person in judgement.people)


def _is_cut_out(alpha: Pixels) -> bool:
    return LEAST_CLEAR < float((alpha < 128).mean()) < MOST_CLEAR


def _made(colour: Pixels, alpha: Pixels, report: Report, photo: bytes) -> CutOut:
    mask, picture = encode(np.repeat(alpha[..., None], 3, 2), "png"), encode(colour, "png", alpha=alpha)
    label = read_payload(photo)
    return CutOut(mask, picture if label is None else embed(picture, label), report)


def _opened(file: bytes, name: str) -> Pixels:
    """What a way gave. Transient picture_broken where it is no picture."""
    try:
        return over_white(decode(file, name=name, bounds=_BOUNDS))
    except Rejected:
        raise Transient("picture_broken") from None


def _sized(picture: Pixels, like: Pixels) -> Pixels:
    """Brought to the size of `like`."""
    size = like.shape[1::-1]
    if picture.shape[1::-1] == size:
        return picture
    smaller = picture.shape[1] > size[0]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC), np.uint8)
