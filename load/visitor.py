"""One visitor: logs in, agrees, uploads, orders, waits, picks. Behaves as the app does, honest about what it saw."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp

# The app asks again after a quarter of the time left, between these bounds.
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 5.0
MOST_RETRIES = 30


@dataclass
class Record:
    """What all visitors saw: seconds of each request by name, and how their visits ended."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    jobs: list[float] = field(default_factory=list)
    endings: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def ended(self, how: str) -> None:
        """Count one end of a visit."""
        self.endings[how] = self.endings.get(how, 0) + 1


class LostError(Exception):
    """The visit cannot go on."""


@dataclass
class Visitor:
    """photo: the bytes of a portrait. patience: seconds that a job may take. think: mean seconds between two steps."""

    session: aiohttp.ClientSession
    base: str
    photo: bytes
    record: Record
    patience: float = 600.0
    think: float = 0.0
    token: str = ""
    # Each visitor comes from an address of their own, as in life: start the studio with TUANYUAN_PROXIES=1.
    address: str = field(default_factory=lambda: ".".join(str(b) for b in (10, *uuid.uuid4().bytes[:3])))

    async def visit(self) -> None:
        """The whole way, once; its end is counted whatever happens."""
        try:
            await self._enter()
            await self._pause()
            photo = await self._upload()
            await self._pause()
            await self._order(photo)
            self.record.ended("picked")
        except LostError as error:
            self.record.ended("lost")
            self.record.errors.append(str(error))
        except Exception as error:  # a broken connection is a failure of the studio, not of the measurement
            self.record.ended("broken")
            self.record.errors.append(f"{type(error).__name__}: {error}")

    async def _pause(self) -> None:
        await asyncio.sleep(self.think * random.uniform(0.5, 1.5))

    async def _enter(self) -> None:
        login = await self._call("login", "POST", "/auth/guest", json={"device": uuid.uuid4().hex})
        self.token = login["access_token"]
        await self._call("consent", "POST", "/me/consents", json={"purpose": "face_edit", "granted": True}, key=True)

    async def _upload(self) -> str:
        def form() -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("photo", self.photo, filename="me.jpg", content_type="image/jpeg")
            return data

        photo = await self._call("upload", "POST", "/photos", form=form)
        if not photo["ok"]:
            raise LostError(f"photo refused: {photo['problems']}")
        return str(photo["id"])

    async def _order(self, photo: str) -> None:
        await self._call("wallet", "GET", "/wallet")
        await self._pause()
        begun = time.perf_counter()
        order = {"feature": "reunion", "photos": [photo], "tier": "credits"}
        job = await self._call("submit", "POST", "/jobs", json=order, key=True)
        path = f"/jobs/{job['id']}"
        while job["status"] not in ("completed", "failed", "cancelled"):
            if time.perf_counter() - begun > self.patience:
                raise LostError(f"job {job['id']} not done after {self.patience:.0f} s")
            left = job.get("eta_seconds") or 1
            await asyncio.sleep(min(LONGEST_WAIT, max(SHORTEST_WAIT, left / 4)))
            job = await self._call("poll", "GET", path)
        self.record.jobs.append(time.perf_counter() - begun)
        if job["status"] != "completed":
            raise LostError(f"job {job['id']} {job['status']}: {job.get('error')}")
        await self._pause()
        await self._call("pick", "POST", f"{path}/pick", json={"candidate": job["candidates"][0]["id"]}, key=True)
        await self._call("works", "GET", "/works")

    async def _call(
        self, name: str, method: str, path: str, json: Any = None, form: Any = None, *, key: bool = False
    ) -> Any:
        """One request; 429 and 503 are obeyed, counted and repeated, anything else but success ends the visit."""
        headers = {"X-Forwarded-For": self.address}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        for _ in range(MOST_RETRIES):
            begun = time.perf_counter()
            async with self.session.request(
                method, self.base + path, json=json, data=form() if form else None, headers=headers
            ) as answer:
                body = await answer.json(content_type=None)
                self.record.seconds.setdefault(name, []).append(time.perf_counter() - begun)
                if answer.status < 400:
                    return body
                refusal = f"{name} {answer.status} {body.get('code')}"
                self.record.refusals[refusal] = self.record.refusals.get(refusal, 0) + 1
                if answer.status not in (429, 503):
                    raise LostError(f"{refusal}: {body.get('detail')}")
                wait = float(answer.headers.get("Retry-After", "2"))
            await asyncio.sleep(min(wait, 10.0))
        raise LostError(f"{name}: still refused after {MOST_RETRIES} tries")
