"""Nobody waits for the compiler at the first clip."""

from __future__ import annotations

import pytest

from tuanyuan.motion import bloom, kernels, layers, plates, warming, zooming

CALLED = (
    zooming.zoom,
    zooming.zoom_map,
    zooming._across_of,
    zooming._down_of,
    plates.kinds_of,
    kernels.activity,
    kernels.shade,
    bloom.halve,
    bloom.blur,
    bloom.shrink,
    bloom.grow,
    layers._empty,
)


def test_after_warming_every_loop_that_is_called_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warmed: list[str] = []
    monkeypatch.setattr(warming, "import_module", lambda name: _Effect(name, warmed))
    warming.warm()
    known = [len(loop.signatures) for loop in CALLED]  # type: ignore[union-attr]  # of numba's dispatchers
    assert min(known) >= 1
    assert [name.rpartition(".")[2] for name in warmed] == list(warming.EFFECTS)


class _Effect:
    def __init__(self, name: str, warmed: list[str]) -> None:
        self.name, self.warmed = name, warmed

    def warm(self) -> None:
        self.warmed.append(self.name)
