"""What the files for running the studio name is what the studio knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from tuanyuan.cli.app import app
from tuanyuan.settings import Settings
from tuanyuan.wiring.engines import manifests

ROOT = Path(__file__).parents[2]
SETTINGS = {f"TUANYUAN_{name.upper()}" for name in Settings.model_fields}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("file", ["compose.yaml", ".env.example", "deploy/Dockerfile"])
def test_every_setting_in_it_exists(file: str) -> None:
    named = set(re.findall(r"TUANYUAN_[A-Z_]+", (ROOT / file).read_text("utf-8")))
    assert named
    assert named <= SETTINGS


def test_what_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text("utf-8")))
    assert asked == {name for name in example() if not name.startswith("TUANYUAN_")}


def test_the_example_holds_no_secret() -> None:
    assert {name for name, value in example().items() if value} == {"TUANYUAN_PROXIES"}


def test_every_key_that_switches_an_engine_on_is_in_the_example() -> None:
    keys = {f"TUANYUAN_{key.upper()}" for told in manifests(Settings()).values() for key in told.keys}
    secrets = {f"TUANYUAN_{name.upper()}" for name in Settings.model_fields if name.endswith(("_key", "_token"))}
    assert keys | secrets <= set(example())


@pytest.mark.parametrize("role", ["api", "worker"])
def test_the_roles_are_commands(role: str) -> None:
    assert COMPOSE["services"][role]["command"][0] == role
    assert role in get_command(app).commands


def test_one_uv_everywhere() -> None:
    pinned = re.search(r"^UV_VERSION := (\S+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert pinned
    assert f"uv=={pinned.group(1)}" in (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
