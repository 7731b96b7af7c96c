"""Work that returns: durable, once for all processes together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Schedule:
    """One returning task. `cron` in UTC, five fields, or six with seconds first. `work` must bear being repeated.

    A tick is a workflow named after its instant, so it fires once however many processes there are; one that died
    half-way is taken up by another. Ticks that nobody was there for are not made up.
    """

    name: str
    cron: str
    work: Callable[[], Any]


def register(schedules: Sequence[Schedule]) -> list[dict[str, Any]]:
    """Make each a DBOS workflow; what `DBOS.apply_schedules` takes. Before the launch."""
    return [
        {"schedule_name": schedule.name, "workflow_fn": _workflow(schedule), "schedule": schedule.cron}
        for schedule in schedules
    ]


def _workflow(schedule: Schedule) -> Callable[[datetime, Any], None]:
    from dbos import DBOS

    # A step, so that what the work asks DBOS itself is not checkpointed piece by piece.
    @DBOS.step(name=f"work-{schedule.name}", retries_allowed=False)
    def work() -> Any:
        return schedule.work()

    @DBOS.workflow(name=f"schedule-{schedule.name}")
    def tick(_at: datetime, _context: Any) -> None:
        _log.info("schedule done", schedule=schedule.name, result=work())

    return tick
