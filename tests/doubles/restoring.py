"""An engine that restores, asked."""

from __future__ import annotations

import asyncio

from doubles.retouch import picture
from tuanyuan.domain.engine import Engine, EngineRequest, EngineResult, Reference
from tuanyuan.domain.job import JobRequest

PHOTO = picture(90, 120)


def asked(
    engine: Engine,
    model: str | None = None,
    photo: bytes = PHOTO,
    address: str | None = None,
    roles: tuple[str, ...] = ("picture",),
) -> EngineRequest:
    """The order of one photo, of its first model where none is named."""
    references = tuple(Reference(role, photo, "image/jpeg", 90, 120, address) for role in roles)
    chosen = engine.capabilities.model(model) if model else engine.capabilities.models[0]
    order = JobRequest("restore", ("p1",))
    return EngineRequest("job-1", order, candidates=1, model=chosen, references=references)


def run(engine: Engine, request: EngineRequest) -> EngineResult:
    """One call; the engine is closed after it."""

    async def whole() -> EngineResult:
        try:
            return await engine.submit(request, "attempt-1", lambda *_: None)
        finally:
            await engine.close()

    return asyncio.run(whole())
