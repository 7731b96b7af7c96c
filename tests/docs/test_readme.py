"""The front page: two commands to begin with, every command in the table, no dead link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tuanyuan.cli.app import app

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "scenes/*.md", "samples/*.md")
    for path in ROOT.glob(pattern)
)


def commands(command: Any, path: str) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield path
        return
    for name, child in inner.items():
        yield from commands(child, f"{path} {name}")


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_in_the_table(readme: str) -> None:
    table = [line for line in (ROOT / readme).read_text("utf-8").splitlines() if line.startswith("| `")]
    for command in commands(typer.main.get_command(app), "tuanyuan"):
        assert any(line.startswith(f"| `{command}") for line in table), f"{command} is not in {readme}"


@pytest.mark.parametrize("readme", READMES)
def test_there_are_two_commands_to_begin_with(readme: str) -> None:
    begin = (ROOT / readme).read_text("utf-8").split("```sh\n")[1].split("```")[0]
    assert re.findall(r"^(\S.*?)\s+#", begin, re.MULTILINE) == ["make demo", "make test"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_no_link_is_dead(document: Path) -> None:
    text = (ROOT / document).read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("https://", "#")):
            assert ((ROOT / document).parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("word", ["demo", "test", "check", "setup", "bench", "docs", "clean"])
def test_make_explains_itself(word: str) -> None:
    assert re.search(rf"^{word}:.*## \w", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
