"""The catalogue of this moment."""

from __future__ import annotations

import pytest

from tuanyuan.domain.catalogue import Catalogue, Engine
from tuanyuan.domain.messages import problem
from tuanyuan.domain.scene import Scene
from tuanyuan.services.catalogue import Catalogues

ENGINE = Engine("local", "本机", "This computer", ("reunion",), 5, 4)


class Written:
    def catalogue(self) -> Catalogue:
        return Catalogue((), (), (ENGINE,), ())

    def backgrounds(self) -> tuple[Scene, ...]:
        return ()


def test_an_engine_is_ready_when_its_probe_finds_nothing() -> None:
    assert Catalogues(Written(), {"local": lambda: None}).show().engines == (ENGINE,)


def test_a_probe_says_what_is_wrong() -> None:
    lacking = problem("weights_incomplete", files="u2netp.onnx")
    (engine,) = Catalogues(Written(), {"local": lambda: lacking}).show().engines
    assert engine.problem == lacking


def test_an_engine_that_nobody_probes_is_never_shown_ready() -> None:
    with pytest.raises(KeyError):
        Catalogues(Written(), {}).show()
