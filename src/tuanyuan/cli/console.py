"""The two voices of the command line: machines on stdout as JSON, people on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuanyuan.domain.messages import Problem

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="结果以 JSON 写到标准输出。 Result as JSON on stdout.")]


def people() -> Console:
    """The console on stderr, made anew for the stderr of this moment."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str | None = None) -> None:
    """One line for people. Brackets in `text` are text, never markup."""
    people().print(text, style=style, markup=False)


def emit(payload: dict[str, Any]) -> None:
    """The one JSON document of this run, UTF-8, on stdout."""
    sys.stdout.write(json.dumps(payload, ensure_ascii=False, indent=2) + "\n")


def show_problem(problem: Problem, style: str = "red") -> None:
    """What is wrong and what to do: Chinese first, English beside it."""
    say(f"{problem.message_zh}  {problem.message_en}", style)
    say(f"  → {problem.advice_zh}  {problem.advice_en}")
