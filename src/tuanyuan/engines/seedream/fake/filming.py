"""`contents/generations/tasks`: clips are asked for, looked at, listed, deleted (contract: ark-seedream.md 2.7)."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
import httpx2
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tuanyuan.engines.sandbox import Accepted, Severed, broken, clip, film
from tuanyuan.engines.seedream.fake import photos, refusals, videos
from tuanyuan.engines.seedream.fake.desk import Desk, malformed, read
from tuanyuan.engines.seedream.fake.refusals import Refused, invalid

Post = Callable[[str, bytes], Awaitable[None]]


class Filming:
    """The routes for clips. post: sends a task's body to its callback_url."""

    def __init__(self, desk: Desk, post: Post | None) -> None:
        self._desk, self._post = desk, post or _post
        self._tasks: dict[str, videos.Task] = {}
        self._again: bytes | None = None
        desk.forgets.append(self._drop)

    async def announce(self) -> int:
        """Send each task whose state changed since the last time to its callback_url; how many were sent."""
        sent = 0
        for task in list(self._tasks.values()):
            state = task.state(self._desk.clock())
            if task.order.callback is not None and task.told != state:
                task.told = state
                body = json.dumps(task.seen(self._desk.clock()), ensure_ascii=False).encode()
                try:
                    await self._post(task.order.callback, body)
                except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
                    continue
                sent += 1
        return sent

    async def create(self, request: Request) -> Response:
        """Accept a task. Raises Refused."""
        desk = self._desk
        body = await read(request)
        name, model = desk.model(body, videos.MODELS)
        order = videos.order(body, model)
        seen = await photos.collect(order.photos, videos.FRAME, desk.fetch, "content.image_url")
        if seen and not model.people:
            raise Refused(refusals.REAL_PERSON)
        fault = desk.fault(bool(seen))
        if fault == "malformed":
            return malformed()
        now, number = desk.clock(), desk.number()
        day = time.strftime("%Y%m%d%H%M%S", time.gmtime(now))
        makes = fault not in ("late", "refuse_output", "fail_later", "partial")
        accepted = Accepted(f"cgt-{day}-{number:05x}", name, body, now, fault, int(makes))
        shot = clip(number)
        if makes:
            shot, self._again = self._again or await _shot(seen, number, round(order.seconds)), None
            accepted.made.append(shot)
            if fault == "twice":
                self._again = shot
        takes = math.inf if fault == "late" else desk.takes(fault)
        # Without a last frame to draw only the shape of the first picture matters, for days.
        kept = seen if order.last_frame else [photos.Photo(b"", one.width, one.height) for one in seen]
        task = videos.Task(accepted, order, takes, min(takes, desk.queues()), kept, shot)
        desk.accepted.append(accepted)
        self._tasks[accepted.id] = task
        if fault == "cut":
            return Severed()
        said = {"id": accepted.id}
        if "safety_identifier" in order.echo:
            said["safety_identifier"] = order.echo["safety_identifier"]
        return self._answer(said)

    async def get(self, request: Request) -> Response:
        """Show a task. Raises Refused."""
        self._forget()
        return self._answer(await self._shown(self._task(request), request))

    async def list(self, request: Request) -> Response:
        """Show the tasks that pass the filters, newest first, by pages. Raises Refused."""
        self._forget()
        asked = request.query_params
        page, size = _number(asked.get("page_num", "1"), "page_num"), _number(asked.get("page_size", "10"), "page_size")
        wanted = {name: asked.get(f"filter.{name}") for name in ("status", "model", "service_tier")}
        ids = asked.getlist("filter.task_ids")
        now = self._desk.clock()
        found = [
            task
            for task in reversed(self._tasks.values())
            if task.accepted.fault != "vanish"
            and (not ids or task.accepted.id in ids)
            and all(value is None or task.seen(now)[name] == value for name, value in wanted.items())
        ]
        items = [await self._shown(task, request) for task in found[(page - 1) * size : page * size]]
        return self._answer({"total": len(found), "items": items})

    async def delete(self, request: Request) -> Response:
        """Cancel a task that waits, forget one that ended. Raises Refused for one that runs."""
        self._forget()
        task = self._task(request)
        state = task.state(self._desk.clock())
        if state == "running":
            raise Refused(refusals.RUNNING)
        if state == "queued":
            task.cancelled_at, task.accepted.pictures = self._desk.clock(), 0
        else:
            del self._tasks[task.accepted.id]
        return self._answer({})

    def _answer(self, said: dict[str, Any]) -> Response:
        return JSONResponse(said, background=BackgroundTask(self.announce))

    async def _shown(self, task: videos.Task, request: Request) -> dict[str, Any]:
        said = task.seen(self._desk.clock())
        if said["status"] != "succeeded":
            return said
        fault, name = task.accepted.fault, task.accepted.id
        shot = broken(task.clip) if fault == "broken" else task.clip
        content = {"video_url": self._desk.lay(request, f"{name}.mp4", shot, "video/mp4", fault)}
        if task.order.last_frame:
            frame = await anyio.to_thread.run_sync(task.last_frame)
            content["last_frame_url"] = self._desk.lay(request, f"{name}.png", frame, "image/png", fault)
        return said | {"content": content}

    def _task(self, request: Request) -> videos.Task:
        task = self._tasks.get(request.path_params["id"])
        if task is None or task.accepted.fault == "vanish":
            raise Refused(refusals.NO_TASK)
        return task

    def _drop(self, number: str) -> None:
        self._tasks.pop(number, None)

    def _forget(self) -> None:
        now = self._desk.clock()
        for number in [number for number, task in self._tasks.items() if now - task.accepted.at > videos.KEPT]:
            del self._tasks[number]


async def _shot(seen: Sequence[photos.Photo], number: int, seconds: int) -> bytes:
    """A clip that begins with the first picture; of nobody's picture one that shows nothing."""
    if not seen:
        return clip(number)
    return await anyio.to_thread.run_sync(film, seen[0].data, number, seconds)


async def _post(url: str, body: bytes) -> None:
    async with httpx2.AsyncClient(timeout=5.0, follow_redirects=False, trust_env=False) as client:
        await client.post(url, content=body, headers={"content-type": "application/json"})


def _number(said: str, name: str) -> int:
    if not said.isascii() or not said.isdigit() or len(said) > 3 or int(said) < 1:
        raise invalid(name)
    return int(said)
