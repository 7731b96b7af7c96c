"""The loop of the engines ends: calls are given up, engines closed where they were asked, nobody is waited for."""

from __future__ import annotations

import threading

import pytest
from doubles.leaving import SECRET, Leaving
from structlog.testing import capture_logs

from tuanyuan.worker import EngineLoop, engine_loop
from tuanyuan.worker.engine_loop import Leaving as ProcessIsLeaving


def asking(loop: EngineLoop, engine: Leaving) -> threading.Thread:
    """A step of a job that waits for the engine; it is left when the loop is."""

    def step() -> None:
        with pytest.raises(ProcessIsLeaving):
            loop.run(engine.ask())

    thread = threading.Thread(target=step)
    thread.start()
    engine.begun.wait()
    return thread


async def nothing() -> None:
    pass


def test_engines_are_closed_on_the_loop_of_their_calls_after_these_were_given_up() -> None:
    loop, engine, idle = EngineLoop(), Leaving(), Leaving()
    step = asking(loop, engine)
    loop.close({"engine": engine, "idle": idle})
    step.join()
    assert (engine.done, idle.done) == (["call", "close"], ["close"])
    assert len({*engine.loops, *idle.loops}) == 1
    # It has ended after them, not before.
    assert engine.loops[0].is_closed()


def test_an_engine_that_was_never_asked_is_closed_as_well() -> None:
    loop, engine = EngineLoop(), Leaving()
    loop.close({"engine": engine})
    assert engine.done == ["close"]
    assert engine.loops[0].is_closed()


def test_a_second_time_nothing_is_done() -> None:
    loop, engine = EngineLoop(), Leaving()
    loop.close({"engine": engine})
    loop.close({"engine": engine})
    loop.close()
    assert engine.done == ["close"]
    with pytest.raises(ProcessIsLeaving):
        loop.run(nothing())


@pytest.mark.parametrize("closing", ["fails", "is late", "never ends"])
def test_an_engine_that_cannot_let_go_keeps_nobody(closing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuanyuan.services.closing._LAST_SECONDS", 0.05)
    loop, bad, good = EngineLoop(), Leaving(closing=closing), Leaving()
    with capture_logs() as logs:
        loop.close({"bad": bad, "good": good}, seconds=0.05)
    assert (bad.done, good.done) == ([], ["close"])
    assert good.loops[0].is_closed()
    assert [(line["event"], line["engine"]) for line in logs] == [("engine_not_closed", "bad")]
    assert SECRET not in str(logs)


def test_an_engine_that_holds_the_loop_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_loop, "_GIVEN_UP_SECONDS", 0.02)
    monkeypatch.setattr(engine_loop, "_STUCK_SECONDS", 0.02)
    loop, bad = EngineLoop(), Leaving(closing="holds the loop")
    with capture_logs() as logs:
        loop.close({"bad": bad}, seconds=0.02)
    assert [line["event"] for line in logs] == ["engine_loop_stuck"]
    assert bad.done == []
    # For this process lives on.
    bad.over.set()
    thread, left = loop._thread, loop._loop
    assert thread is not None
    assert left is not None
    left.call_soon_threadsafe(left.stop)
    thread.join()
    left.close()
    assert bad.done == ["close"]
