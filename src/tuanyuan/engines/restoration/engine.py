"""Old photos restored by Aliyun or Tencent: one photo in, one out. Implements `domain.engine.Engine`.

What is known to have failed at one service is asked of the other in the same call. A call bills: whatever may have
been billed is counted, and no service is sent a photo twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import NoReturn

import structlog

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    EngineSetup,
    InputRefused,
    Picture,
    Reference,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines import asked
from tuanyuan.engines.attached import attached
from tuanyuan.engines.restoration import vendors

NAME = "restoration"
# A picture came and cannot be used: it was made, and so it was billed.
_MADE = ("picture_broken", "picture_gone")
# What both say no to is told by the one who gives more hope.
_HOPE = (Throttled, Transient, BadRequest, EngineSetup)

log = structlog.get_logger(__name__)


@dataclass
class _Billed:
    """What the services took or may have taken: fen, and whether an answer was lost."""

    fen: int = 0
    lost: bool = False
    unusable: str = ""


class RestorationEngine:
    """The services with keys, each a model, in the order of `engine.toml`."""

    name = NAME
    resumable = False

    def __init__(self, capabilities: Capabilities, keys: Mapping[str, str], url: str) -> None:
        """keys: the settings of both vendors by name. url: of Aliyun's service.

        EngineSetup engine_setup: no model has its keys.
        """
        self._closing = ExitStack()
        self._restore = vendors.opened(keys, url, self._closing)
        models = tuple(model for model in capabilities.models if model.id in self._restore)
        if not models:
            raise EngineSetup("engine_setup", engine=NAME, detail="keys")
        if vendors.lends(keys):
            models = tuple(replace(model, needs_address=False) for model in models)
        self.capabilities = replace(capabilities, models=models)
        # Its own, for the loop's threads may all be at work on pictures made here.
        self._threads = ThreadPoolExecutor(capabilities.limits.concurrency, thread_name_prefix=NAME)
        self._closing.callback(self._threads.shutdown, wait=False, cancel_futures=True)

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid: a parameter was asked for, and these services know none."""
        asked.check(order, self.capabilities)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> EngineResult:
        """The photo restored: by the model asked for, else by the other. There is nothing more to come of it.

        No picture where what came cannot be used. Unknown answer_lost: an answer was, and the other service had none
        either. Else Throttled, Transient, BadRequest or EngineSetup, where nothing was billed.
        """
        del attempt, progress  # Nothing carries the one, nothing tells the other.
        model, (reference,) = attached(request, NAME)
        billed, refusals = _Billed(), []
        for asked_now in self._in_turn(model, reference):
            try:
                data = await self._restored(asked_now, reference)
            except InputRefused:
                raise
            except StudioError as error:
                log.warning("engine_refused", engine=NAME, model=asked_now.id, code=error.code)
                refusals.append(error)
                _note(billed, asked_now, error)
                continue
            log.info("engine_answered", engine=NAME, model=asked_now.id)
            return EngineResult((Picture(data),), billed.fen + asked_now.price_fen, exhausted=True)
        if billed.lost:
            raise Unknown("answer_lost")
        if billed.unusable:
            return EngineResult((), billed.fen, exhausted=True, missing=billed.unusable)
        raise _said(refusals)

    async def poll(self, task: TaskRef) -> NoReturn:
        """BadRequest: there are no tasks."""
        del task
        raise BadRequest("engine_bad_request", engine=NAME, detail="no_tasks")

    async def find(self, attempt: str) -> NoReturn:
        """Unknown answer_lost: neither service can tell."""
        del attempt
        raise Unknown("answer_lost")

    async def cancel(self, task: TaskRef) -> None:
        """There is nothing to stop."""

    async def close(self) -> None:
        """Let go of connections and threads, without waiting for a call: one under way is broken off."""
        self._closing.close()

    async def _restored(self, model: Model, reference: Reference) -> bytes:
        # With what the log lines of this job carry.
        call = copy_context().run
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, self._restore[model.id], reference)

    def _in_turn(self, first: Model, reference: Reference) -> list[Model]:
        """The model asked for, then the others that can read the photo."""
        others = [model for model in self.capabilities.models if model.id != first.id]
        return [first, *(model for model in others if reference.address or not model.needs_address)]


def _note(billed: _Billed, model: Model, error: StudioError) -> None:
    lost = isinstance(error, Unknown)
    if lost or error.code in _MADE:
        billed.fen += model.price_fen
        billed.lost |= lost
        billed.unusable = billed.unusable or ("" if lost else error.code)


def _said(refusals: Sequence[StudioError]) -> StudioError:
    """The refusal that gives most hope."""
    for kind in _HOPE:
        for error in refusals:
            if isinstance(error, kind):
                return error
    return refusals[-1]
