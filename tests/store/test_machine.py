"""Facts about the machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tuanyuan.store.machine import ThisMachine


def test_the_running_python_is_told() -> None:
    assert ThisMachine().python == sys.version_info[:3]


def test_memory_is_in_bytes() -> None:
    memory = ThisMachine().memory
    assert memory is not None
    assert 2**28 < memory < 2**50


def test_a_package_that_fails_to_import_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_wheel.py").write_text("raise OSError('libGL.so.1: cannot open')", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    machine = ThisMachine()
    assert machine.import_error("broken_wheel") == "OSError: libGL.so.1: cannot open"
    assert "No module named" in (machine.import_error("not_installed_at_all") or "")
    assert machine.import_error("json") is None


def test_a_program_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "exiftool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ThisMachine().program("exiftool") == program
    assert ThisMachine().program("ffmpeg") is None


def test_looking_at_a_folder_leaves_nothing(tmp_path: Path) -> None:
    assert ThisMachine().writable(tmp_path / "data" / "models")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert not ThisMachine().writable(tmp_path / "data")
    assert not ThisMachine().writable(tmp_path / "data" / "models")


def test_cores_are_those_we_may_use() -> None:
    assert 1 <= ThisMachine().cores <= (os.cpu_count() or 1)
