"""Judging a finished picture, whoever made it, against the photos that it should show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.errors import PhotosRejected
from tuanyuan.domain.judgement import as_dict
from tuanyuan.domain.ports import PhotoFiles
from tuanyuan.imaging.decode import decode, over_white
from tuanyuan.imaging.judge import Judge
from tuanyuan.services.darkroom import Darkroom


@dataclass(frozen=True)
class Judging:
    """The use case of `tuanyuan judge`."""

    darkroom: Darkroom
    pictures: PhotoFiles
    judge: Judge

    def look(self, picture: str, photos: Sequence[str]) -> dict[str, Any]:
        """Every person of `photos` looked for in `picture`: passed, score, people as in result.json, warnings.

        Rejected: a file that cannot be read, a photo without a face.
        """
        rgb = over_white(decode(self.pictures.read(picture), name=picture))
        opened = [self.darkroom.open(name) for name in photos]
        faceless = [p.report for p in opened if not p.faces]
        if faceless:
            raise PhotosRejected(faceless)
        likenesses = [self.judge.likeness(p.rgb, f) for p in opened for f in p.faces]
        judgement = self.judge.judge(rgb, likenesses)
        who = [(p.name, n) for p in opened for n in range(1, len(p.faces) + 1)]
        return {
            "file": picture,
            "passed": judgement.passed,
            "score": judgement.score,
            "people": [
                {**as_dict(measured, photo), "person": number}
                for (photo, number), measured in zip(who, judgement.people, strict=True)
            ],
            "warnings": list(judgement.warnings),
        }
