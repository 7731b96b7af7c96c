"""A property is tried with the same examples at every run, whatever else the process has done before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from doubles import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

ROOT = Path(__file__).parents[2]
STRANGE = range(987_000_001, 987_002_000, 7)
SHOWN = """
import sys
sys.path.insert(0, "tests")
from doubles import examples
examples.choose()
from hypothesis import settings
from hypothesis.internal.conjecture import providers
print(settings.default.derandomize, settings.default.deadline, providers._get_local_constants is examples.of_no_module)
"""


def tried() -> list[int]:
    """The numbers that a property of no importance is tried with."""
    seen: list[int] = []

    @given(st.integers(0, 2**40))
    @settings(max_examples=300, derandomize=True, database=None)
    def anything(number: int) -> None:
        seen.append(number)

    anything()
    return seen


@pytest.fixture(autouse=True)
def as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without TUANYUAN_TEST_EXPLORE."""
    monkeypatch.setattr(providers, "_get_local_constants", examples.of_no_module)


@pytest.fixture
def another_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of ours that some other test has loaded, with numbers that stand nowhere else."""
    file = tmp_path / "another.py"
    file.write_text(f"NUMBERS = {list(STRANGE)}\n")
    module = ModuleType("another")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "another", module)
    # The folder's name has that of this test in it, and Hypothesis leaves out what looks like a test.
    monkeypatch.setattr(providers, "is_local_module_file", lambda name: name == str(file))
    return module


def test_two_runs_try_the_same_numbers() -> None:
    assert tried() == tried()


def test_what_other_tests_have_loaded_changes_no_example(request: pytest.FixtureRequest) -> None:
    before = tried()
    request.getfixturevalue("another_module")
    assert tried() == before
    assert not set(before) & set(STRANGE)


def test_hypothesis_left_to_itself_tries_what_others_have_loaded(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(providers, "_get_local_constants", examples.of_loaded_modules)
    before = tried()
    request.getfixturevalue("another_module")
    assert set(tried()) & set(STRANGE)
    assert not set(before) & set(STRANGE)


@pytest.mark.parametrize(("said", "shown"), [("", "True None True"), ("1", "False None False")])
def test_new_examples_are_tried_when_asked_for(said: str, shown: str) -> None:
    told = {"TUANYUAN_TEST_EXPLORE": said, "PATH": ""}
    done = subprocess.run([sys.executable, "-c", SHOWN], cwd=ROOT, env=told, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == shown
