"""A newcomer's engine, built from nothing but the code blocks of docs/guide/add-an-engine.md, keeps the contract."""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from contracts import cases
from contracts.asking import ATTEMPT, KEY
from contracts.cases import CORE, Case, silent, whole
from contracts.subjects import Subject
from pydantic import Field, SecretStr

import tuanyuan.engines
from tuanyuan.domain.engine import Unknown
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.domain.routes import Entry
from tuanyuan.engines.sandbox import FAULTS, Faults, serving
from tuanyuan.settings import Settings
from tuanyuan.store.routes import ROUTES_FILE, read_routes
from tuanyuan.wiring import engines, fakes

ROOT = Path(__file__).parents[2]
NAME = "painter"
FOLDER = f"src/tuanyuan/engines/{NAME}/"


def blocks() -> dict[str, str]:
    """The code of the guide by the file that it belongs to."""
    text = (ROOT / "docs" / "guide" / "add-an-engine.md").read_text("utf-8")
    return dict(re.findall(r"^### `([^`]+)`\n\n```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


@pytest.fixture
def guide(tmp_path, monkeypatch):
    """The blocks, with the engine's folder written down and its name in the wiring."""
    found = blocks()
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").touch()
    for place, code in found.items():
        if place.startswith(FOLDER):
            (folder / place.removeprefix(FOLDER)).write_text(code, "utf-8")
    monkeypatch.setattr(tuanyuan.engines, "__path__", [*tuanyuan.engines.__path__, str(tmp_path)])
    monkeypatch.setattr(engines, "KEYED", (*engines.KEYED, NAME))
    importlib.invalidate_caches()
    yield found
    for module in [module for module in sys.modules if module.startswith(f"tuanyuan.engines.{NAME}")]:
        del sys.modules[module]
    vars(tuanyuan.engines).pop(NAME, None)


@pytest.fixture
def case(guide, tmp_path):
    """Its only model, by the guide's entry."""
    fake = importlib.import_module(f"tuanyuan.engines.{NAME}.fake").PainterFake

    def entry(*told, **more):
        return Subject(*told, **more, folder=tmp_path)

    subject = _evaluated(guide["tests/contracts/subjects.py"], Subject=entry, PainterFake=fake, KEY=KEY)
    (model,) = subject.manifest.capabilities.models
    return Case(subject, model)


def test_the_core_of_the_suite(case):
    for check in CORE:
        check(case)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("cut", "vanish")])
def test_fault(case, fault):
    cases.a_fault(case, fault)


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_lost_answer_is_never_sent_again(case):
    fake, _ = case.fake("cut")

    async def act(engine):
        with pytest.raises(Unknown):
            await engine.submit(case.order(), ATTEMPT, silent)

    with serving(fake.app) as origin:
        cases.run(case.engine(origin), act)
    assert [work.pictures for work in fake.accepted] == [1]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_its_settings_switch_it_on_and_its_fake_understands_it(guide, case, tmp_path, monkeypatch):
    told = textwrap.indent(guide["src/tuanyuan/settings/engines.py"], "    ")
    names = {"SecretStr": SecretStr, "Field": Field, "Settings": Settings}
    exec(compile(f"class Told(Settings):\n{told}", "guide", "exec", dont_inherit=True), names)
    place = _evaluated(guide["src/tuanyuan/wiring/fakes.py"])
    monkeypatch.setattr(fakes, "FAKES", {**fakes.FAKES, NAME: place})
    monkeypatch.setattr(engines, "manifest", lambda name, changes: engines.read(tmp_path / name, changes.get(name)))
    made = fakes.build(NAME, Faults(), 0.0)
    with serving(made.app) as origin:
        for name, value in made.settings(origin).items():
            monkeypatch.setenv(name, value)
        settings = names["Told"](engines=NAME)
        engine = engines.build(settings, pixels=None)[NAME]

        async def act(engine):
            return await engine.submit(case.order(), ATTEMPT, silent)

        whole(case, cases.run(engine, act))


def test_its_route_is_one(guide, tmp_path):
    usual = ROUTES_FILE.read_text("utf-8")
    told = tmp_path / "routes.toml"
    told.write_text(usual[: usual.index("[[rule]]")] + guide["src/tuanyuan/routes.toml"], "utf-8")
    (rule,) = read_routes(told).rules
    assert rule.engines[1] == Entry(NAME, "painter-1")


def test_the_guide_names_every_parameter():
    assert set(tomllib.loads(blocks()[f"{FOLDER}engine.toml"])["parameters"]) == set(PARAMETERS)


def _evaluated(expression, **names):
    """What a block of our own guide says."""
    return eval(compile(expression.strip(), "guide", "eval", dont_inherit=True), names)
