"""Whom an engine's pictures are compared with is looked at while the engine works, once, and kept nowhere."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from doubles.routes import done
from doubles.studio import Cloud, cloudy, saying

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import BadRequest, EngineRequest, EngineResult, Picture
from tuanyuan.domain.errors import NotNow, OurFault, Rejected
from tuanyuan.domain.ports import Finished

FAR = Model("far", frozenset({"reunion"}), references=5, outputs=4, price_fen=20)


def far(name: str, *script: Any, outputs: int = 4) -> Cloud:
    """An engine that sends raw pictures."""
    engine = Cloud(
        list(script), capabilities=cloudy(models=(replace(FAR, outputs=outputs),), complete=False), name=name
    )
    engine.made = 1000 * len(name)
    return engine


def raw(count: int) -> Any:
    """So many pictures that nobody has labelled."""

    def act(engine: Cloud, _request: EngineRequest) -> EngineResult:
        made = engine.pictures(count, labelled=False)
        return replace(made, pictures=tuple(Picture(p.data) for p in made.pictures))

    return act


def test_faces_are_looked_at_once_for_all_pictures(make: Any) -> None:
    """Four calls of one picture each are finished together; one more round is compared with the same likenesses."""
    first = far("first", *[raw(1)] * 5, outputs=1)
    desk = make(first)
    desk.pixels.remembering = [done(b"whoever this is")]
    desk.pixels.finishing = [Finished(None, 64, 48, "picture_too_small", {})]
    assert len(desk.done().candidates) == 4
    assert desk.pixels.remembered == [b"whoever this is"] * 2
    assert desk.pixels.remembering == []


@pytest.mark.parametrize(
    "error",
    [
        NotNow("pixel_work_killed"),
        Rejected("file_damaged", file="p"),
        OurFault("unexpected", detail="OSError"),
        MemoryError(),
    ],
    ids=lambda e: type(e).__name__,
)
def test_faces_that_were_not_looked_at_are_looked_at_with_the_pictures(make: Any, error: Exception) -> None:
    desk = make(far("first", raw(4)))
    desk.pixels.remembering = [done(error)]
    assert len(desk.done().candidates) == 4
    assert desk.pixels.remembered == [b""]


def test_faces_that_wait_for_their_turn_are_waited_for_by_nobody(make: Any) -> None:
    desk, waiting = make(far("first", raw(4))), Future[bytes]()
    desk.pixels.remembering = [waiting]
    assert len(desk.done().candidates) == 4
    assert (desk.pixels.remembered, waiting.cancelled()) == ([b""], True)


def test_faces_need_not_be_looked_at_when_the_engine_brings_nothing(make: Any) -> None:
    desk, waiting = make(far("first", saying(BadRequest)), far("second", raw(4))), Future[bytes]()
    desk.pixels.remembering = [waiting, done(b"second")]
    assert desk.done().engine == "second"
    assert (waiting.cancelled(), desk.pixels.remembered) == (True, [b"second"])


def test_too_much_waiting_work_is_no_reason_not_to_ask(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> Any:
        raise NotNow("busy")

    desk = make(far("first", raw(4)))
    monkeypatch.setattr(desk.pixels, "remember", busy)
    assert len(desk.done().candidates) == 4
    assert desk.pixels.remembered == [b""]
