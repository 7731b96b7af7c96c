"""The engine that runs on this computer, behind the port that all engines share."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from tuanyuan.domain.capabilities import Capabilities, Limits, Model
from tuanyuan.domain.engine import (
    BadRequest,
    Beyond,
    EngineRequest,
    EngineResult,
    InputRefused,
    Pending,
    Picture,
    TaskRef,
    Throttled,
    Transient,
)
from tuanyuan.domain.errors import NotNow, Rejected
from tuanyuan.domain.feature import FEATURES, MOTION
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.messages import outfits, tryon
from tuanyuan.domain.order import LEAST_SIDE, MOST_CANDIDATES, MOST_SIDE
from tuanyuan.domain.ports.pixels import Made, PixelWork, Progress
from tuanyuan.engines.local.ordering import MASKED, PARAMETERS, STYLES, UNDERSTOOD, as_fields, local_order

# Features whose photos are looked at before anything is charged, and what is said of those that will not do here.
CHOOSY = frozenset({"tryon"})
BEYOND = frozenset({*outfits.MESSAGES, *tryon.MESSAGES})
MODELS = tuple(
    Model(
        feature,
        frozenset({feature}),
        references=FEATURES[feature].most,
        least_references=FEATURES[feature].least,
        media="clip" if feature == MOTION else "picture",
        outputs=FEATURES[feature].candidates,
        least_area=LEAST_SIDE * LEAST_SIDE,
        most_area=MOST_SIDE * MOST_SIDE,
        mask=feature in MASKED,
        seeds=True,
    )
    for feature in UNDERSTOOD
)


def able(limits: Limits) -> Capabilities:
    """What this computer makes."""
    return Capabilities(
        name_zh="本机",
        name_en="This computer",
        region="here",
        models=MODELS,
        limits=limits,
        parameters=PARAMETERS,
        styles=STYLES,
        complete=True,
    )


class LocalEngine:
    """Implements `domain.engine.Engine` with pixel work: answers at once or not at all, costs nothing, sends nothing.

    Repeating a call whose answer was lost is harmless, hence `resumable`.
    """

    name = "local"
    resumable = True

    def __init__(self, pixels: PixelWork, limits: Limits) -> None:
        self._pixels = pixels
        self.capabilities = able(limits)

    def check(self, order: JobRequest) -> None:
        """Whether the order is understood. WrongUsage option_invalid."""
        local_order(order, MOST_CANDIDATES, False)

    def looks(self, order: JobRequest) -> bool:
        """Orders of which photos often will not do."""
        return order.feature in CHOOSY or order.options.get("cloth_style") is not None

    def fit(self, order: JobRequest, photos: Sequence[tuple[str, bytes]]) -> None:
        """Whether these photos will do here. Rejected; NotNow where there is no time to look."""
        local = local_order(order, MOST_CANDIDATES, False)
        self._pixels.fit(local.feature, photos, as_fields(local))

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """Make, judge and label the pictures. `progress` is called in another thread.

        InputRefused: the photos will not do, or nothing good came of them. Beyond: this computer cannot, others may.
        Throttled: too much waits already.
        Transient: the work was killed at its limit.
        """
        del attempt
        order = local_order(request.order, request.candidates, request.watermark)
        if request.order.again and "seed" not in request.order.options:
            order = replace(order, seed=order.seed + _turn(request.job_id))
        try:
            made = await asyncio.to_thread(self._pixels.make, order.feature, request.photos, as_fields(order), progress)
        except Rejected as error:
            kind: type[Rejected] = Beyond if error.code in BEYOND else InputRefused
            raise kind.telling(error.problem) from error
        except NotNow as error:
            again = Throttled if error.code == "busy" else Transient
            raise again.telling(error.problem) from error
        # Weak ones were made again before they were left out; the same order gives the same pictures.
        return EngineResult(_pictures(made), exhausted=True)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """There is nothing to ask for: `submit` has answered. BadRequest."""
        raise BadRequest("unexpected", detail=f"{task.engine} has no tasks")

    async def find(self, attempt: str) -> None:
        """Nothing of it lasts: an attempt that was not heard of is made again."""

    async def cancel(self, task: TaskRef) -> None:
        """There is nothing to stop."""

    async def close(self) -> None:
        """There is nothing to let go of."""


def _turn(job_id: str) -> int:
    """What "make it anew" adds to the seed, 1..4096: the same for a job however often its steps run."""
    return 1 + int(hashlib.sha256(job_id.encode()).hexdigest()[:3], 16)


def _pictures(made: Made) -> tuple[Picture, ...]:
    """The candidates, best first, each with its entry of result.json but for the file's name."""
    return tuple(
        Picture(
            data=made.files[entry["file"]],
            width=entry["width"],
            height=entry["height"],
            labelled=True,
            facts={key: value for key, value in entry.items() if key not in ("file", "files")},
            files={kind: made.files[name] for kind, name in entry.get("files", {}).items()},
        )
        for entry in sorted(made.result["candidates"], key=lambda entry: int(entry["rank"]))
    )
