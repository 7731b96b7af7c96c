"""`tuanyuan label`: the AI-content label inside a file."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated

import typer

from tuanyuan.cli.console import Json, emit, say
from tuanyuan.domain.label import KEYS, AigcLabel

app = typer.Typer(help="AI 生成标识。 The AI-content label.", no_args_is_help=True, rich_markup_mode=None)

_VIDEOS = {
    "same": "内附视频的标识相同。 The video inside has the same label.",
    "different": "内附视频的标识不同。 The video inside has another label.",
    "none": "内附视频没有 AI 标识。 The video inside has no AI label.",
    "unreadable": "内附视频无法读取。 The video inside cannot be read.",
}


@app.callback()
def _group() -> None:
    """AI 生成标识。 The AI-content label."""


@app.command()
def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="图片或视频文件。 A picture or a video.")],
    as_json: Json = False,
) -> None:
    """显示文件里的 AI 标识；没有则状态码为 1。 Show the label; exit status 1 when there is none.

    动态照片还会说明内附视频的标识是否相同。 Of a Motion Photo it says whether its video has the same one.
    """
    from tuanyuan import settings, wiring
    from tuanyuan.imaging.label import read_label

    data = wiring.pictures(settings.load()).read(file)
    label = read_label(data)
    video = _video(data, label)
    values = dict(zip(KEYS, astuple(label), strict=True)) if label else None
    if as_json:
        emit({"file": file, "label": values} | ({"video": video} if video else {}))
    else:
        for key, value in (values or {}).items():
            say(f"{key:<18}{value}")
        if not values:
            say(f"没有 AI 标识。 No AI label: {file}", "yellow")
        if video:
            say(_VIDEOS[video], None if video == "same" else "yellow")
    if not values:
        raise typer.Exit(1)


def _video(data: bytes, label: AigcLabel | None) -> str | None:
    """What is to be said of a Motion Photo's video, a key of _VIDEOS; None for any other file."""
    from tuanyuan.domain.errors import Rejected
    from tuanyuan.imaging.container.errors import ContainerError
    from tuanyuan.imaging.label import read_label
    from tuanyuan.motion.keepsakes.motion_photo import is_motion_photo, parts

    if not is_motion_photo(data):
        return None
    try:
        inside = read_label(parts(data)[1])
    except (ContainerError, Rejected):
        return "unreadable"
    if inside is None:
        return "none"
    return "same" if inside == label else "different"
