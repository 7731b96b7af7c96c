"""A job: one order of a feature, from posting to picking. All rules about its states stand here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tuanyuan.domain.errors import Conflict

Status = Literal["pending", "processing", "completed", "failed", "cancelled"]
Event = Literal["claim", "complete", "fail", "cancel"]
Tier = Literal["free", "credits", "basic", "premium"]

_MOVES: dict[tuple[Status, Event], Status] = {
    ("pending", "claim"): "processing",
    ("processing", "claim"): "processing",  # taken over after its worker died
    ("pending", "cancel"): "cancelled",
    ("pending", "fail"): "failed",
    ("processing", "fail"): "failed",
    ("processing", "complete"): "completed",
}
FINAL: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})
# The free tier: which features, how many candidates.
FREE_FEATURES = frozenset({"reunion", "makeover", "restore"})
# Smaller goes first: paid before free; within one priority the older first.
PRIORITIES: dict[Tier, int] = {"premium": 1, "basic": 5, "credits": 5, "free": 10}
# A job that was taken over this often kills its workers: it fails, and its credits go back.
MOST_CLAIMS = 4
STAGES = (10, 30, 50, 80, 100)


def advance(status: Status, event: Event) -> Status:
    """The state after an event. Conflict job_not_pending when it cannot be cancelled any more, else job_finished."""
    try:
        return _MOVES[status, event]
    except KeyError:
        code = "job_not_pending" if event == "cancel" else "job_finished"
        raise Conflict(code, status=status) from None


def sources(event: Event) -> tuple[Status, ...]:
    """The states in which an event may happen: the condition of the one UPDATE that stores it."""
    return tuple(status for (status, e) in _MOVES if e == event)


@dataclass(frozen=True)
class Person:
    """A hint about the people in one photo. scale: size against a grown-up. faces: numbers from the left, from 1."""

    photo: str
    scale: float = 1.0
    row: Literal["front", "back"] | None = None
    faces: tuple[int, ...] = ()


@dataclass(frozen=True)
class JobRequest:
    """What was ordered, after validation. `photos` are ids of kept photos. Everything in it is JSON.

    work: the id of a finished picture that takes the place of a photo. mask: the id of a kept grey picture over the
    first photo, white where the clothes are.
    """

    feature: str
    photos: tuple[str, ...]
    background: str | None = None
    style: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    tier: Tier = "credits"
    again: bool = False
    work: str | None = None
    mask: str | None = None

    @property
    def pictures(self) -> tuple[str, ...]:
        """Ids of what it is made from, in the order of the feature's roles: the work, then the photos."""
        return self.photos if self.work is None else (self.work, *self.photos)


@dataclass(frozen=True)
class Candidate:
    """One finished picture of a job. `file` is the id of the kept file; people as in result.json.

    files: of a moving picture, whose still is `file`, the kept files by their kinds (`domain.clip.KINDS`).
    """

    id: str
    file: str
    rank: int
    score: float
    width: int
    height: int
    people: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    produce_id: str = ""
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One job as it is written down. `cost` in credits was taken at posting. `error`: a Problem as dict, and `fix`."""

    id: str
    user_id: str
    request: JobRequest
    status: Status
    cost: int
    priority: int
    queue: str
    created_at: datetime
    progress: int = 0
    engine: str | None = None
    candidates: tuple[Candidate, ...] = ()
    picked: str | None = None
    work_id: str | None = None
    rating: int | None = None
    error: dict[str, Any] | None = None
    claims: int = 0
    cache_key: str | None = None
    cached_from: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class JobEvent:
    """One line of a job's progress stream. `number` grows over all jobs; `message` is a code of MESSAGES."""

    number: int
    job_id: str
    status: Status
    progress: int
    message: str
    created_at: datetime


@dataclass(frozen=True)
class Attempt:
    """One try at one engine. Written as "submitting" before anything is sent.

    created_at: when that was; one that was throttled is sent again under the same id, and then it is when that was.
    outcome: submitting, submitted, succeeded, refused, failed, unknown (what became of it is to be found out), lost
    (it ran in a process of ours that is gone). task: the provider's id of this attempt. cost_fen: what the engine
    charged us, or may have: while nothing is known, what it would cost. result: what the step answered, once its
    pictures were kept; a step that runs again answers the same. model: the engine's model. reason: why it was chosen,
    as `domain.routing.Route.as_dict`.
    """

    id: str
    job_id: str
    number: int
    engine: str
    outcome: str
    created_at: datetime
    task: str | None = None
    code: str | None = None
    finished_at: datetime | None = None
    cost_fen: int = 0
    result: dict[str, Any] | None = None
    model: str = ""
    reason: dict[str, Any] | None = None
