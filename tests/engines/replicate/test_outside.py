"""What our Replicate asks of others: pictures that it fetches, webhooks that it posts (replicate.md 6.3, 6.4)."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import anyio
import httpx2
import pytest
from doubles.asgi_door import AsgiDoor
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tuanyuan.engines.replicate.fake import WORKFLOWS, ReplicateFake, signature
from tuanyuan.engines.sandbox import fetch, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

TOKEN = {"Authorization": "Bearer r8_example"}
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


class Outside:
    """A host with a picture, and a hook that remembers who called."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        file = io.BytesIO()
        Image.new("RGB", (30, 40), "#804020").save(file, "PNG")
        self.picture = file.getvalue()
        self.app = Starlette(
            routes=[
                Route("/a.png", self.show),
                Route("/moved.png", self.moved),
                Route("/endless.png", self.endless),
                Route("/hook", self.hook, methods=["POST"]),
            ]
        )

    async def show(self, _: Request) -> Response:
        return Response(self.picture, media_type="image/png")

    async def moved(self, _: Request) -> Response:
        return RedirectResponse("/a.png")

    async def endless(self, _: Request) -> Response:
        return StreamingResponse(iter([bytes(1024 * 1024)] * 21))

    async def hook(self, request: Request) -> Response:
        self.calls.append((dict(request.headers), await request.body()))
        return Response(status_code=204)


def asked(image: str, **more: Any) -> dict[str, Any]:
    nodes = {
        "1": {"class_type": "LoadImage", "inputs": {"image": image}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "o"}},
    }
    return {"version": WORKFLOWS.version, "input": {"workflow_json": json.dumps(nodes)}, **more}


def test_a_picture_from_elsewhere() -> None:
    outside = Outside()
    with serving(outside.app) as host:
        door = AsgiDoor(ReplicateFake().app, headers=TOKEN)
        for name, status in (("a", "succeeded"), ("moved", "failed"), ("none", "failed")):
            created = door.post("/v1/predictions", json=asked(f"{host}/{name}.png")).json()
            assert door.get(created["urls"]["get"]).json()["status"] == status, name


def test_no_more_than_20_megabytes_of_it() -> None:
    with serving(Outside().app) as host, pytest.raises(ValueError, match="larger than 20000000 bytes"):
        anyio.run(fetch, f"{host}/endless.png")


def test_a_webhook_over_a_real_line() -> None:
    outside = Outside()
    with serving(outside.app) as host, serving(ReplicateFake(plain_hooks=True).app) as base:
        more = {"webhook": f"{host}/hook", "webhook_events_filter": ["completed"]}
        answer = httpx2.post(f"{base}/v1/predictions", json=asked(f"{host}/a.png", **more), headers=TOKEN, timeout=120)
        until = time.monotonic() + 120
        while not outside.calls and time.monotonic() < until:
            time.sleep(0.005)
    ((headers, body),) = outside.calls
    assert json.loads(body)["id"] == answer.json()["id"]
    stamp = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(SECRET, headers["webhook-id"], stamp, body)


def test_a_body_that_is_too_large() -> None:
    body = json.dumps(asked("a.png")).encode()
    for most, status in ((len(body), 201), (len(body) - 1, 413)):
        door = AsgiDoor(ReplicateFake(most=most).app, headers=TOKEN)
        assert door.post("/v1/predictions", content=body).status_code == status
