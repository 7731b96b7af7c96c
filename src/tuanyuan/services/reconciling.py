"""What became of tasks whose answer was lost: asked for again, for a day, so that the books say what they cost.

Nothing is ever sent but polls, and nothing but the attempt is changed: its job has gone on, or is over, and what comes
late is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from tuanyuan.domain.engine import Engine, EngineResult, InputRefused, OutputRefused, TaskRef, Transient
from tuanyuan.domain.job import Attempt
from tuanyuan.domain.ports import Clock, Units
from tuanyuan.services.attempts import Run
from tuanyuan.services.tries import CONTROL_SECONDS, heard

log = structlog.get_logger(__name__)
# After a day a provider knows its tasks no more, and what they may have cost stands.
LOOKED_FOR = timedelta(hours=24)
# Codes of attempts that were found out about.
CAME_LATE, NEVER_CAME = "came_late", "never_came"


@dataclass(frozen=True)
class Reconciling:
    """engines: those in use, by name. run: runs a coroutine to its end on the worker's event loop."""

    units: Units
    engines: Mapping[str, Engine]
    clock: Clock
    run: Run

    def look(self, limit: int = 100) -> int:
        """Ask for the oldest lost tasks, once each; how many were found out about. The others are asked for again."""
        with self.units.read() as unit:
            lost = unit.engines.lost(self.clock() - LOOKED_FOR, limit)
        found = 0
        for attempt in lost:
            engine = self.engines.get(attempt.engine)
            known = engine and self._asked(engine, attempt)
            if not known:
                continue
            with self.units.begin() as unit:
                unit.jobs.attempt(known)
            log.info("attempt_found", engine=attempt.engine, attempt=attempt.id, code=known.code, fen=known.cost_fen)
            found += 1
        return found

    def _asked(self, engine: Engine, attempt: Attempt) -> Attempt | None:
        """The attempt with what is known of it now; None: nothing is, as before."""
        answer = self.run(heard(CONTROL_SECONDS, engine.poll(TaskRef(attempt.engine, str(attempt.task)))))
        if isinstance(answer, EngineResult):
            return replace(attempt, code=CAME_LATE, cost_fen=answer.cost_fen)
        if isinstance(answer, InputRefused | OutputRefused | Transient):
            if answer.code == "picture_gone":  # made, and so billed, but nobody can see it any more
                return replace(attempt, code=CAME_LATE)
            return replace(attempt, code=NEVER_CAME, cost_fen=0)
        # Pending; or throttled, not reached, a wrong key, a bug of ours: none of it says anything of the task.
        return None
