"""How a prediction is created, waited for and told of (contract: replicate.md 6.1, 6.4)."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tuanyuan.engines.replicate.fake.models import Model
from tuanyuan.engines.replicate.fake.predictions import Prediction, Predictions, new_id
from tuanyuan.engines.replicate.fake.problems import Problem, invalid, out_of_credit, throttled
from tuanyuan.engines.replicate.fake.timing import duration
from tuanyuan.engines.replicate.fake.webhooks import EVENTS, Webhooks
from tuanyuan.engines.sandbox import Accepted, Fault, Faults

_BEAT = 0.01
_LONGEST_WAIT = 60
_PREFER = re.compile(r"wait(?:=(\d+))?\Z")
_REMEMBERED = 10_000


class Creations:
    """accepted: each prediction that was taken. per_minute: how many may be created in a minute."""

    def __init__(
        self,
        faults: Faults,
        predictions: Predictions,
        webhooks: Webhooks,
        clock: Callable[[], float],
        seconds: float,
        per_minute: int,
        *,
        plain_hooks: bool,
    ) -> None:
        self.accepted: list[Accepted] = []
        self._faults = faults
        self._predictions = predictions
        self._webhooks = webhooks
        self._clock = clock
        self._seconds = seconds
        self._per_minute = per_minute
        self._plain_hooks = plain_hooks
        self._created: deque[float] = deque()
        self._telling: set[asyncio.Task[None]] = set()

    async def create(
        self, request: Request, asked: dict[str, Any], model: Model, deployment: str | None
    ) -> tuple[Response, Fault | None]:
        """The answer, and what goes wrong with the work. Raises Problem."""
        given = model.checked(asked.get("input", {}))
        hook, events = self._hook(asked)
        patience = _patience(request)
        limit = _limit(request)
        self._count()
        fault = self._faults.next()
        if fault == "throttle":
            raise throttled()
        if fault == "out_of_credit":
            raise out_of_credit()
        if fault == "fail":
            raise Problem(500, "Internal server error", "An unexpected error occurred.")
        if fault == "malformed":
            return HTMLResponse("<html><body>Just a moment…</body></html>"), fault
        now = self._clock()
        accepted = Accepted(new_id(), model.name, asked, now, fault)
        self.accepted.append(accepted)
        del self.accepted[:-_REMEMBERED]
        seconds = self._seconds * (self._faults.slowness if fault == "slow" else 1.0)
        deadline = None if limit is None else now + limit
        prediction = Prediction(accepted.id, model, given, accepted, seconds, base(request), deadline, deployment)
        if fault in ("cut", "vanish"):
            accepted.pictures = 1
        if fault == "vanish":
            return JSONResponse(prediction.shown(), 201), fault
        self._predictions.add(prediction)
        if hook:
            self._tell(prediction, hook, events)
        if fault != "cut" and patience is not None:
            await self._wait(prediction, patience)
        # One that is not done in time is shown as it was born.
        shown = prediction if prediction.over else _newborn(prediction)
        return JSONResponse(shown.shown(), 201), fault

    def _hook(self, asked: dict[str, Any]) -> tuple[str | None, Sequence[str]]:
        hook, events = asked.get("webhook"), asked.get("webhook_events_filter")
        allowed = ("https://", "http://") if self._plain_hooks else ("https://",)
        if hook is not None and not (isinstance(hook, str) and hook.startswith(allowed)):
            raise invalid("webhook", "format", "Webhook must be an HTTPS URL")
        if events is None:
            return hook, EVENTS
        if not isinstance(events, list) or any(event not in EVENTS for event in events):
            raise invalid("webhook_events_filter", "enum", f"Events must be among {', '.join(EVENTS)}")
        return hook, events

    def _count(self) -> None:
        now = self._clock()
        while self._created and self._created[0] <= now - 60.0:
            self._created.popleft()
        if len(self._created) >= self._per_minute:
            raise throttled()
        self._created.append(now)

    async def _wait(self, prediction: Prediction, patience: float) -> None:
        until, at_most = self._clock() + patience, time.monotonic() + patience
        while True:
            await self._predictions.settle(prediction)
            if prediction.over or self._clock() >= until or time.monotonic() >= at_most:
                return
            await anyio.sleep(_BEAT)

    def _tell(self, prediction: Prediction, hook: str, events: Sequence[str]) -> None:
        task = asyncio.get_running_loop().create_task(self._told(prediction, hook, events))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _told(self, prediction: Prediction, hook: str, events: Sequence[str]) -> None:
        """Follow a prediction and call about what happens to it."""
        begun = False
        while True:
            await self._predictions.settle(prediction)
            if not begun and prediction.started_at is not None:
                begun = True
                await self._call(prediction, hook, "start" in events)
            if prediction.over or not self._predictions.knows(prediction.id):
                break
            await anyio.sleep(_BEAT)
        if prediction.status == "succeeded":
            await self._call(prediction, hook, "output" in events)
            await self._call(prediction, hook, "logs" in events)
        await self._call(prediction, hook, "completed" in events)

    async def _call(self, prediction: Prediction, hook: str, wanted: bool) -> None:
        if wanted:
            await self._webhooks.send(hook, json.dumps(prediction.shown()).encode())


def base(request: Request) -> str:
    """The address that the API was asked at, without `/v1`."""
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def _patience(request: Request) -> float | None:
    """How long the answer may be held open, or None."""
    told = request.headers.get("prefer")
    if told is None:
        return None
    found = _PREFER.match(told.strip())
    seconds = int(found[1] or _LONGEST_WAIT) if found else 0
    if not 1 <= seconds <= _LONGEST_WAIT:
        raise Problem(400, "Bad request", "Prefer: wait must be between 1 and 60 seconds")
    return float(seconds)


def _limit(request: Request) -> float | None:
    """After how many seconds the prediction is given up, or None."""
    told = request.headers.get("cancel-after")
    if told is None:
        return None
    seconds = duration(told.strip())
    if not seconds:
        raise Problem(400, "Bad request", "Cancel-After must be a duration such as 5m")
    return seconds


def _newborn(prediction: Prediction) -> Prediction:
    return Prediction(
        prediction.id,
        prediction.model,
        prediction.input,
        prediction.accepted,
        prediction.seconds,
        prediction.base,
        deployment=prediction.deployment,
    )
