"""Warming up is done once for the same code, and again whenever the caches may be stale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tuanyuan.store.warming import WarmOnce


@dataclass
class Kitchen:
    """A package with one compiled loop, a models folder, and what was done."""

    sources: Path
    models: Path
    done: list[str] = field(default_factory=list)

    def work(self) -> None:
        self.done.append("work")
        (self.sources / "__pycache__").mkdir(exist_ok=True)
        (self.sources / "__pycache__" / "loop-1.py311.nbi").write_bytes(b"")

    def warm(self) -> list[str]:
        self.done.clear()
        WarmOnce(self.work, [self.sources])(self.models, lambda: self.done.append("begin"))
        return list(self.done)


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    for folder in ("sources", "models"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sources" / "loop.py").write_text("first = 1\n")
    return Kitchen(tmp_path / "sources", tmp_path / "models")


def test_the_work_is_announced_and_done_once(kitchen: Kitchen) -> None:
    assert kitchen.warm() == ["begin", "work"]
    assert kitchen.warm() == []


def change_code(kitchen: Kitchen) -> None:
    (kitchen.sources / "loop.py").write_text("second = 2, and longer\n")


def lose_caches(kitchen: Kitchen) -> None:
    (kitchen.sources / "__pycache__" / "loop-1.py311.nbi").unlink()


def lose_note(kitchen: Kitchen) -> None:
    (kitchen.models / ".warm").unlink()


def move_code(kitchen: Kitchen) -> None:
    kitchen.sources = kitchen.sources.rename(kitchen.sources.with_name("elsewhere"))


@pytest.mark.parametrize("change", [change_code, lose_caches, lose_note, move_code])
def test_it_is_done_again_after_a_change(kitchen: Kitchen, change: Callable[[Kitchen], None]) -> None:
    kitchen.warm()
    change(kitchen)
    assert kitchen.warm() == ["begin", "work"]


def test_what_was_compiled_from_older_code_is_thrown_away(kitchen: Kitchen) -> None:
    """numba looks at the age of a loop's own file alone, not at those of the loops that it calls."""
    kitchen.warm()
    stale = kitchen.sources / "__pycache__" / "outer-1.py311.1.nbc"
    stale.write_bytes(b"calls the old loop")
    change_code(kitchen)
    kitchen.warm()
    assert not stale.exists()
    assert (kitchen.sources / "loop.py").exists()


def test_an_interrupted_warm_up_is_not_remembered(kitchen: Kitchen) -> None:
    def interrupted() -> None:
        kitchen.work()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        WarmOnce(interrupted, [kitchen.sources])(kitchen.models, lambda: None)
    assert kitchen.warm() == ["begin", "work"]


def test_a_folder_that_cannot_be_written_is_no_error(kitchen: Kitchen) -> None:
    kitchen.models = kitchen.models / "nowhere"
    assert kitchen.warm() == ["begin", "work"]
