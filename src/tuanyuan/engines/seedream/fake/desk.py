"""What every call to Ark goes through: key, model, faults, the books, and the shelf of results."""

from __future__ import annotations

import hmac
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tuanyuan.engines.sandbox import Accepted, Fault, Faults, Fetch, Shelf, received
from tuanyuan.engines.seedream.fake import refusals
from tuanyuan.engines.seedream.fake.fields import text
from tuanyuan.engines.seedream.fake.refusals import Refusal, Refused, invalid

TASKS = "contents/generations/tasks"
_BODY_MOST = 64 * 1024 * 1024
_REQUESTS, _REMEMBERED = 64, 512
_LIFE = 24 * 3600.0
_AT_ONCE: Mapping[Fault, Refusal] = {
    "throttle": refusals.TOO_OFTEN,
    "fail": refusals.INTERNAL,
    "out_of_credit": refusals.OVERDUE,
}
_Model = TypeVar("_Model")
_Act = Callable[[Request], Awaitable[Response]]


class Desk:
    """The part of the service that all routes share. forgets: told the ids of work that is forgotten."""

    def __init__(
        self,
        faults: Faults,
        api_key: str,
        seconds: float,
        clock: Callable[[], float],
        fetch: Fetch,
        endpoints: Mapping[str, str],
        closed: Collection[str],
    ) -> None:
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self.forgets: list[Callable[[str], None]] = []
        self.clock, self.fetch = clock, fetch
        self._faults, self._api_key, self._seconds = faults, api_key, seconds
        self._endpoints, self._closed = dict(endpoints), frozenset(closed)
        self._shelf = Shelf()
        self._numbers = itertools.count(1)

    def door(self, act: _Act) -> _Act:
        """`act` behind the check of the key, with refusals in the contract's shape and the ids of the call."""

        async def door(request: Request) -> Response:
            route = request.url.path.removeprefix("/api/v3/")
            route = f"{TASKS}/id" if route.startswith(f"{TASKS}/") else route
            self.calls[f"{request.method} {route}"] += 1
            try:
                self._authenticate(request)
                self._forget()
                answer = await act(request)
            except Refused as refused:
                answer = self._refusal(refused.refusal)
            answer.headers["X-Request-Id"] = answer.headers.get("X-Request-Id") or self.request_id()
            if "x-client-request-id" in request.headers:
                answer.headers["X-Client-Request-Id"] = request.headers["x-client-request-id"]
            return answer

        return door

    def model(self, body: Mapping[str, Any], models: Mapping[str, _Model]) -> tuple[str, _Model]:
        """The name and the model that a call means. Raises Refused."""
        asked = text(body, "model")
        name = self._endpoints.get(asked, asked)
        if name in self._closed:
            raise Refused(refusals.NOT_OPEN)
        if name not in models:
            raise Refused(refusals.NO_MODEL)
        return name, models[name]

    def fault(self, pictures: bool) -> Fault | None:
        """The fault of this call; asked once, when all of it was found good. Raises Refused where nothing is taken."""
        fault = self._faults.next()
        if fault == "refuse_input":
            raise Refused(refusals.INPUT_IMAGE if pictures else refusals.INPUT_TEXT)
        if fault is not None and fault in _AT_ONCE:
            raise Refused(_AT_ONCE[fault])
        return fault

    def takes(self, fault: Fault | None) -> float:
        """Seconds that work with that fault takes, but for what is never ready."""
        return self._seconds * (self._faults.slowness if fault == "slow" else 1.0)

    def queues(self) -> float:
        """Seconds that work waits before it runs."""
        return self._seconds / 4

    def number(self) -> int:
        """The next of the numbers that make ids."""
        return next(self._numbers)

    def request_id(self) -> str:
        """The id of a call."""
        return f"0217{int(self.clock() * 1000)}{self.number():012x}"

    def lay(self, request: Request, name: str, data: bytes, kind: str, fault: Fault | None) -> str:
        """The address of a result, the same for a name as long as it holds."""
        now = self.clock()
        until = now if fault == "expired" else now + _LIFE
        lying = self._shelf.get(name, now) or self._shelf.put(name, data, kind, until)
        address = f"{request.base_url}out/{name}"
        return f"{address}?X-Tos-Expires={round(_LIFE)}&X-Tos-Signature={lying.signature}"

    async def give(self, request: Request) -> Response:
        """A result from its address."""
        self.calls["GET out"] += 1
        signature = request.query_params.get("X-Tos-Signature", "")
        lying = self._shelf.signed(request.path_params["name"], signature, self.clock())
        if lying is None:
            return JSONResponse({"Code": "AccessDenied", "Message": "Request has expired"}, 403)
        return Response(lying.data, media_type=lying.kind)

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise Refused(refusals.NO_KEY)

    def _forget(self) -> None:
        self._shelf.forget(self.clock())
        if len(self.accepted) > _REQUESTS:
            self.accepted[-_REQUESTS - 1].request = {}
        if len(self.accepted) > _REMEMBERED:
            old = self.accepted[-_REMEMBERED - 1]
            old.made = []
            for forget in self.forgets:
                forget(old.id)

    def _refusal(self, refusal: Refusal) -> JSONResponse:
        number = self.request_id()
        return JSONResponse(refusal.body(number), refusal.status, {"X-Request-Id": number})


def malformed() -> Response:
    """An answer that is none of the contract's."""
    return HTMLResponse("<html><body>bad gateway</body></html>")


async def read(request: Request) -> dict[str, Any]:
    """The body, a JSON object. Raises Refused."""
    body = await received(request.receive, _BODY_MOST)
    if body is None:
        raise Refused(refusals.TOO_LARGE)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise invalid("Content-Type", "must be application/json")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("body", "no JSON") from None
    if not isinstance(said, dict):
        raise invalid("body", "no object")
    return said
