"""Every reason to leave an engine out, beside the nearest order that is let through; and that nothing slips by."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from doubles.routing import ALL, ASK, NOW, engines, model, routed, routes, sick, standing, well
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanyuan.domain.capabilities import Limits, Parameter
from tuanyuan.domain.health import Health
from tuanyuan.domain.route_words import SKIPPED
from tuanyuan.domain.routing import Ask, Skip, Standing, route

PROBING = Health("a", rests_until=NOW, rest_seconds=30.0, why="engine_failing")
NO_FPS = {**ALL, "fps": Parameter("none")}
NO_SEED = {name: taken for name, taken in ALL.items() if name != "seed"}
WORDS = {**ALL, "fps": Parameter("emulated", "words")}
ABROAD = {"region": "abroad"}

# reason: (what is left out, what is let through); each (the engine's model, the engine, the order).
Case = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
GATES: list[tuple[str, str, Case, Case]] = [
    ("no_feature", "", ({}, {}, {"feature": "card"}), ({}, {}, {"feature": "restore"})),
    ("needs_address", "", ({"needs_address": True}, {}, {"addresses": False}), ({"needs_address": True}, {}, {})),
    ("needs_address", "", ({"needs_address": True}, {}, {"addresses": False}), ({}, {}, {"addresses": False})),
    (
        "needs_address",
        "",
        ({"needs_address": True}, {}, {"addresses": False}),
        ({"needs_address": True, "least_references": 0}, {}, {"addresses": False, "references": 0}),
    ),
    ("needs_export_consent", "", ({}, ABROAD, {}), ({}, ABROAD, {"export": True})),
    ("needs_export_consent", "", ({}, ABROAD, {}), ({}, ABROAD, {"region": "eu"})),
    ("needs_export_consent", "", ({}, ABROAD, {}), ({}, {"region": "here"}, {})),
    ("references_many", "4 > 3", ({"references": 3}, {}, {"references": 4}), ({"references": 3}, {}, {})),
    ("references_few", "3 < 4", ({"least_references": 4}, {}, {}), ({"least_references": 3}, {}, {})),
    (
        "size_too_large",
        "2764800 > 2764799",
        ({"most_area": 2764799}, {}, {"asked": frozenset({"size"})}),
        ({"most_area": 2764800}, {}, {"asked": frozenset({"size"})}),
    ),
    (
        "size_too_large",
        "2764800 > 2764799",
        ({"most_area": 2764799}, {}, {"asked": frozenset({"resolution"})}),
        ({"most_area": 1000}, {}, {"asked": frozenset({"seed"})}),
    ),
    (
        "parameter_not_understood",
        "fps",
        ({}, {"parameters": NO_FPS}, {"asked": frozenset({"fps", "seed"})}),
        ({}, {"parameters": NO_FPS}, {"asked": frozenset({"seed"})}),
    ),
    (
        "parameter_not_understood",
        "seed",
        ({}, {"parameters": NO_SEED}, {"asked": frozenset({"seed"})}),
        ({}, {"parameters": WORDS}, {"asked": frozenset({"fps", "seed"})}),
    ),
    ("no_mask", "", ({}, {}, {"mask": True}), ({"mask": True}, {}, {"mask": True})),
    ("over_ceiling", "80 > 79", ({}, {}, {"ceiling_fen": 79}), ({}, {}, {"ceiling_fen": 80})),
    ("over_ceiling", "80 > 0", ({}, {}, {"ceiling_fen": 0}), ({"price_fen": 0}, {}, {"ceiling_fen": 0})),
    ("over_ceiling", "209 > 208", ({}, {}, {"spent_fen": 129}), ({}, {}, {"spent_fen": 128})),
    ("over_ceiling", "80 > 0", ({}, {}, {"tier": "free", "ceiling_fen": None}), ({}, {}, {"ceiling_fen": None})),
    (
        "over_ceiling",
        "600 > 208",
        ({"media": "clip", "price_fen": 30}, {}, {}),
        ({"media": "clip", "price_fen": 30}, {}, {"candidates": 1}),
    ),
    (
        "daily_stop",
        "501 > 500",
        ({}, {"spent_today_fen": 421, "daily_stop_fen": 500}, {}),
        ({}, {"spent_today_fen": 420, "daily_stop_fen": 500}, {}),
    ),
    (
        "daily_stop",
        "981 > 500",
        ({}, {"spent_today_fen": 901, "daily_stop_fen": 500}, {}),
        ({"price_fen": 0}, {"spent_today_fen": 901, "daily_stop_fen": 500}, {}),
    ),
    ("setup", "engine_setup", ({}, {"problem": "engine_setup"}, {}), ({}, {"problem": None}, {})),
    ("tried", "", ({}, {}, {"tried": frozenset({"a"})}), ({}, {}, {"tried": frozenset({"b"})})),
    (
        "resting",
        "engine_out_of_credit",
        ({}, {"health": Health("a").out_of_credit(NOW)}, {}),
        ({}, {"health": Health("a").out_of_credit(NOW - timedelta(hours=1))}, {}),
    ),
    (
        "resting",
        "engine_failing",
        ({}, {"models": {"m": sick("a", 1, 9).failed(1, NOW).throttled(1, NOW)}}, {}),
        ({}, {"models": {"n": Health("a").out_of_credit(NOW)}}, {}),
    ),
    (
        "probe_under_way",
        "",
        ({}, {"health": PROBING, "open": {"n": 1}}, {}),
        ({}, {"health": PROBING, "open": {"n": 0}}, {}),
    ),
    (
        "probe_under_way",
        "",
        ({}, {"models": {"m": PROBING}, "open": {"m": 1}}, {}),
        ({}, {"models": {"m": PROBING}, "open": {"n": 1}}, {}),
    ),
]


@pytest.mark.parametrize(("reason", "detail", "out", "through"), GATES)
def test_a_gate_leaves_out_what_it_names_and_nothing_beside_it(
    reason: str, detail: str, out: Case, through: Case
) -> None:
    def case(given: Case) -> Any:
        of_model, of_engine, of_order = given
        return routed(standing("a", model(**of_model), **of_engine), **of_order)

    left = case(out)
    assert left.steps == ()
    assert [(skip.engine, skip.reason, skip.detail) for skip in left.skipped] == [("a", reason, detail)]
    assert all(text and "{" not in text for text in left.explain())
    assert (engines(case(through)), case(through).skipped) == (["a"], ())


def test_every_reason_is_tried_above_or_here() -> None:
    assert {reason for reason, *_ in GATES} == set(SKIPPED) - {"not_in_use", "no_such_model"}


def test_the_default_daily_stop_holds_where_the_operator_set_none() -> None:
    spent = (standing("a", spent_today_fen=421),)
    assert route(ASK, routes("a", daily_stop_fen=500), spent, NOW).skipped[0].reason == "daily_stop"
    assert engines(route(ASK, routes("a", daily_stop_fen=501), spent, NOW)) == ["a"]
    assert engines(route(ASK, routes("a"), spent, NOW)) == ["a"]


def test_an_engine_or_model_that_is_not_there_is_told() -> None:
    found = route(ASK, routes("gone", "a:gone", "b"), (standing("a"), standing("b")), NOW)
    assert found.skipped == (Skip("gone", "", "not_in_use"), Skip("a", "", "no_such_model", "gone"))
    assert engines(found) == ["b"]


def test_a_gate_closes_one_model_and_leaves_the_other() -> None:
    found = routed(standing("a", model("small", references=1), model("large")))
    assert [(step.engine, step.model) for step in found.steps] == [("a", "large")]
    assert found.skipped == (Skip("a", "small", "references_many", "3 > 1"),)
    assert "small" not in "".join(found.explain())


NAMES = ["a", "b", "c", "d"]
COUNTS = st.integers(0, 6)
HEALTHS = st.sampled_from(
    [
        Health("x"),
        well("x"),
        well("x", 90),
        sick("x"),
        Health("x").out_of_credit(NOW),
        Health("x").throttled(9, NOW),
        PROBING,
    ]
)
MODELS = st.lists(
    st.builds(
        model,
        st.sampled_from(["m", "n", "o"]),
        features=st.sets(st.sampled_from(["reunion", "motion"]), max_size=2).map(frozenset),
        grade=st.sampled_from(["standard", "enhanced"]),
        media=st.sampled_from(["picture", "clip"]),
        references=COUNTS,
        least_references=st.integers(0, 3),
        price_fen=st.integers(0, 60),
        most_area=st.sampled_from([1_000_000, 2_764_800]),
        needs_address=st.booleans(),
        mask=st.booleans(),
        open_at_once=st.none() | st.integers(1, 2),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.id,
)


@st.composite
def standings(draw: st.DrawFn) -> list[Standing]:
    return [
        standing(
            name,
            *draw(MODELS),
            region=draw(st.sampled_from(["here", "cn", "abroad"])),
            limits=Limits(concurrency=2, rate=draw(st.none() | st.just(3))),
            parameters=draw(st.sampled_from([ALL, NO_FPS, NO_SEED])),
            health=draw(HEALTHS),
            problem=draw(st.sampled_from([None, None, None, "no key"])),
            open=draw(st.dictionaries(st.sampled_from(["m", "n"]), st.integers(0, 3))),
            recent_calls=draw(COUNTS),
            spent_today_fen=draw(st.integers(0, 500)),
            daily_stop_fen=draw(st.none() | st.just(400)),
            models=draw(st.dictionaries(st.sampled_from(["m", "n"]), HEALTHS, max_size=1)),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    ]


ASKS = st.builds(
    Ask,
    feature=st.sampled_from(["reunion", "motion"]),
    edition=st.just("personal"),
    tier=st.sampled_from(["free", "credits", "basic", "premium"]),
    grade=st.sampled_from(["standard", "enhanced"]),
    outfit=st.booleans(),
    references=COUNTS,
    size=st.just((1920, 1440)),
    candidates=st.integers(1, 4),
    ceiling_fen=st.none() | st.integers(0, 300),
    region=st.sampled_from(["cn", "eu"]),
    export=st.booleans(),
    addresses=st.booleans(),
    asked=st.sets(st.sampled_from(["size", "resolution", "fps", "seed", "mode"])).map(frozenset),
    mask=st.booleans(),
    spent_fen=st.integers(0, 200),
    tried=st.sets(st.sampled_from(NAMES), max_size=2).map(frozenset),
)
ENTRIES = st.lists(
    st.sampled_from([f"{name}{which}" for name in NAMES for which in ("", ":m", ":enhanced")]), min_size=1, unique=True
)


def holds(ask: Ask, entries: list[str], studio: list[Standing]) -> None:
    """No step that a gate forbids, no engine twice, none that is not accounted for."""
    rules = routes(*entries, daily_stop_fen=450)
    found = route(ask, rules, studio, NOW)
    allowed = {entry.partition(":")[0] for entry in entries}
    assert {step.engine for step in found.steps} | {skip.engine for skip in found.skipped} == allowed
    assert max(Counter(engines(found)).values(), default=1) == 1
    assert [step.score for step in found.steps] == sorted((step.score for step in found.steps), reverse=True)
    assert not {(s.engine, s.model) for s in found.steps} & {(s.engine, s.model) for s in found.skipped}
    assert route(ask, rules, studio[::-1], NOW) == found
    known = {one.engine: one for one in studio}
    for step in found.steps:
        one = known[step.engine]
        able, chosen = one.capabilities, one.capabilities.model(step.model)
        assert chosen is not None
        own = one.models.get(chosen.id, one.health)
        cost = chosen.price_fen * ask.candidates * (5 if chosen.media == "clip" else 1)
        assert any(
            entry in (step.engine, f"{step.engine}:{chosen.id}", f"{step.engine}:{chosen.grade}") for entry in entries
        )
        assert ask.feature in chosen.features
        assert chosen.least_references <= ask.references <= chosen.references
        assert ask.addresses or not chosen.needs_address or not ask.references
        assert chosen.mask or not ask.mask
        assert able.region != "abroad" or ask.region != "cn" or ask.export
        assert not ask.asked & {"size", "resolution"} or chosen.most_area >= 1920 * 1440
        assert all(able.parameters.get(name, Parameter("none")).taken != "none" for name in ask.asked)
        assert step.cost_fen == cost
        assert cost == 0 or (
            ask.tier != "free" and (ask.ceiling_fen is None or ask.spent_fen + cost <= ask.ceiling_fen)
        )
        assert cost == 0 or one.spent_today_fen + cost <= (one.daily_stop_fen or 450)
        assert one.problem is None
        assert step.engine not in ask.tried
        assert "resting" not in (one.health.state(NOW), own.state(NOW))
        assert one.health.state(NOW) != "probing" or not any(one.open.values())
        assert own.state(NOW) != "probing" or not one.open.get(chosen.id)


@settings(max_examples=400)
@given(ask=ASKS, entries=ENTRIES, studio=standings())
def test_whatever_the_standings_no_gate_is_passed_and_every_engine_is_accounted_for(
    ask: Ask, entries: list[str], studio: list[Standing]
) -> None:
    holds(ask, entries, studio)


@pytest.mark.parametrize(("out", "through"), [gate[2:] for gate in GATES])
def test_the_property_above_sees_each_gate_that_is_open(
    monkeypatch: pytest.MonkeyPatch, out: Case, through: Case
) -> None:
    """Its negative control: an order that the closed gate leaves out, beside one that no gate concerns."""

    def play(case: Case) -> None:
        of_model, of_engine, of_order = case
        holds(replace(ASK, **of_order), ["a"], [standing("a", model(**of_model), **of_engine)])

    play(out)
    monkeypatch.setattr("tuanyuan.domain.routing._closed", lambda *_: None)
    monkeypatch.setattr("tuanyuan.domain.routing._fault", lambda *_: None)
    play(through)
    with pytest.raises(AssertionError):
        play(out)
