"""The studio's API over real books and a real vault; pictures are grey, photos are looked at by their first bytes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import Rejected, StudioError
from tuanyuan.domain.job import Job
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import FaceReport, PhotoReport
from tuanyuan.engines.fake.engine import FakeEngine
from tuanyuan.http.app import create
from tuanyuan.services.generation import as_error
from tuanyuan.settings import Settings
from tuanyuan.wiring.studio import Studio, open_studio

PHOTO = b"\xff\xd8\xff\xe0 a portrait " + bytes(range(256)) * 40
NO_FACE = b"\xff\xd8\xff\xe0 nobody"
NO_PHOTO = b"MZ a program"
FACE = FaceReport((100, 100, 400, 400), 0.99, 300.0, 0.0, 0.0, 0.0)
API = "/api/v1"


class Glance:
    """Pixel work that opens nothing: a photo begins as a JPEG does, and shows one face unless it says nobody."""

    def examine(self, data: bytes, name: str) -> PhotoReport:
        if not data.startswith(b"\xff\xd8\xff"):
            raise Rejected("file_not_a_photo", file=name)
        if b"nobody" in data:
            return PhotoReport(name, False, 800, 1000, (), (problem("no_face"),))
        return PhotoReport(name, True, 1200, 1600, (FACE,), ())

    def make(self, *_: Any) -> Any:
        raise AssertionError("the fake engine makes the pictures")

    def preview(self, *_: Any) -> bytes:
        raise AssertionError("nobody asked for a preview")


@dataclass
class Guest:
    """Somebody logged in."""

    door: Door
    login: dict[str, Any]
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"authorization": f"Bearer {self.login['access_token']}"}

    @property
    def id(self) -> str:
        return str(self.login["user"]["id"])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.door.ask(method, path, body, {**self.headers, **headers})

    def got(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def agree(self) -> Any:
        return self.got("POST", "/me/consents", {"purpose": "face_edit", "granted": True})

    def upload(self, data: bytes = PHOTO, name: str = "grandma.jpg", field_: str = "photo") -> Any:
        return self.door.client.post(f"{API}/photos", files={field_: (name, data, "image/jpeg")}, headers=self.headers)

    def photo(self) -> str:
        answer = self.upload(PHOTO + secrets.token_bytes(8))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def order(self, **changes: Any) -> dict[str, Any]:
        return {"feature": "reunion", "photos": [self.photo()], "background": "studio", **changes}

    def posted(self, **changes: Any) -> dict[str, Any]:
        return dict(self.got("POST", "/jobs", self.order(**changes)))

    def finished(self, **changes: Any) -> dict[str, Any]:
        job = self.posted(**changes)
        self.door.work(job["id"])
        return dict(self.got("GET", f"/jobs/{job['id']}"))

    def work(self) -> dict[str, Any]:
        job = self.finished()
        picked = self.got("POST", f"/jobs/{job['id']}/pick", {"candidate": job["candidates"][0]["id"]})
        return dict(self.got("GET", f"/works/{picked['work_id']}"))

    def balance(self) -> int:
        return int(self.got("GET", "/wallet")["balance"])


@dataclass
class Door:
    """One studio, its API, and a client inside this process. Nothing is made unless `work` is called."""

    studio: Studio
    app: FastAPI
    client: TestClient
    posted: list[str]
    times: list[datetime]
    visits: Iterator[int] = field(default_factory=count)

    @property
    def now(self) -> datetime:
        return self.times[0]

    def later(self, **passing: float) -> None:
        self.times[0] += timedelta(**passing)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        # Everybody comes from an address of their own, as the one proxy before us writes it.
        number = next(self.visits)
        sent = {"x-forwarded-for": f"10.{number // 250 % 250}.{number % 250}.7", **(headers or {})}
        if content is not None:
            sent.setdefault("content-type", "application/json")
        url = path if path.startswith(("/api", "/healthz", "/readyz", "/metrics", "/docs", "/openapi")) else API + path
        return self.client.request(method, url, content=content, headers=sent)

    def guest(self, device: str | None = None) -> Guest:
        answer = self.ask("POST", "/auth/guest", {"device": device or secrets.token_hex(16)})
        assert answer.status_code == 200, answer.text
        return Guest(self, answer.json())

    def customer(self) -> Guest:
        """A guest who has agreed."""
        guest = self.guest()
        guest.agree()
        return guest

    def work(self, job_id: str) -> None:
        """What a worker does with a job."""
        steps = self.studio.generation
        if not steps.claim(job_id, "test"):
            return
        try:
            steps.record(job_id, steps.make(job_id, steps.prepare(job_id)))
        except StudioError as error:
            steps.fail(job_id, as_error(error))


@contextmanager
def open_door(
    folder: Path,
    database_url: str,
    scenes: Path,
    *,
    pixels: Any = None,
    made_by: Mapping[str, Engine] | None = None,
    **changes: Any,
) -> Iterator[Door]:
    """A studio in `folder` on an upgraded, empty database.

    made_by: its engines instead of the fake one; with `engines` among the changes they are built from the settings.
    """
    told: dict[str, Any] = {"proxies": 1, "engines": "fake", **changes}
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        scenes_dir=scenes,
        secret_key="a secret of the tests that is long enough",
        **told,
    )
    engines = made_by or (None if "engines" in changes else {"fake": FakeEngine()})
    times = [datetime(2026, 2, 16, 12, tzinfo=UTC)]
    posted: list[str] = []

    def enqueue(_session: Session, job: Job) -> None:
        posted.append(job.id)

    with open_studio(
        settings, pixels=pixels or Glance(), engines=engines, enqueue=enqueue, clock=lambda: times[0]
    ) as studio:
        app = create(studio)
        with TestClient(app, raise_server_exceptions=True) as client:
            yield Door(studio, app, client, posted, times)
