"""A place on this machine where pictures lie; sleep that is only noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import anyio
import pytest
from starlette.responses import Response

from tuanyuan.engines.sandbox import serving


@pytest.fixture
def serve() -> Iterator[Callable[[bytes, int], str]]:
    """`serve(data, status)`: an address on 127.0.0.1 that answers so, to the end of the test."""
    with ExitStack() as until_the_end:

        def begin(data: bytes, status: int = 200) -> str:
            answer = Response(data, status, headers={"location": "/elsewhere"} if status == 302 else None)
            return until_the_end.enter_context(serving(answer)) + "/a.jpg"

        yield begin


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that fakes would have slept, in order; they go on at once."""
    noted: list[float] = []

    async def sleep(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    return noted
