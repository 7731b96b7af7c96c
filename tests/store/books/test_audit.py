"""The audit log, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from doubles.books import NOW, at_once, crashing
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.store.books.audit import AuditBook

if TYPE_CHECKING:
    from doubles.books import RecordingUnits

    from tuanyuan.store.database import Database

RECORD = AuditRecord(NOW, "system", "sweep", "file_erased", "file", "f1", "到期")


def test_lines_are_numbered_and_chained(units: RecordingUnits) -> None:
    with units.begin() as unit:
        assert unit.audit.verify() is None
        unit.audit.add(RECORD)
        unit.audit.add(replace(RECORD, subject_id="f2"))
        mine = unit.audit.of("file", "f1")
        unit.audit.add(RECORD)
    assert [replace(line, digest="") for line in mine] == [replace(RECORD, number=1)]
    with units.read() as unit:
        lines = unit.audit.of("file", "f1")
        assert [line.number for line in lines] == [1, 3]
        assert len({line.digest for line in lines}) == 2
        assert unit.audit.of("photo", "f1") == []
        assert unit.audit.verify() is None


def test_a_rolled_back_line_leaves_no_gap(units: RecordingUnits) -> None:
    with crashing(units) as unit:
        unit.audit.add(RECORD)
        assert len(unit.audit.of("file", "f1")) == 1
    with units.begin() as unit:
        unit.audit.add(RECORD)
    with units.read() as unit:
        assert [line.number for line in unit.audit.of("file", "f1")] == [1]
        assert unit.audit.verify() is None


def test_appends_at_once_make_one_chain(units: RecordingUnits) -> None:
    def note() -> None:
        with units.begin() as unit:
            for _ in range(3):
                unit.audit.add(RECORD)

    assert at_once(*[note] * 6) == [None] * 6
    with units.read() as unit:
        assert [line.number for line in unit.audit.of("file", "f1")] == list(range(1, 19))
        assert unit.audit.verify() is None


def test_without_the_locked_row_appends_collide(units: RecordingUnits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the end of the log read before the turn to write."""
    from threading import Barrier

    with units.begin() as unit:
        unit.audit.add(RECORD)
    both = Barrier(2)

    def note() -> None:
        with units.read() as unit:
            end = unit.session.execute(text("SELECT number, digest FROM audit_head")).one()
        both.wait(120)
        with units.begin() as unit:
            monkeypatch.setattr(AuditBook, "_lock", lambda _: end)
            unit.audit.add(RECORD)

    results = at_once(note, note)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "NoneType"]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log"])
def test_nobody_changes_or_removes_a_line(units: RecordingUnits, database: Database, statement: str) -> None:
    with units.begin() as unit:
        unit.audit.add(RECORD)
    with pytest.raises(DBAPIError, match="append-only"), database.writing.begin() as connection:
        connection.execute(text(statement))
    with units.read() as unit:
        assert len(unit.audit.of("file", "f1")) == 1


TAMPERINGS = {
    "UPDATE audit_log SET reason = 'other' WHERE number = 2": 2,
    "UPDATE audit_log SET at = at + 1 WHERE number = 3": 3,
    "DELETE FROM audit_log WHERE number = 2": 2,
    "DELETE FROM audit_log WHERE number = 4": 4,
    "DELETE FROM audit_log": 1,
}


@pytest.mark.parametrize(("statement", "first"), TAMPERINGS.items())
def test_a_changed_missing_or_cut_off_line_shows(
    units: RecordingUnits, database: Database, statement: str, first: int
) -> None:
    with units.begin() as unit:
        for _ in range(4):
            unit.audit.add(RECORD)
    guards = ["audit_log_append_only ON audit_log"]
    if database.sqlite:
        guards = ["audit_log_no_update", "audit_log_no_delete"]
    with units.begin() as unit:
        for guard in guards:
            unit.session.execute(text(f"DROP TRIGGER {guard}"))
        unit.session.execute(text(statement))
        assert unit.audit.verify() == first
        unit.session.rollback()
    with units.read() as unit:
        assert unit.audit.verify() is None
