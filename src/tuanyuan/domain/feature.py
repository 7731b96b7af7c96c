"""What each feature takes and promises: which photo shows what, and whether the people in it must stay themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuanyuan.domain.engine import Role
from tuanyuan.domain.order import MOST_CANDIDATES
from tuanyuan.domain.photo import MOST_PEOPLE, WARNINGS, PhotoReport

# Problems of the people in a photo; the photo itself is readable and large enough.
_OF_FACES = frozenset(
    {"no_face", "face_too_small", "face_unsure", "face_blurred", "face_turned_away", "photo_sideways"}
)


@dataclass(frozen=True)
class Taking:
    """first: what the first photo shows; others: the further ones, None: there are none. most: photos at most.

    likeness: everybody who is in the photos must be there once and recognisable. False: people are measured where they
    are found, for a style may change a face; or there need be none.

    sent: so many photos go to an engine at most; None: all. place: the kind of scene it takes; None: none.
    background: the scene when none is asked for; None: the feature has a ground of its own. once: nobody may be in it
    twice. people: so many at most; None: any number. candidates: so many results at most.
    """

    first: Role
    others: Role | None = None
    least: int = 1
    most: int = 1
    likeness: bool = True
    sent: int | None = None
    place: Literal["room", "table"] | None = None
    background: str | None = None
    once: bool = False
    people: int | None = MOST_PEOPLE
    candidates: int = MOST_CANDIDATES


# The one whose results are clips.
MOTION = "motion"

FEATURES: dict[str, Taking] = {
    "reunion": Taking("person", "person", most=5, place="room", background="new-year-wall", once=True),
    "makeover": Taking("person", place="room", background="new-year-wall"),
    MOTION: Taking("picture", people=None, candidates=1),
    "tryon": Taking("person", "garment", least=2, most=2, people=1),
    "fashion": Taking("garment", "person", most=2, likeness=False, place="room", background="studio"),
    "avatar": Taking("person", "person", most=20, likeness=False, sent=3, people=None),
    "product": Taking("product", most=1, likeness=False, place="table"),
    "restore": Taking("picture", people=None),
    "card": Taking("picture", people=None),
}


def roles(feature: str, count: int) -> tuple[Role, ...]:
    """What each of `count` photos shows, in the order of the order."""
    taking = FEATURES.get(feature, Taking("person", "person"))
    return tuple(taking.first if number == 0 else taking.others or taking.first for number in range(count))


def sent(feature: str, count: int) -> int:
    """How many of `count` photos an engine is shown."""
    most = FEATURES[feature].sent if feature in FEATURES else None
    return count if most is None else min(count, most)


def usable(report: PhotoReport, role: Role) -> bool:
    """Whether a photo will do for that role: faces count only where people are to be shown."""
    if report.ok or role == "person":
        return report.ok
    return report.width > 0 and all(problem.code in _OF_FACES | WARNINGS for problem in report.problems)
