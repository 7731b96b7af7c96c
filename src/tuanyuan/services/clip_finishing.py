"""A clip that an engine far away has made: opened, steadied, judged at several moments, marked, labelled."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import LONGEST_SIDE, MOST_RATE, ClipShape
from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.judgement import Judgement, may_be_shown
from tuanyuan.domain.label import new_label
from tuanyuan.domain.ports.film import Films
from tuanyuan.domain.ports.pixels import Finished
from tuanyuan.imaging.judge import Judge
from tuanyuan.motion.planes import to_rgb
from tuanyuan.services.compared import facts
from tuanyuan.services.keepsakes import Keepsakes
from tuanyuan.services.marking import Marking
from tuanyuan.services.remembered import Person

Pixels = NDArray[np.uint8]

# So many moments of a clip are judged; in one of them somebody may blink or turn away.
JUDGED, MAY_FAIL = 5, 1
LEAST_SIDE, LEAST_SECONDS = 320, 1.0


@dataclass(frozen=True)
class ClipFinishing:
    """denoise, stabilise: what an engine's clip is better for; ours need neither."""

    judge: Judge
    films: Films
    denoise: bool = True
    stabilise: bool = True

    def finish(self, clip: bytes, people: Sequence[Person]) -> Finished:
        """Its still as a labelled JPEG, with the files of `domain.clip.KINDS`. Never raises because of the clip.

        people: those who must stay recognisable in it.
        """
        try:
            shape = self.films.shape(clip).within(LONGEST_SIDE, MOST_RATE)
            if min(shape.width, shape.height) < LEAST_SIDE or shape.seconds < LEAST_SECONDS:
                return Finished(None, shape.width, shape.height, "picture_too_small", {})
            return self._finished(clip, shape, people)
        except Rejected as error:
            return Finished(None, 0, 0, error.code, {})

    def _finished(self, clip: bytes, shape: ClipShape, people: Sequence[Person]) -> Finished:
        marking = Marking(shape)
        seen = _Seen(shape, marking)
        label = new_label(uuid.uuid4().hex)
        with self.films.frames(clip, shape, denoise=self.denoise, stabilise=self.stabilise) as frames:
            still, files = Keepsakes(self.films).make(seen.marked(frames), shape, marking.still, label)
        judged = [self.judge.judge(rgb, [likeness for _, _, likeness in people]) for rgb in seen.moments if people]
        failed = [one for one in judged if not may_be_shown(one)]
        told = {**facts(_middle(judged), people), "source": hashlib.sha256(clip).hexdigest()}
        if len(failed) > MAY_FAIL:
            return Finished(None, shape.width, shape.height, "not_recognised", told)
        told = {**told, "produce_id": label.produce_id, "fps": shape.fps, "seconds": shape.seconds}
        return Finished(still, shape.width, shape.height, "", told, files)


@dataclass
class _Seen:
    """What is noted of a clip while it passes: the moments to be judged."""

    shape: ClipShape
    marking: Marking
    moments: list[Pixels] = field(default_factory=list)

    def marked(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """The same frames with the AI mark on each."""
        last = self.shape.count - 1
        judged = {round(n * last / (JUDGED - 1)) for n in range(JUDGED)}
        for number, frame in enumerate(frames):
            if number in judged:
                self.moments.append(to_rgb(frame))
            self.marking.lay(number, frame)
            yield frame


def _middle(judged: Sequence[Judgement]) -> Judgement | None:
    """The judgement that stands for the clip: neither its best moment nor its worst."""
    return sorted(judged, key=lambda one: one.score)[len(judged) // 2] if judged else None
