"""Who makes the pictures (design §6): what is asked of an engine, what it answers, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from tuanyuan.domain.errors import NotNow, OurFault, Rejected
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports.pixels import Progress


@dataclass(frozen=True)
class EngineRequest:
    """One call. `photos`: (id, bytes as they were sent). candidates: how many pictures. watermark: the free tier."""

    job_id: str
    order: JobRequest
    photos: tuple[tuple[str, bytes], ...]
    candidates: int
    watermark: bool = False


@dataclass(frozen=True)
class Picture:
    """One picture an engine made. `data`: a JPEG or PNG file. labelled: it has already passed the label gate.

    facts: rank, score, people, warnings as in result.json, where the engine judged its own work; else empty.
    """

    data: bytes
    width: int
    height: int
    labelled: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EngineResult:
    """What came back, best first. cost_fen: what it cost us.

    exhausted: the engine has tried its best already; asking for more of the same order would bring the same pictures.
    """

    pictures: tuple[Picture, ...]
    cost_fen: int = 0
    exhausted: bool = False


@dataclass(frozen=True)
class TaskRef:
    """A task at a provider. Belongs to the attempt, never to the job."""

    engine: str
    task: str


@dataclass(frozen=True)
class Pending:
    """Not ready yet. `progress` 0..1 where the engine tells; ask again after `seconds`."""

    progress: float | None = None
    seconds: float = 1.0


@dataclass(frozen=True)
class Limits:
    """How much may be asked of an engine at once, over all workers. rate: calls in `period` seconds; None: no limit.

    everywhere: False where each worker has an engine of its own, as the local one: then it counts for each worker.

    expected_seconds: for the ETA before there is experience. deadline: seconds until a result is given up.
    """

    concurrency: int = 1
    everywhere: bool = True
    rate: int | None = None
    period: float = 1.0
    expected_seconds: float = 10.0
    deadline: float = 180.0


class Engine(Protocol):
    """One maker of pictures. Control calls end within 30 s.

    resumable: it runs in processes of ours and is paid by nobody, so an attempt whose process died is made again.
    """

    name: str
    limits: Limits
    resumable: bool

    def features(self) -> frozenset[str]:
        """Ids of the features that it can make now."""
        ...

    def check(self, order: JobRequest) -> None:
        """Whether the order is understood, before anything is charged. WrongUsage option_invalid names the field."""
        ...

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> TaskRef | EngineResult:
        """Ask for pictures. Raises one of the engine errors below; a lost answer raises Unknown."""
        ...

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """Ask how far it is."""
        ...

    async def cancel(self, task: TaskRef) -> None:
        """Ask to stop; best effort."""
        ...


class InputRefused(Rejected):
    """The engine will not take this input, ever: tell the user, give back, do not retry."""


class OutputRefused(NotNow):
    """What came out was refused by the engine's own checks: one retry."""


class Throttled(NotNow):
    """Too many calls: back off; not an attempt."""


class Transient(NotNow):
    """Known to have failed: retry (5, 10, 15 s), then the next engine."""


class Unknown(NotNow):
    """The answer was lost, or the deadline passed: reconcile, never send again blindly."""


class EngineSetup(OurFault):
    """Our account or set-up: stop using the engine and alert."""


class BadRequest(OurFault):
    """We sent what the engine does not understand: a bug, no retry."""
