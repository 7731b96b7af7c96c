"""The application: routes, the layers round them, and the description of the interface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from tuanyuan import __version__
from tuanyuan.http import (
    auth,
    catalogue,
    consents,
    docs,
    files,
    health,
    jobs,
    me,
    photos,
    problems,
    wallet,
    works,
)
from tuanyuan.http.abroad import Abroad
from tuanyuan.http.bounds import Bounds
from tuanyuan.http.journal import Journal
from tuanyuan.http.metrics import Metrics
from tuanyuan.http.readiness import Readiness
from tuanyuan.http.stream import Watching
from tuanyuan.http.upload import Uploads

if TYPE_CHECKING:
    from tuanyuan.domain.job import JobEvent
    from tuanyuan.wiring.studio import Studio

# Requests at work at the same time; each may hold a connection to the database.
THREADS = 24
_ABOUT = """
One natural family portrait from separate portraits, and what belongs to it: accounts, consents, photos, credits, jobs.

Errors are `application/problem+json` (RFC 9457): `code` for programs, `fix` says who can repair it (`user`, `wait`,
`us`), words in Chinese and English. `Accept-Language` chooses the language of `title`, `detail` and `message`.
A POST that costs or creates takes an `Idempotency-Key`. Results are opened by temporary addresses only.
"""
_TAGS = ("auth", "me", "consents", "catalogue", "photos", "jobs", "works", "files", "wallet", "health")


def create(studio: Studio) -> FastAPI:
    """The API of one studio, which stays the caller's to close."""
    app = FastAPI(
        title="Tuanyuan Studio 团圆照相馆",
        version=__version__,
        description=_ABOUT,
        openapi_tags=[{"name": name} for name in _TAGS],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.studio = studio
    app.state.uploads = Uploads()
    app.state.abroad = Abroad()
    app.state.watching = watching = Watching(*_events(studio))
    app.state.metrics = metrics = Metrics(studio.units, lambda: watching.watchers, studio.clock)
    app.state.readiness = Readiness(studio.probes)
    problems.install(app)
    api = APIRouter(prefix="/api/v1")
    # An address is looked for from the first to the last: what is asked most often comes first.
    for part in (jobs, files, works, photos, wallet, catalogue, auth, consents, me):
        api.include_router(part.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(docs.router)
    # The last one added is the outermost.
    app.add_middleware(Bounds, streamed=frozenset({"/api/v1/photos"}))
    secure = (studio.settings.public_url or "").startswith("https://")
    app.add_middleware(Journal, observe=metrics.observe, secure=secure)
    # FastAPI's documented way to extend the description.
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's own way to change it
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    try:
        yield
    finally:
        app.state.watching.end()
        await app.state.watching.gone()


def _events(studio: Studio) -> tuple[Any, Any]:
    def read(after: int, job_id: str | None) -> Sequence[JobEvent]:
        with studio.units.read() as unit:
            return unit.jobs.events(after, job_id)

    def last() -> int:
        with studio.units.read() as unit:
            return unit.jobs.last_event()

    return read, last


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description, with the shape of refusals in it."""
    if app.openapi_schema is None:
        described = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        _, shapes = models_json_schema(
            [(problems.Problem, "serialization")], ref_template="#/components/schemas/{model}"
        )
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(shapes["$defs"])
        app.openapi_schema = described
    return app.openapi_schema
