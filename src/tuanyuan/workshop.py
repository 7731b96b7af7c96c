"""What runs in a pixel process: the studio's services, loaded when first needed, on bytes in memory."""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.feature import MOTION
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.domain.ports.pixels import Finished, Made, Prepared, Progress, Wish

if TYPE_CHECKING:
    from tuanyuan.domain.ports import Scenes
    from tuanyuan.domain.scene import Scene
    from tuanyuan.services.clip_finishing import ClipFinishing
    from tuanyuan.services.darkroom import Darkroom
    from tuanyuan.services.filming import Filming
    from tuanyuan.services.finishing import Finishing
    from tuanyuan.services.picturing import Picturing
    from tuanyuan.settings import Settings

PREVIEW_QUALITY = 85
RESULT = "result.json"
# What is made ready before anybody asks.
FIRST = "reunion"
PNG = b"\x89PNG"


def start(settings_json: str) -> Workshop:
    """What a process calls first. settings_json: fields of `settings.Settings`; the environment is not read."""
    from tuanyuan.settings import Settings

    return Workshop(Settings.model_validate_json(settings_json))


class Workshop:
    """Serves one call at a time. Everything it returns is plain: no arrays, no numbers of numpy."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = ExitStack()
        self._worked = False

    def examine(self, data: bytes, name: str) -> PhotoReport:
        """Open a photo and look at its faces. Rejected when it cannot be read."""
        with _bad_alloc_is_memory():
            darkroom = replace(self._darkroom, files=PhotosInMemory({name: data}))
            return _plain(darkroom.open(name).report)

    def make(
        self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any], progress: Progress
    ) -> Made:
        """Make a feature of photos by name; raises what its service raises. Nothing is written anywhere."""
        with _bad_alloc_is_memory():
            results = ResultsInMemory()
            studio = self._filming_of(photos) if feature == MOTION else self._picturing_of(photos)
            studio.make(order_of(feature, order), results, progress)
        files = dict(results.files)
        return Made(files=files, result=json.loads(files.pop(RESULT)))

    def fit(self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any]) -> None:
        """Whether photos will do for a feature; raises what its service raises. Nothing is made."""
        with _bad_alloc_is_memory():
            self._picturing_of(photos).fit(order_of(feature, order))

    def _picturing_of(self, photos: Sequence[tuple[str, bytes]]) -> Picturing:
        self._worked = True
        studio = self._picturing
        return replace(studio, darkroom=replace(studio.darkroom, files=PhotosInMemory(dict(photos))))

    def _filming_of(self, photos: Sequence[tuple[str, bytes]]) -> Filming:
        self._worked = True
        studio = self._filming
        return replace(studio, darkroom=replace(studio.darkroom, files=PhotosInMemory(dict(photos))))

    def prepare(
        self, photos: Sequence[tuple[str, bytes]], most_bytes: int, most_side: int, most_pixels: int
    ) -> list[Prepared]:
        """Photos for an engine: spec 2.1, and each within the bounds of one picture there.

        Rejected: one cannot be read, or cannot be made that small.
        """
        from tuanyuan.imaging.compress import fitting

        fit = partial(fitting, max_bytes=most_bytes, side=most_side, pixels=most_pixels)
        with _bad_alloc_is_memory():
            made = list(self._darkroom.executor.map(lambda photo: fit(photo[1], name=photo[0]), photos))
        return [
            Prepared(file, "image/png" if file.startswith(PNG) else "image/jpeg", width, height)
            for file, width, height in made
        ]

    def remember(
        self, photos: Sequence[tuple[str, bytes]], feature: str, chosen: Mapping[str, tuple[int, ...]]
    ) -> bytes:
        """What `finish` compares the pictures with. Nothing of it is kept here."""
        with _bad_alloc_is_memory():
            return self._finishing(photos).remember([name for name, _ in photos], feature, chosen)

    def finish(
        self, pictures: Sequence[bytes], photos: Sequence[tuple[str, bytes]], wish: Wish, remembered: bytes = b""
    ) -> list[Finished]:
        """What an engine far away made: judged against the photos, marked, labelled."""
        with _bad_alloc_is_memory():
            finished = self._finishing(photos).finish(pictures, wish, remembered)
        return [_plain_facts(one) for one in finished]

    def preview(self, picture: bytes, long_side: int) -> bytes:
        """A JPEG of at most `long_side` pixels with the picture's own label. OurFault label_unverified: it has none.

        The visible mark is in the pixels and shrinks with them, so it keeps its share of the picture.
        """
        from tuanyuan.imaging.decode import Bounds, decode, over_white
        from tuanyuan.imaging.encode import encode
        from tuanyuan.imaging.label.metadata import embed, read_payload, read_payloads
        from tuanyuan.wiring import MOST_PICTURE_BYTES

        with _bad_alloc_is_memory():
            label = read_payload(picture)
            if label is None:
                raise OurFault("label_unverified")
            opened = decode(picture, name="picture", bounds=Bounds(bytes=MOST_PICTURE_BYTES), long_side=long_side)
            small = embed(encode(over_white(opened), "jpeg", quality=PREVIEW_QUALITY), label)
        if read_payloads(small) != [label]:
            raise OurFault("label_unverified")
        return small

    def warm(self) -> None:
        """Load what `make` needs."""
        self._picturing.makers(FIRST)  # what is asked for most

    def _finishing(self, photos: Sequence[tuple[str, bytes]]) -> Finishing:
        from tuanyuan.services.finishing import Finishing

        self._worked = True
        darkroom = replace(self._darkroom, files=PhotosInMemory(dict(photos)))
        return Finishing(darkroom, self._picturing.judge, self._clip_finishing)

    def rest(self) -> None:
        """A picture's gigabyte is not kept until the next order. Takes up to a tenth of a second."""
        if self._worked:
            _give_memory_back()
        self._worked = False

    @cached_property
    def _darkroom(self) -> Darkroom:
        from tuanyuan import wiring

        return self._kept.enter_context(wiring.darkroom(self._settings))

    @cached_property
    def _picturing(self) -> Picturing:
        from tuanyuan import wiring

        studio = self._kept.enter_context(wiring.picturing(self._settings))
        return replace(studio, scenes=PresetsOnly(studio.scenes))

    @cached_property
    def _filming(self) -> Filming:
        from tuanyuan.wiring.filming import filming_beside

        return filming_beside(self._picturing, self._settings)

    @cached_property
    def _clip_finishing(self) -> ClipFinishing:
        from tuanyuan.wiring.filming import clip_finishing

        return clip_finishing(self._picturing.judge, self._settings)


