"""When a picture is good enough: thresholds, warnings, score and order. Spec 2.4, invariant 11 of the design.

The thresholds come from `bench/identity` and `bench/checks` (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# dlib distance of a face to the person's own photo.
SURE, REJECT = 0.35, 0.40
# Ratio of the two stretches that bring the expected landmarks onto the found ones, less 1.
MOST_SQUASH = 0.08
# Root mean square of what remains after a similarity fit, in eye distances.
MOST_RESIDUAL = 0.06
# Share of the face whose pixels do not follow the person's own photo.
MOST_COVERED = 0.12
# Area that still shows the old background, in face areas.
MOST_LEFTOVER = 0.03
COMPOSITION_SHARE = 0.3

# A picture with one of these is never shown; with any other warning it is shown last, and says so.
FLOOR = frozenset({"person_missing", "person_not_recognised", "person_swapped"})


@dataclass(frozen=True)
class Measured:
    """What was measured of one person in a picture. None: could not be measured.

    box: x, y, width, height in pixels. squash: 0 undistorted. residual in eye distances. covered, leftover: shares.
    """

    person: int
    box: tuple[int, int, int, int] | None
    face_distance: float | None
    squash: float = 0.0
    residual: float = 0.0
    covered: float = 0.0
    leftover: float = 0.0
    nearest_other: float | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of every check that this person fails."""
        if self.box is None:
            return ("person_missing",)
        found = []
        if self.face_distance is None or self.face_distance > REJECT:
            found.append("person_not_recognised")
        elif self.face_distance > SURE:
            found.append("person_hardly_recognised")
        if (
            self.nearest_other is not None
            and self.face_distance is not None
            and self.nearest_other < self.face_distance
        ):
            found.append("person_swapped")
        if self.squash > MOST_SQUASH or self.residual > MOST_RESIDUAL:
            found.append("face_distorted")
        if self.covered > MOST_COVERED:
            found.append("face_covered")
        if self.leftover > MOST_LEFTOVER:
            found.append("old_background_left")
        return tuple(found)


@dataclass(frozen=True)
class Judgement:
    """All people of a picture, and how many faces are in it that nobody sent."""

    people: tuple[Measured, ...]
    strangers: int = 0
    doubled: tuple[int, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of what is wrong with the picture as a whole."""
        found = []
        if self.doubled:
            found.append("person_doubled")
        if self.strangers:
            found.append("stranger_in_picture")
        return tuple(found)

    @property
    def passed(self) -> bool:
        """Every check of every person, and of the whole."""
        return not self.warnings and not any(p.warnings for p in self.people)

    @property
    def score(self) -> float:
        """0 … 1: likeness most of all, then distortion, cover and edges; a failed check costs a third."""
        if not self.people:
            return 0.0
        marks = [_mark(p) for p in self.people]
        score = 0.5 * min(marks) + 0.5 * sum(marks) / len(marks)
        return round(score * (1.0 if self.passed else 0.66), 4)


def may_be_shown(judgement: Judgement) -> bool:
    """Whether the picture keeps to the floor: everybody there, once, recognised, and nobody else."""
    return not judgement.warnings and not any(FLOOR & set(p.warnings) for p in judgement.people)


def _mark(person: Measured) -> float:
    if person.box is None or person.face_distance is None:
        return 0.0
    lost = (
        person.face_distance / 0.9
        + min(0.2, person.squash * 1.5)
        + min(0.2, person.covered * 0.5)
        + min(0.2, person.leftover * 2)
    )
    return max(0.0, 1.0 - lost)


def final_score(judgement: Judgement, composition: float) -> float:
    """0 … 1: the judge's score, and how well the group stands (0..1)."""
    return round((1 - COMPOSITION_SHARE) * judgement.score + COMPOSITION_SHARE * composition, 4)


def ranked(passed: Sequence[bool], scores: Sequence[float]) -> list[int]:
    """Positions from best to worst: those that passed first, then by score; equal ones keep their order."""
    return sorted(range(len(passed)), key=lambda i: (not passed[i], -scores[i]))


def enough_passed(passed: Sequence[bool]) -> bool:
    """At least two of four, or half of a smaller set, rounded up, pass every check."""
    return sum(passed) >= max(1, (len(passed) + 1) // 2)


def as_dict(person: Measured, photo: str, extra: Sequence[str] = ()) -> dict[str, Any]:
    """One person in `result.json`."""
    return {
        "photo": photo,
        "person": person.person,
        "box": list(person.box) if person.box else None,
        "face_distance": None if person.face_distance is None else round(person.face_distance, 4),
        "warnings": [*person.warnings, *extra],
    }
