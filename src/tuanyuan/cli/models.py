"""`tuanyuan models`: get, check and pass on the model weights."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from tuanyuan.cli.console import Json, emit, people, say

if TYPE_CHECKING:
    from tuanyuan.domain.weights import Progress
    from tuanyuan.services.weights import Weights

app = typer.Typer(
    help="下载、检查、打包模型。 Get, check and pass on the model weights.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def install(
    bundle: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="从模型包安装，不用网络。 From a bundle, offline."),
    ] = None,
    as_json: Json = False,
) -> None:
    """下载并核对模型，已有的不重新下载。 Fetch what is missing."""
    weights = _weights()
    with _InstallView() as view:
        installed = weights.install_from(bundle, view.report) if bundle else weights.install(view.report)
    if as_json:
        emit({"folder": str(weights.store.folder), "installed": installed, "files": weights.verify()})
    elif installed:
        say(
            f"已安装 {len(installed)} 个模型文件。 Installed in {weights.store.folder}",
            "green",
        )
    else:
        say("模型齐全。 All models are already there.", "green")


@app.command()
def verify(as_json: Json = False) -> None:
    """逐个核对模型文件。 Compare every file with the lock."""
    weights = _weights()
    states = weights.verify()
    good = all(state == "intact" for state in states.values())
    words = {"intact": "完好 intact", "missing": "缺失 missing", "damaged": "已损坏 damaged"}
    if as_json:
        emit({"ok": good, "folder": str(weights.store.folder), "files": states})
    else:
        for file, state in states.items():
            say(f"{words[state]}  {file}", "green" if state == "intact" else "red")
        if not good:
            say("  → 请运行 tuanyuan models install  Run `tuanyuan models install`")
    if not good:
        raise typer.Exit(1)


@app.command()
def bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="要写的模型包（.zip）。 The archive to write (.zip).")],
    as_json: Json = False,
) -> None:
    """把已装好的模型打成一个包。 One archive for machines offline."""
    packed = _weights().bundle(file)
    if as_json:
        emit({"bundle": str(file), "bytes": file.stat().st_size, "files": packed})
    else:
        say(f"已写好 {file}（{file.stat().st_size / 1e6:.0f} MB）。 Written.", "green")


def _weights() -> Weights:
    from tuanyuan import settings, wiring

    return wiring.weights(settings.load())


class _InstallView:
    """Progress for people: a bar on a terminal, a line a step elsewhere."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = people()
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._bars = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def report(self, progress: Progress) -> None:
        if progress.step == "download":
            if progress.name not in self._tasks:
                self._tasks[progress.name] = self._bars.add_task(progress.name, total=progress.total)
                if not self._console.is_terminal:
                    say(f"下载 Downloading {progress.name} ({progress.total / 1e6:.0f} MB)")
            self._bars.update(self._tasks[progress.name], completed=progress.done)
            return
        lines = {
            "waiting": "另一个安装正在进行，等它结束… Another installation is running; waiting…",
            "check": f"核对 Checking {progress.name}",
            "warm": "预热，首次约一分钟 Warming up, about a minute the first time",
        }
        self._console.print(lines[progress.step], markup=False)
