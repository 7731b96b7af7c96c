"""The catalogue of this moment: who makes what, and what keeps an engine from working."""

from __future__ import annotations

from typing import Any

import pytest

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.catalogue import Catalogue, Feature
from tuanyuan.domain.messages import problem
from tuanyuan.domain.scene import Scene
from tuanyuan.services.catalogue import Catalogues, Maker
from tuanyuan.services.offering import Offering

HERE = Model("here", frozenset({"reunion"}), references=5, outputs=4)
FAR = Model("far", frozenset({"reunion", "tryon"}), references=10, outputs=1, needs_address=True)
CLIP = Model("clip", frozenset({"motion"}), references=2, outputs=6, media="clip")


def maker(name: str, *models: Model, **changes: Any) -> Maker:
    return Maker(name, Capabilities("名", "Name", "abroad", models, provider="Somebody Ltd"), **changes)


class Written:
    def catalogue(self) -> Catalogue:
        features = [Feature(name, "", "", "", "", 5) for name in ("reunion", "tryon", "motion", "card")]
        return Catalogue(tuple(features), (), (), ())

    def backgrounds(self) -> tuple[Scene, ...]:
        return ()


def shown(*makers: Maker, **changes: Any) -> Catalogue:
    return Catalogues(Written(), makers, **changes).show()


def test_an_engine_is_what_its_models_are_together() -> None:
    (engine,) = shown(maker("both", HERE, FAR, CLIP), addresses=True).engines
    assert (engine.id, engine.features) == ("both", ("motion", "reunion", "tryon"))
    assert (engine.max_people, engine.max_candidates) == (10, 6)
    assert (engine.region, engine.provider, engine.in_use, engine.missing) == ("abroad", "Somebody Ltd", True, ())
    assert engine.problem is None


def test_a_probe_says_what_is_wrong() -> None:
    lacking = problem("weights_incomplete", files="u2netp.onnx")
    (engine,) = shown(maker("local", HERE, probe=lambda: lacking)).engines
    assert engine.problem == lacking
    (engine,) = shown(maker("local", HERE, probe=lambda: None)).engines
    assert engine.problem is None


def test_the_first_thing_to_repair_is_told() -> None:
    def probe() -> None:
        raise AssertionError("nothing is looked at where a key is missing")

    off = maker("far", FAR, in_use=False, missing=("TUANYUAN_FAR_KEY", "TUANYUAN_FAR_SECRET"), probe=probe)
    unused = maker("far", FAR, in_use=False)
    found = [m.problem(addresses) for m in (off, unused, maker("far", FAR)) for addresses in (False, True)]
    codes = [found and found.code for found in found]
    assert codes == ["engine_keys_missing"] * 2 + ["engine_not_in_use"] * 2 + ["public_url_missing", None]
    assert found[0] is not None
    assert "TUANYUAN_FAR_KEY、TUANYUAN_FAR_SECRET" in found[0].message_zh


def test_an_engine_of_which_some_models_need_an_address_works_without() -> None:
    catalogue = shown(maker("both", HERE, FAR))
    assert catalogue.engines[0].problem is None
    assert {f.id: f.makers for f in catalogue.features if f.makers} == {"reunion": ("both",)}


@pytest.mark.parametrize(("addresses", "ready"), [(False, ["motion"]), (True, ["reunion", "tryon", "motion"])])
def test_a_feature_is_ready_when_an_engine_in_use_makes_it(addresses: bool, ready: list[str]) -> None:
    catalogue = shown(maker("far", FAR, CLIP), maker("off", HERE, in_use=False), addresses=addresses)
    assert [feature.id for feature in catalogue.features if feature.ready] == ready


def test_what_no_engine_in_use_makes_says_who_would() -> None:
    catalogue = shown(maker("local", HERE), maker("far", FAR, in_use=False, missing=("KEY",)))
    told = {feature.id: (feature.makers, feature.makeable) for feature in catalogue.features}
    assert told == {
        "reunion": (("local",), ("local", "far")),
        "tryon": ((), ("far",)),
        "motion": ((), ()),
        "card": ((), ()),
    }


def test_the_styles_are_those_of_the_library() -> None:
    catalogue = shown(maker("local", HERE), styles=lambda feature: ["film", "ink"] if feature == "reunion" else ())
    assert {f.id: f.styles for f in catalogue.features if f.styles} == {"reunion": ("film", "ink")}


def test_only_what_a_probe_finds_is_broken() -> None:
    lacking = problem("weights_incomplete", files="u2netp.onnx")
    makers = [maker("local", HERE, probe=lambda: lacking), maker("far", FAR), maker("off", HERE, in_use=False)]
    catalogues = Catalogues(Written(), makers)
    assert [catalogues.broken(name) for name in ("local", "far", "off", "unknown")] == [lacking, None, None, None]


def test_a_probe_is_asked_once_in_a_while() -> None:
    asked: list[int] = []
    ticks = [0.0]
    makers = [maker("local", HERE, probe=lambda: asked.append(1))]
    offering = Offering(Catalogues(Written(), makers), {}, fresh=5.0, ticks=lambda: ticks[0])
    for at in (0.0, 4.9, 5.0, 9.9):
        ticks[0] = at
        assert offering.broken("local") is None
    assert len(asked) == 2
