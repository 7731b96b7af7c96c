"""`tuanyuan catalogue` says what this version can do, and does not promise more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tuanyuan.wiring.engines import KEYED

CREDITS = {
    "reunion": 6,
    "makeover": 6,
    "motion": 8,
    "tryon": 5,
    "fashion": 8,
    "avatar": 10,
    "product": 6,
    "restore": 4,
    "card": 0,
}
# This computer makes all of it, in the order of the catalogue.
HERE = list(CREDITS)
FEN = {
    "free": 0,
    "basic_pass": 990,
    "premium_pass": 2990,
    "credits_60": 600,
    "credits_330": 3000,
    "credits_1200": 9800,
    "monthly": 3900,
}


def test_prices_are_those_of_the_house(tuanyuan: Callable[..., Any]) -> None:
    catalogue = tuanyuan("catalogue", "--json").json
    assert {feature["id"]: feature["credits"] for feature in catalogue["features"]} == CREDITS
    assert {offer["id"]: offer["price_fen"] for offer in catalogue["offers"]} == FEN
    assert {offer["id"]: offer["credits"] for offer in catalogue["offers"] if offer["credits"]} == {
        "credits_60": 60,
        "credits_330": 330,
        "credits_1200": 1200,
    }


def test_only_what_works_is_listed_as_ready(tuanyuan: Callable[..., Any]) -> None:
    catalogue = tuanyuan("catalogue", "--json").json
    assert [feature["id"] for feature in catalogue["features"] if feature["ready"]] == HERE
    assert not any(offer["ready"] for offer in catalogue["offers"])


def test_an_engine_without_its_models_is_not_ready(tuanyuan: Callable[..., Any]) -> None:
    engine, *others = tuanyuan("catalogue", "--json").json["engines"]
    assert (engine["id"], engine["ready"], engine["features"]) == ("local", False, sorted(HERE))
    assert (engine["in_use"], engine["keys_set"], engine["missing"]) == (True, True, [])
    assert engine["problem"]["code"] == "weights_incomplete"
    assert {other["id"]: (other["ready"], other["problem"]["code"]) for other in others} == dict.fromkeys(
        KEYED, (False, "engine_keys_missing")
    )


def test_a_key_makes_what_its_engine_makes_ready(tuanyuan: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
    catalogue = tuanyuan("catalogue", "--json").json
    features = {feature["id"]: feature for feature in catalogue["features"]}
    assert [name for name, feature in features.items() if feature["ready"]] == HERE
    assert (features["tryon"]["makers"], features["restore"]["makers"]) == (["local", "gemini"], ["local"])
    assert features["motion"]["makers"] == ["local"]
    assert {"comfyui", "replicate"} <= set(features["restore"]["makeable"])
    (gemini,) = [engine for engine in catalogue["engines"] if engine["id"] == "gemini"]
    assert (gemini["ready"], gemini["region"], gemini["provider"]) == (True, "abroad", "Google LLC")
    assert (gemini["max_people"], gemini["max_candidates"], gemini["missing"]) == (14, 1, [])
    assert "throw-away" not in str(catalogue)


def test_an_operator_reads_which_settings_an_engine_lacks(tuanyuan: Callable[..., Any]) -> None:
    err = tuanyuan("catalogue").err
    assert "缺少设置 not set: TUANYUAN_JIMENG_ACCESS_KEY TUANYUAN_JIMENG_SECRET_KEY" in err
    assert "由 local 制作  made by local" in err


def test_each_feature_says_which_photos_and_styles_it_takes(tuanyuan: Callable[..., Any]) -> None:
    features = {f["id"]: f for f in tuanyuan("catalogue", "--json").json["features"]}
    taken = features["tryon"]["photos"]
    assert {name: taken[name] for name in ("first", "others", "least", "most")} == {
        "first": "person",
        "others": "garment",
        "least": 2,
        "most": 2,
    }
    assert features["motion"]["photos"]["first"] == "picture"
    assert features["motion"]["styles"] == ["fireworks", "lanterns", "snow", "petals", "confetti", "warm"]
    assert {"business", "film"} <= set(features["avatar"]["styles"])


def test_backgrounds_have_pictures_that_exist(tuanyuan: Callable[..., Any]) -> None:
    backgrounds = tuanyuan("catalogue", "--json").json["backgrounds"]
    assert {"new-year-wall", "studio"} <= {background["id"] for background in backgrounds}
    for background in backgrounds:
        assert Path(background["picture"]).is_file()
        assert background["name_zh"]


def test_people_read_it_on_stderr(tuanyuan: Callable[..., Any]) -> None:
    outcome = tuanyuan("catalogue")
    assert (outcome.status, outcome.out) == (0, "")
    assert "✓ reunion       时空拼图 Family reunion  6 积分 credits" in outcome.err
    assert "✓ motion        微动态 Living picture  8 积分 credits" in outcome.err
    assert "A full change of clothes needs a cloud engine or ComfyUI" in outcome.err
    assert "¥9.90" in outcome.err


def test_a_damaged_background_is_named(
    tuanyuan: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenes" / "broken").mkdir(parents=True)
    (tmp_path / "scenes" / "broken" / "scene.toml").write_text('id = "broken"\n', "utf-8")
    monkeypatch.setenv("TUANYUAN_SCENES_DIR", str(tmp_path / "scenes"))
    outcome = tuanyuan("catalogue", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (1, "scene_damaged")
    assert "broken" in outcome.json["error"]["message_zh"]
