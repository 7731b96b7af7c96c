"""A place on this machine where pictures lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

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
