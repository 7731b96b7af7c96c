"""The guide for operators names what there is: engines, reasons of the router, metrics, and values that can be set."""

from __future__ import annotations

import re
from pathlib import Path

from tuanyuan.domain.health import FAILING, OUT_OF_CREDIT, SET_UP, THROTTLED
from tuanyuan.domain.route_words import ASKED, SKIPPED
from tuanyuan.http.metrics import Metrics
from tuanyuan.settings import Settings
from tuanyuan.wiring.engines import KEYED, manifests

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "operate.md").read_text("utf-8")
ENGINES = GUIDE.split("## Engines\n")[1].split("\n## ")[0]


def test_every_engine_is_named_with_the_keys_that_switch_it_on() -> None:
    for name, manifest in manifests(Settings()).items():
        (row,) = [line for line in ENGINES.splitlines() if line.startswith(f"| `{name}` ")]
        of_models = [key for model in manifest.capabilities.models for key in model.options.get("keys", "").split()]
        for key in (*manifest.keys, *of_models):
            assert f"`TUANYUAN_{key.upper()}`" in row
        assert {"cn": "mainland China", "here": "own network", "abroad": "abroad"}[manifest.capabilities.region] in row
    assert set(KEYED) == set(manifests(Settings()))


def test_every_reason_of_the_router_is_explained() -> None:
    for reason in (*SKIPPED, *ASKED, FAILING, THROTTLED, OUT_OF_CREDIT, SET_UP):
        assert f"`{reason}`" in ENGINES, reason


def test_the_operators_own_values_of_the_guide_are_understood(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", ENGINES, re.DOTALL)
    own = tmp_path / "engines.toml"
    own.write_text(example, "utf-8")
    told = manifests(Settings(engines_file=own))
    assert told["openai_compatible"].capabilities.region == "here"
    assert told["gemini"].capabilities.limits.concurrency == 4
    first, *others = told["gemini"].capabilities.models
    assert (first.id, first.price_fen, len(others)) == ("gemini-2.5-flash-image", 25, 1)


def test_the_settings_and_metrics_of_the_guide_exist() -> None:
    named = set(re.findall(r"TUANYUAN_[A-Z_]+", GUIDE))
    assert named <= {f"TUANYUAN_{name.upper()}" for name in Settings.model_fields}
    metrics = Metrics(None, lambda: 0, lambda: None)  # type: ignore[arg-type]  # nothing is read
    there = {metric.name for metric in metrics.registry.collect()}
    assert set(re.findall(r"tuanyuan_[a-z0-9_]+", GUIDE)) <= there
