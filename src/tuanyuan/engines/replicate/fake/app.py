"""The routes of Replicate's API (contract: replicate.md 6.1)."""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tuanyuan.engines.comfyui.fake import Library
from tuanyuan.engines.replicate.fake.creating import Creations, base
from tuanyuan.engines.replicate.fake.files import LARGEST_FILE, Files
from tuanyuan.engines.replicate.fake.models import PORTRAIT, WORKFLOWS, WORKFLOWS_A100, Model, Registry
from tuanyuan.engines.replicate.fake.predictions import Predictions
from tuanyuan.engines.replicate.fake.problems import (
    Problem,
    not_found,
    unauthenticated,
)
from tuanyuan.engines.replicate.fake.running import Runner
from tuanyuan.engines.replicate.fake.timing import written
from tuanyuan.engines.replicate.fake.webhooks import Deliver, Webhooks
from tuanyuan.engines.sandbox import Accepted, Bounded, Faults, Fetch, Severed, fetch

_Handler = Callable[[Request], Awaitable[Response]]


class ReplicateFake:
    """A Replicate of our own that keeps to the contract and runs no model. Never in production.

    A model's answer shows the pictures that were sent, side by side. Predictions and their files are served for an
    hour after their end, as by the real one; after `keep` seconds nothing is known of them.

    webhook_secret: with its `whsec_`. webhook_gaps: seconds between attempts. deliver: instead of a POST. plain_hooks:
    webhooks may go to http addresses, which the real one refuses. models, deployments: what can be run, and which
    model a deployment `owner/name` runs. weights: files of the ComfyUI models by folder. per_minute: how many
    predictions may be created in a minute. page: how many predictions a list shows at once. most: bytes of a body.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        token: str = "r8_example",  # noqa: S107  # a throw-away example
        webhook_secret: str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",  # noqa: S107  # of the contract's vector
        webhook_gaps: Sequence[float] = (0.5, 2.0, 8.0, 30.0),
        deliver: Deliver | None = None,
        plain_hooks: bool = False,
        fetch: Fetch = fetch,
        models: tuple[Model, ...] = (WORKFLOWS, WORKFLOWS_A100, PORTRAIT),
        deployments: Mapping[str, str] | None = None,
        weights: Mapping[str, Sequence[str]] | None = None,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        per_minute: int = 600,
        page: int = 100,
        keep: float = 24 * 3600.0,
        most: int = LARGEST_FILE + 1024 * 1024,
    ) -> None:
        self.faults = faults or Faults()
        self.calls: Counter[str] = Counter()
        self._token = token
        self._page = page
        self._registry = Registry(models, {"example/studio": WORKFLOWS.name} if deployments is None else deployments)
        self._files = Files(clock)
        self._predictions = Predictions(Runner(self._files, Library(weights), fetch), clock, keep)
        self._webhooks = Webhooks(webhook_secret, clock, webhook_gaps, deliver)
        self._creations = Creations(
            self.faults, self._predictions, self._webhooks, clock, seconds, per_minute, plain_hooks=plain_hooks
        )
        self.accepted: list[Accepted] = self._creations.accepted
        too_large = Problem(413, "Request too large", "The request body is too large")
        self.app: ASGIApp = Bounded(self._routed(), most, too_large.answer)

    def _routed(self) -> Starlette:
        routes: list[tuple[str, str, _Handler]] = [
            ("GET", "/v1/predictions", self._list),
            ("GET", "/v1/predictions/{id}", self._get),
            ("POST", "/v1/predictions/{id}/cancel", self._cancel),
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files", self._list_files),
            ("GET", "/v1/files/{id}", self._get_file),
            ("DELETE", "/v1/files/{id}", self._delete_file),
            ("GET", "/v1/webhooks/default/secret", self._secret),
            ("GET", "/v1/models/{owner}/{name}/versions/{id}", self._version),
        ]
        built = [Route(path, self._guarded(method, path, to), methods=[method]) for method, path, to in routes]
        for path, chosen in (
            ("/v1/predictions", self._by_version),
            ("/v1/models/{owner}/{name}/predictions", self._official),
            ("/v1/deployments/{owner}/{name}/predictions", self._deployed),
        ):
            built.append(Route(path, self._guarded("POST", path, self._creating(chosen)), methods=["POST"]))
        built.append(Route("/delivery/{token}/{name}", self._delivered))
        missing = not_found().answer
        return Starlette(routes=built, exception_handlers={404: _always(missing)})

    def _guarded(self, method: str, path: str, to: _Handler) -> _Handler:
        async def handle(request: Request) -> Response:
            self.calls[f"{method} {path}"] += 1
            try:
                self._authenticate(request)
                return await to(request)
            except Problem as problem:
                return problem.answer()

        return handle

    def _creating(self, chosen: Callable[[Request, dict[str, Any]], tuple[Model, str | None]]) -> _Handler:
        async def handle(request: Request) -> Response:
            asked = await _json(request)
            model, deployment = chosen(request, asked)
            answer, fault = await self._creations.create(request, asked, model, deployment)
            return Severed() if fault == "cut" else answer

        return handle

    def _authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not given:
            raise unauthenticated("You did not pass an authentication token")
        # Old clients write `Token`.
        scheme, _, token = given.partition(" ")
        if scheme not in ("Bearer", "Token") or not hmac.compare_digest(token.encode(), self._token.encode()):
            raise unauthenticated("You did not pass a valid authentication token")

    def _by_version(self, _: Request, asked: dict[str, Any]) -> tuple[Model, str | None]:
        return self._registry.version(asked.get("version")), None

    def _official(self, request: Request, _: dict[str, Any]) -> tuple[Model, str | None]:
        model = self._registry.named(_named(request))
        if model is None or not model.official:
            raise not_found()
        return model, None

    def _deployed(self, request: Request, _: dict[str, Any]) -> tuple[Model, str | None]:
        model = self._registry.deployed(_named(request))
        if model is None:
            raise not_found()
        return model, _named(request)

    async def _list(self, request: Request) -> Response:
        told = request.query_params.get("cursor", "0")
        if not told.isdigit():
            raise Problem(400, "Bad request", "Invalid cursor")
        newest = self._predictions.newest()
        first, after = int(told), int(told) + self._page
        for prediction in newest[first:after]:
            await self._predictions.settle(prediction)
        address = f"{base(request)}/v1/predictions?cursor="
        page = {
            "previous": f"{address}{max(0, first - self._page)}" if first else None,
            "next": f"{address}{after}" if after < len(newest) else None,
            "results": [prediction.shown() for prediction in newest[first:after]],
        }
        return JSONResponse(page)

    async def _get(self, request: Request) -> Response:
        prediction = self._predictions.get(request.path_params["id"])
        await self._predictions.settle(prediction)
        return JSONResponse(prediction.shown())

    async def _cancel(self, request: Request) -> Response:
        prediction = self._predictions.get(request.path_params["id"])
        await self._predictions.settle(prediction)
        self._predictions.cancel(prediction)
        return JSONResponse(prediction.shown())

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            return JSONResponse(await self._files.store(form, base(request)), 201)

    async def _list_files(self, request: Request) -> Response:
        return JSONResponse({"previous": None, "next": None, "results": self._files.list(base(request))})

    async def _get_file(self, request: Request) -> Response:
        return JSONResponse(self._files.show(request.path_params["id"], base(request)))

    async def _delete_file(self, request: Request) -> Response:
        self._files.delete(request.path_params["id"])
        return Response(status_code=204)

    async def _secret(self, _: Request) -> Response:
        return JSONResponse({"key": self._webhooks.secret})

    async def _version(self, request: Request) -> Response:
        model = self._registry.named(_named(request))
        if model is None or model.version != request.path_params["id"]:
            raise not_found()
        version = {"id": model.version, "created_at": written(0.0), "cog_version": "0.9.20"}
        return JSONResponse({**version, "openapi_schema": model.schema()})

    async def _delivered(self, request: Request) -> Response:
        """The stand-in for replicate.delivery: no token, an hour long."""
        self.calls["GET /delivery"] += 1
        lying = self._predictions.delivered(f"{request.path_params['token']}/{request.path_params['name']}")
        return Response(status_code=404) if lying is None else Response(lying.data, media_type=lying.kind)


def _always(answer: Callable[[], Response]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(_: Request, __: Exception) -> Response:
        return answer()

    return handle


async def _json(request: Request) -> dict[str, Any]:
    try:
        asked = await request.json()
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Problem(400, "Bad request", "The request body is not a JSON object")
    return asked


def _named(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"
