"""What passed between us and the providers, noted from outside of the services."""

from __future__ import annotations

from dataclasses import dataclass, field

from tuanyuan.engines.sandbox import Accepted


@dataclass
class Sent:
    """One call of `submit`. outcome: open, task, answered, refused (known to have failed), never (arrived), lost.

    pictures: digests of what came.
    """

    attempt: str
    job: str
    engine: str
    model: str
    asked: int
    at: float
    outcome: str = "open"
    code: str = ""
    task: str = ""
    addresses: tuple[str | None, ...] = ()
    answered_at: float = 0.0
    pictures: tuple[str, ...] = ()


@dataclass
class Record:
    """works: (attempt, engine, work) of all that was taken; taken: the same by attempt. last: each attempt's last call.

    high: the most calls or tasks under way at once, by engine and by (engine, model).
    """

    sent: list[Sent] = field(default_factory=list)
    works: list[tuple[str, str, Accepted]] = field(default_factory=list)
    taken: dict[str, list[tuple[str, Accepted]]] = field(default_factory=dict)
    last: dict[str, Sent] = field(default_factory=dict)
    under_way: dict[str, Sent] = field(default_factory=dict)
    high: dict[tuple[str, str], int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    by_job: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)

    def begin(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.last[sent.attempt] = sent
        self.by_job.setdefault((sent.job, sent.engine), []).append(sent)
        self.under_way[sent.attempt] = sent
        for key, count in (
            ((sent.engine, ""), sum(s.engine == sent.engine for s in self.under_way.values())),
            (
                (sent.engine, sent.model),
                sum((s.engine, s.model) == (sent.engine, sent.model) for s in self.under_way.values()),
            ),
        ):
            self.high[key] = max(self.high.get(key, 0), count)

    def end(self, sent: Sent, outcome: str, at: float, code: str = "") -> None:
        sent.outcome, sent.code, sent.answered_at = outcome, code, at
        self.under_way.pop(sent.attempt, None)

    def of(self, attempt: str) -> Sent | None:
        return self.last.get(attempt)
