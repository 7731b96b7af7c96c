"""`tuanyuan label`: the AI-content label inside a file."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated

import typer

from tuanyuan.cli.console import Json, emit, say
from tuanyuan.domain.label import KEYS

app = typer.Typer(help="AI 生成标识。 The AI-content label.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """AI 生成标识。 The AI-content label."""


@app.command()
def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="图片文件。 A picture file.")],
    as_json: Json = False,
) -> None:
    """显示文件里的 AI 标识；没有则状态码为 1。 Show the label; exit status 1 when there is none."""
    from tuanyuan import settings, wiring
    from tuanyuan.imaging.label import read_label

    label = read_label(wiring.pictures(settings.load()).read(file))
    values = dict(zip(KEYS, astuple(label), strict=True)) if label else None
    if as_json:
        emit({"file": file, "label": values})
    elif values:
        for key, value in values.items():
            say(f"{key:<18}{value}")
    else:
        say(f"没有 AI 标识。 No AI label: {file}", "yellow")
    if not values:
        raise typer.Exit(1)
