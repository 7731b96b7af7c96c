"""How others shipped it: for the negative controls of the races."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from doubles.books import at_once
from doubles.studio import Desk
from tuanyuan.domain.errors import StudioError


class Naive:
    """What others shipped: a number in a row, read, looked at, and written in another transaction."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.engine = desk.units.database.engine
        with self.engine.begin() as connection:
            connection.execute(text("CREATE TABLE naive (id INTEGER PRIMARY KEY, credits INTEGER, state TEXT)"))
            connection.execute(text("INSERT INTO naive VALUES (1, 10, 'pending')"))

    def read(self) -> tuple[int, str]:
        with self.engine.connect() as connection:
            row = connection.execute(text("SELECT credits, state FROM naive")).one()
        return int(row[0]), str(row[1])

    def write(self, change: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(f"UPDATE naive SET {change}"))

    def drop(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("DROP TABLE naive"))

    def race(self, *steps: tuple[Callable[[tuple[int, str]], bool], str]) -> int:
        """Each reads, waits until all have read, and acts if its look at things says so; how many acted."""
        everybody = threading.Barrier(len(steps))

        def run(allowed: Callable[[tuple[int, str]], bool], change: str) -> bool:
            seen = self.read()
            everybody.wait(120)
            if allowed(seen):
                self.write(change)
                return True
            return False

        try:
            return sum(at_once(*[lambda s=step: run(*s) for step in steps]))
        finally:
            self.left = self.read()
            self.drop()


def errors(answers: list[Any]) -> list[str]:
    """Codes of what was refused; anything else that was raised is a failure."""
    unforeseen = [a for a in answers if isinstance(a, Exception) and not isinstance(a, StudioError)]
    assert not unforeseen, unforeseen
    return sorted(a.code for a in answers if isinstance(a, StudioError))
