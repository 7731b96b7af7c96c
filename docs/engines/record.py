"""Writes a page for each engine, with what crosses the wire in one call against its fake: `make transcripts`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests")]

from doubles.driving import Driven, driven
from shortening import answered, asked, plain

from tuanyuan.domain.capabilities import Model
from tuanyuan.engines.manifest import Manifest
from tuanyuan.engines.sandbox import Faults
from tuanyuan.settings import Settings
from tuanyuan.wiring.engines import KEYED, manifest
from tuanyuan.wiring.fakes import build

ABOUT: dict[str, Any] = tomllib.loads((HERE / "about.toml").read_text("utf-8"))
REGIONS = {"here": "your own network 自有网络", "cn": "mainland China 中国大陆", "abroad": "abroad 境外"}
MADE = "Made by `make transcripts` from `engine.toml`, the settings and a run against the fake. 由该命令生成。"


def page(name: str) -> str:
    """The page of one engine."""
    found, about = manifest(name, {}), ABOUT[name]
    capabilities = found.capabilities
    limits = capabilities.limits
    rate = f"; {limits.rate} calls in {limits.period:g} s" if limits.rate else ""
    return "\n".join(
        [
            f"# {capabilities.name_zh} {capabilities.name_en}",
            "",
            MADE,
            "",
            about["shape"],
            "",
            "## What it makes 能做什么",
            "",
            "| model 型号 | makes 功能 | grade | in | out | largest 最大 | price 价格 | given up after 时限 |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(found, model) for model in capabilities.models),
            "",
            "How it takes each parameter 参数: [parameters.md](parameters.md).",
            "",
            "## Keys and settings 密钥与设置",
            "",
            *_settings(found),
            "",
            "## Who gets the pictures 照片给谁",
            "",
            f"{capabilities.provider or 'Nobody outside 不出自有网络'} ({REGIONS[capabilities.region]}).",
            "",
            "## Limits and prices, and how sure they are 限额与价格",
            "",
            f"{limits.concurrency} at once 并发{rate}. {about['sure']}",
            "",
            "## Known to be weak 已知不足",
            "",
            *(f"* {weak}" for weak in about["weak"]),
            "",
            "## Transcript 实录",
            "",
            "```console",
            *_commands(found),
            "```",
            "",
            "What crossed the wire; keys, signatures, ids and times are …, pictures are left out.",
            "",
            *transcript(name),
        ]
    )


def transcript(name: str) -> list[str]:
    """One order of two people, asked of the fake: each call with its answer."""
    with driven(name) as driving:
        driving.once()
        lines: list[str] = []
        for exchange in _different(driving):
            who = "We ask the provider" if exchange.whose == "provider" else "The provider reads the copy that we lend"
            lines += [f"{who}:", "", "```http", *asked(exchange), "", *answered(exchange), "```", ""]
    return lines


def _different(driving: Driven) -> list[Any]:
    """In order; of the same question asked again and again, the last."""
    last: dict[str, Any] = {}
    for number, exchange in enumerate(driving.exchanges):
        again = exchange.method in ("GET", "DELETE") or "GetResult" in exchange.target or "upload" in exchange.target
        key = f"{exchange.whose} {exchange.method} {plain(exchange.target)}" if again else str(number)
        last[key] = exchange
    return list(last.values())


def _row(found: Manifest, model: Model) -> str:
    unit = "a second 每秒" if model.media == "clip" else "a picture 每张"
    deadline = f"{found.capabilities.deadline(model):g} s"
    largest = "×".join(str(side) for side in max(model.shapes)) if model.shapes else f"{model.most_area / 1e6:.1f} MP"
    makes = ", ".join(sorted(model.features)) or "–"
    few = f"{model.least_references}–{model.references}" if model.references > 1 else "1"
    price = f"{model.price_fen} 分 fen {unit}"
    return f"| `{model.id}` | {makes} | {model.grade} | {few} | {model.outputs} | {largest} | {price} | {deadline} |"


def _settings(found: Manifest) -> list[str]:
    lines = []
    for setting, field in Settings.model_fields.items():
        if setting.startswith(f"{found.name}_") and not setting.startswith(f"{found.name}_compatible"):
            needed = " (needed 必填)" if setting in found.keys else ""
            extra: Any = field.json_schema_extra
            lines.append(f"* `TUANYUAN_{setting.upper()}`{needed}: {field.description} {extra['zh']}")
    if any(model.needs_address for model in found.capabilities.models):
        lines.append("* `TUANYUAN_PUBLIC_URL`: for the models that read pictures at an address. 按地址读图的型号需要。")
    return [*lines, "* `TUANYUAN_ENGINES_FILE`: your own values over all of the above. 覆盖以上数据的文件。"]


def _commands(found: Manifest) -> list[str]:
    """What to type for the same exchange."""
    address = found.capabilities.models[0].needs_address
    lines = [f"$ tuanyuan fake {found.name} &    # says what to set 会列出要设置的变量"]
    for setting, value in build(found.name, Faults(), 0.0).settings("http://127.0.0.1:9000").items():
        shown = re.sub(r":[0-9a-f]{64}$", ":<64 hex>", value)
        lines.append(f"$ export {setting}={'…' if setting.endswith(('_KEY', '_TOKEN')) else shown}")
    if address:
        lines += ["$ export TUANYUAN_PUBLIC_URL=http://127.0.0.1:8000", "$ tuanyuan start &"]
    agreed = " --abroad-agreed" if found.capabilities.region == "abroad" else ""
    return [*lines, f"$ tuanyuan generate her.jpg him.jpg --engine {found.name}{agreed} --out out"]


def index() -> str:
    """README.md of this folder."""
    lines = ["# Engines 引擎", "", MADE, ""]
    lines += ["| engine 引擎 | region 地区 | makes 功能 |", "|---|---|---|"]
    for name in (name for name in KEYED if name in ABOUT or (HERE / f"{name}.md").is_file()):
        capabilities = manifest(name, {}).capabilities
        title = f"[{capabilities.name_zh} {capabilities.name_en}]({name}.md)"
        lines.append(f"| {title} | {REGIONS[capabilities.region]} | {', '.join(sorted(capabilities.features))} |")
    return "\n".join(
        [
            *lines,
            "",
            "How each takes each parameter 参数: [parameters.md](parameters.md). What a ComfyUI server needs: "
            "[comfyui-models.md](comfyui-models.md). Prices, ids, limits and regions are data: "
            "`TUANYUAN_ENGINES_FILE` lays your own values over them ([settings](../settings.md)).",
            "",
            "Clips (`motion`) are judged against the picture at five moments, steadied, marked and labelled here. "
            "视频同样在本机核对、防抖、加标识。",
            "",
            "To try one without a key: `tuanyuan fake NAME` says what to set, then `tuanyuan generate` asks it.",
            "",
        ]
    )


def main() -> None:
    """All pages."""
    for name in ABOUT:
        (HERE / f"{name}.md").write_text(page(name), encoding="utf-8")
    (HERE / "README.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main()
