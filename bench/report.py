"""Tables in Markdown, and their place in docs/benchmarks.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

from bench.paths import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; floats must be formatted before."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def say(text: str) -> None:
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


def put(question: str, text: str) -> None:
    """Replace what stands between the marks of `question` in the page."""
    begin, end = f"<!-- bench {question} -->", f"<!-- end {question} -->"
    page = PAGE.read_text("utf-8")
    changed, count = re.subn(
        re.escape(begin) + ".*?" + re.escape(end),
        lambda _: f"{begin}\n{text.strip()}\n{end}",
        page,
        flags=re.DOTALL,
    )
    if count != 1:
        raise SystemExit(f"{PAGE.name} has {count} places for {question}")
    PAGE.write_text(changed, "utf-8")
