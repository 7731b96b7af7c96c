"""Who makes the pictures (design §6): what is asked of an engine, what it answers, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.errors import NotNow, OurFault, Rejected
from tuanyuan.domain.job import JobRequest

if TYPE_CHECKING:  # the ports name these words themselves
    from tuanyuan.domain.ports.pixels import Progress

Role = Literal["person", "garment", "product", "background", "mask", "picture"]


@dataclass(frozen=True)
class Prompt:
    """What an engine is told in words. `version`: of the prompt library; it is noted with the attempt.

    negative: what must not be in the picture; empty where there is nothing to say.
    """

    text: str
    negative: str = ""
    language: Literal["zh", "en"] = "zh"
    version: str = ""


@dataclass(frozen=True)
class Reference:
    """One picture that an engine is to look at: upright, sRGB, stripped, within the bounds of its model.

    data: a JPEG or PNG file. mask: white (255) where the picture is to be changed, grey, the size of the first one.
    address: where the provider can read it for some minutes; None: nowhere.
    """

    role: Role
    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class EngineRequest:
    """One call. photos: (id, bytes as they were sent). candidates: how many pictures. watermark: the free tier.

    Only a `complete` engine looks at `photos` and `watermark`; the others are given model, prompt, references, the
    size wanted in pixels (width, height) and all parameters by name (`domain.parameters`).
    """

    job_id: str
    order: JobRequest
    photos: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    candidates: int = 1
    watermark: bool = False
    model: Model | None = None
    prompt: Prompt = field(default_factory=lambda: Prompt(""))
    references: tuple[Reference, ...] = ()
    size: tuple[int, int] = (1920, 1440)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """One picture an engine made, its bytes already with us. labelled: it has passed the label gate.

    data: an image file (or an MP4 file, of a model whose media is "clip"); of an engine that is not `complete` nothing
    about it is believed. width, height: 0 where the engine does not know them. files: the files beside `data` of a
    result that has several, by their kinds (`domain.clip.KINDS`).
    facts: rank, score, people, warnings as in result.json, where the engine judged its own work; else empty.
    """

    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0
    labelled: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class EngineResult:
    """What came back, best first. cost_fen: what it cost us.

    exhausted: the engine has tried its best already; asking for more of the same order would bring the same pictures.
    missing: why there are fewer pictures than asked for, in the provider's words; empty: nothing is known of it.
    """

    pictures: tuple[Picture, ...]
    cost_fen: int = 0
    exhausted: bool = False
    missing: str = ""


@dataclass(frozen=True)
class TaskRef:
    """A task at a provider. Belongs to the attempt, never to the job. `task`: all that `poll` needs to ask for it."""

    engine: str
    task: str


@dataclass(frozen=True)
class Pending:
    """Not ready yet. `progress` 0..1 where the engine tells; ask again after `seconds`."""

    progress: float | None = None
    seconds: float = 1.0


class Engine(Protocol):
    """One maker of pictures. Control calls end within 30 s.

    resumable: it runs in processes of ours and is paid by nobody, so an attempt whose process died is made again.
    """

    name: str
    capabilities: Capabilities
    resumable: bool

    def check(self, order: JobRequest) -> None:
        """Whether the order is understood, before anything is charged. WrongUsage option_invalid names the field."""
        ...

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> TaskRef | EngineResult:
        """Ask for pictures. Raises one of the engine errors below; a lost answer raises Unknown."""
        ...

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """Ask how far it is; a finished task's pictures are fetched at once. May be asked again after a result.

        With a final answer goes what lies of the order at the provider, as far as it can be removed there.
        """
        ...

    async def find(self, attempt: str) -> TaskRef | EngineResult | None:
        """What became of an attempt whose answer to `submit` was lost: its task, its result, or None: never accepted.

        What lies at the provider of an attempt that was never accepted is removed. Any number of times, and long
        afterwards. Unknown answer_lost: the provider has no way to tell.
        """
        ...

    async def cancel(self, task: TaskRef) -> None:
        """Ask to stop; best effort."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Choosy(Protocol):
    """An engine that can tell before anything is charged whether it can do these photos."""

    def looks(self, order: JobRequest) -> bool:
        """Whether it wants to look at the photos of such an order at all."""
        ...

    def fit(self, order: JobRequest, photos: Sequence[tuple[str, bytes]]) -> None:
        """Whether it can do them: Rejected, with advice. Blocks its thread for some seconds. Nothing is made.

        photos: id and bytes of each of `order.pictures`, the mask last.
        """
        ...


class Beyond(Rejected):
    """The engine cannot do these photos; another may."""


class InputRefused(Rejected):
    """The engine will not take this input, ever: tell the user, give back, do not retry."""


class OutputRefused(NotNow):
    """What came out was refused by the engine's own checks: one retry."""


class Throttled(NotNow):
    """Too many calls: back off `retry_after` seconds; not an attempt."""


class Transient(NotNow):
    """Known to have failed: retry (5, 10, 15 s), then the next engine."""


class Unknown(NotNow):
    """The answer was lost, or the deadline passed: reconcile, never send again blindly.

    silent: the provider gave no sign at all, so it is no use to ask it for more just now.
    """

    silent = False


def unheard() -> Unknown:
    """Unknown answer_lost of a provider that could not be reached, or said nothing in time."""
    lost = Unknown("answer_lost")
    lost.silent = True
    return lost


class EngineSetup(OurFault):
    """Our account or set-up: stop using the engine and alert. engine_out_of_credit: it has no money or quota left."""


class BadRequest(OurFault):
    """We sent what the engine does not understand: a bug or a bad picture, no retry."""
