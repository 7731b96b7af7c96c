"""What happens to a workflow that is posted (contract: comfyui.md 5.2)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from tuanyuan.engines.comfyui.fake.folders import Folders
from tuanyuan.engines.comfyui.fake.library import Library
from tuanyuan.engines.comfyui.fake.running import Worker
from tuanyuan.engines.comfyui.fake.validation import Verdict, validate
from tuanyuan.engines.sandbox import Accepted, Fault, Faults

# Of how many workflows the pictures are kept, and of how many the fact.
_PICTURED, _REMEMBERED = 500, 10_000
_CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def broke() -> Response:
    """What aiohttp says when a handler raised."""
    return PlainTextResponse("500 Internal Server Error\n\nServer got itself in trouble", 500)


class Submissions:
    """accepted: each workflow that was queued. modern: 0.33, otherwise 0.3.64."""

    def __init__(
        self,
        faults: Faults,
        library: Library,
        folders: Folders,
        worker: Worker,
        clock: Callable[[], float],
        *,
        modern: bool,
    ) -> None:
        self.accepted: list[Accepted] = []
        self._faults = faults
        self._library = library
        self._folders = folders
        self._worker = worker
        self._clock = clock
        self._modern = modern
        self._number = 0

    def restart(self) -> None:
        """Count from nought again."""
        self._number = 0

    def take(self, asked: dict[str, Any]) -> tuple[Response, Fault | None]:
        """The answer, and what goes wrong with the work.

        Raises KeyError, TypeError, ValueError, AttributeError for what is no workflow at all.
        """
        number = self._next_number(asked)
        if "prompt" not in asked:
            return _refused("no_prompt", "No prompt provided", "No prompt provided"), None
        prompt_id = asked.get("prompt_id")
        if prompt_id is None:
            prompt_id = str(uuid.uuid4())
        elif self._modern and not (isinstance(prompt_id, str) and _CANONICAL.match(prompt_id)):
            details = "prompt_id must be a UUID string in canonical lowercase hyphenated form"
            return _refused("invalid_prompt_id", "prompt_id must be a valid UUID", details), None
        targets = asked.get("partial_execution_targets")
        verdict = validate(asked["prompt"], self._library, self._is_there, targets, modern=self._modern)
        if verdict.error is not None:
            return JSONResponse({"error": verdict.error, "node_errors": verdict.node_errors}, 400), None
        fault = self._faults.next()
        if fault == "fail":
            return broke(), fault
        if fault == "malformed":
            return HTMLResponse("<html><body>It works!</body></html>"), fault
        self._accept(number, str(prompt_id), asked, verdict, fault)
        return JSONResponse({"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}), fault

    def _accept(
        self, number: float, prompt_id: str, asked: dict[str, Any], verdict: Verdict, fault: Fault | None
    ) -> None:
        prompt: dict[str, Any] = asked["prompt"]
        now = self._clock()
        accepted = Accepted(prompt_id, _model(prompt), asked, now, fault)
        self.accepted.append(accepted)
        # A fake that runs for days must not fill the memory.
        for old in self.accepted[:-_PICTURED][-1:]:
            old.made.clear()
        del self.accepted[:-_REMEMBERED]
        if fault in ("cut", "vanish"):
            graph = self._worker.graph(prompt)
            ends = [end for end in verdict.outputs if graph.name(end) == "SaveImage"]
            accepted.pictures = sum(graph.count(end) for end in ends)
        if fault == "vanish":
            return
        extra: dict[str, Any] = {**asked.get("extra_data", {}), "create_time": int(now * 1000)}
        if "client_id" in asked:
            extra["client_id"] = asked["client_id"]
        self._worker.put(number, prompt_id, prompt, extra, verdict.outputs, accepted, self._faults.slowness)

    def _next_number(self, asked: dict[str, Any]) -> float:
        if "number" in asked:
            return float(asked["number"])
        number = -self._number if asked.get("front") else self._number
        self._number += 1
        return number

    def _is_there(self, name: str) -> bool:
        return self._folders.loaded(name) is not None


def _refused(kind: str, message: str, details: str) -> Response:
    error = {"type": kind, "message": message, "details": details, "extra_info": {}}
    return JSONResponse({"error": error, "node_errors": {}}, 400)


def _model(prompt: dict[str, Any]) -> str:
    """The first diffusion model of a workflow."""
    for node in prompt.values():
        for key in ("unet_name", "ckpt_name"):
            if isinstance(node["inputs"].get(key), str):
                return str(node["inputs"][key])
    return "comfyui"
