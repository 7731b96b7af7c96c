"""A provider's task as the books keep it: the fields of a dataclass as JSON, for engines that poll."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

from tuanyuan.domain.engine import BadRequest, TaskRef


@dataclass(frozen=True)
class Ticket:
    """What `poll` needs. A subclass names its engine, and adds fields that JSON knows."""

    engine: ClassVar[str]

    def ref(self) -> TaskRef:
        """Written down as JSON."""
        return TaskRef(self.engine, json.dumps(asdict(self), separators=(",", ":")))

    @classmethod
    def of(cls, task: TaskRef) -> Self:
        """Read back what `ref` wrote. BadRequest engine_bad_request "task": it is something else."""
        try:
            return cls(**json.loads(task.task))
        except (ValueError, TypeError):
            raise BadRequest("engine_bad_request", engine=cls.engine, detail="task") from None
