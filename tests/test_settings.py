"""Settings come from the environment, from `.env`, or from a default that works."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tuanyuan import settings
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.wiring.engines import names


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TUANYUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_it_works() -> None:
    found = settings.load()
    assert found.data_dir == Path("data")
    assert found.models_dir == Path("data/models")
    assert (found.scenes_dir / "studio" / "scene.toml").is_file()
    assert 1 <= found.threads <= 4
    assert found.debug is False


def test_models_follow_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUANYUAN_DATA_DIR", "/srv/tuanyuan")
    assert settings.load().models_dir == Path("/srv/tuanyuan/models")
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", "/srv/models")
    assert settings.load().models_dir == Path("/srv/models")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TUANYUAN_THREADS=3\nTUANYUAN_DEBUG=1\nOTHER=x\n", "utf-8")
    assert (settings.load().threads, settings.load().debug) == (3, True)
    monkeypatch.setenv("TUANYUAN_THREADS", "2")
    assert settings.load().threads == 2


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUANYUAN_DATA_DIR", "")
    assert settings.load().data_dir == Path("data")


@pytest.mark.parametrize("value", ["many", "0", "-1", "65"])
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TUANYUAN_THREADS", value)
    with pytest.raises(WrongUsage) as caught:
        settings.load()
    assert caught.value.code == "setting_invalid"
    assert "TUANYUAN_THREADS" in caught.value.problem.message_zh


def test_an_empty_key_switches_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.Settings.model_fields:
        monkeypatch.setenv(f"TUANYUAN_{name.upper()}", "")
    found = settings.load()
    assert (found.gemini_api_key, found.comfyui_url, found.tencent_secret_id) == (None, None, None)
    assert (found.engines, found.region, found.daily_stop_fen) == ("auto", "cn", None)
    assert names(found) == ["local"]


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = [
        name for name in settings.Settings.model_fields if name.endswith(("_key", "_token", "_secret", "_secret_id"))
    ]
    for name in secret:
        monkeypatch.setenv(f"TUANYUAN_{name.upper()}", "throw-away")
    assert len(secret) == 13
    assert "throw-away" not in repr(settings.load())
