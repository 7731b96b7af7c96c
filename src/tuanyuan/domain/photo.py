"""What a photo must be before it is used: the rules of spec 2.2, as numbers and verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.messages import Problem, problem

LEAST_FACE = 80
LEAST_CONFIDENCE = 0.7
# Variance of the Laplacian of the face at 160 px. Measured: a blur of 6 px gives 6, a JPEG of 160 px 84, good photos
# 130 and more.
BLURRED, SOFT = 40.0, 100.0
MOST_YAW, MOST_PITCH = 62.0, 42.0
# Nobody holds the head like that: the photo itself lies on its side.
MOST_ROLL = 50.0
GOOD_SHORT_SIDE = 720
# Faces smaller than this share of the largest are passers-by.
BYSTANDER = 0.4
MOST_PEOPLE = 5

WARNINGS = frozenset({"face_soft", "photo_small", "more_faces_than_chosen"})


@dataclass(frozen=True)
class FaceReport:
    """One face, in pixels of the upright original: box x, y, width, height; angles in degrees."""

    box: tuple[float, float, float, float]
    confidence: float
    sharpness: float
    yaw: float
    pitch: float
    roll: float

    def as_dict(self) -> dict[str, Any]:
        """The fields of `check --json`."""
        return {
            "box": [round(v) for v in self.box],
            "confidence": round(self.confidence, 3),
            "sharpness": round(self.sharpness, 1),
            "yaw": round(self.yaw, 1),
            "pitch": round(self.pitch, 1),
            "roll": round(self.roll, 1),
        }


@dataclass(frozen=True)
class PhotoReport:
    """Whether a photo can be used, and everything that is wrong with it. `problems` may hold warnings although `ok`."""

    file: str
    ok: bool
    width: int
    height: int
    faces: tuple[FaceReport, ...]
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """The shape of one photo in `check --json`."""
        return {
            "file": self.file,
            "ok": self.ok,
            "width": self.width,
            "height": self.height,
            "faces": [f.as_dict() for f in self.faces],
            "problems": [p.as_dict() for p in self.problems],
        }


def examine(file: str, width: int, height: int, faces: Sequence[FaceReport]) -> PhotoReport:
    """Judge a readable photo by its faces. Every face given must pass: leave passers-by out before."""
    problems: list[Problem] = []
    if not faces:
        problems.append(problem("no_face"))
    for face in faces:
        problems += _face_problems(face)
    if min(width, height) < GOOD_SHORT_SIDE:
        problems.append(problem("photo_small", short_side=min(width, height)))
    if len(faces) > 1:
        problems.append(problem("more_faces_than_chosen", count=len(faces)))
    distinct = tuple(dict.fromkeys(problems))
    ok = all(p.code in WARNINGS for p in distinct)
    return PhotoReport(file, ok, width, height, tuple(faces), distinct)


def _face_problems(face: FaceReport) -> list[Problem]:
    width, height = round(face.box[2]), round(face.box[3])
    found = []
    if min(width, height) < LEAST_FACE:
        found.append(problem("face_too_small", width=width, height=height))
    if face.confidence < LEAST_CONFIDENCE:
        found.append(problem("face_unsure", confidence=f"{face.confidence:.2f}"))
    if face.sharpness < BLURRED:
        found.append(problem("face_blurred"))
    elif face.sharpness < SOFT:
        found.append(problem("face_soft"))
    if abs(face.yaw) > MOST_YAW or abs(face.pitch) > MOST_PITCH:
        found.append(problem("face_turned_away"))
    if abs(face.roll) > MOST_ROLL:
        found.append(problem("photo_sideways"))
    return found
