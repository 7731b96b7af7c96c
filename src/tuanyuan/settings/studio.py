"""Settings of the studio itself: where it keeps what, and how much of the machine it takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

_PACKAGE = Path(__file__).parents[1]


def _scenes() -> Path:
    """The backgrounds travel inside the wheel; in a checkout they lie beside `src`."""
    packed = _PACKAGE / "scenes"
    return packed if packed.is_dir() else _PACKAGE.parents[1] / "scenes"


def _threads() -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(available or 1, 4)


class StudioSettings(BaseModel):
    """Folders, database, store, addresses, processes."""

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
    database_url: str = Field(
        default_factory=lambda validated: f"sqlite:///{validated['data_dir'].absolute() / 'studio.db'}",
        description="Database for everything but pictures: `sqlite:///…` or `postgresql://…`.",
        json_schema_extra={"zh": "数据库（图片以外的全部数据）。", "shown": "SQLite, `studio.db` in the data folder"},
    )
    storage_url: str = Field(
        default_factory=lambda validated: f"fs://{validated['data_dir'].absolute() / 'objects'}",
        description="Store for encrypted pictures: `fs:///folder` or `s3://bucket?endpoint=…&region=…`.",
        json_schema_extra={"zh": "加密图片的存储位置。", "shown": "`objects` in the data folder"},
    )
    redis_url: str | None = Field(
        default=None,
        description="Redis for limits and cache shared by several machines.",
        json_schema_extra={"zh": "多台机器共享的限流与缓存。", "shown": "none: kept in the process"},
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Secrets of 32 characters at least, newest first, separated by commas; older ones are still read.",
        json_schema_extra={
            "zh": "主密钥，至少 32 个字符；可用逗号分隔多个，最新的在前。",
            "shown": "with SQLite made on first start (`secret.key` in the data folder); with PostgreSQL required",
        },
    )
    env: Literal["development", "production"] = Field(
        default="development",
        description="In production nothing fake and no default secret starts.",
        json_schema_extra={"zh": "正式环境拒绝任何模拟组件和默认密钥。", "shown": "`development`"},
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on.",
        json_schema_extra={"zh": "监听地址。", "shown": "`127.0.0.1`"},
    )
    port: int = Field(
        default=8000,
        ge=1,
        le=65535,
        description="Port to listen on.",
        json_schema_extra={"zh": "监听端口。", "shown": "`8000`"},
    )
    public_url: str | None = Field(
        default=None,
        description="Where the world reaches this studio, e.g. `https://studio.example.cn`.",
        json_schema_extra={"zh": "外网访问地址。", "shown": "none"},
    )
    proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many proxies of ours stand before the API; that many `X-Forwarded-For` entries are believed.",
        json_schema_extra={"zh": "前面有几层自己的反向代理。", "shown": "`0`"},
    )
    workers: int = Field(
        default_factory=lambda: max(1, _threads() // 2),
        ge=1,
        le=64,
        description="Processes that make pictures on this machine.",
        json_schema_extra={"zh": "本机同时生成图片的进程数。", "shown": "half the cores, 2 at most"},
    )
    jobs_at_once: int = Field(
        default=16,
        ge=1,
        le=200,
        description="Jobs that one worker carries at the same time, most of them waiting for an engine.",
        json_schema_extra={"zh": "一个任务进程同时处理的任务数。", "shown": "`16`"},
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
