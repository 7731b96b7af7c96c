"""The service: the generic pair of actions, its gateway, and the addresses of results."""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tuanyuan.engines.jimeng.fake import photos, refusals
from tuanyuan.engines.jimeng.fake.catalogue import MODELS, Model
from tuanyuan.engines.jimeng.fake.labels import Wish, dressed, dressed_clip, wish
from tuanyuan.engines.jimeng.fake.refusals import GatewayRefused, Refusal, Refused, invalid, unknown_action
from tuanyuan.engines.jimeng.fake.signature import Keys, verify
from tuanyuan.engines.jimeng.fake.tasks import KEPT, Task, lasts
from tuanyuan.engines.sandbox import Accepted, Fault, Faults, Fetch, Severed, Shelf, broken, fetch, received

_VERSION = "2022-08-31"
_BODY_MOST = 48 * 1024 * 1024
_REQUESTS, _REMEMBERED = 64, 512
_IMAGE_LIFE, _VIDEO_LIFE = 24 * 3600.0, 3600.0
_OF_THE_POLL = ("return_url", "logo_info", "aigc_meta", "req_json")
_AT_ONCE: Mapping[Fault, Refusal] = {
    "throttle": refusals.TOO_OFTEN,
    "fail": refusals.INTERNAL,
    "out_of_credit": refusals.NO_RIGHT,
}


