"""Signed calls of our Jimeng, and what its refusals look like."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import anyio
import httpx2
from PIL import Image

from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.engines.sandbox import Fault, Faults

AK, SK = "AKEXAMPLE00000000000", "SKexample0000000000000000000000000000000"
HOST = "visual.volcengineapi.com"
SUBMIT, RESULT = "CVSync2AsyncSubmitTask", "CVSync2AsyncGetResult"
NOW = datetime(2026, 11, 22, 11, 0, 0, tzinfo=UTC).timestamp()


class Clock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def picture(width: int = 400, height: int = 500, format: str = "JPEG", colour: Any = (200, 30, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("L" if isinstance(colour, int) else "RGB", (width, height), colour).save(file, format)
    return file.getvalue()


def signed(body: bytes, action: str, now: float, *, version: str = "2022-08-31", **changed: str) -> dict[str, str]:
    """Headers as the contract writes them (1.2), with single pieces changed."""
    date = changed.get("date") or datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    heads = {"content-type": "application/json", "host": HOST}
    hashed = hashlib.sha256(body).hexdigest()
    heads |= {"x-content-sha256": changed.get("claimed", hashed), "x-date": date}
    if "token" in changed:
        heads["x-security-token"] = changed["token"]
    names = changed.get("names") or ";".join(sorted(heads))
    query = f"Action={quote(action, safe='-_.~')}&Version={version}"
    block = "".join(f"{name}:{heads[name]}\n" for name in names.split(";") if name in heads)
    canonical = "\n".join(["POST", "/", query, block, names, hashed])
    scope = changed.get("scope") or f"{date[:8]}/cn-north-1/cv/request"
    to_sign = "\n".join(["HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = changed.get("secret", SK).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    said = f"HMAC-SHA256 Credential={changed.get('access', AK)}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**heads, "authorization": said}


class Talk:
    """One fake, its clock, and calls to it; `photos` lie at https://img.example.cn/<name>."""

    def __init__(self, *plan: Fault | None, seconds: float = 0.0, **parts: Any) -> None:
        self.clock = Clock()
        self.photos: dict[str, bytes] = {"a": picture(), "b": picture(300, 300, "PNG", (10, 200, 10))}
        self.fake = JimengFake(Faults(plan), seconds=seconds, clock=self.clock, fetch=self._fetch, **parts)

    async def _fetch(self, url: str) -> bytes:
        return self.photos[url.removeprefix("https://img.example.cn/")]

    def send(
        self, body: bytes, headers: Mapping[str, str], action: str, version: str = "2022-08-31"
    ) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            transport = httpx2.ASGITransport(self.fake.app)
            async with httpx2.AsyncClient(transport=transport, base_url=f"https://{HOST}") as client:
                url = f"/?Action={action}&Version={version}"
                return await client.post(url, content=body, headers=dict(headers))

        return anyio.run(ask)

    def call(self, action: str, form: Any) -> httpx2.Response:
        body = json.dumps(form).encode()
        return self.send(body, signed(body, action, self.clock()), action)

    def submit(self, **form: Any) -> httpx2.Response:
        return self.call(SUBMIT, {"req_key": "jimeng_t2i_v40", "prompt": "hi", "force_single": True} | form)

    def task(self, **form: Any) -> str:
        answer = self.submit(**form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["task_id"])

    def poll(self, task: str, key: str = "jimeng_t2i_v40", wish: Any = None) -> httpx2.Response:
        form = {"req_key": key, "task_id": task}
        return self.call(RESULT, form if wish is None else form | {"req_json": json.dumps(wish)})

    def get(self, url: str) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.fake.app)) as client:
                return await client.get(url)

        return anyio.run(ask)

    def only(self, **form: Any) -> bytes:
        """The one picture that comes of a submit."""
        key = form.get("req_key", "jimeng_t2i_v40")
        answer = self.poll(self.task(**form), key).json()
        (one,) = answer["data"]["binary_data_base64"]
        return base64.b64decode(one)


def size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.size


def assert_refused(answer: httpx2.Response, status: int, code: int) -> None:
    said = answer.json()
    assert (answer.status_code, said["code"], said["status"], said["data"]) == (status, code, code, None)
    assert set(said) == {"code", "data", "message", "request_id", "status", "time_elapsed"}
    assert said["message"]
    assert said["request_id"]


PRO = {"req_key": "jimeng_ti2v_v30_pro"}
URL = "https://img.example.cn/a"
