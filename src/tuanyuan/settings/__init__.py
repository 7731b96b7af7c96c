"""Every setting of the studio. The only place that reads the environment (and `.env`)."""

from __future__ import annotations

import os
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tuanyuan.domain.errors import WrongUsage
from tuanyuan.settings.engines import EngineSettings
from tuanyuan.settings.film import FilmSettings
from tuanyuan.settings.partners import PartnerSettings
from tuanyuan.settings.studio import StudioSettings

_PREFIX = "TUANYUAN_"
# What a program needs to start and to find its libraries, and nothing else.
_STARTING = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")


class Settings(FilmSettings, PartnerSettings, EngineSettings, StudioSettings, BaseSettings):
    """What an operator may set. Each field's description is its documentation, English and Chinese.

    A value that is empty counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
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


def bare_environment() -> dict[str, str]:
    """The environment of a program that has no need of our settings and secrets."""
    return {name: value for name, value in os.environ.items() if name.upper() in _STARTING}


def document() -> str:
    """`docs/settings.md`, made from the fields."""
    lines = [
        "# Settings 设置",
        "",
        "Read from the environment or from a file `.env` in the folder where the command runs; an empty value is none.",
        "从环境变量或运行目录下的 `.env` 文件读取，空值等于未设置。Made by `make docs` from `src/tuanyuan/settings`.",
        "",
        "| name 名称 | default 默认值 | what it does 作用 |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        extra: Any = field.json_schema_extra
        lines.append(f"| `{_PREFIX}{name.upper()}` | {extra['shown']} | {field.description} {extra['zh']} |")
    return "\n".join(lines) + "\n"
