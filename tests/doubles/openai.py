"""Calls of the fake of OpenAI Images, and what stands in its answers."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import anyio
import httpx2
from PIL import Image

from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.sandbox import Faults

KEY = "sk-example"
EDITS, GENERATIONS = "/v1/images/edits", "/v1/images/generations"
RED, BLUE, CLEAR = (200, 30, 30), (30, 30, 200), (0, 0, 0, 0)
Parts = list[tuple[str, tuple[str, bytes, str]]]


def photo(colour: tuple[int, ...], size: tuple[int, int] = (60, 80), format: str = "PNG", mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, format)
    return file.getvalue()


def cutout(size: tuple[int, int] = (60, 80)) -> bytes:
    """A mask: alpha 0 everywhere."""
    return photo(CLEAR, size, mode="RGBA")


A, B = ("image[]", ("a.png", photo(RED), "image/png")), ("image[]", ("b.png", photo(BLUE), "image/png"))
MASK = ("mask", ("m.png", cutout(), "image/png"))
EXAMPLE = {
    "model": "gpt-image-2",
    "prompt": "Put the person of the first picture into the dress of the second; keep the face unchanged.",
    "size": "1024x1536",
}


def sent(
    fake: OpenAIFake,
    fields: dict[str, Any] | None = None,
    files: Parts | None = None,
    *,
    path: str = EDITS,
    key: str | None = KEY,
    **more: Any,
) -> httpx2.Response:
    """An edit as in contract 4.7; `more` changes its fields, None leaves one out."""
    asked = {**(EXAMPLE if fields is None else fields), **more}
    told = {name: value for name, value in asked.items() if value is not None}
    return posted(fake, path, key, data=told, files=[A, B, MASK] if files is None else files)


def generated(fake: OpenAIFake, path: str = GENERATIONS, **more: Any) -> httpx2.Response:
    return posted(fake, path, KEY, json={"model": "gpt-image-2", "prompt": "a wall", **more})


def posted(fake: OpenAIFake, path: str, key: str | None, **request: Any) -> httpx2.Response:
    async def call() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=fake.app), base_url="http://fake") as client:
            headers = {} if key is None else {"authorization": f"Bearer {key}"}
            return await client.post(path, headers={**headers, **request.pop("headers", {})}, **request)

    return anyio.run(call)


def got(fake: OpenAIFake, address: str) -> httpx2.Response:
    async def call() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=fake.app), base_url="http://fake") as client:
            return await client.get(address)

    return anyio.run(call)


def error(answer: httpx2.Response) -> dict[str, Any]:
    """The error, which has just the fields of contract 4.5."""
    said = answer.json()
    assert list(said) == ["error"]
    assert list(said["error"]) == ["message", "type", "param", "code"]
    assert answer.headers["x-request-id"].startswith("req_")
    return said["error"]


def refused(answer: httpx2.Response, status: int, code: str | None, param: str | None = None) -> None:
    said = error(answer)
    assert (answer.status_code, said["code"], said["param"]) == (status, code, param)


def opened(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text)))


def pictures(answer: httpx2.Response) -> list[Image.Image]:
    assert answer.status_code == 200, answer.text
    return [opened(datum["b64_json"]) for datum in answer.json()["data"]]


def unasked(fake: OpenAIFake) -> bool:
    """Nothing was taken, and the plan of faults was not touched."""
    return not fake.accepted and fake.faults.next() == "fail"


def planned(**options: Any) -> OpenAIFake:
    return OpenAIFake(Faults(["fail"]), **options)


def named(name: str, data: bytes, media_type: str = "image/png") -> tuple[str, tuple[str, bytes, str]]:
    return name, ("x", data, media_type)


def padded(data: bytes, length: int) -> bytes:
    """The same picture in a longer file."""
    return data + bytes(length - len(data))


def events(answer: httpx2.Response) -> list[tuple[str, dict[str, Any]]]:
    assert answer.headers["content-type"].startswith("text/event-stream")
    *texts, end = answer.text.split("\n\n")
    assert end == ""
    found = []
    for text in texts:
        name, data = text.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def compatible(**options: Any) -> OpenAIFake:
    return OpenAIFake(base_path="/compatible-mode/v2/", models=("painter-1",), **options)


def addresses(fake: OpenAIFake, **more: Any) -> list[str]:
    data = sent(fake, **more).json()["data"]
    assert all(list(datum) == ["url"] for datum in data)
    return [datum["url"] for datum in data]
