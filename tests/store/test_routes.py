"""The routes as a file: what is shipped, and that a slip in an operator's own file is named, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.routes import Ceiling, Entry, Routes, Rule
from tuanyuan.store.catalogue import CATALOGUE_FILE, CatalogueFiles
from tuanyuan.store.routes import read_routes

GOOD = """
daily_stop_fen = 900
[ceilings]
credit = 7
free = {picture = 0, motion = 0}
basic = {picture = 208, motion = 140}
premium = {picture = 552, motion = 500}
[[rule]]
name = "first"
features = ["tryon"]
editions = ["business"]
tiers = ["premium"]
grades = ["enhanced"]
outfit = true
engines = ["replicate:owner/model:v1", "seedream:standard"]
[[rule]]
name = "rest"
engines = ["local"]
"""


def read(folder: Path, text: str) -> Routes:
    file = folder / "routes.toml"
    file.write_text(text, "utf-8")
    return read_routes(file)


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == Routes(
        rules=(
            Rule(
                "first",
                (Entry("replicate", "owner/model:v1"), Entry("seedream", "standard")),
                features=frozenset({"tryon"}),
                editions=frozenset({"business"}),
                tiers=frozenset({"premium"}),
                grades=frozenset({"enhanced"}),
                outfit=True,
            ),
            Rule("rest", (Entry("local"),)),
        ),
        ceilings={"free": Ceiling(0, 0), "basic": Ceiling(208, 140), "premium": Ceiling(552, 500)},
        credit_fen=7,
        daily_stop_fen=900,
    )


def test_without_a_daily_stop_there_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace("daily_stop_fen = 900", "")).daily_stop_fen is None


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("daily_stop_fen", "daily_stop", "daily_stop: not known"),
        ("daily_stop_fen = 900", "daily_stop_fen = -1", "daily_stop_fen: -1"),
        ("credit = 7", "credit = 7.5", "ceilings.credit: 7.5"),
        ("credit = 7", "credit = true", "ceilings.credit: True"),
        ("credit = 7", "", "ceilings.credit: missing"),
        ("credit = 7", "credit = 7\ngold = {picture = 1, motion = 1}", "ceilings.gold: not known"),
        ("motion = 140", "clip = 140", "ceilings.basic.clip: not known"),
        (", motion = 140", "", "ceilings.basic.motion: missing"),
        ("basic = {picture = 208, motion = 140}", "basic = 208", "ceilings.basic: 208"),
        ("outfit = true", 'outfit = "yes"', "rule first.outfit: 'yes'"),
        ("outfit = true", "outfits = true", "rule[1].outfits: not known"),
        ('tiers = ["premium"]', 'tiers = ["gold"]', "rule first.tiers: 'gold'; free, credits, basic, premium"),
        ('grades = ["enhanced"]', 'grades = ["high"]', "rule first.grades: 'high'; standard, enhanced"),
        ('editions = ["business"]', 'editions = ["firm"]', "rule first.editions: 'firm'; personal, business"),
        ('features = ["tryon"]', "features = []", "rule first.features: []"),
        ('features = ["tryon"]', 'features = "tryon"', "rule first.features: 'tryon'"),
        ('engines = ["local"]', "", "rule[2].engines: missing"),
        ('engines = ["local"]', "engines = []", "rule rest.engines: []"),
        ('engines = ["local"]', 'engines = ["local", "local"]', "rule rest.engines: ['local', 'local']"),
        ('engines = ["local"]', 'engines = ["local:"]', "rule rest.engines: 'local:'"),
        ('engines = ["local"]', 'engines = [":m"]', "rule rest.engines: ':m'"),
        ('name = "rest"', 'name = "first"', "rule: every name once"),
        ('name = "rest"', "name = 3", "rule[2].name: 3"),
        ("[ceilings]", "[[ceilings]]", "ceilings: ["),
        (GOOD[GOOD.index("[[rule]]") :], "", "rule: missing"),
        (GOOD[GOOD.index("[[rule]]") :], "[rule]\nname = 'a'", "rule: one at least"),
        ("[ceilings]", "[ceilings", "line 3"),
    ],
)
def test_a_slip_is_refused_and_names_the_file_and_the_key(tmp_path: Path, was: str, becomes: str, named: str) -> None:
    assert was in GOOD
    with pytest.raises(OurFault) as caught:
        read(tmp_path, GOOD.replace(was, becomes))
    assert caught.value.code == "setting_invalid"
    assert str(tmp_path / "routes.toml") in caught.value.problem.message_en
    assert named in caught.value.problem.message_en


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OurFault, match=r"routes\.toml"):
        read_routes(tmp_path / "routes.toml")


# As shipped.


def test_every_shipped_feature_of_the_catalogue_has_a_route_on_every_tier_and_edition() -> None:
    shipped = read_routes()
    known = {feature.id for feature in CatalogueFiles(CATALOGUE_FILE.parent / "nowhere").catalogue().features}
    assert {feature for rule in shipped.rules for feature in rule.features} <= known
    last = shipped.rules[-1]
    assert last == Rule(last.name, last.engines)
    assert {rule.engines[-1] for rule in shipped.rules} == {Entry("fake")}


def test_the_shipped_ceilings_leave_the_margins_that_their_comments_claim() -> None:
    shipped = read_routes()
    assert [shipped.ceiling("free", feature, 0) for feature in ("reunion", "motion")] == [0, 0]
    for tier, price in (("basic", 990), ("premium", 2990)):
        session = shipped.ceilings[tier].picture + shipped.ceilings[tier].motion
        assert session <= 0.4 * 0.88 * price


def test_the_ceiling_of_credits_grows_with_the_price_and_lets_four_listed_pictures_through_at_six() -> None:
    shipped = read_routes()
    assert shipped.ceiling("credits", "reunion", 6) == 6 * shipped.credit_fen >= 4 * 20
    assert shipped.ceiling("credits", "reunion", 0) == 0


def test_a_clip_has_a_ceiling_of_its_own() -> None:
    shipped = read_routes()
    assert shipped.ceiling("basic", "motion", 8) == shipped.ceilings["basic"].motion
    assert shipped.ceiling("basic", "restore", 4) == shipped.ceilings["basic"].picture
    assert shipped.ceiling("credits", "motion", 8) == 8 * shipped.credit_fen
