"""Engines let go: each is asked, none holds up the others, and nothing is raised."""

from __future__ import annotations

import asyncio

import pytest
from doubles.leaving import SECRET, Leaving
from structlog.testing import capture_logs

from tuanyuan.services.closing import closed


def test_all_are_closed_on_the_loop_that_asks_for_it() -> None:
    engines = {"one": Leaving(), "two": Leaving()}

    async def act() -> asyncio.AbstractEventLoop:
        await closed(engines)
        return asyncio.get_running_loop()

    with capture_logs() as logs:
        loop = asyncio.run(act())
    assert [(engine.done, engine.loops) for engine in engines.values()] == [(["close"], [loop])] * 2
    assert logs == []


@pytest.mark.parametrize(("closing", "error"), [("fails", "RuntimeError"), ("is late", "late")])
def test_one_that_cannot_is_logged_without_its_words_and_holds_nobody_up(
    closing: str, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = Leaving(closing=closing), Leaving()
    with capture_logs() as logs:
        asyncio.run(closed({"bad": bad, "good": good}, seconds=0.05))
    assert (bad.done, good.done) == ([], ["close"])
    assert logs == [{"event": "engine_not_closed", "engine": "bad", "error": error, "log_level": "warning"}]
    # asyncio itself would tell what nobody has looked at.
    assert SECRET not in caplog.text


def test_nothing_to_close() -> None:
    asyncio.run(closed({}))
