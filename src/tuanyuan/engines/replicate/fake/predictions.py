"""A prediction from its birth to its forgetting (contract: replicate.md 6.2)."""

from __future__ import annotations

import base64
import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio

from tuanyuan.engines.replicate.fake.models import Model
from tuanyuan.engines.replicate.fake.problems import not_found
from tuanyuan.engines.replicate.fake.running import Failed, Runner
from tuanyuan.engines.replicate.fake.timing import written
from tuanyuan.engines.sandbox import Accepted, Lying, Shelf

# Contract: "deleted after 1 hour".
DATA_LIFE = 3600.0
# Of its time a prediction is this much cold boot.
_BOOT = 0.25
_OVER = ("succeeded", "failed", "canceled", "aborted")
_SAID = {
    "refuse_input": "NSFW content detected. Try running it again, or try a different prompt.",
    "refuse_output": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    "fail_later": "director: unexpected error handling prediction (E8765)",
}


@dataclass
class Prediction:
    """seconds: how long it takes. deadline: when it is given up. base: address of the API that its links begin with."""

    id: str
    model: Model
    input: dict[str, Any]
    accepted: Accepted
    seconds: float
    base: str
    deadline: float | None = None
    deployment: str | None = None
    status: str = "starting"
    output: list[str] | None = None
    error: str | None = None
    logs: str = ""
    started_at: float | None = None
    completed_at: float | None = None
    removed: bool = False
    lock: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def over(self) -> bool:
        """Whether nothing changes any more."""
        return self.status in _OVER

    def shown(self) -> dict[str, Any]:
        """As the API writes it."""
        born = self.accepted.at
        metrics: dict[str, float] = {}
        if self.completed_at is not None:
            metrics["total_time"] = self.completed_at - born
            if self.started_at is not None:
                metrics["predict_time"] = self.completed_at - self.started_at
        address = f"{self.base}/v1/predictions/{self.id}"
        return {
            "id": self.id,
            "model": self.model.name,
            "version": self.model.version,
            **({"deployment": self.deployment} if self.deployment else {}),
            "input": {} if self.removed else self.input,
            "output": None if self.removed else self.output,
            "error": self.error,
            "logs": "" if self.removed else self.logs,
            "metrics": metrics,
            "status": self.status,
            "source": "api",
            "data_removed": self.removed,
            "created_at": written(born),
            "started_at": None if self.started_at is None else written(self.started_at),
            "completed_at": None if self.completed_at is None else written(self.completed_at),
            "urls": {
                "get": address,
                "cancel": f"{address}/cancel",
                "web": f"https://replicate.com/p/{self.id}",
            },
        }


class Predictions:
    """All predictions of an account. keep: after how many seconds even their facts are forgotten."""

    def __init__(self, runner: Runner, clock: Callable[[], float], keep: float) -> None:
        self._runner = runner
        self._clock = clock
        self._keep = keep
        self._known: dict[str, Prediction] = {}
        self._shelf = Shelf()

    def add(self, prediction: Prediction) -> None:
        """Remember one."""
        self._known[prediction.id] = prediction

    def get(self, prediction_id: str) -> Prediction:
        """One, as it was last looked at. Raises Problem."""
        if prediction_id not in self._known:
            raise not_found()
        return self._known[prediction_id]

    def knows(self, prediction_id: str) -> bool:
        """Whether it was not forgotten."""
        return prediction_id in self._known

    def newest(self) -> list[Prediction]:
        """All, the newest first."""
        return list(reversed(self._known.values()))

    def delivered(self, name: str) -> Lying | None:
        """A file of an output, until its hour is over."""
        self.forget()
        return self._shelf.get(name, self._clock())

    async def settle(self, prediction: Prediction) -> None:
        """Bring a prediction to where it is by now."""
        with anyio.CancelScope(shield=True):
            async with prediction.lock:
                await self._settle(prediction)

    def cancel(self, prediction: Prediction) -> None:
        """Stop one that is not over."""
        if not prediction.over:
            self._end(prediction, self._clock(), "canceled")

    def forget(self) -> None:
        """Let go of data after an hour, and of everything after `keep`."""
        now = self._clock()
        self._shelf.forget(now)
        for prediction in list(self._known.values()):
            ended = prediction.completed_at
            if ended is not None and now - ended >= DATA_LIFE:
                prediction.removed = True
                prediction.accepted.made.clear()
            if now - prediction.accepted.at > self._keep:
                del self._known[prediction.id]

    async def _settle(self, prediction: Prediction) -> None:
        now = self._clock()
        born, fault = prediction.accepted.at, prediction.accepted.fault
        begins, ends = born + prediction.seconds * _BOOT, born + prediction.seconds
        if not prediction.over and prediction.status == "starting" and now >= begins:
            prediction.status, prediction.started_at = "processing", begins
        given_up = prediction.deadline is not None and now >= prediction.deadline
        if not prediction.over and given_up and (fault == "late" or (prediction.deadline or 0.0) < ends):
            status = "aborted" if prediction.started_at is None else "canceled"
            self._end(prediction, prediction.deadline or now, status)
        if not prediction.over and now >= ends and fault != "late":
            await self._finish(prediction, ends)
        self.forget()

    async def _finish(self, prediction: Prediction, at: float) -> None:
        fault = prediction.accepted.fault
        if fault in _SAID:
            prediction.error = _SAID[fault]
            self._end(prediction, at, "failed")
            return
        try:
            made = await self._runner.run(prediction.model, prediction.input, fault, prediction.base)
        except Failed as failed:
            prediction.error = str(failed)
            self._end(prediction, at, "failed")
            return
        # While it was drawn somebody may have stopped it.
        if prediction.over:
            return
        prediction.output = [self._stored(prediction, name, data, at) for name, data in made]
        prediction.accepted.made += [data for _, data in made]
        prediction.accepted.pictures = len(made)
        prediction.logs = f"made {len(made)}\n"
        self._end(prediction, at, "succeeded")

    def _stored(self, prediction: Prediction, name: str, data: bytes, at: float) -> str:
        place = f"{secrets.token_urlsafe(24)}/{name}"
        if prediction.accepted.fault != "expired":
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self._shelf.put(place, data, kind, at + DATA_LIFE)
        return f"{prediction.base}/delivery/{place}"

    def _end(self, prediction: Prediction, at: float, status: str) -> None:
        prediction.status, prediction.completed_at = status, at


def new_id() -> str:
    """26 letters and digits."""
    return base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]
