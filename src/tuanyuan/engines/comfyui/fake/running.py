"""The worker of a ComfyUI server, driven by the clock: whoever asks finds the work as far as it is by now."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread

from tuanyuan.engines.comfyui.fake.events import Sockets
from tuanyuan.engines.comfyui.fake.folders import Folders
from tuanyuan.engines.comfyui.fake.graph import Graph
from tuanyuan.engines.comfyui.fake.jobs import History, Job, Queue, Step
from tuanyuan.engines.comfyui.fake.making import Failed, Maker, out_of_memory, preview
from tuanyuan.engines.sandbox import Accepted

# Of 10 000 steps nobody wants 10 000 messages.
_TOLD_STEPS = 50


class Worker:
    """One job after another. seconds: how long a job takes; slowness: how many times as long a slow one."""

    def __init__(self, folders: Folders, maker: Maker, clock: Callable[[], float], seconds: float, keep: float) -> None:
        self.queue = Queue()
        self.history = History(10_000, keep)
        self.sockets = Sockets(self.status, self.current)
        self._folders = folders
        self._maker = maker
        self._clock = clock
        self._seconds = seconds
        self._order = 0
        self._free_at = 0.0
        self._lock = anyio.Lock()
        self._results: dict[str, tuple[str, Any]] = {}

    def status(self) -> dict[str, Any]:
        """How long the queue is."""
        return {"exec_info": {"queue_remaining": len(self.queue)}}

    def current(self, client: str) -> str | None:
        """The node that runs for a client, or None."""
        running = self.queue.running
        return running.node if running and running.client == client else None

    def graph(self, prompt: dict[str, Any]) -> Graph:
        """A workflow that may look at the input folder."""
        return self._maker.graph(prompt)

    def put(
        self,
        number: float,
        prompt_id: str,
        prompt: dict[str, Any],
        extra_data: dict[str, Any],
        outputs: list[str],
        accepted: Accepted,
        slowness: float,
    ) -> None:
        """Queue a valid workflow. A throttled one waits behind strangers."""
        seconds = self._seconds * (slowness if accepted.fault == "slow" else 1.0)
        if accepted.fault == "throttle":
            busy = max(self._seconds, 1.0) * slowness
            for place in range(10):
                self._line_up(number, str(uuid.uuid4()), {}, {}, [], busy if place == 0 else 0.0)
        self._line_up(number, prompt_id, prompt, extra_data, outputs, seconds, accepted)
        self.sockets.tell_status()

    def _line_up(
        self,
        number: float,
        prompt_id: str,
        prompt: dict[str, Any],
        extra_data: dict[str, Any],
        outputs: list[str],
        seconds: float,
        accepted: Accepted | None = None,
    ) -> None:
        self._order += 1
        now = self._clock()
        self.queue.put(Job(number, self._order, prompt_id, prompt, extra_data, outputs, now, seconds, accepted))

    async def advance(self) -> None:
        """Do what is due by now."""
        # Half a step cannot be taken again: whoever asked may go away, the step is finished.
        with anyio.CancelScope(shield=True):
            async with self._lock:
                await self._advance()

    async def _advance(self) -> None:
        now = self._clock()
        self._folders.forget(now)
        self.history.forget(now)
        while True:
            if self.queue.running is None:
                if not self.queue.pending:
                    return
                self._begin(self.queue.pending.pop(0))
            job = self.queue.running
            if job is None or not await self._go_on(job, now):
                return

    def interrupt(self, prompt_id: str | None) -> bool:
        """Stop what runs, or only that one."""
        job = self.queue.running
        if job is None or (prompt_id and job.prompt_id != prompt_id):
            return False
        node = job.node or ""
        kind = job.prompt[node]["class_type"] if node else ""
        now = self._clock()
        self._message(job, now, "execution_interrupted", node_id=node, node_type=kind, executed=job.executed)
        self._end(job, now, "error")
        return True

    def free(self) -> None:
        """Forget the results of nodes that would not be run again."""
        self._results.clear()

    def restart(self) -> None:
        """Forget the queue and the history, and hang up; the files stay."""
        self.queue = Queue()
        self.history.clear()
        self.free()
        self.sockets.close()

    def _begin(self, job: Job) -> None:
        job.begun = max(self._free_at, job.queued_at)
        self.queue.running = job
        self.sockets.tell_status()
        if job.accepted is None:
            job.plan = [(1.0, "end", "", 0, 0)]
            return
        graph = self._maker.graph(job.prompt)
        if job.fault is not None:
            self.free()  # What goes wrong must be run to go wrong.
        signatures = graph.signatures(job.outputs, self._content)
        self._results = {node: kept for node, kept in self._results.items() if signatures.get(node) == kept[0]}
        job.order_of_nodes = graph.order(job.outputs)
        job.cached = [node for node in job.order_of_nodes if node in self._results]
        todo = [node for node in job.order_of_nodes if node not in self._results]
        if not todo:
            job.seconds = 0.0
        job.plan = _plan(graph, todo)
        self._message(job, job.begun, "execution_start")
        self._message(job, job.begun, "execution_cached", nodes=job.cached)
        for node in job.outputs:
            if node in self._results:
                self._executed(job, node, self._results[node][1])

    async def _go_on(self, job: Job, now: float) -> bool:
        """Do the due steps of a job; whether it is over."""
        while job.plan:
            share, what, node, value, most = job.plan[0]
            at = job.begun + share * job.seconds
            if at > now or (job.fault == "late" and (what == "end" or job.executed)):
                return False
            job.plan.pop(0)
            try:
                await self._step(job, what, node, value, most, at)
            except Failed as failed:
                self._fail(job, failed, at)
                return True
            # While a picture was drawn somebody may have stopped the job.
            if self.queue.running is not job:
                return True
        return True

    async def _step(self, job: Job, what: str, node: str, value: int, most: int, at: float) -> None:
        if what == "end":
            if job.accepted is not None:
                self._message(job, at, "execution_success")
            self._end(job, at, "success", completed=True)
            return
        graph = self._maker.graph(job.prompt)
        told = {"prompt_id": job.prompt_id, "node": node}
        if what == "node":
            job.node = node
            self._progress_state(job, node, 0, most)
            self.sockets.tell(job.client, "executing", {"display_node": node, **told})
        elif what == "progress":
            self._progress_state(job, node, value, most)
            self.sockets.tell(job.client, "progress", {"value": value, "max": most, **told})
        elif what == "preview":
            references = [self._folders.loaded(name) or b"" for end in job.outputs for name in graph.references(end)]
            picture = await anyio.to_thread.run_sync(preview, references)
            self.sockets.show(
                job.client, picture, {"node_id": node, "display_node_id": node, "prompt_id": job.prompt_id}
            )
        else:
            await self._finish(job, graph, node, at)

    async def _finish(self, job: Job, graph: Graph, node: str, at: float) -> None:
        if (key := graph.unlinked(node)) is not None:
            kind = type(graph.given(node)[key]).__name__
            raise Failed(node, "AttributeError", f"'{kind}' object has no attribute 'shape'")
        if graph.name(node) in ("LoadImage", "LoadImageMask"):
            self._maker.load(graph, node)
        if job.fault == "fail_later" and node == _heaviest(graph, job.order_of_nodes):
            raise out_of_memory(node)
        result = None
        if node in job.outputs:
            result = {"images": await self._maker.save(job, node, at)}
            if self.queue.running is not job:
                return
            self._executed(job, node, result)
        job.executed.append(node)
        self._results[node] = (graph.signatures(job.outputs, self._content)[node], result)

    def _executed(self, job: Job, node: str, result: Any) -> None:
        job.results[node] = result
        told = {"node": node, "display_node": node, "output": result, "prompt_id": job.prompt_id}
        self.sockets.tell(job.client, "executed", told)

    def _progress_state(self, job: Job, node: str, value: int, most: int) -> None:
        states = dict.fromkeys(job.executed, ("finished", 1, 1)) | {node: ("running", value, most)}
        nodes = {
            one: {"value": done, "max": of, "state": state, "node_id": one, "prompt_id": job.prompt_id}
            for one, (state, done, of) in states.items()
        }
        self.sockets.tell(job.client, "progress_state", {"prompt_id": job.prompt_id, "nodes": nodes})

    def _fail(self, job: Job, failed: Failed, at: float) -> None:
        self._message(
            job,
            at,
            "execution_error",
            node_id=failed.node,
            node_type=job.prompt[failed.node]["class_type"],
            executed=list(job.executed),
            exception_message=str(failed),
            exception_type=failed.kind,
            traceback=[f"{failed.kind}: {failed}\n"],
            current_inputs={key: [repr(value)] for key, value in job.prompt[failed.node]["inputs"].items()},
            current_outputs=list(self._results),
        )
        self._end(job, at, "error")

    def _end(self, job: Job, at: float, status: str, *, completed: bool = False) -> None:
        self.queue.running = None
        self._free_at = at
        if job.accepted is not None:
            self.history.add(job, status, completed=completed, now=at)
        self.sockets.tell_status()
        self.sockets.tell(job.client, "executing", {"node": None, "prompt_id": job.prompt_id})

    def _message(self, job: Job, at: float, kind: str, **data: Any) -> None:
        said = {**data, "prompt_id": job.prompt_id, "timestamp": int(at * 1000)}
        job.messages.append([kind, said])
        self.sockets.tell(job.client, kind, said)

    def _content(self, name: str) -> str:
        return hashlib.sha256(self._folders.loaded(name) or b"").hexdigest()


def _plan(graph: Graph, todo: list[str]) -> list[Step]:
    """Each step with the share of the time after which it is due; a sampler takes as long as its steps."""
    weights = [graph.steps(node) for node in todo]
    total = sum(weights) or 1
    plan: list[Step] = []
    passed = 0
    for node, weight in zip(todo, weights, strict=True):
        plan.append((passed / total, "node", node, 0, weight))
        shown = min(weight, _TOLD_STEPS) if weight > 1 else 0
        for place in range(1, shown + 1):
            step = weight * place // shown
            due = (passed + step) / total
            plan.append((due, "progress", node, step, weight))
            if place == (shown + 1) // 2:
                plan.append((due, "preview", node, 0, 0))
        passed += weight
        plan.append((passed / total, "done", node, 0, 0))
    return [*plan, (1.0, "end", "", 0, 0)]


def _heaviest(graph: Graph, nodes: list[str]) -> str:
    """Where memory runs out: at the sampler, or where most has been done."""
    return max(nodes, key=lambda node: (graph.steps(node), nodes.index(node)))
