"""The page of engines and parameters is the one made from the engines' tables, and every parameter is in it."""

from __future__ import annotations

from pathlib import Path

from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines.parameter_table import document, tables

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_one_made_from_the_engines() -> None:
    assert (ROOT / "docs" / "engines" / "parameters.md").read_text("utf-8") == document(), "run `make docs`"


def test_every_parameter_of_every_engine_has_a_line() -> None:
    page = document()
    for engine in tables():
        section = page.split(f"\n## {engine}\n")[1].split("\n## ")[0]
        assert all(f"| `{name}` | " in section for name in PARAMETERS), engine


def test_make_docs_writes_it() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").split("\ndocs:")[1].split("\n\n")[0]
    assert "tuanyuan.engines.parameter_table > docs/engines/parameters.md" in recipe