def order_of(feature: str, fields: dict[str, Any]) -> Order:
    """The order from JSON: the fields of `domain.order.Order`. OurFault: of another feature."""
    if fields["feature"] != feature:
        raise OurFault("unexpected", detail=f"{feature!r} ordered as {fields['feature']!r}")
    hints = tuple(PhotoHint(**{**hint, "faces": tuple(hint["faces"])}) for hint in fields["photos"])
    size = tuple(fields["size"]) if fields["size"] else None
    return Order(**{**fields, "photos": hints, "size": size})


@dataclass(frozen=True)
class PhotosInMemory:
    """Implements `domain.ports.PhotoFiles`."""

    photos: dict[str, bytes]

    def read(self, name: str) -> bytes:
        """The bytes of a name. Rejected: file_missing."""
        try:
            return self.photos[name]
        except KeyError:
            raise Rejected("file_missing", file=name) from None


@dataclass
class ResultsInMemory:
    """Implements `domain.ports.ResultFiles`: nothing is there before the commit."""

    files: dict[str, bytes] = field(default_factory=dict)
    _held: dict[str, bytes] = field(default_factory=dict)

    def write(self, name: str, data: bytes) -> None:
        """Hold a file back."""
        self._held[name] = data

    def commit(self) -> None:
        """Let all appear."""
        self.files |= self._held


@dataclass(frozen=True)
class PresetsOnly:
    """Implements `domain.ports.Scenes`: an order from outside can never name a file of this machine."""

    scenes: Scenes

    def all(self) -> tuple[Scene, ...]:
        """Every preset."""
        return self.scenes.all()

    def find(self, chosen: str) -> Scene:
        """The preset of that id. Rejected: background_unknown."""
        known = {scene.id: scene for scene in self.all()}
        if chosen not in known:
            raise Rejected("background_unknown", given=chosen, known="、".join(known))
        return known[chosen]


def _plain(report: PhotoReport) -> PhotoReport:
    """The same with Python's own numbers."""
    faces = tuple(
        FaceReport(
            tuple(float(v) for v in face.box),  # type: ignore[arg-type]  # four of them
            *(float(v) for v in (face.confidence, face.sharpness, face.yaw, face.pitch, face.roll)),
        )
        for face in report.faces
    )
    return replace(report, ok=bool(report.ok), width=int(report.width), height=int(report.height), faces=faces)


def _plain_facts(finished: Finished) -> Finished:
    """The same with Python's own numbers, as result.json has them."""
    return replace(finished, facts=json.loads(json.dumps(finished.facts, default=float)))


def _give_memory_back() -> None:
    """Only glibc keeps what is free, and has a function for that."""
    gc.collect()
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def _bad_alloc_is_memory() -> Iterator[None]:
    """OpenCV has an error of its own for memory that it does not get."""
    import cv2

    try:
        yield
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError from error
        raise
