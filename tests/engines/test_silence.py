"""Whether a lost answer tells of a provider that gives no sign at all, or only of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx2
import pytest

from tuanyuan.domain.engine import TaskRef, Unknown
from tuanyuan.engines.comfyui.engine import ComfyuiEngine
from tuanyuan.engines.jimeng import mapping as jimeng
from tuanyuan.engines.jimeng.engine import JimengEngine
from tuanyuan.engines.replicate.engine import ReplicateEngine
from tuanyuan.engines.seedream import mapping as seedream
from tuanyuan.engines.seedream.engine import SeedreamEngine
from tuanyuan.services.tries import heard
from tuanyuan.wiring.engines import manifest

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
KINDS: dict[str, Any] = {
    "comfyui": ComfyuiEngine,
    "jimeng": JimengEngine,
    "replicate": ReplicateEngine,
    "seedream": SeedreamEngine,
}
KEYS = {"jimeng_access_key": "a", "jimeng_secret_key": "b", "seedream_api_key": "c"}
TASKS = {
    "comfyui": TaskRef("comfyui", "restore:p"),
    "jimeng": jimeng.Task("jimeng_t2i_v40", "1", ATTEMPT).ref(),
    "replicate": TaskRef("replicate", f"{manifest('replicate', {}).capabilities.models[0].id}:p:f"),
    "seedream": seedream.Task("1", "clip", 5).ref(),
}


def asked(name: str, answer: Any, act: Callable[[Any], Coroutine[Any, Any, Any]]) -> Unknown:
    """What the engine raises when its provider does that at every call."""

    def reply(_: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx2.Response)
        return answer

    async def whole() -> None:
        able, transport = manifest(name, {}).capabilities, httpx2.MockTransport(reply)
        engine = KINDS[name](able, KEYS, "https://one", transport=transport)
        try:
            await act(engine)
        finally:
            await engine.close()

    with pytest.raises(Unknown, match="answer_lost") as told:
        asyncio.run(whole())
    return told.value


UNREACHED = [httpx2.ConnectError("x"), httpx2.ConnectTimeout("x"), httpx2.ReadTimeout("x")]


@pytest.mark.parametrize("answer", UNREACHED)
@pytest.mark.parametrize("name", KINDS)
def test_a_provider_that_is_not_reached_by_a_poll_is_silent(name: str, answer: Exception) -> None:
    assert asked(name, answer, lambda engine: engine.poll(TASKS[name])).silent


@pytest.mark.parametrize("answer", UNREACHED)
@pytest.mark.parametrize("name", ["comfyui", "replicate"])
def test_a_provider_that_is_not_reached_by_a_search_is_silent(name: str, answer: Exception) -> None:
    assert asked(name, answer, lambda engine: engine.find(ATTEMPT)).silent


@pytest.mark.parametrize("name", ["jimeng", "seedream"])
def test_a_provider_that_cannot_tell_is_not_silent(name: str) -> None:
    assert not asked(name, httpx2.ConnectError("x"), lambda engine: engine.find(ATTEMPT)).silent


def test_an_answer_that_says_nothing_is_not_silence() -> None:
    broken = httpx2.Response(200, content=b"not json")
    assert not asked("comfyui", broken, lambda engine: engine.find(ATTEMPT)).silent


def test_whoever_does_not_answer_in_time_is_silent() -> None:
    answer = asyncio.run(heard(0.01, asyncio.Event().wait()))
    assert isinstance(answer, Unknown)
    assert answer.silent
