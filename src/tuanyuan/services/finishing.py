"""What an engine far away has made: opened like anything from outside, judged, marked, labelled; never believed.

Runs where pixels are worked on (`workshop`). Opening and writing anew also takes away whatever the engine wrote into
the file: prompts, workflows, its own names.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.feature import FEATURES, MOTION, roles
from tuanyuan.domain.judgement import may_be_shown
from tuanyuan.domain.label import new_label
from tuanyuan.domain.order import MOST_SIDE
from tuanyuan.domain.ports.pixels import Finished, Wish
from tuanyuan.imaging.decode import Bounds, decode, over_white
from tuanyuan.imaging.judge import Judge
from tuanyuan.imaging.label import label_picture
from tuanyuan.imaging.watermark import watermark
from tuanyuan.services.clip_finishing import ClipFinishing
from tuanyuan.services.compared import facts
from tuanyuan.services.darkroom import Darkroom
from tuanyuan.services.remembered import Person, packed, unpacked

MOST_BYTES = 40 << 20
# A picture of fewer pixels than this share of what was asked for, or with a shorter side, is not the one asked for.
LEAST_SHARE, LEAST_SIDE = 0.15, 480


@dataclass(frozen=True)
class Finishing:
    """`finish` for the pictures of one answer. The people's own photos are opened once."""

    darkroom: Darkroom
    judge: Judge
    clips: ClipFinishing

    def remember(self, photos: Sequence[str], feature: str, chosen: Mapping[str, tuple[int, ...]]) -> bytes:
        """What `finish` knows everybody by, so that it need not open the photos. Raises what opening them raises."""
        return packed(self._people(photos, feature, chosen), photos)

    def finish(self, pictures: Sequence[bytes], wish: Wish, remembered: bytes = b"") -> list[Finished]:
        """Each picture, in their order. Raises what opening the photos raises, never because of a picture.

        remembered: from `remember`, of the same photos; without it they are opened now.
        """
        people = unpacked(remembered, wish.photos) or self._people(wish.photos, wish.feature, wish.chosen)
        if wish.feature == MOTION:
            return [self.clips.finish(clip, people) for clip in pictures]
        return list(self.darkroom.executor.map(lambda picture: self._one(picture, wish, people), pictures))

    def _people(self, photos: Sequence[str], feature: str, chosen: Mapping[str, tuple[int, ...]]) -> list[Person]:
        """Everybody who should be in the picture."""

        def of(name: str) -> list[Person]:
            photo = self.darkroom.open(name, chosen.get(name, ()))
            numbers = sorted(set(chosen.get(name, ()))) or range(1, len(photo.faces) + 1)
            faces = zip(numbers, photo.faces, strict=True)
            return [(name, number, self.judge.likeness(photo.rgb, face)) for number, face in faces]

        shown = zip(photos, roles(feature, len(photos)), strict=True)
        names = [name for name, role in shown if role in ("person", "picture")]
        # An avatar shows one person, who may have sent many photos.
        names = names[:1] if feature == "avatar" else names
        return [one for found in self.darkroom.executor.map(of, names) for one in found]

    def _one(self, data: bytes, wish: Wish, people: Sequence[Person]) -> Finished:
        try:
            rgb = over_white(decode(data, name="picture", bounds=Bounds(bytes=MOST_BYTES), long_side=MOST_SIDE))
        except Rejected as error:
            return Finished(None, 0, 0, error.code, {})
        height, width = rgb.shape[:2]
        least = min(LEAST_SIDE, *wish.size)
        if width * height < LEAST_SHARE * wish.size[0] * wish.size[1] or min(width, height) < least:
            return Finished(None, width, height, "picture_too_small", {})
        judgement = self.judge.judge(rgb, [likeness for _, _, likeness in people]) if people else None
        told = {**facts(judgement, people), "source": hashlib.sha256(rgb.tobytes()).hexdigest()}
        if judgement is not None and FEATURES[wish.feature].likeness and not may_be_shown(judgement):
            return Finished(None, width, height, "not_recognised", told)
        return self._labelled(rgb, wish, told)

    def _labelled(self, rgb: NDArray[np.uint8], wish: Wish, told: dict[str, Any]) -> Finished:
        marked = watermark(rgb) if wish.watermark else rgb
        produce_id = uuid.uuid4().hex
        file = label_picture(marked, new_label(produce_id), "jpeg")
        height, width = rgb.shape[:2]
        return Finished(file, width, height, "", {**told, "produce_id": produce_id})
