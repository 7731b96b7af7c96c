"""Replicate: the workflows of our ComfyUI engine on rented GPUs. Source: contract 6.

Input, output and files of a prediction are gone an hour after it; the uploaded archive is deleted at once. There is
no idempotency key, so an attempt is found again by its id in what the list of predictions shows.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import structlog

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    Pending,
    Picture,
    TaskRef,
    Transient,
    Unknown,
    unheard,
)
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports.pixels import Progress
from tuanyuan.engines import asked
from tuanyuan.engines.attached import attached
from tuanyuan.engines.comfyui import mapping as comfyui
from tuanyuan.engines.comfyui import png, workflows
from tuanyuan.engines.replicate import mapping
from tuanyuan.engines.told import entries
from tuanyuan.engines.wire import Answer, Wire

# Pages of the list that are looked through for a lost attempt.
MOST_PAGES = 10
# Clocks differ.
SKEW = timedelta(minutes=5)
STARTING_SECONDS, PROCESSING_SECONDS = 3.0, 2.0
MOST_LIST = 32 << 20
# It stands in addresses, and between colons in a task.
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")

log = structlog.get_logger(__name__)


class ReplicateEngine:
    """Implements `domain.engine.Engine`. transport: instead of the network, for tests.

    keys: `replicate_api_token`, and `replicate_version`, which pins every model that pins none of its own.
    """

    name = mapping.ENGINE
    resumable = False

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.capabilities = capabilities
        self._headers = {"Authorization": f"Bearer {keys.get('replicate_api_token', '')}"}
        self._version = keys.get("replicate_version", "")
        self._wire = Wire(url, transport=transport)
        # When this process sent an attempt (an older prediction cannot be it), and the id of its archive.
        self._sent: dict[str, tuple[datetime, str]] = {}

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid: an option that is unknown, out of bounds or not understood here."""
        asked.check(order, self.capabilities)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> TaskRef:
        """Upload the pictures and create the prediction, once. What fails before that was never accepted: Transient."""
        del progress
        model, _ = attached(request, self.name)
        workflow = workflows.load(comfyui.workflow_name(model))
        # Everything that can be refused here is refused before a picture leaves.
        mapping.prediction(request, model, workflow, attempt, self._version, "")
        file_id, address = await self._upload(request)
        body = mapping.prediction(request, model, workflow, attempt, self._version, address)
        self._sent[attempt] = (datetime.now(UTC), file_id)
        try:
            answer = await self._wire.call("POST", "/predictions", json=body, headers=self._headers)
            error = mapping.refused(answer)
            if error is not None:
                raise error
        except Unknown:
            raise
        except StudioError as error:
            log.info("replicate_refused", code=error.code)
            self._sent.pop(attempt, None)
            await self._delete(file_id)
            raise
        prediction = self._id(answer.json())
        self._sent.pop(attempt, None)
        return self._task(model.id, prediction, file_id)

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """How far it is. Transient picture_gone: its hour is over; engine_task_gone: it is not known any more."""
        model, prediction, file_id = self._read(task)
        answer = await self._get(f"/predictions/{prediction}")
        if answer.status == httpx2.codes.NOT_FOUND:
            await self._delete(file_id)
            raise Transient("engine_task_gone")
        told = self._accepted(answer).json()
        status = told.get("status")
        if status in mapping.UNDER_WAY:
            return Pending(None, STARTING_SECONDS if status == "starting" else PROCESSING_SECONDS)
        error = mapping.failed(told)
        if error is not None:
            log.info("replicate_failed", code=error.code, status=str(status)[:20])
            await self._delete(file_id)
            raise error
        found = mapping.addresses(told.get("output"))
        if not found:
            await self._delete(file_id)
            raise Transient("picture_gone" if told.get("data_removed") else "engine_failed")
        try:
            pictures = tuple([Picture(png.without_texts(await self._wire.fetch(address))) for address in found])
        except Transient:
            await self._delete(file_id)
            raise
        await self._delete(file_id)
        return EngineResult(pictures, cost_fen=mapping.cost_fen(told, model, len(pictures)))

    async def find(self, attempt: str) -> TaskRef | None:
        """The task of an attempt whose answer was lost, by what went in; None: it was never accepted.

        Unknown answer_lost: a prediction that may be it does not show what went in (any more).
        """
        since, file_id = self._sent.get(attempt, (None, ""))
        page, unreadable = "/predictions", False
        for _ in range(MOST_PAGES):
            told = self._accepted(await self._get(page, most=MOST_LIST)).json()
            results = told.get("results")
            if not isinstance(results, list):
                raise Unknown("answer_lost")
            for listed in entries(results):
                made = mapping.created(listed)
                if since is not None and made is not None and made < since - SKEW:
                    return await self._never(unreadable, file_id)
                model = mapping.model_of(listed, attempt)
                unreadable = unreadable or model is None
                if model and self.capabilities.model(model) is not None:
                    return self._task(model, self._id(listed), mapping.input_file_id(listed))
            page = told.get("next") or ""
            if not isinstance(page, str):
                raise Unknown("answer_lost")
            if not page:
                return await self._never(unreadable, file_id)
            if not page.startswith(f"{self._wire.base_url}/"):
                # The token goes nowhere else.
                raise Unknown("answer_lost")
        raise Unknown("answer_lost")

    async def cancel(self, task: TaskRef) -> None:
        """Ask to stop it, and delete what was uploaded. Best effort."""
        with contextlib.suppress(StudioError):
            _, prediction, file_id = self._read(task)
            with contextlib.suppress(StudioError):
                await self._wire.call("POST", f"/predictions/{prediction}/cancel", headers=self._headers)
            await self._delete(file_id)

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def _upload(self, request: EngineRequest) -> tuple[str, str]:
        """Id and address of the archive (6.3); empty ones where there is no picture."""
        if not request.references:
            return "", ""
        content = ("references.zip", mapping.archive(request.references), "application/zip")
        try:
            answer = await self._wire.call("POST", "/files", files={"content": content}, headers=self._headers)
            told = self._accepted(answer).json()
            return str(told["id"]), str(told["urls"]["get"])
        except (Unknown, KeyError, TypeError):
            # No prediction was made, so nothing is billed.
            raise Transient("engine_failed") from None

    async def _delete(self, file_id: str) -> None:
        """The uploaded pictures; they would go by themselves after a day (6.3). Best effort."""
        if file_id:
            with contextlib.suppress(StudioError):
                await self._wire.call("DELETE", f"/files/{file_id}", headers=self._headers)

    async def _get(self, path: str, most: int = 2 << 20) -> Answer:
        """A GET, which may be asked again: what is not reached is Unknown."""
        try:
            return await self._wire.call("GET", path, most=most, headers=self._headers)
        except Transient:
            raise unheard() from None

    def _accepted(self, answer: Answer) -> Answer:
        error = mapping.refused(answer)
        if error is not None:
            raise error
        return answer

    async def _never(self, unreadable: bool, file_id: str) -> TaskRef | None:
        """No prediction is the attempt's, and those that do not show what went in are not known to be others'."""
        if unreadable:
            raise Unknown("answer_lost")
        await self._delete(file_id)
        return None

    def _task(self, model: str, prediction: str, file_id: str) -> TaskRef:
        return TaskRef(self.name, f"{model}:{prediction}:{file_id}")

    @staticmethod
    def _id(told: Mapping[str, Any]) -> str:
        """Unknown answer_lost: it is none that could be asked for."""
        prediction = told.get("id")
        if not isinstance(prediction, str) or not _ID.fullmatch(prediction):
            raise Unknown("answer_lost")
        return prediction

    def _read(self, task: TaskRef) -> tuple[Model, str, str]:
        parts: list[Any] = task.task.split(":")
        model = self.capabilities.model(parts[0])
        if model is None or len(parts) != 3 or not parts[1]:
            raise BadRequest("engine_bad_request", engine=self.name, detail="task")
        return model, parts[1], parts[2]
