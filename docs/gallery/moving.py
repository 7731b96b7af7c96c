"""The sheets of moving pictures: one for each effect, with frames of the finished clips of families of one to five."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from orders import Samples
from PIL import Image
from sheet import Row

from tuanyuan.domain.clip import EFFECTS, Effect
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.scene import Scene
from tuanyuan.motion.planes import to_rgb
from tuanyuan.services.filming import Filming
from tuanyuan.services.picturing import Picturing
from tuanyuan.workshop import ResultsInMemory

COUNTS = (1, 3, 5)
# A family's picture, the height of its frames in the sheet, and the moments that are shown, in seconds. Upright rows
# leave room on the right, where the sheet's own AI mark lies.
SHAPES = {
    "landscape": ((1440, 1080), 440, (0.4, 1.6, 2.8, 4.0)),
    "portrait": ((1080, 1440), 500, (0.0, 1.0, 2.0, 3.0, 4.0)),
}


class MovingGallery:
    """Families are made once for every room. samples: a folder with the five of `Samples.family`."""

    def __init__(self, studio: Picturing, films: Filming, samples: Samples, full: Path | None) -> None:
        self._studio, self._films, self._samples, self._full = studio, films, samples, full
        self._families: dict[tuple[str, int, tuple[int, int]], bytes] = {}

    def sheets(self) -> Iterator[tuple[str, list[Row]]]:
        """The name and the rows of each."""
        rooms = [place for place in self._studio.scenes.all() if place.kind == "room"]
        for effect in EFFECTS:
            yield f"motion-{effect}", list(self._rows(effect, rooms))

    def _rows(self, effect: Effect, rooms: list[Scene]) -> Iterator[Row]:
        suited = [room for room in rooms if effect in room.motion]
        suited.sort(key=lambda room: room.motion.index(effect))
        kinds = [(shape, count) for shape in SHAPES for count in COUNTS]
        for number, (shape, count) in enumerate(kinds):
            size, height, moments = SHAPES[shape]
            # Where few rooms suit, upright and wide show different ones with as many people.
            room = (suited or rooms)[(number + number // len(COUNTS)) % len(suited or rooms)].id
            title = f"{effect}, {room}, {count} {'person' if count == 1 else 'people'}, {shape}"
            clip = self._clip(effect, self._family(room, count, size), title)
            yield Row(title, (), tuple(self._frames(clip, moments)), height=height)

    def _family(self, room: str, count: int, size: tuple[int, int]) -> bytes:
        key = room, count, size
        if key not in self._families:
            photos = tuple(PhotoHint(str(photo)) for photo in self._samples.family()[:count])
            results = ResultsInMemory()
            order = Order(photos, background=room, candidates=1, size=size)
            self._studio.make(order, results, lambda *_: None)
            self._families[key] = results.files["reunion-1.jpg"]
        return self._families[key]

    def _clip(self, effect: Effect, family: bytes, title: str) -> bytes:
        with tempfile.NamedTemporaryFile(suffix=".jpg") as picture:
            picture.write(family)
            picture.flush()
            results = ResultsInMemory()
            photos = (PhotoHint(picture.name),)
            order = Order(photos, "motion", style=effect, candidates=1, options={"resolution": "720p"})
            made = self._films.make(order, results, lambda *_: None)
        sys.stderr.write(f"{title} {sum(made['timings'].values()):.1f} s\n")
        if self._full is not None:
            (self._full / f"{title.replace(', ', '-').replace(' ', '_')}.mp4").write_bytes(results.files["motion.mp4"])
        return results.files["motion.mp4"]

    def _frames(self, clip: bytes, moments: tuple[float, ...]) -> Iterator[tuple[Image.Image, str]]:
        films = self._films.films
        shape = films.shape(clip)
        wanted = {round(moment * shape.fps): moment for moment in moments}
        with films.frames(clip, shape) as frames:
            for number, frame in enumerate(frames):
                if number in wanted:
                    yield Image.fromarray(to_rgb(frame)), f"{wanted[number]:.1f} s"
