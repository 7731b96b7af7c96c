"""`tuanyuan doctor`: can the studio work on this machine, and if not, what to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from tuanyuan.cli.console import Json, emit, say

if TYPE_CHECKING:
    from tuanyuan.domain.doctor import Check


def examine(as_json: Json = False) -> None:
    """检查这台电脑能否运行。 Whether all that is needed is here."""
    from tuanyuan import settings, wiring

    checks: list[Check] = []
    for check in wiring.doctor(settings.load()).examine():
        checks.append(check)
        if not as_json:
            _line(check)
    healthy = all(check.ok or not check.needed for check in checks)
    if as_json:
        emit({"ok": healthy, "checks": [{**asdict(check), "ok": check.ok} for check in checks]})
    else:
        _advice(checks)
        say("一切就绪。 Everything is ready." if healthy else "还不能工作。 Not ready.", "bold")
    if not healthy:
        raise typer.Exit(1)


def _line(check: Check) -> None:
    mark, style = ("✓", "green") if check.ok else ("✗", "red") if check.needed else ("–", "yellow")
    words = f"{check.problem.message_zh}  {check.problem.message_en}" if check.problem else check.found
    say(f"{mark} {check.name}  {words}", style)


def _advice(checks: list[Check]) -> None:
    """Each advice once: twelve missing models are repaired by one command."""
    problems = [check.problem for check in checks if check.problem]
    for advice in dict.fromkeys(f"{problem.advice_zh}  {problem.advice_en}" for problem in problems):
        say(f"  → {advice}")
