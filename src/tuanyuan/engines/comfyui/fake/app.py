"""The routes of a ComfyUI server (contract: comfyui.md 5.1)."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from tuanyuan.engines.comfyui.fake import listings
from tuanyuan.engines.comfyui.fake.folders import Folders
from tuanyuan.engines.comfyui.fake.library import Library
from tuanyuan.engines.comfyui.fake.making import Maker
from tuanyuan.engines.comfyui.fake.running import Worker
from tuanyuan.engines.comfyui.fake.submissions import Submissions, broke
from tuanyuan.engines.comfyui.fake.transfers import upload, view
from tuanyuan.engines.sandbox import Accepted, Bounded, Faults, Severed

_MODERN, _OLD = "0.33.0", "0.3.64"
_MEGABYTE = 1024 * 1024

_Handler = Callable[[Request], Awaitable[Response]]


class ComfyUIFake:
    """A ComfyUI of our own that keeps to the contract and runs no model. Never in production.

    An output node saves `sandbox.draw` of the LoadImage pictures that reach it, in the size and number that the
    latent and scale nodes give. ComfyUI refuses no content and takes no money: with "refuse_input", "refuse_output"
    and "out_of_credit" the work is done as always. "throttle" is a long queue: strangers' jobs go first.

    models: files by folder, `library.MODELS` by default. version: 0.33.0, or 0.3.64 with its fewer nodes and older
    errors. seconds: how long a job takes by `clock`. keep: after how many seconds files and history are forgotten.
    most: bytes of a body; kept: bytes of all files. metadata: whether PNGs carry the workflow.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        models: Mapping[str, Sequence[str]] | None = None,
        version: str = _MODERN,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        metadata: bool = True,
        keep: float = 24 * 3600.0,
        most: int = 100 * _MEGABYTE,
        kept: int = 512 * _MEGABYTE,
    ) -> None:
        if version not in (_MODERN, _OLD):
            raise ValueError(f"version: {_MODERN} or {_OLD}")
        self.faults = faults or Faults()
        self.version = version
        self.calls: Counter[str] = Counter()
        self._modern = version == _MODERN
        self._clock = clock
        self._most = most
        self._library = Library(models, modern=self._modern)
        self._folders = Folders(keep, kept)
        self._worker = Worker(
            self._folders, Maker(self._library, self._folders, metadata=metadata), clock, seconds, keep
        )
        self._submissions = Submissions(
            self.faults, self._library, self._folders, self._worker, clock, modern=self._modern
        )
        self.accepted: list[Accepted] = self._submissions.accepted
        words = f"Maximum request body size {most} exceeded"
        self.app: ASGIApp = Bounded(self._routed(), most, lambda: PlainTextResponse(words, 413))

    def restart(self) -> None:
        """As if the process had been started again: queue and history are empty, the files are there."""
        self._worker.restart()
        self._submissions.restart()

    def stored(self, folder: str) -> dict[str, bytes]:
        """The files of a folder (input, output, temp) by path."""
        return {path: self._folders.read(folder, path) or b"" for path in self._folders.list(folder)}

    def _routed(self) -> Starlette:
        routes: list[tuple[str, str, _Handler]] = [
            ("GET", "/prompt", self._prompt_info),
            ("POST", "/prompt", self._submit),
            ("GET", "/queue", self._queue),
            ("POST", "/queue", self._change_queue),
            ("POST", "/interrupt", self._interrupt),
            ("POST", "/free", self._free),
            ("GET", "/history", self._history),
            ("GET", "/history/{prompt_id}", self._history_of),
            ("POST", "/history", self._change_history),
            ("GET", "/view", self._view),
            ("POST", "/upload/image", self._upload),
            ("POST", "/upload/mask", self._upload_mask),
            ("GET", "/object_info", self._object_info),
            ("GET", "/object_info/{name}", self._object_info),
            ("GET", "/system_stats", self._system_stats),
            ("GET", "/models", self._models),
            ("GET", "/models/{folder}", self._models),
            ("GET", "/embeddings", self._embeddings),
            ("GET", "/features", self._features),
        ]
        built: list[Any] = []
        for prefix in ("", "/api"):
            built += [
                Route(prefix + path, self._counted(method, path, to), methods=[method]) for method, path, to in routes
            ]
            built.append(WebSocketRoute(prefix + "/ws", self._listen))
        if self._modern:
            built.append(Route("/api/jobs", self._counted("GET", "/api/jobs", self._jobs)))
            built.append(Route("/api/jobs/{job_id}", self._counted("GET", "/api/jobs/{job_id}", self._job)))
        return Starlette(routes=built)

    def _counted(self, method: str, path: str, to: _Handler) -> _Handler:
        async def handle(request: Request) -> Response:
            self.calls[f"{method} {path}"] += 1
            await self._worker.advance()
            try:
                return await to(request)
            except (KeyError, TypeError, ValueError, AttributeError, OSError):
                return broke()

        return handle

    async def _submit(self, request: Request) -> Response:
        answer, fault = self._submissions.take(await request.json())
        return Severed() if fault == "cut" else answer

    async def _prompt_info(self, _: Request) -> Response:
        return JSONResponse(self._worker.status())

    async def _queue(self, _: Request) -> Response:
        queue = self._worker.queue
        running = [queue.running.listed()] if queue.running else []
        return JSONResponse({"queue_running": running, "queue_pending": [job.listed() for job in queue.pending]})

    async def _change_queue(self, request: Request) -> Response:
        asked = await request.json()
        if asked.get("clear"):
            self._worker.queue.pending.clear()
        for prompt_id in asked.get("delete", []):
            self._worker.queue.delete(prompt_id)
        self._worker.sockets.tell_status()
        return Response()

    async def _interrupt(self, request: Request) -> Response:
        body = await request.body()
        self._worker.interrupt(json.loads(body).get("prompt_id") if body else None)
        return Response()

    async def _free(self, request: Request) -> Response:
        if (await request.json()).get("free_memory"):
            self._worker.free()
        return Response()

    async def _history(self, request: Request) -> Response:
        most = request.query_params.get("max_items")
        offset = int(request.query_params.get("offset", -1))
        return JSONResponse(self._worker.history.page(None if most is None else int(most), offset))

    async def _history_of(self, request: Request) -> Response:
        prompt_id = request.path_params["prompt_id"]
        entry = self._worker.history.get(prompt_id)
        return JSONResponse({prompt_id: entry} if entry else {})

    async def _change_history(self, request: Request) -> Response:
        asked = await request.json()
        if asked.get("clear"):
            self._worker.history.clear()
        for prompt_id in asked.get("delete", []):
            self._worker.history.delete(prompt_id)
        return Response()

    async def _view(self, request: Request) -> Response:
        return view(request, self._folders)

    async def _upload(self, request: Request) -> Response:
        return await self._uploaded(request, mask=False)

    async def _upload_mask(self, request: Request) -> Response:
        return await self._uploaded(request, mask=True)

    async def _uploaded(self, request: Request, *, mask: bool) -> Response:
        async with request.form() as form:
            return await upload(form, self._folders, self._clock(), mask=mask)

    async def _object_info(self, request: Request) -> Response:
        pictures = [path for path in self._folders.list("input") if "/" not in path]
        named = request.path_params.get("name")
        names = self._library if named is None else [named] if named in self._library else []
        return JSONResponse({name: self._library.info(name, pictures) for name in names})

    async def _system_stats(self, _: Request) -> Response:
        return JSONResponse(listings.system_stats(self.version))

    async def _models(self, request: Request) -> Response:
        folder = request.path_params.get("folder")
        if folder is None:
            return JSONResponse(sorted(self._library.models))
        if folder not in self._library.models:
            return Response(status_code=404)
        return JSONResponse(self._library.models[folder])

    async def _embeddings(self, _: Request) -> Response:
        return JSONResponse([])

    async def _features(self, _: Request) -> Response:
        return JSONResponse({"supports_preview_metadata": True, "max_upload_size": self._most})

    async def _jobs(self, request: Request) -> Response:
        return listings.jobs(request, self._worker)

    async def _job(self, request: Request) -> Response:
        return listings.job(request.path_params["job_id"], self._worker)

    async def _listen(self, websocket: WebSocket) -> None:
        self.calls["GET /ws"] += 1
        await self._worker.sockets.serve(websocket, self._worker.advance)
