"""Whoever lets an exception pass says why: beside it, or in the line above."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "bench", "load", "docs", "scenes")
EXCEPTION = re.compile(r"# (?:noqa|type: ignore|pragma: no cover)\b[^#]*")


def unexplained(text: str) -> list[int]:
    """Numbers of the lines that make an exception without a reason."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        exception = EXCEPTION.search(line)
        above = lines[number - 2].strip() if number > 1 else ""
        if exception and exception.end() == len(line) and not above.startswith("#"):
            found.append(number)
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_exception_has_its_reason(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    found = {str(file.relative_to(ROOT)): unexplained(file.read_text("utf-8")) for file in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("bare", ["noqa: E501", "type: ignore[misc]", "type: " + "ignore", "pragma: no cover"])
def test_one_without_a_reason_is_seen(bare: str) -> None:
    assert unexplained(f"y = 2\nx = 1  # {bare}\n") == [2]
    assert unexplained(f"y = 2\nx = 1  # {bare}  # as it must be\n") == []
    assert unexplained(f"# As it must be.\nx = 1  # {bare}\n") == []
