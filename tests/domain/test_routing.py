"""Who is asked, in turn: the rules of the specification with the routes as shipped, and what the router weighs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from doubles.routing import ASK, NOW, engines, model, routed, routes, rule, sick, standing, well

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.health import Health
from tuanyuan.domain.route_words import ASKED, RESTS, SKIPPED
from tuanyuan.domain.routing import Route, Skip, Standing, route
from tuanyuan.store.routes import read_routes

SHIPPED = read_routes()
FREE = model("own", price_fen=0)
BOTH = (model("plain", price_fen=20), model("fine", grade="enhanced", price_fen=25))
# Everything that can be switched on, healthy.
STUDIO = (
    standing("local", FREE, region="here"),
    standing("comfyui", model("flow", price_fen=8), region="here"),
    standing("openai_compatible", model("other", price_fen=10)),
    standing("jimeng", *BOTH),
    standing("seedream", *BOTH),
    standing("gemini", *BOTH, region="abroad"),
    standing("openai", model("gpt", price_fen=30), region="abroad"),
    standing("replicate", model("rented", price_fen=30), region="abroad"),
    standing("restoration", model("face", price_fen=5)),
)


def shipped(studio: tuple[Standing, ...] = STUDIO, **changed: Any) -> Route:
    """The route of an order of someone who agreed to export and paid enough."""
    return route(replace(ASK, **{"export": True, "ceiling_fen": 1000, **changed}), SHIPPED, studio, NOW)


# Spec 3, routing.


def test_personal_goes_to_gemini_then_seedream_lite_then_compatible_then_local() -> None:
    found = shipped(feature="fashion")
    spoken_of = [engine for engine in engines(found) if engine != "comfyui"]
    assert (found.name, spoken_of) == ("personal", ["gemini", "seedream", "openai_compatible", "local"])
    assert next(step.model for step in found.steps if step.engine == "seedream") == "plain"


def test_business_goes_to_seedream_enhanced_then_gemini_then_openai() -> None:
    found = shipped(feature="product", edition="business", grade="enhanced")
    assert (found.name, engines(found)[:3]) == ("business", ["seedream", "gemini", "openai"])
    assert [step.model for step in found.steps[:2]] == ["fine", "fine"]


@pytest.mark.parametrize("feature", ["reunion", "makeover", "motion"])
@pytest.mark.parametrize("edition", ["personal", "business"])
def test_family_features_go_to_jimeng_first_and_to_local_at_last(feature: str, edition: str) -> None:
    found = engines(shipped(feature=feature, edition=edition))
    assert found[:4] == ["jimeng", "seedream", "gemini", "openai"]
    assert found[-1] == "local"


@pytest.mark.parametrize(("feature", "outfit"), [("tryon", False), ("tryon", True), ("makeover", True)])
def test_outfits_of_high_value_customers_go_to_comfyui_first(feature: str, outfit: bool) -> None:
    wanted = {"feature": feature, "outfit": outfit}
    assert engines(shipped(tier="premium", grade="enhanced", **wanted))[:4] == [
        "comfyui",
        "jimeng",
        "replicate",
        "seedream",
    ]
    assert engines(shipped(**wanted))[:2] == ["jimeng", "comfyui"]
    assert engines(shipped(tier="premium", grade="enhanced", feature="makeover", outfit=False))[0] == "jimeng"


def test_old_photos_go_to_face_restoration() -> None:
    assert engines(shipped(feature="restore")) == ["restoration", "comfyui", "replicate", "local"]


@pytest.mark.parametrize("feature", ["reunion", "makeover", "restore"])
@pytest.mark.parametrize("ceiling", [0, None, 1000])
def test_the_free_tier_costs_nothing_whatever_ceiling_it_is_given(feature: str, ceiling: int | None) -> None:
    found = shipped(feature=feature, tier="free", ceiling_fen=ceiling)
    assert (found.name, engines(found)) == ("free", ["local"])
    assert {skip.reason for skip in found.skipped} == {"over_ceiling", "not_in_use"}


def test_an_own_gpu_or_model_without_a_price_serves_the_free_tier() -> None:
    own = (standing("comfyui", FREE), standing("openai_compatible", FREE), *STUDIO[:1])
    assert engines(shipped(own, tier="free")) == ["local", "openai_compatible", "comfyui"]


def test_a_premium_pass_uses_the_enhanced_interface_and_others_do_not() -> None:
    first = shipped(tier="premium", grade="enhanced").steps[0]
    assert (first.engine, first.model, first.cost_fen) == ("jimeng", "fine", 100)
    first = shipped(tier="basic").steps[0]
    assert (first.engine, first.model, first.cost_fen) == ("jimeng", "plain", 80)


def test_a_face_stays_in_the_mainland_without_export_consent_and_the_route_says_so() -> None:
    found = shipped(export=False)
    abroad = {"gemini", "openai", "replicate"}
    assert not abroad & set(engines(found))
    assert {skip.engine for skip in found.skipped if skip.reason == "needs_export_consent"} == abroad
    assert "gemini（在境外，用户没有同意出境）" in found.explain()[0]
    assert "gemini (is abroad, and there is no export consent)" in found.explain()[1]


def test_a_basic_pass_moves_its_picture_at_720p_or_here() -> None:
    """Spec 5.6."""
    clips = standing(
        "jimeng",
        model("720p", media="clip", price_fen=28),
        model("1080p", media="clip", price_fen=63, grade="enhanced"),
    )
    wanted = {"feature": "motion", "candidates": 1, "references": 1}
    for grade in ("standard", "enhanced"):
        found = shipped((clips, *STUDIO[:1]), grade=grade, ceiling_fen=SHIPPED.ceiling("basic", "motion", 8), **wanted)
        assert [(step.engine, step.model, step.cost_fen) for step in found.steps] == [
            ("jimeng", "720p", 140),
            ("local", "own", 0),
        ]
    premium = SHIPPED.ceiling("premium", "motion", 8)
    assert shipped((clips,), grade="enhanced", ceiling_fen=premium, **wanted).steps[0].model == "1080p"


def test_it_falls_over_to_the_next() -> None:
    found = shipped(tried=frozenset({"jimeng", "seedream"}))
    assert engines(found)[:2] == ["gemini", "openai"]
    assert Skip("jimeng", "", "tried") in found.skipped


# What is weighed.


def test_healthy_engines_keep_the_order_of_the_rule_whatever_their_names_grades_and_prices() -> None:
    kinds = {
        "a": standing("a", model(grade="enhanced", price_fen=52)),
        "b": standing("b", model(price_fen=0)),
        "c": standing("c", model(), health=well("c", 19.9)),
        "d": standing("d", model(), health=Health("d", rests_until=NOW, rest_seconds=30)),
        "e": standing("e", model(), health=Health("e")),
    }
    for order in permutations(kinds):
        assert engines(routed(*(kinds[name] for name in order))) == list(order)


def test_a_sick_first_goes_behind_and_a_little_worse_one_does_not() -> None:
    assert engines(routed(standing("a", health=sick("a", good=30)), standing("b"))) == ["b", "a"]
    assert engines(routed(standing("a", health=sick("a", good=44)), standing("b"))) == ["a", "b"]
    assert engines(routed(standing("a", health=sick("a", good=0, calls=1)), standing("b"))) == ["a", "b"]


def test_the_sicker_the_further_behind() -> None:
    others = [standing(name) for name in "bcd"]
    place = [engines(routed(standing("a", health=sick("a", good=g)), *others)).index("a") for g in (50, 36, 30, 25)]
    assert place == [0, 1, 2, 3]


def test_distrust_fades_while_it_is_not_asked() -> None:
    def first(ago: float) -> str:
        return engines(routed(standing("a", health=sick("a", ago=ago)), standing("b")))[0]

    assert [first(ago) for ago in (0, 300, 600)] == ["b", "b", "a"]


def test_a_very_slow_first_goes_behind_and_twice_the_expected_time_is_borne() -> None:
    def order(seconds: float) -> list[str]:
        return engines(routed(standing("a", health=well("a", seconds)), *(standing(name) for name in "bcdef")))

    assert order(20)[0] == "a"
    assert order(39)[0] == "a"
    assert order(50)[:2] == ["b", "a"]
    assert order(10_000)[:3] == ["b", "c", "a"]


def test_slowness_is_believed_from_five_good_calls_on() -> None:
    def order(calls: int) -> list[str]:
        return engines(routed(standing("a", health=Health("a", ((True, 90.0),) * calls)), standing("b")))

    assert [order(4), order(5)] == [["a", "b"], ["b", "a"]]


def test_an_engine_with_clips_is_not_slow_for_them_and_a_model_of_its_own_record_is() -> None:
    clip = model("clip", media="clip", features=frozenset({"motion"}), expected_seconds=120.0)
    mixed = standing("a", model(), clip, health=well("a", 130))
    assert engines(routed(mixed, standing("b"))) == ["a", "b"]
    apart = replace(mixed, models={"m": well("a", 130)})
    assert engines(routed(apart, standing("b"))) == ["b", "a"]


@pytest.mark.parametrize(
    "full",
    [
        {"open": {"m": 3, "n": 1}},
        {"limits": Limits(concurrency=4, rate=10), "recent_calls": 10},
        {"limits": Limits(concurrency=9), "open": {"m": 2}},
    ],
)
def test_a_busy_first_goes_behind_the_next_but_stays_before_the_rest(full: dict[str, Any]) -> None:
    found = routed(standing("a", model(open_at_once=2), **full), standing("b"), standing("c"))
    assert engines(found) == ["b", "a", "c"]
    assert found.steps[1].reasons == ("busy",)


@pytest.mark.parametrize(
    "free",
    [
        {"open": {"m": 1, "n": 2}},
        {"limits": Limits(concurrency=4, rate=10), "recent_calls": 9},
        {"limits": Limits(concurrency=1, everywhere=False), "open": {"m": 1}},
    ],
)
def test_below_its_limits_it_is_not_busy(free: dict[str, Any]) -> None:
    assert engines(routed(standing("a", model(open_at_once=2), **free), standing("b"))) == ["a", "b"]


def test_the_cheaper_of_two_equal_models_is_taken() -> None:
    assert routed(standing("a", model("dear", price_fen=50), model("cheap", price_fen=20))).steps[0].model == "cheap"


def test_an_entry_may_name_a_grade_or_a_model_and_the_best_place_counts() -> None:
    three = standing("a", *BOTH, model("x/y:1", price_fen=1))

    def chosen(*entries: str) -> list[tuple[str, str]]:
        found = route(ASK, routes(*entries), (three, standing("b")), NOW)
        return [(step.engine, step.model) for step in found.steps]

    assert chosen("a:enhanced", "b") == [("a", "fine"), ("b", "m")]
    assert chosen("a:x/y:1", "b") == [("a", "x/y:1"), ("b", "m")]
    assert chosen("a:fine", "b", "a:plain") == [("a", "fine"), ("b", "m")]
    assert chosen("a:plain", "b", "a") == [("a", "plain"), ("b", "m")]
    assert chosen("a:gone", "b") == [("b", "m")]


def test_equal_input_gives_equal_output_and_ties_go_by_name() -> None:
    twins = standing("a", model("z"), model("y"))
    found = [route(ASK, routes("a", "b"), order, NOW) for order in permutations((twins, standing("b"), standing("c")))]
    assert all(one == found[0] for one in found)
    assert found[0].steps[0].model == "y"


def test_the_first_rule_that_fits_decides_alone() -> None:
    two = replace(routes(), rules=(rule("b", features=frozenset({"avatar"})), rule("a"), rule("b")))
    assert engines(route(ASK, two, (standing("a"), standing("b")), NOW)) == ["a"]
    assert engines(route(replace(ASK, feature="avatar"), two, (standing("a"), standing("b")), NOW)) == ["b"]
    assert route(ASK, replace(two, rules=two.rules[:1]), (standing("a"),), NOW) == Route("", (), ())


# What it says.


def test_it_explains_itself_in_both_languages() -> None:
    found = routed(
        standing("a", health=sick("a", good=36)),
        standing("b"),
        standing("c", health=Health("c").out_of_credit(NOW)),
        standing("d", model(price_fen=60), model("cheap")),
    )
    assert found.explain() == (
        "路线 all：b（状态良好），再 a（最近有失败），再 d（状态良好）。不用：c（暂停使用（余额或配额用完））。",
        "Route all: b (well), then a (has failed lately), then d (well). Left out: c (rests (no money or quota left)).",
    )
    nobody = routed(standing("a", problem="no key"))
    assert nobody.explain()[1] == "Route all: no engine can make this. Left out: a (its set-up is wrong: no key)."
    assert Route("", (), ()).explain() == ("没有路线适合：没有可用的引擎。", "No route fits: no engine can make this.")


@pytest.mark.parametrize("words", [*SKIPPED.values(), *ASKED.values(), *RESTS.values()])
def test_every_reason_has_words_in_both_languages(words: tuple[str, str]) -> None:
    zh, en = words
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert en.isascii()
    assert ("{detail}" in zh) == ("{detail}" in en)


def test_a_decision_can_be_logged() -> None:
    found = routed(standing("a"), standing("b", problem="no key"))
    assert json.loads(json.dumps(found.as_dict())) == {
        "route": "all",
        "steps": [{"engine": "a", "model": "m", "cost_fen": 80, "score": -0.077, "reasons": ["well"]}],
        "skipped": [{"engine": "b", "model": "", "reason": "setup", "detail": "no key"}],
    }


def test_the_moment_decides_whether_a_rest_is_over() -> None:
    resting = standing("a", health=Health("a").out_of_credit(NOW))
    assert engines(route(ASK, routes("a"), (resting,), NOW + timedelta(seconds=3599))) == []
    assert engines(route(ASK, routes("a"), (resting,), NOW + timedelta(seconds=3600))) == ["a"]