class JimengFake:
    """A Jimeng of our own that keeps to the contract (jimeng.md). Never in production.

    concurrency: tasks of one req_key at a time. group: pictures that 4.0 makes where it may decide. withdrawn: req_keys
    that are not to be had any more. allowed: whether the key has the policy. accepted: all tasks; requests of
    the newest 64, pictures of the newest 512. calls: by action. For "wrong_size" a clip is as ever: it has no size.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        access_key: str = "AKEXAMPLE00000000000",
        secret_key: str = "SKexample0000000000000000000000000000000",  # noqa: S107  # a throw-away example
        session_token: str | None = None,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        fetch: Fetch = fetch,
        concurrency: int = 2,
        group: int = 3,
        withdrawn: Collection[str] = (),
        allowed: bool = True,
    ) -> None:
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self._faults = faults or Faults()
        self._keys = Keys(access_key, secret_key, session_token)
        self._seconds, self._clock, self._fetch = seconds, clock, fetch
        self._concurrency, self._group = concurrency, group
        self._withdrawn, self._allowed = frozenset(withdrawn), allowed
        self._tasks: dict[str, Task] = {}
        self._shelf = Shelf()
        self._again: dict[bool, Task] = {}
        # No picture is like an earlier one, as with a provider that draws lots.
        self._drawn = 0
        self._numbers = itertools.count(1)
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/", self._door, methods=["POST"]),
                Route("/out/{name}", self._give, methods=["GET"]),
            ]
        )

    async def _door(self, request: Request) -> Response:
        action = request.query_params.get("Action", "")
        act = {"CVSync2AsyncSubmitTask": self._submit, "CVSync2AsyncGetResult": self._poll}.get(action)
        self.calls[action if act else "unknown"] += 1
        try:
            body = await received(request.receive, _BODY_MOST)
            if body is None:
                return Response(status_code=413)
            headers = {name.lower(): value for name, value in request.headers.items()}
            path, query = request.url.path, request.scope["query_string"].decode("ascii", "replace")
            verify(self._keys, request.method, path, query, headers, body, self._clock())
            if act is None or request.query_params.get("Version") != _VERSION:
                raise unknown_action()
            if not self._allowed:
                raise refusals.lack_of_policy()
            self._forget()
            return await act(request, _object(headers.get("content-type", ""), body))
        except GatewayRefused as refused:
            return self._gateway(request, refused)
        except Refused as refused:
            return self._refusal(refused.refusal)

    async def _submit(self, request: Request, body: dict[str, Any]) -> Response:
        del request
        key, model = self._model(body)
        for name in _OF_THE_POLL:
            if body.get(name) is not None:
                raise invalid(f"{name} belongs to CVSync2AsyncGetResult")
        given, addresses = photos.named(body, model.urls_only)
        if not model.pictures[0] <= len(given) <= model.pictures[1]:
            raise invalid("number of pictures")
        _check_prompt(body, model, bool(given))
        model.check(body)
        seen = await photos.collect(given, addresses, model.limits, self._fetch)
        size = model.size(body, seen)
        now = self._clock()
        running = [task for task in self._tasks.values() if task.accepted.model == key and task.occupies(now)]
        if len(running) >= self._concurrency:
            raise Refused(refusals.TOO_MANY)
        fault = self._faults.next()
        if fault == "refuse_input":
            raise Refused(refusals.INPUT_PICTURE if seen else refusals.INPUT_TEXT)
        if fault is not None and fault in _AT_ONCE:
            raise Refused(_AT_ONCE[fault])
        if fault == "malformed":
            return HTMLResponse("<html><body>bad gateway</body></html>")
        asked = 1
        if model.groups and not body.get("force_single"):
            asked = max(1, min(self._group, 15 - len(seen)))
        billed = 0 if fault in ("late", "refuse_output", "fail_later") else asked - (fault == "partial")
        number = str(7420000000000000000 + next(self._numbers))
        accepted = Accepted(number, key, body, now, fault, billed)
        takes = lasts(fault, self._seconds, self._faults.slowness)
        task = Task(accepted, model, takes, min(takes, self._seconds) / 4, size, seen, before=self._drawn)
        self._drawn += billed
        if billed:
            task.again = self._again.pop(model.video, None)
            if fault == "twice" and billed == 1:
                self._again[model.video] = task
        self.accepted.append(accepted)
        self._tasks[number] = task
        if fault == "cut":
            return Severed()
        return self._answer(200, 10000, "Success", {"task_id": number})

    async def _poll(self, request: Request, body: dict[str, Any]) -> Response:
        key, _ = self._model(body)
        number = body.get("task_id")
        if not isinstance(number, str) or not number:
            raise invalid("task_id must be a string")
        wanted = wish(body.get("req_json"))
        task = self._tasks.get(number)
        state = "not_found" if task is None or task.accepted.model != key else task.state(self._clock())
        data: dict[str, Any] = {"status": state, "binary_data_base64": None, "image_urls": None}
        if task is None or state != "done":
            return self._answer(200, 10000, "Success", data)
        if task.accepted.fault == "refuse_output":
            raise Refused(refusals.OUTPUT_VIDEO if task.model.video else refusals.OUTPUT_PICTURE)
        if task.accepted.fault == "fail_later":
            return self._refusal(refusals.ALGORITHM, data)
        base = str(request.base_url).rstrip("/")
        results = await self._results(task, wanted, str(body.get("req_json")))
        if task.model.video:
            data = {"status": state, "video_url": "".join(base + self._address(task, *result) for result in results)}
        elif wanted.urls:
            data["image_urls"] = [base + self._address(task, *result) for result in results]
        else:
            data["binary_data_base64"] = [photos.encoded(result) for _, result in results]
        data["aigc_meta_tagged"] = wanted.meta is not None
        return self._answer(200, 10000, "Success", data)

    async def _results(self, task: Task, wanted: Wish, asked: str) -> list[tuple[str, bytes]]:
        """Names and files of a task's pictures as one poll wants them."""
        results = []
        for place, made in enumerate(await task.made()):
            name = hashlib.sha256(f"{task.accepted.id} {place} {asked}".encode()).hexdigest()[:24]
            if task.model.video:
                file = dressed_clip(made, wanted)
            else:
                file = await anyio.to_thread.run_sync(dressed, made, wanted)
            spoilt = task.accepted.fault == "broken" or (
                task.accepted.fault == "expired" and not (wanted.urls or task.model.video)
            )
            results.append((name, broken(file) if spoilt else file))
        return results

    def _address(self, task: Task, name: str, file: bytes) -> str:
        now = self._clock()
        kind, life, ending = ("image/jpeg", _IMAGE_LIFE, ".jpeg")
        if task.model.video:
            kind, life, ending = ("video/mp4", _VIDEO_LIFE, ".mp4")
        until = now if task.accepted.fault == "expired" else now + life
        name += ending
        lying = self._shelf.get(name, now) or self._shelf.put(name, file, kind, until)
        return f"/out/{name}?sig={lying.signature}"

    async def _give(self, request: Request) -> Response:
        self.calls["out"] += 1
        lying = self._shelf.signed(request.path_params["name"], request.query_params.get("sig", ""), self._clock())
        if lying is None:
            return JSONResponse({"Code": "AccessDenied", "Message": "Request has expired"}, 403)
        return Response(lying.data, media_type=lying.kind)

    def _model(self, body: Mapping[str, Any]) -> tuple[str, Model]:
        key = body.get("req_key")
        if not isinstance(key, str) or not key:
            raise invalid("req_key")
        model = MODELS.get(key)
        if model is None or key in self._withdrawn:
            raise Refused(refusals.NOT_ACTIVATED)
        return key, model

    def _forget(self) -> None:
        now = self._clock()
        self._shelf.forget(now)
        for number in [number for number, task in self._tasks.items() if now - task.accepted.at > KEPT]:
            del self._tasks[number]
        if len(self.accepted) > _REQUESTS:
            self.accepted[-_REQUESTS - 1].request = {}
        if len(self.accepted) > _REMEMBERED:
            old = self.accepted[-_REMEMBERED - 1]
            old.made = []
            self._tasks.pop(old.id, None)

    def _answer(self, status: int, code: int, message: str, data: Any) -> JSONResponse:
        said = {"code": code, "data": data, "message": message, "request_id": self._request_id()}
        return JSONResponse({**said, "status": code, "time_elapsed": "61.2ms"}, status)

    def _refusal(self, refusal: Refusal, data: Any = None) -> JSONResponse:
        return self._answer(refusal.status, refusal.code, refusal.message, data)

    def _gateway(self, request: Request, refused: GatewayRefused) -> JSONResponse:
        asked = request.query_params
        said = {
            "RequestId": self._request_id(),
            "Action": asked.get("Action", ""),
            "Version": asked.get("Version", ""),
            "Service": "cv",
            "Region": "cn-north-1",
            "Error": {"CodeN": refused.number, "Code": refused.code, "Message": refused.message},
        }
        return JSONResponse({"ResponseMetadata": said}, refused.status)

    def _request_id(self) -> str:
        return time.strftime("%Y%m%d%H%M%S", time.gmtime(self._clock())) + f"{next(self._numbers):08X}"


def _object(kind: str, body: bytes) -> dict[str, Any]:
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise invalid("Content-Type must be application/json")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("the body is no JSON") from None
    if not isinstance(said, dict):
        raise invalid("the body must be an object")
    return said


def _check_prompt(body: Mapping[str, Any], model: Model, pictures: bool) -> None:
    prompt = body.get("prompt")
    if prompt is None or prompt == "":
        if model.prompt == "needed" or not pictures:
            raise invalid("prompt is missing")
    elif not isinstance(prompt, str) or len(prompt) > model.words:
        raise invalid(f"prompt must be a string of at most {model.words} characters")
