"""An effect laid over a clip: behind and in front of its people, wherever they are from moment to moment."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import LONGEST_SIDE, MOST_RATE, ClipShape, Effect
from tuanyuan.domain.label import new_label
from tuanyuan.domain.ports import PhotoFiles, Progress, ResultFiles
from tuanyuan.domain.ports.film import Films
from tuanyuan.imaging.faces import Face, FaceFinder
from tuanyuan.imaging.matting import PersonCutter
from tuanyuan.motion import effects
from tuanyuan.motion.choosing import suiting
from tuanyuan.motion.composing import Composer, Room
from tuanyuan.motion.layers import Moving, Pose
from tuanyuan.motion.planes import to_rgb
from tuanyuan.motion.stage import Stage, make_stage
from tuanyuan.services.keepsakes import Keepsakes, handed_over
from tuanyuan.services.marking import Marking

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

STEM = "merged"
# People are looked for so often in a second; in between they are where they were seen nearest in time.
LOOKS = 5


@dataclass(frozen=True, eq=False)
class Look:
    """Who is where in the frame `number`. people: uint8, a quarter of the frame's size."""

    number: int
    people: Pixels
    faces: tuple[Face, ...]

    def stage(self, rgb: Pixels) -> Stage:
        """The same people in a frame of about that time."""
        size = rgb.shape[1::-1]
        people = cv2.resize(self.people, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / np.float32(255)
        return make_stage(rgb, people, self.faces)


@dataclass(frozen=True)
class Overlaying:
    """The use case of `tuanyuan merge-video`. cutter: loads its networks at the first call."""

    clips: PhotoFiles
    finder: FaceFinder
    cutter: Callable[[], PersonCutter]
    films: Films

    def make(
        self, name: str, effect: Effect | None, seed: int, results: ResultFiles, progress: Progress
    ) -> dict[str, Any]:
        """Lay the effect (None: the one that suits) over the clip `name`; the content of result.json.

        Rejected: file_missing, clip_unreadable, clip_too_large. Nothing is handed over then.
        """
        clip = self.clips.read(name)
        shape = self.films.shape(clip).within(LONGEST_SIDE, MOST_RATE)
        looks, first = self._looks(clip, shape, progress)
        stage = _anywhere(looks).stage(first)
        chosen = effect or suiting(stage)
        moving = effects.make(chosen, stage, shape.seconds, seed)
        label = new_label(uuid.uuid4().hex)
        marking = Marking(shape)
        laying = _Laying(shape, looks, moving, marking, progress)
        with self.films.frames(clip, shape) as frames:
            still, files = Keepsakes(self.films).make(laying.over(frames), shape, marking.still, label)
        result = {
            "clip": name,
            "effect": chosen,
            "seed": seed,
            **handed_over(STEM, still, files, results),
            "width": shape.width,
            "height": shape.height,
            "fps": shape.fps,
            "seconds": shape.seconds,
            "produce_id": label.produce_id,
        }
        results.write("result.json", json.dumps(result, ensure_ascii=False, indent=2).encode())
        results.commit()
        progress(1.0, "完成", "done")
        return result

    def _looks(self, clip: bytes, shape: ClipShape, progress: Progress) -> tuple[list[Look], Pixels]:
        """Who is where, LOOKS times a second; and the first frame, uint8 H×W×3."""
        step = max(1, round(shape.fps / LOOKS))
        looks: list[Look] = []
        first: list[Pixels] = []
        with self.films.frames(clip, shape) as frames:
            for number, frame in enumerate(frames):
                if number % step == 0:
                    progress(0.4 * number / shape.count, "找出人物", "finding the people")
                    rgb = to_rgb(frame)
                    first = first or [rgb]
                    looks.append(self._look(number, rgb))
        return looks, first[0]

    def _look(self, number: int, rgb: Pixels) -> Look:
        faces = self.finder.find(rgb)
        size = rgb.shape[1] // 4, rgb.shape[0] // 4
        people = np.zeros(size[::-1], np.float32)
        if faces:
            people = np.asarray(cv2.resize(self.cutter().look(rgb, faces)[0].probability, size), np.float32)
        return Look(number, np.rint(people * 255).astype(np.uint8), tuple(faces))


def _anywhere(looks: Sequence[Look]) -> Look:
    """People wherever they are at any moment: nothing is planned across anybody's way."""
    people = np.max([look.people for look in looks], axis=0)
    return Look(0, people, tuple(face for look in looks for face in look.faces))


@dataclass(frozen=True)
class _Laying:
    """The frames of the clip with the effect and the mark on them."""

    shape: ClipShape
    looks: Sequence[Look]
    moving: Moving
    marking: Marking
    progress: Progress

    def over(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Each frame, changed in place."""
        at: Look | None = None
        for number, frame in enumerate(frames):
            nearest = min(self.looks, key=lambda look: abs(look.number - number))
            if nearest is not at:
                at, composer = nearest, Composer(nearest.stage(to_rgb(frame)))
                room = composer.room()
            self._lay(number, frame, composer, room)
            self.marking.lay(number, frame)
            self.progress(0.4 + 0.55 * number / self.shape.count, f"第 {number + 1} 帧", f"frame {number + 1}")
            yield frame

    def _lay(self, number: int, frame: Pixels, composer: Composer, room: Room) -> None:
        width, height = composer.size
        room.layers.clear()
        self.moving.draw(number / self.shape.fps, Pose((width / 2, height / 2)), room.layers)
        composer.over(frame, room.layers, room)
