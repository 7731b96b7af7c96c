"""A ComfyUI server of the operator's own: workflows kept here as data run on its GPU. Source: contract 5.

The server bills nobody, knows no user and forgets nothing: every file that was put on it or made by it is painted
over when its pictures are with us. A result is kept here for those who ask again.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import httpx2
import structlog

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    EngineSetup,
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
from tuanyuan.engines import asked, statuses
from tuanyuan.engines.attached import attached
from tuanyuan.engines.comfyui import checking, mapping, refusals, workflows
from tuanyuan.engines.comfyui.progress import Listening
from tuanyuan.engines.comfyui.shelf import Shelf
from tuanyuan.engines.wire import Answer, Wire

# `/object_info` of a server with many node packs; a queue or a history entry holds whole workflows.
MOST_NODES, MOST_QUEUE = 64 << 20, 16 << 20
# Prompts that may wait on the server, unless the model's option `most_waiting` says otherwise.
MOST_WAITING = 16
# Results kept for those who ask again.
MOST_KEPT = 4
QUEUED_SECONDS, RUNNING_SECONDS = 2.0, 1.0

log = structlog.get_logger(__name__)


class ComfyuiEngine:
    """Implements `domain.engine.Engine`. keys: `comfyui_url`, the server's address; `url` where that is no address.

    transport: instead of the network, for tests; then nobody listens for progress unless `websocket` is true.
    """

    name = refusals.ENGINE
    resumable = False

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        websocket: bool | None = None,
    ) -> None:
        self.capabilities = capabilities
        address = keys.get("comfyui_url", "")
        self._wire = Wire(address if "://" in address else url, transport=transport)
        self._shelf = Shelf(self._wire)
        listen = transport is None if websocket is None else websocket
        self._listening = Listening(self._wire.base_url) if listen else None
        self._checked: set[str] = set()
        self._kept: OrderedDict[str, EngineResult] = OrderedDict()

    def check(self, order: JobRequest) -> None:
        """WrongUsage option_invalid: an option that is unknown, out of bounds or not understood here."""
        asked.check(order, self.capabilities)

    async def ready(self, model: Model) -> None:
        """Check the model's workflow against the server, once. EngineSetup names the files or nodes that are missing.

        Called before the first prompt of a workflow, and by whoever wants to know at start-up.
        """
        workflow = workflows.load(mapping.workflow_name(model))
        if workflow.name in self._checked:
            return
        answer = await self._ask("/object_info", most=MOST_NODES)
        nodes = answer.json()
        try:
            missing = checking.missing_files(workflow, nodes)
            flaws = checking.flaws(workflow.nodes, nodes)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # The list of nodes is not what 5.2 says: somebody else answers there.
            raise EngineSetup("engine_setup", engine=self.name, detail="object_info") from None
        if missing:
            raise EngineSetup("engine_setup", engine=self.name, detail=f"{workflow.name}: {', '.join(missing)}")
        if flaws:
            told = dict.fromkeys(f"{flaw.type} {flaw.class_type}.{flaw.input}".rstrip(".") for flaw in flaws)
            raise EngineSetup("engine_setup", engine=self.name, detail=f"{workflow.name}: {', '.join(told)}")
        self._checked.add(workflow.name)

    async def submit(self, request: EngineRequest, attempt: str, progress: Progress) -> TaskRef:
        """Put the pictures there and queue the workflow, once.

        Throttled: too many wait already. What fails before the prompt is sent was never accepted: Transient.
        """
        model, references = attached(request, self.name)
        workflow = workflows.load(mapping.workflow_name(model))
        mapping.assigned(workflow, references, self.name)
        prompt = mapping.prompt_id(attempt)
        with _not_accepted():
            await self.ready(model)
            await self._refuse_when_full(model)
        try:
            files = await self._shelf.put(prompt, references)
            nodes = mapping.filled(request, model, workflow, files, mapping.prefix(prompt, model), self.name)
            if self._listening is not None:
                await self._listening.begin(prompt, progress, self.capabilities.deadline(model))
            return await self._post(model, prompt, nodes)
        except Unknown:
            # The server may be at it: nothing is taken away.
            raise
        except StudioError as error:
            log.info("comfyui_refused", code=error.code)
            await self._forget(prompt)
            await self._shelf.blank_inputs(prompt, len(references))
            raise

    async def poll(self, task: TaskRef) -> Pending | EngineResult:
        """How far it is (5.4). Transient engine_task_gone: the server was started again and knows it no more."""
        if task.task in self._kept:
            return self._kept[task.task]
        model, prompt = self._read(task)
        queued = await self._queued(prompt)
        if queued is not None:
            running = queued[0] == "queue_running"
            share = self._listening.share(prompt) if self._listening is not None else None
            return Pending(share, RUNNING_SECONDS) if running else Pending(None, QUEUED_SECONDS)
        entry = await self._entry(prompt)
        if entry is None:
            await self._forget(prompt)
            await self._shelf.blank_inputs(prompt)
            raise Transient("engine_task_gone")
        error = refusals.failed(entry)
        try:
            if error is not None:
                raise error
            result = await self._result(model, entry)
        except Unknown:
            # Asked again later: everything stays.
            raise
        except StudioError:
            await self._clean(prompt, entry)
            raise
        self._kept[task.task] = result
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        await self._clean(prompt, entry)
        return result

    async def find(self, attempt: str) -> TaskRef | None:
        """The task of an attempt whose answer was lost, waiting, running or done; None: it was never queued."""
        prompt = mapping.prompt_id(attempt)
        queued = await self._queued(prompt)
        item = queued[1] if queued is not None else (await self._entry(prompt) or {}).get("prompt")
        if item is None:
            await self._shelf.blank_inputs(prompt)
            return None
        model = mapping.model_of(item)
        if self.capabilities.model(model) is None:
            raise Unknown("answer_lost")
        return TaskRef(self.name, f"{model}:{prompt}")

    async def cancel(self, task: TaskRef) -> None:
        """Take it out of the queue, or interrupt it, and paint over its pictures. Best effort."""
        with contextlib.suppress(StudioError):
            _, prompt = self._read(task)
            await self._forget(prompt)
            await self._tell("/interrupt", {"prompt_id": prompt})
            await self._shelf.blank_inputs(prompt)
            await self._tell("/history", {"delete": [prompt]})

    async def close(self) -> None:
        """Let go of connections."""
        if self._listening is not None:
            await self._listening.close()
        await self._wire.close()

    async def _refuse_when_full(self, model: Model) -> None:
        answer = await self._ask("/prompt")
        told = answer.json().get("exec_info")
        waiting = told.get("queue_remaining") if isinstance(told, dict) else None
        if isinstance(waiting, int) and waiting >= int(model.options.get("most_waiting", MOST_WAITING)):
            raise statuses.throttled(None)

    async def _post(self, model: Model, prompt: str, nodes: workflows.Nodes) -> TaskRef:
        answer = await self._wire.call("POST", "/prompt", json=mapping.order(prompt, nodes))
        error = refusals.refused(answer)
        if error is None:
            return TaskRef(self.name, f"{model.id}:{prompt}")
        if isinstance(error, EngineSetup):
            # Files went away since the workflow was checked.
            self._checked.clear()
        if answer.status == httpx2.codes.OK:
            await self._tell("/interrupt", {"prompt_id": prompt})
        raise error

    async def _queued(self, prompt: str) -> tuple[str, Any] | None:
        """In which list of the queue the prompt is, and its item (5.1)."""
        found = (await self._ask("/queue", most=MOST_QUEUE)).json()
        for name in ("queue_running", "queue_pending"):
            listed = found.get(name)
            for item in listed if isinstance(listed, list) else ():
                if isinstance(item, list) and len(item) > 1 and item[1] == prompt:
                    return name, item
        return None

    async def _entry(self, prompt: str) -> dict[str, Any] | None:
        found = (await self._ask(f"/history/{prompt}", most=MOST_QUEUE)).json().get(prompt)
        return found if isinstance(found, dict) else None

    async def _result(self, model: Model, entry: Mapping[str, Any]) -> EngineResult:
        workflow = workflows.load(mapping.workflow_name(model))
        files = mapping.outputs(entry, workflow.output)
        pictures = tuple([Picture(await self._shelf.get(file)) for file in files])
        if not pictures:
            raise Transient("engine_failed")
        return EngineResult(pictures, cost_fen=model.price_fen * len(pictures))

    async def _clean(self, prompt: str, entry: Mapping[str, Any]) -> None:
        """Leave nothing of a finished prompt but grey pixels (5.5). Best effort."""
        if self._listening is not None:
            await self._listening.end(prompt)
        await self._shelf.blank_inputs(prompt)
        await self._shelf.blank(mapping.outputs(entry))
        await self._tell("/history", {"delete": [prompt]})

    async def _forget(self, prompt: str) -> None:
        """Stop listening, and take the prompt out of the queue."""
        if self._listening is not None:
            await self._listening.end(prompt)
        await self._tell("/queue", {"delete": [prompt]})

    async def _tell(self, path: str, body: Mapping[str, Any]) -> None:
        with contextlib.suppress(StudioError):
            await self._wire.call("POST", path, json=body)

    async def _ask(self, path: str, most: int = 2 << 20) -> Answer:
        """A GET, which may be asked again: what is not reached is Unknown."""
        try:
            answer = await self._wire.call("GET", path, most=most)
        except Transient:
            raise unheard() from None
        if answer.status == httpx2.codes.OK:
            return answer
        error = refusals.refused(answer)
        raise Unknown("answer_lost") if error is None or isinstance(error, Transient) else error

    def _read(self, task: TaskRef) -> tuple[Model, str]:
        """The model and the prompt's id of a task, which is also the folder of its files."""
        model_id, _, prompt = task.task.rpartition(":")
        model = self.capabilities.model(model_id)
        if model is None or not prompt:
            raise BadRequest("engine_bad_request", engine=self.name, detail="task")
        return model, prompt


@contextlib.contextmanager
def _not_accepted() -> Any:
    """Before the prompt is sent nothing can have been accepted: what is lost there is known to have failed."""
    try:
        yield
    except Unknown:
        raise Transient("engine_failed") from None
