"""`tuanyuan catalogue` says what this version can do, and does not promise more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    assert [feature["id"] for feature in catalogue["features"] if feature["ready"]] == ["reunion"]
    assert not any(offer["ready"] for offer in catalogue["offers"])


def test_an_engine_without_its_models_is_not_ready(tuanyuan: Callable[..., Any]) -> None:
    (engine,) = tuanyuan("catalogue", "--json").json["engines"]
    assert (engine["id"], engine["ready"], engine["features"]) == ("local", False, ["reunion"])
    assert engine["problem"]["code"] == "weights_incomplete"


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
    assert "– makeover" in outcome.err
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
