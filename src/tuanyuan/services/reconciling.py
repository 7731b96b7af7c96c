"""What became of calls whose answer was lost: looked for again, for a day, so that the books say what they cost.

Nothing is ever ordered, and nothing but the attempt is changed: its job has gone on, or is over, and what comes late is
not kept. What it left at the provider goes when the answer is known: an engine removes it with its final answer.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from tuanyuan.domain.engine import Engine, EngineResult, InputRefused, OutputRefused, TaskRef, Transient, Unknown
from tuanyuan.domain.job import Attempt
from tuanyuan.domain.ports import Clock, Units
from tuanyuan.services.attempts import Run
from tuanyuan.services.tries import CONTROL_SECONDS, heard, together

log = structlog.get_logger(__name__)
# After a day a provider knows its tasks no more, and what they may have cost stands.
LOOKED_FOR = timedelta(hours=24)
# A call that was cut off may still be on its way, and a worker that was thought dead may still send it. After half an
# hour neither is: what a provider does not know by then never came.
UNDER_WAY = timedelta(minutes=30)
# So many are asked for side by side, and so many are read from the books at a time.
AT_ONCE, PAGE = 8, 100
# One attempt may hang by itself; so many in a row are the provider, and it is left alone until the next round.
MOST_SILENT = 2
# Codes of attempts that were found out about.
CAME_LATE, NEVER_CAME = "came_late", "never_came"


@dataclass(frozen=True)
class Reconciling:
    """engines: those in use, by name. run: runs a coroutine to its end on the worker's event loop."""

    units: Units
    engines: Mapping[str, Engine]
    clock: Clock
    run: Run

    def look(self, page: int = PAGE) -> int:
        """Ask once for all that was lost within the last day, the oldest first; how many were found out about.

        The others are asked for again in the next round.
        """
        since, place, found = self.clock() - LOOKED_FOR, None, 0
        silent: Counter[str] = Counter()
        while True:
            with self.units.read() as unit:
                lost = unit.engines.lost(since, page, place)
            if not lost:
                return found
            place = (lost[-1].created_at, lost[-1].id)
            waiting = deque(lost)
            while some := self._next(waiting, silent):
                answers = self.run(together([self._asked(attempt) for attempt in some]))
                for before, (attempt, answer) in zip(some, answers, strict=True):
                    unreached = isinstance(answer, Unknown) and answer.silent
                    silent[attempt.engine] = silent[attempt.engine] + 1 if unreached else 0
                    found += self._noted(before, attempt, answer)

    def _next(self, waiting: deque[Attempt], silent: Mapping[str, int]) -> list[Attempt]:
        """The next ones to be asked for together; those whose engine does not answer now are passed over."""
        some: list[Attempt] = []
        while waiting and len(some) < AT_ONCE:
            attempt = waiting.popleft()
            if attempt.engine in self.engines and silent[attempt.engine] < MOST_SILENT:
                some.append(attempt)
        return some

    async def _asked(self, attempt: Attempt) -> tuple[Attempt, Any]:
        """The attempt, with its task where that was found just now, and what its engine says of it.

        None: the engine knows of no such attempt.
        """
        engine = self.engines[attempt.engine]
        if attempt.task is None:
            found = await heard(CONTROL_SECONDS, engine.find(attempt.id))
            if not isinstance(found, TaskRef):
                # Only a task's own answer tells of the attempt: an error here is one of the search.
                known = found is None or isinstance(found, EngineResult | Unknown)
                return attempt, found if known else Unknown("answer_lost")
            attempt = replace(attempt, task=found.task)
        return attempt, await heard(CONTROL_SECONDS, engine.poll(TaskRef(attempt.engine, str(attempt.task))))

    def _noted(self, before: Attempt, attempt: Attempt, answer: Any) -> bool:
        """Write down what is known now; whether the attempt was found out about."""
        known = self._known(attempt, answer)
        after = known or attempt
        if after == before:
            return False
        with self.units.begin() as unit:
            if before not in unit.jobs.attempts(before.job_id):
                # A worker that was thought dead has heard the answer meanwhile.
                return False
            unit.jobs.attempt(after)
        log.info("attempt_found", engine=after.engine, attempt=after.id, code=after.code, fen=after.cost_fen)
        return known is not None

    def _known(self, attempt: Attempt, answer: Any) -> Attempt | None:
        """The attempt with what is known of it now; None: nothing is, as before."""
        if isinstance(answer, EngineResult):
            return replace(attempt, code=CAME_LATE, cost_fen=answer.cost_fen)
        if answer is None and attempt.task is None:
            settled = self.clock() - (attempt.finished_at or attempt.created_at) >= UNDER_WAY
            return replace(attempt, code=NEVER_CAME, cost_fen=0) if settled else None
        if isinstance(answer, InputRefused | OutputRefused | Transient):
            if answer.code == "picture_gone":  # made, and so billed, but nobody can see it any more
                return replace(attempt, code=CAME_LATE)
            return replace(attempt, code=NEVER_CAME, cost_fen=0)
        # Pending; or throttled, not reached, a wrong key, a bug of ours: none of it says anything of the task.
        return None
