"""Settings of moving pictures: the program that encodes and decodes them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field


class FilmSettings(BaseModel):
    """ffmpeg runs as a separate program; nothing of it is linked, and it can be exchanged here."""

    ffmpeg: Path | None = Field(
        default=None,
        description="The ffmpeg that makes films, a separate program. The one installed along is under the GPL; name "
        "another one here to do without it.",
        json_schema_extra={
            "zh": "制作视频的 ffmpeg，作为独立程序运行；随附的版本采用 GPL 许可，可在此换成其他版本。",
            "shown": "the one installed along, else `ffmpeg` on PATH",
        },
    )
    video_encoder: str = Field(
        default="libx264",
        pattern=r"^[a-z0-9_]+$",
        description="Its H.264 encoder: `libx264` (GPL), `libopenh264` (BSD), or another one by its name there.",
        json_schema_extra={
            "zh": "该 ffmpeg 的 H.264 编码器：`libx264`（GPL）、`libopenh264`（BSD）或其他名称。",
            "shown": "`libx264`",
        },
    )
    clip_denoise: bool = Field(
        default=True,
        description="Take noise out of clips that other engines made.",
        json_schema_extra={"zh": "对其他引擎生成的视频去噪。", "shown": "`true`"},
    )
    clip_stabilise: bool = Field(
        default=True,
        description="Take the shake out of clips that other engines made.",
        json_schema_extra={"zh": "对其他引擎生成的视频防抖。", "shown": "`true`"},
    )
