"""Progress for people: a bar on a terminal, a line a step elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tuanyuan.cli.console import people, say


class Bar:
    """Shown from `with` to the end of the block."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = people()
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._bars.add_task("开始 starting", total=1.0)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def report(self, share: float, zh: str, en: str) -> None:
        """Move on to `share` (0..1) with a sentence."""
        self._bars.update(self._task, completed=share, description=f"{zh} {en}")
        if not self._console.is_terminal:
            say(f"{share:4.0%}  {zh} {en}")
