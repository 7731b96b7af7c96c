"""Jobs of a ComfyUI server: waiting, running, and what is kept of the finished ones (contract: comfyui.md 5.1, 5.4)."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import Any

from tuanyuan.engines.comfyui.fake.validation import Prompt
from tuanyuan.engines.sandbox import Accepted, Fault

Step = tuple[float, str, str, int, int]


@dataclass
class Job:
    """One workflow in the queue. accepted: None for the job of a stranger who uses the same server."""

    number: float
    order: int
    prompt_id: str
    prompt: Prompt
    extra_data: dict[str, Any]
    outputs: list[str]
    queued_at: float
    seconds: float
    accepted: Accepted | None = None
    begun: float = 0.0
    plan: list[Step] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    order_of_nodes: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)
    node: str | None = None
    results: dict[str, Any] = field(default_factory=dict)
    messages: list[Any] = field(default_factory=list)

    @property
    def client(self) -> str:
        """Whose socket hears of it; empty: nobody's."""
        return str(self.extra_data.get("client_id") or "")

    @property
    def fault(self) -> Fault | None:
        """What goes wrong with it."""
        return self.accepted.fault if self.accepted else None

    def listed(self) -> list[Any]:
        """As `/queue` and `/history` show it."""
        return [self.number, self.prompt_id, self.prompt, self.extra_data, self.outputs]


class Queue:
    """Who runs next: the smallest number, then who came first."""

    def __init__(self) -> None:
        self.pending: list[Job] = []
        self.running: Job | None = None

    def __len__(self) -> int:
        return len(self.pending) + (self.running is not None)

    def put(self, job: Job) -> None:
        """Line a job up."""
        bisect.insort(self.pending, job, key=lambda waiting: (waiting.number, waiting.order))

    def delete(self, prompt_id: str) -> bool:
        """Take the first waiting job of that id away; one that runs stays."""
        for place, job in enumerate(self.pending):
            if job.prompt_id == prompt_id:
                del self.pending[place]
                return True
        return False


class History:
    """The finished jobs, oldest first. most: how many are remembered; keep: for how many seconds."""

    def __init__(self, most: int, keep: float) -> None:
        self._most = most
        self._keep = keep
        self._entries: dict[str, tuple[float, dict[str, Any]]] = {}

    def add(self, job: Job, status: str, *, completed: bool, now: float) -> None:
        """Remember a job; one of the same id before it is forgotten."""
        nodes = job.results
        entry = {
            "prompt": job.listed(),
            "outputs": nodes,
            "status": {"status_str": status, "completed": completed, "messages": job.messages},
            "meta": {
                node: {"node_id": node, "display_node": node, "parent_node": None, "real_node_id": node}
                for node in nodes
            },
        }
        self._entries.pop(job.prompt_id, None)
        self._entries[job.prompt_id] = (now, entry)
        while len(self._entries) > self._most:
            del self._entries[next(iter(self._entries))]

    def forget(self, now: float) -> None:
        """Let go of what is older than `keep`."""
        for prompt_id in [one for one, (at, _) in self._entries.items() if now - at > self._keep]:
            del self._entries[prompt_id]

    def get(self, prompt_id: str) -> dict[str, Any] | None:
        """One entry, or None."""
        found = self._entries.get(prompt_id)
        return found[1] if found else None

    def page(self, most: int | None, offset: int) -> dict[str, Any]:
        """Entries by id: the last `most`, or `most` from `offset` on."""
        entries = list(self._entries.items())
        if most is not None:
            first = len(entries) - most if offset < 0 else offset
            entries = entries[max(0, first) :][:most]
        elif offset > 0:
            entries = entries[offset:]
        return {prompt_id: entry for prompt_id, (_, entry) in entries}

    def delete(self, prompt_id: str) -> None:
        """Forget one."""
        self._entries.pop(prompt_id, None)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
