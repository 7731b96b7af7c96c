"""The services block their threads: these are the engine's own, as many as it may have calls, and end with it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from doubles.restoring import asked, run

from tuanyuan.engines.restoration.vendors import TENCENT

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


def test_a_loop_whose_threads_are_all_at_work_does_not_hold_it_back(vendors):
    engine, over = vendors.engine("tencent"), threading.Event()

    async def act():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        working = loop.run_in_executor(None, over.wait)
        try:
            # Nothing but the end of this call lets the thread go; a minute only ends a test that has failed.
            async with asyncio.timeout(60):
                return await engine.submit(asked(engine), "attempt-1", lambda *_: None)
        finally:
            assert not working.done()
            over.set()
            await working
            await engine.close()

    assert len(asyncio.run(act()).pictures) == 1


def test_as_many_calls_at_once_as_its_limit_says(vendors, monkeypatch):
    engine = vendors.engine("tencent")
    most = engine.capabilities.limits.concurrency
    together, at_once, highest, lock = threading.Barrier(most), 0, 0, threading.Lock()

    def restore(reference):
        nonlocal at_once, highest
        with lock:
            at_once += 1
            highest = max(highest, at_once)
        # Fewer would wait here in vain.
        together.wait(60)
        with lock:
            at_once -= 1
        return reference.data

    monkeypatch.setitem(engine._restore, TENCENT, restore)

    async def act():
        calls = [engine.submit(asked(engine), str(n), lambda *_: None) for n in range(2 * most)]
        await asyncio.gather(*calls)
        await engine.close()

    asyncio.run(act())
    assert (most, highest) == (4, 4)


def test_closing_ends_its_threads_and_waits_for_no_call(vendors, monkeypatch):
    engine, begun, over, unheard = vendors.engine("tencent"), threading.Event(), threading.Event(), []

    def restore(reference):
        begun.set()
        over.wait()
        unheard.append(reference)
        return reference.data

    monkeypatch.setitem(engine._restore, TENCENT, restore)

    async def act():
        call = asyncio.ensure_future(engine.submit(asked(engine), "attempt-1", lambda *_: None))
        await asyncio.to_thread(begun.wait)
        await engine.close()
        assert unheard == []
        (thread,) = engine._threads._threads
        over.set()
        await call
        return thread

    thread = asyncio.run(act())
    thread.join()
    assert len(unheard) == 1
    with pytest.raises(RuntimeError):
        engine._threads.submit(print)


def test_its_log_lines_carry_what_those_of_the_job_do(vendors, monkeypatch):
    engine, seen = vendors.engine("tencent"), []

    def restore(reference):
        seen.append(structlog.contextvars.get_contextvars())
        return reference.data

    monkeypatch.setitem(engine._restore, TENCENT, restore)
    with structlog.contextvars.bound_contextvars(job="job-1"):
        run(engine, asked(engine))
    assert seen == [{"job": "job-1"}]
