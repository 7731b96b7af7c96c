"""Calls of the fake of Gemini, and what stands in its answers."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import anyio
import httpx2
from PIL import Image

from tuanyuan.engines.gemini.fake import GeminiFake

KEY = "AIzaExample"
RED, BLUE = (200, 30, 30), (30, 30, 200)
FLASH, PRO = "gemini-2.5-flash-image", "gemini-3-pro-image"


def photo(colour: tuple[int, int, int], size: tuple[int, int] = (60, 80), format: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, format)
    return file.getvalue()


def inline(data: bytes, mime_type: str = "image/png") -> dict[str, Any]:
    return {"inlineData": {"mimeType": mime_type, "data": base64.b64encode(data).decode()}}


def example() -> dict[str, Any]:
    """Contract 3.7."""
    parts = [
        {"text": "Keep the face of picture 1; dress the person as in picture 2; plain grey background."},
        inline(photo(RED, format="JPEG"), "image/jpeg"),
        inline(photo(BLUE)),
    ]
    config = {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "3:4"}}
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}


def configured(**config: Any) -> dict[str, Any]:
    return {**example(), "generationConfig": config}


def sent(
    fake: GeminiFake,
    body: Any = None,
    model: str = FLASH,
    *,
    path: str | None = None,
    action: str = "generateContent",
    version: str = "v1",
    key: str | None = KEY,
    content: bytes | None = None,
) -> httpx2.Response:
    async def call() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=fake.app), base_url="http://fake") as client:
            return await client.post(
                path or f"/{version}/models/{model}:{action}",
                content=json.dumps(example() if body is None else body).encode() if content is None else content,
                headers={} if key is None else {"x-goog-api-key": key},
            )

    return anyio.run(call)


def error(answer: httpx2.Response) -> dict[str, Any]:
    """The error, which has just the fields of contract 3.5 and the status of HTTP."""
    said = answer.json()
    assert list(said) == ["error"]
    assert {"code", "message", "status"} <= said["error"].keys() <= {"code", "message", "status", "details"}
    assert said["error"]["code"] == answer.status_code
    return said["error"]


def refused(answer: httpx2.Response, code: int = 400, status: str = "INVALID_ARGUMENT") -> str:
    said = error(answer)
    assert (said["code"], said["status"]) == (code, status)
    return said["message"]


def picture(answer: httpx2.Response) -> Image.Image:
    """The one picture that is no thought."""
    assert answer.status_code == 200
    parts = answer.json()["candidates"][0]["content"]["parts"]
    (blob,) = (part["inlineData"] for part in parts if "inlineData" in part and not part.get("thought"))
    assert blob["mimeType"] == "image/png"
    return Image.open(io.BytesIO(base64.b64decode(blob["data"])))


def with_parts(*parts: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": list(parts)}]}


def events(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"].startswith("text/event-stream")
    *texts, end = answer.text.split("\r\n\r\n")
    assert end == ""
    return [json.loads(text.removeprefix("data: ")) for text in texts]
