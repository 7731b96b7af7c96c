"""Every setting of the studio. The only place that reads the environment (and `.env`)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tuanyuan.domain.errors import WrongUsage

_PACKAGE = Path(__file__).parent
_PREFIX = "TUANYUAN_"


def _scenes() -> Path:
    """The backgrounds travel inside the wheel; in a checkout they lie beside `src`."""
    packed = _PACKAGE / "scenes"
    return packed if packed.is_dir() else _PACKAGE.parents[1] / "scenes"


def _threads() -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(available or 1, 4)


class Settings(BaseSettings):
    """What an operator may set. Each field's description is its documentation, English and Chinese."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder for everything that the studio keeps.",
        json_schema_extra={"zh": "保存所有数据的文件夹。", "shown": "`./data`"},
    )
    models_dir: Path = Field(
        default_factory=lambda validated: validated["data_dir"] / "models",
        description="Folder of the model weights.",
        json_schema_extra={"zh": "模型文件所在的文件夹。", "shown": "`models` in the data folder"},
    )
    scenes_dir: Path = Field(
        default_factory=_scenes,
        description="Folder of the backgrounds, one folder for each.",
        json_schema_extra={
            "zh": "背景模板所在的文件夹。",
            "shown": "the backgrounds that come with the studio",
        },
    )
    threads: int = Field(
        default_factory=_threads,
        ge=1,
        le=64,
        description="Processor threads used for one picture.",
        json_schema_extra={"zh": "处理一张照片时使用的线程数。", "shown": "the cores available, 4 at most"},
    )
    debug: bool = Field(
        default=False,
        description="Show the traceback of an unexpected error.",
        json_schema_extra={"zh": "出现意外错误时显示详细的调用信息。", "shown": "`false`"},
    )


def load() -> Settings:
    """The settings in force; `setting_invalid` names the first one that is not usable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = _PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise WrongUsage("setting_invalid", name=name, detail=first["msg"]) from None


def child_environment() -> dict[str, str]:
    """The environment to hand on to a program that we start."""
    return dict(os.environ)


def document() -> str:
    """`docs/settings.md`, made from the fields."""
    lines = [
        "# Settings 设置",
        "",
        "Read from the environment or from a file `.env` in the folder where the command runs.",
        "从环境变量或运行目录下的 `.env` 文件读取。Made by `make docs` from `src/tuanyuan/settings.py`.",
        "",
        "| name 名称 | default 默认值 | what it does 作用 |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        extra: Any = field.json_schema_extra
        lines.append(f"| `{_PREFIX}{name.upper()}` | {extra['shown']} | {field.description} {extra['zh']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
