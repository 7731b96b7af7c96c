"""Calls of our Ark for pictures and clips, and what its refusals look like."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx2
from PIL import Image

from tuanyuan.engines.sandbox import Fault, Faults
from tuanyuan.engines.seedream.fake import ArkFake

BASE = "https://ark.cn-beijing.volces.com"
NOW = datetime(2026, 11, 22, 11, 0, 0, tzinfo=UTC).timestamp()
V4, V45, V5 = "doubao-seedream-4-0-250828", "doubao-seedream-4-5-251128", "doubao-seedream-5-0-260128"
PRO, LITE = "doubao-seedance-1-0-pro-250528", "doubao-seedance-1-0-lite-i2v-250428"
AUDIO, NEWEST = "doubao-seedance-1-5-pro-251215", "doubao-seedance-2-0-260128"
IMAGES, TASKS = "/api/v3/images/generations", "/api/v3/contents/generations/tasks"
URL = "https://img.example.cn/a.jpg?s=1"
SMALL = {"size": "960x960", "watermark": False}


class Clock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def picture(width: int = 400, height: int = 500, format: str = "JPEG", colour: Any = (200, 30, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, format)
    return file.getvalue()


def data_uri(data: bytes, kind: str = "jpeg") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


class Talk:
    """One fake, its clock, and calls to it."""

    def __init__(self, *plan: Fault | None, seconds: float = 0.0, **parts: Any) -> None:
        self.clock = Clock()
        self.photos = {URL: picture()}
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.fake = ArkFake(
            Faults(plan), seconds=seconds, clock=self.clock, fetch=self._fetch, post=self._post, **parts
        )

    async def _fetch(self, url: str) -> bytes:
        return self.photos[url]

    async def _post(self, url: str, body: bytes) -> None:
        self.posted.append((url, json.loads(body)))

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.fake.app), base_url=BASE) as client:
                headers = {"authorization": "Bearer ark-key-example"} | more.pop("headers", {})
                return await client.request(method, path, headers=headers, **more)

        return anyio.run(ask)

    def images(self, **form: Any) -> httpx2.Response:
        return self.call("POST", IMAGES, json={"model": V4, "prompt": "hi"} | form)

    def made(self, **form: Any) -> list[bytes]:
        """The pictures of a call, as base64."""
        answer = self.images(**SMALL | form | {"response_format": "b64_json"})
        assert answer.status_code == 200, answer.text
        return [base64.b64decode(item["b64_json"]) for item in answer.json()["data"] if "b64_json" in item]

    def film(self, **form: Any) -> httpx2.Response:
        body = {"model": PRO, "content": [{"type": "text", "text": "她眨眼微笑"}]} | form
        return self.call("POST", TASKS, json=body)

    def task(self, **form: Any) -> str:
        answer = self.film(**form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def see(self, task: str) -> dict[str, Any]:
        answer = self.call("GET", f"{TASKS}/{task}")
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said


def assert_refused(answer: httpx2.Response, status: int, code: str) -> None:
    (error,) = answer.json().values()
    assert (answer.status_code, error["code"]) == (status, code)
    assert set(error) == {"code", "message", "param", "type"}
    assert error["message"].endswith(f"Request id: {answer.headers['X-Request-Id']}")


def frame(url: str = URL, role: str | None = "first_frame") -> dict[str, Any]:
    part: dict[str, Any] = {"type": "image_url", "image_url": {"url": url}}
    return part if role is None else part | {"role": role}


GROUP = {"sequential_image_generation": "auto", "sequential_image_generation_options": {"max_images": 3}}
